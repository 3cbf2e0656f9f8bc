//! The start-up self-test: whether this device and its driver compute what the kernels rely on.

use super::GpuEngine;
use super::context::{Context, Dispatch, Reusable, Staging};
use super::layout::shader_struct;
use super::pace::Pace;
use super::shader::{Binding, KernelShader, compose};
use crate::kernel::{FieldRequest, MixtureField};
use crate::reference::ReferenceEngine;
use crate::{Engine, EngineError};
use diffuscope_core::grid::Grid;
use diffuscope_core::mixture::{Component, Mixture};
use diffuscope_core::philox::{self, Stream};
use diffuscope_core::process::NoiseLevel;
use diffuscope_core::sym2;

shader_struct! {
    /// See the shader.
    struct Params {
        loop_length: u32,
        not_a_number: u32,
        infinity: u32,
        one: u32,
    }
}

shader_struct! {
    /// See the shader.
    struct Answers {
        count: u32,
        sum: f32,
        classes: u32,
    }
}

shader_struct! {
    /// See the shader.
    struct Values {
        decay: f32,
        exponential: f32,
        logarithm: f32,
        tangent: f32,
        words: [u32; 4],
        normals: [f32; 2],
        shared_sum: f32,
        _after_shared_sum: f32,
    }
}

pub(super) static SHADER: KernelShader = KernelShader {
    name: "self_test",
    source: include_str!("../../../shaders/self_test.wgsl"),
    entry_points: &["self_test"],
    bindings: &[Binding::Params, Binding::Write, Binding::Write],
    layouts: &[Params::LAYOUT, Answers::LAYOUT, Values::LAYOUT],
    needs_quantity: false,
};

/// More runs of a loop than any kernel asks of one invocation.
const LOOP_LENGTH: u32 = 50_000;
const SAMPLES: u32 = 256;
const SEED: u64 = 42 | (7 << 32);
const STEP: u32 = 9;

/// What the self-test found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SelfTest {
    /// One sentence for each thing that is wrong; empty if the device can be trusted.
    pub failures: Vec<String>,
}

