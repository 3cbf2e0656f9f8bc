//! The play head on its three clocks: t, τ = t − ½ log N, and √N e^{−t}.

use crate::core::curie_weiss::CurieWeiss;
use crate::core::curie_weiss::clones::collapse_time;
use crate::labs::symmetry_breaking::scene::Scene;
use crate::ui::transport::{Mark, Reading, Transport};

/// Times of the scene's run, and where the play head is on them.
#[derive(Default)]
pub struct Clock {
    /// The play head.
    pub transport: Transport,
    /// Falling: the particles' steps, then steps of the same length down to t = 0 for spins, whose run ends there.
    times: Vec<f64>,
    /// Steps of the particles alone.
    particle_steps: usize,
}

impl Clock {
    /// Makes the timeline that of `scene`, and puts the play head at its time.
    pub fn follow(&mut self, scene: &Scene, model: &CurieWeiss) {
        let spec = &scene.ensemble;
        let first = model.speciation_time() + spec.tau_start;
        let last = (model.speciation_time() + spec.tau_end).max(0.0);
        let step = (first - last) / spec.steps as f64;
        self.times.clear();
        self.times.extend((0..=spec.steps).map(|i| first - step * i as f64));
        self.particle_steps = spec.steps;
        if scene.spins.is_some() && last > 0.0 {
            let rest = (last / step.max(1e-3)).ceil().clamp(1.0, 20_000.0) as usize;
            self.times.extend((1..=rest).map(|i| last * (1.0 - i as f64 / rest as f64)));
        }
        self.transport.position = self.position_of(scene.time);
    }

    /// Steps of the timeline.
    pub fn steps(&self) -> usize {
        self.times.len().saturating_sub(1)
    }

    /// First and last time.
    pub fn range(&self) -> [f64; 2] {
        [self.times.first().copied().unwrap_or_default(), self.times.last().copied().unwrap_or_default()]
    }

    /// First and last time of the particles' run.
    pub fn particle_range(&self) -> [f64; 2] {
        let last = self.times.get(self.particle_steps).copied();
        [self.range()[0], last.unwrap_or_default()]
    }

    /// Time at the play head.
    pub fn time(&self) -> f64 {
        let Some(last) = self.times.len().checked_sub(1) else { return 0.0 };
        let step = (self.transport.position.max(0.0) as usize).min(last);
        let next = (step + 1).min(last);
        let fraction = (self.transport.position - step as f64).clamp(0.0, 1.0);
        self.times[step] + fraction * (self.times[next] - self.times[step])
    }

    /// The particles' step at the play head.
    pub fn particle_step(&self) -> usize {
        (self.transport.position.max(0.0) as usize).min(self.particle_steps)
    }

    /// Whether the play head has passed the end of the particles' run.
    pub fn is_past_particles(&self) -> bool {
        self.transport.position > self.particle_steps as f64
    }

    /// The place on the timeline that is nearest to time `t`.
    pub fn position_of(&self, t: f64) -> f64 {
        let after = self.times.partition_point(|time| *time > t);
        if after == 0 {
            return 0.0;
        }
        let Some(next) = self.times.get(after) else { return self.steps() as f64 };
        let before = self.times[after - 1];
        (after - 1) as f64 + (before - t) / (before - next)
    }

    /// What goes with the time: the three clocks and the variance of the noise.
    pub fn readings(model: &CurieWeiss, t: f64) -> Vec<Reading> {
        let reading = |symbol, name, value| Reading { symbol, name, value };
        vec![
            reading("t", "Time of the noising process", t),
            reading("τ", "Time from the moment of decision, t − ½ log N", t - model.speciation_time()),
            reading("√N e^−t", "Scale on which the wells move apart, e^{−τ}", model.scale(t)),
            reading("Δ_t", "Variance of the noise, T(1 − e^{−2t})", model.noise_variance(t)),
        ]
    }

    /// Critical times within the timeline.
    pub fn marks(&self, scene: &Scene, model: &CurieWeiss) -> Vec<Mark> {
        let samples = scene.finite_data.as_ref().and_then(|spec| spec.samples.first());
        let collapse =
            samples.map(|p| collapse_time(model.spins, *p as f64, 1.0 / model.temperature)).filter(|t| t.is_finite());
        let times = [
            ("t_c", model.critical_time().filter(|t| *t > 0.0)),
            ("t_S", Some(model.speciation_time())),
            ("t_C", collapse),
        ];
        let [first, last] = self.range();
        let mut marks: Vec<Mark> = times
            .into_iter()
            .filter_map(|(label, time)| time.map(|time| (label, time)))
            .filter(|(_, time)| (last..=first).contains(time))
            .map(|(label, time)| Mark { step: self.position_of(time), label: label.to_owned() })
            .collect();
        marks.sort_by(|a, b| a.step.total_cmp(&b.step));
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::symmetry_breaking::scene::{Ensemble, Spins};

    fn clock(scene: &Scene) -> (Clock, CurieWeiss) {
        let model = crate::labs::symmetry_breaking::run::model(scene).unwrap();
        let mut clock = Clock::default();
        clock.follow(scene, &model);
        (clock, model)
    }

    #[test]
    fn places_and_times_are_inverse() {
        let (mut clock, _) = clock(&Scene::default());
        for position in [0.0, 0.25, 17.0, 399.5, 800.0] {
            clock.transport.position = position;
            assert!((clock.position_of(clock.time()) - position).abs() < 1e-9, "{position}");
        }
        assert_eq!(clock.position_of(1e3), 0.0);
        assert_eq!(clock.position_of(-1.0), 800.0);
    }

    #[test]
    fn with_spins_the_timeline_ends_at_the_data() {
        let scene = Scene { spins: Some(Spins::default()), ..Scene::default() };
        let (mut clock, _) = clock(&scene);
        assert_eq!(clock.range()[1], 0.0);
        assert!(clock.steps() > 800);
        clock.transport.position = clock.steps() as f64;
        assert!(clock.is_past_particles() && clock.particle_step() == 800);
    }

    #[test]
    fn a_run_of_no_length_has_a_clock() {
        let ensemble = Ensemble { tau_start: 0.0, tau_end: 0.0, ..Ensemble::default() };
        let (clock, _) = clock(&Scene { ensemble, spins: Some(Spins::default()), ..Scene::default() });
        assert!(clock.time().is_finite() && clock.position_of(2.0).is_finite());
    }

    #[test]
    fn critical_times_lie_where_theory_puts_them() {
        let (clock, model) = clock(&Scene::default());
        let marks = clock.marks(&Scene::default(), &model);
        assert_eq!(marks.iter().map(|mark| mark.label.as_str()).collect::<Vec<_>>(), ["t_c", "t_S"]);
        let step = 8.0 / 800.0;
        assert!((marks[1].step - 6.0 / step).abs() < 1e-6);
    }
}
