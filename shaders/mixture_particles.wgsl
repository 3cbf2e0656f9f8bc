// Carries particles along the steps of any sampler; see core::sampler::Step, which this executes line by line.
//
// `advance` does whole steps, many in one dispatch. Where one evaluation of the score alone is too long for a dispatch,
// `accumulate` does a part of it and carries its sums.
//!import math
//!import mixture
//!import philox

struct Params {
    // Noise shape S and its square root: xx, xy, yy.
    shape: vec3<f32>,
    // Particles of this dispatch, counted from the start of the batch.
    first_particle: u32,
    sqrt_shape: vec3<f32>,
    particle_count: u32,
    // Noise: key, stream, number of the batch's first particle.
    seed: vec2<u32>,
    stream: u32,
    first_item: u32,
    // Steps of this dispatch, an index into `steps`; number of the first of all `steps`.
    first_step: u32,
    step_count: u32,
    first_number: u32,
    // Components of the mixture: one level has so many entries.
    level_size: u32,
    // `accumulate` only: stage and part of its components.
    stage: u32,
    first_component: u32,
    component_count: u32,
    // `accumulate` only. 1: the evaluation starts; 2: it ends here.
    flags: u32,
}

struct Component {
    // αμ.
    mean: vec2<f32>,
    log_weight: f32,
    // L of the precision.
    factor: vec3<f32>,
}

struct Stage {
    weights: vec3<f32>,
    linear: f32,
    score: f32,
    // Which level of noise: its components start at level * level_size.
    level: u32,
}

struct Step {
    stages: array<Stage, 4>,
    combine: vec4<f32>,
    keep: f32,
    noise: f32,
    stage_count: u32,
}

// What an unfinished step knows: the slopes so far and the sums of the score being evaluated.
struct Carried {
    slopes_x: vec4<f32>,
    slopes_y: vec4<f32>,
    sums: Sums,
}

// Sums over components with weights relative to the largest log weight.
struct Sums {
    score: vec2<f32>,
    largest: f32,
    total: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> components: array<Component>;
@group(0) @binding(2) var<storage, read> steps: array<Step>;
@group(0) @binding(3) var<storage, read_write> carried: array<Carried>;
@group(0) @binding(4) var<storage, read_write> particles: array<vec2<f32>>;

fn times(m: vec3<f32>, v: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(m.x * v.x + m.y * v.y, m.y * v.x + m.z * v.y);
}

fn fresh_sums() -> Sums {
    return Sums(vec2<f32>(), -3.0e38, 0.0);
}

// Adds the components `first` to `first + count` to the sums of the score at `place`.
fn add_components(start: Sums, place: vec2<f32>, first: u32, count: u32) -> Sums {
    var sums = start;
    for (var k = first; k < first + count; k++) {
        let c = components[k];
        let u = mixture_whiten(c.factor, c.mean - place);
        let log_weight = c.log_weight - 0.5 * dot(u, u);
        // One exponential serves both cases: it scales the sums where the component is the heaviest so far, else itself.
        let ratio = math_exp_decay(-abs(log_weight - sums.largest));
        let heaviest = log_weight > sums.largest;
        let keep = select(1.0, ratio, heaviest);
        let weight = select(ratio, 1.0, heaviest);
        sums.total = sums.total * keep + weight;
        sums.score = sums.score * keep + weight * mixture_unwhiten(c.factor, u);
        sums.largest = max(sums.largest, log_weight);
    }
    return sums;
}

// x_i = x + Σ_j weights[j] k_j; slopes not yet known are zero.
fn place_of(stage: Stage, x: vec2<f32>, slopes_x: vec4<f32>, slopes_y: vec4<f32>) -> vec2<f32> {
    return x + vec2<f32>(dot(stage.weights, slopes_x.xyz), dot(stage.weights, slopes_y.xyz));
}

fn slope_of(stage: Stage, place: vec2<f32>, sums: Sums) -> vec2<f32> {
    return stage.linear * place + stage.score * times(params.shape, sums.score / sums.total);
}

// 1 at position `i`, else 0.
fn unit(i: u32) -> vec4<f32> {
    return vec4<f32>(vec4<u32>(0u, 1u, 2u, 3u) == vec4<u32>(i));
}

fn finished(s: u32, particle: u32, x: vec2<f32>, slopes_x: vec4<f32>, slopes_y: vec4<f32>) -> vec2<f32> {
    let combine = steps[s].combine;
    var next = steps[s].keep * x + vec2<f32>(dot(combine, slopes_x), dot(combine, slopes_y));
    let noise = steps[s].noise;
    if noise != 0.0 {
        let item = params.first_item + particle;
        let xi = philox_normals(params.seed, params.stream, item, params.first_number + s);
        next += noise * times(params.sqrt_shape, xi);
    }
    return next;
}

@compute @workgroup_size(64)
fn advance(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.particle_count {
        return;
    }
    let particle = params.first_particle + id.x;
    var x = particles[particle];
    for (var s = params.first_step; s < params.first_step + params.step_count; s++) {
        var slopes_x = vec4<f32>();
        var slopes_y = vec4<f32>();
        let stage_count = steps[s].stage_count;
        for (var i = 0u; i < stage_count; i++) {
            let stage = steps[s].stages[i];
            let place = place_of(stage, x, slopes_x, slopes_y);
            let sums = add_components(fresh_sums(), place, stage.level * params.level_size, params.level_size);
            let slope = slope_of(stage, place, sums);
            slopes_x += slope.x * unit(i);
            slopes_y += slope.y * unit(i);
        }
        x = finished(s, particle, x, slopes_x, slopes_y);
    }
    particles[particle] = x;
}

@compute @workgroup_size(64)
fn accumulate(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.particle_count {
        return;
    }
    let particle = params.first_particle + id.x;
    let s = params.first_step;
    var state = carried[particle];
    if (params.flags & 1u) != 0u {
        state.sums = fresh_sums();
        if params.stage == 0u {
            state.slopes_x = vec4<f32>();
            state.slopes_y = vec4<f32>();
        }
    }
    let x = particles[particle];
    let stage = steps[s].stages[params.stage];
    let place = place_of(stage, x, state.slopes_x, state.slopes_y);
    let first = stage.level * params.level_size + params.first_component;
    state.sums = add_components(state.sums, place, first, params.component_count);
    if (params.flags & 2u) != 0u {
        let stage_count = steps[s].stage_count;
        // A step without stages comes here once, only to be finished.
        if params.stage < stage_count {
            let slope = slope_of(stage, place, state.sums);
            state.slopes_x += slope.x * unit(params.stage);
            state.slopes_y += slope.y * unit(params.stage);
        }
        if params.stage + 1u >= stage_count {
            particles[particle] = finished(s, particle, x, state.slopes_x, state.slopes_y);
        }
    }
    carried[particle] = state;
}