impl SelfTest {
    /// Whether nothing is wrong.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

pub(super) fn run(context: &Context, engine: &GpuEngine) -> Result<SelfTest, EngineError> {
    let source = compose(SHADER.source).map_err(|error| EngineError::Unavailable(error.to_string()))?;
    let kernel = context.kernel(&SHADER, &source)?;
    let (answers, values) = context.guarded(|| {
        let answers = context.upload(&mut Reusable::default(), &[Answers::default()]);
        let values = context.upload(&mut Reusable::default(), &[Values::default(); SAMPLES as usize]);
        let params = Params {
            loop_length: LOOP_LENGTH,
            not_a_number: f32::NAN.to_bits(),
            infinity: f32::INFINITY.to_bits(),
            one: 1.0_f32.to_bits(),
        };
        let dispatch = Dispatch { params, invocations: SAMPLES, work: 1 };
        context.run(&kernel, 0, &[&answers, &values], &[dispatch], &mut Pace::new())?;
        let mut staging = Staging::default();
        let answer = context.read(&answers, &mut staging, 1, |answers: &[Answers]| answers[0])?;
        let values = context.read(&values, &mut staging, SAMPLES as usize, <[Values]>::to_vec)?;
        Ok((answer, values))
    })?;
    let mut failures = judge(&answers, &values);
    failures.extend(judge_field(engine)?);
    Ok(SelfTest { failures })
}

/// Compares with what the theory says.
fn judge(answers: &Answers, values: &[Values]) -> Vec<String> {
    let mut failures = Vec::new();
    let mut expect = |right: bool, failure: &str| {
        if !right {
            failures.push(failure.to_owned());
        }
    };
    expect(answers.count == LOOP_LENGTH, "long loops stop early");
    let sum: f64 = (1..=LOOP_LENGTH).map(|k| 1.0 / f64::from(k)).sum();
    expect((f64::from(answers.sum) / sum - 1.0).abs() < 1e-4, "long sums are wrong");
    expect(answers.classes == 0b111, "values that are no numbers go unnoticed");

    let each = |right: &dyn Fn(f64, &Values) -> bool| (0..).zip(values).all(|(k, v)| right(f64::from(k), v));
    let close = |value: f32, exact: f64| (f64::from(value) - exact).abs() <= 1e-6 * exact.abs();
    expect(
        each(&|k, v| close(v.decay, (-k / 8.0).exp()) && close(v.exponential, (k / 4.0 - 16.0).exp())),
        "the exponential is inaccurate",
    );
    expect(each(&|k, v| close(v.logarithm, ((k + 0.5) / 256.0).ln())), "the logarithm is inaccurate");
    expect(each(&|k, v| close(v.tangent, ((k - 128.0) / 16.0).tanh())), "the hyperbolic tangent is inaccurate");
    let of_group = |k: f64| 4096.0 * (k / 64.0).floor() + 2016.0;
    expect(each(&|k, v| f64::from(v.shared_sum) == of_group(k)), "workgroups do not sum together");
    let item = |k: f64| k as u32;
    expect(
        each(&|k, v| v.words == philox::words(SEED, Stream::Reverse as u32, item(k), STEP)),
        "random numbers differ",
    );
    let near = |a: f32, b: f32| (a - b).abs() <= 4e-6;
    expect(
        each(&|k, v| {
            let [a, b] = philox::normals(SEED, Stream::Reverse, item(k), STEP);
            near(v.normals[0], a) && near(v.normals[1], b)
        }),
        "normal random numbers are inaccurate",
    );
    failures
}

/// Runs a small field through the real kernel.
fn judge_field(engine: &dyn Engine) -> Result<Option<String>, EngineError> {
    let component = |weight, x: f64, y: f64, spread: f64| Component {
        weight,
        mean: nalgebra::Vector2::new(x, y),
        covariance: sym2::new(spread, 0.0, 0.5 * spread),
    };
    let components =
        vec![component(1.0, -0.5, 0.2, 0.0), component(2.0, 0.7, 0.1, 0.0), component(1.0, 0.0, -0.6, 0.1)];
    let mixture = Mixture::new(components).map_err(|error| EngineError::Unavailable(error.to_string()))?;
    let noised = mixture.noised(NoiseLevel { alpha: 0.8, sigma: 0.4, shape: nalgebra::Matrix2::identity() });
    let grid = Grid { x: [-1.0, 1.0], y: [-1.0, 1.0], nx: 8, ny: 8 };
    let request = FieldRequest { mixture: &noised, grid, colours: &[] };
    let (found, wanted) = (engine.mixture_field(&request)?, ReferenceEngine.mixture_field(&request)?);
    let pairs = found.log_density.iter().zip(&wanted.log_density).chain(found.score[0].iter().zip(&wanted.score[0]));
    let right = pairs.into_iter().all(|(a, b)| (a - b).abs() <= 1e-4 * (1.0 + b.abs()));
    Ok((!right).then(|| "densities and scores are wrong".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right() -> (Answers, Vec<Values>) {
        let sum = (1..=LOOP_LENGTH).map(|k| 1.0 / f64::from(k)).sum::<f64>() as f32;
        let value = |k: u32| Values {
            decay: (-f64::from(k) / 8.0).exp() as f32,
            exponential: (f64::from(k) / 4.0 - 16.0).exp() as f32,
            logarithm: ((f64::from(k) + 0.5) / 256.0).ln() as f32,
            tangent: ((f64::from(k) - 128.0) / 16.0).tanh() as f32,
            shared_sum: (k / 64 * 64..k / 64 * 64 + 64).sum::<u32>() as f32,
            words: philox::words(SEED, Stream::Reverse as u32, k, STEP),
            normals: philox::normals(SEED, Stream::Reverse, k, STEP),
            ..Values::default()
        };
        (Answers { count: LOOP_LENGTH, sum, classes: 0b111 }, (0..SAMPLES).map(value).collect())
    }

    #[test]
    fn finds_each_fault_and_no_other() {
        let (answers, values) = right();
        assert_eq!(judge(&answers, &values), Vec::<String>::new());
        let spoilt = |spoil: fn(&mut Answers, &mut Values)| {
            let (mut answers, mut values) = right();
            spoil(&mut answers, &mut values[100]);
            judge(&answers, &values)
        };
        assert_eq!(spoilt(|a, _| a.count -= 1), ["long loops stop early"]);
        assert_eq!(spoilt(|a, _| a.sum *= 1.001), ["long sums are wrong"]);
        assert_eq!(spoilt(|a, _| a.classes = 0b110), ["values that are no numbers go unnoticed"]);
        assert_eq!(spoilt(|_, v| v.decay *= 1.00001), ["the exponential is inaccurate"]);
        assert_eq!(spoilt(|_, v| v.logarithm = f32::NAN), ["the logarithm is inaccurate"]);
        assert_eq!(spoilt(|_, v| v.tangent *= 1.00001), ["the hyperbolic tangent is inaccurate"]);
        assert_eq!(spoilt(|_, v| v.shared_sum += 1.0), ["workgroups do not sum together"]);
        assert_eq!(spoilt(|_, v| v.words[3] ^= 1), ["random numbers differ"]);
        assert_eq!(spoilt(|_, v| v.normals[1] += 1e-4), ["normal random numbers are inaccurate"]);
    }
}
