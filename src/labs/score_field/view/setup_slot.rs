//! The setup that belongs to the scene: rebuilt when the scene changes, on a thread of its own when that takes long.

use std::sync::Arc;

use crate::engine::worker::{LatestWorker, timed};
use crate::labs::scene_file::SceneError;
use crate::labs::score_field::scene::Scene;
use crate::labs::score_field::setup::Setup;

/// A setup that took longer than this to build is built on the thread the next time, in seconds.
const PATIENCE_SECS: f64 = 0.006;
/// More points than this are never looked at first on the window's thread, unless the model takes them as they are.
const MANY: usize = 2000;

/// A setup with a number that tells it from others.
#[derive(Clone)]
pub struct Numbered {
    /// Grows with every setup.
    pub stamp: u64,
    /// The setup.
    pub setup: Arc<Setup>,
    /// The scene it was built from.
    pub scene: Arc<Scene>,
}

/// What was built, and the seconds that took.
struct Built {
    scene: Arc<Scene>,
    result: Result<Setup, SceneError>,
    secs: f64,
}

/// The latest setup, and the thread that builds costly ones.
pub struct SetupSlot {
    worker: LatestWorker<Arc<Scene>, Built>,
    asked: Option<Arc<Scene>>,
    current: Option<Numbered>,
    error: Option<SceneError>,
    stamp: u64,
    last_secs: Option<f64>,
}

impl SetupSlot {
    /// Starts the thread, which calls `wake` when a setup is ready.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            worker: LatestWorker::new("setup", wake, |scene: Arc<Scene>, job| job.publish(build(scene))),
            asked: None,
            current: None,
            error: None,
            stamp: 0,
            last_secs: None,
        }
    }

    /// Makes the setup follow `scene`. Returns whether there is a new one, or none any more.
    pub fn follow(&mut self, scene: &Scene) -> bool {
        if !self.asked.as_ref().is_some_and(|asked| same_run(asked, scene)) {
            let scene = Arc::new(scene.clone());
            self.asked = Some(Arc::clone(&scene));
            let costly = |kind: &str| kind != "delta";
            let unknown = scene.data.points.len() > MANY
                && (costly(&scene.model.kind) || scene.compare.as_ref().is_some_and(|model| costly(&model.kind)));
            if self.last_secs.map_or(unknown, |secs| secs > PATIENCE_SECS) {
                self.worker.submit(scene);
            } else {
                // What the thread may still be building belongs to an older scene.
                self.worker.take();
                self.accept(build(scene));
                return true;
            }
        }
        match self.worker.take() {
            Some(built) => {
                self.accept(built);
                true
            }
            None => false,
        }
    }

    fn accept(&mut self, built: Built) {
        self.last_secs = Some(built.secs);
        match built.result {
            Ok(setup) => {
                self.stamp += 1;
                self.current = Some(Numbered { stamp: self.stamp, setup: Arc::new(setup), scene: built.scene });
                self.error = None;
            }
            Err(error) => {
                self.current = None;
                self.error = Some(error);
            }
        }
    }

    /// The latest setup; `None` where the scene defines none.
    pub fn current(&self) -> Option<&Numbered> {
        self.current.as_ref()
    }

    /// Why there is none.
    pub fn error(&self) -> Option<&SceneError> {
        self.error.as_ref()
    }

    /// Whether a newer one is being built.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }
}

fn build(scene: Arc<Scene>) -> Built {
    let (result, secs) = timed(|| Setup::new(&scene));
    Built { scene, result, secs }
}

/// Whether two scenes define the same run: they may differ in what is drawn and when.
fn same_run(a: &Scene, b: &Scene) -> bool {
    a.data == b.data
        && a.process == b.process
        && a.noise_shape == b.noise_shape
        && a.model == b.model
        && a.compare == b.compare
        && a.particles == b.particles
        && a.seed == b.seed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::score_field::scene::Point;

    #[test]
    fn only_what_the_run_depends_on_makes_a_new_setup() {
        let mut slot = SetupSlot::new(|| ());
        // Built at once or on the thread, whichever the machine's mood suggests.
        let follow = |slot: &mut SetupSlot, scene: &Scene| {
            let mut changed = slot.follow(scene);
            while slot.is_busy() {
                std::thread::yield_now();
            }
            changed |= slot.follow(scene);
            changed
        };
        let mut scene = Scene::default();
        assert!(follow(&mut slot, &scene));
        assert!(slot.current().is_none() && slot.error().is_some(), "no points");
        scene.data.points.push(Point { at: [1.0, 0.0], weight: 1.0 });
        assert!(follow(&mut slot, &scene));
        let stamp = slot.current().unwrap().stamp;
        scene.time = 0.7;
        scene.layers.heat.on = false;
        scene.region = [-1.0, 1.0, -1.0, 1.0];
        assert!(!follow(&mut slot, &scene));
        assert_eq!(slot.current().unwrap().stamp, stamp);
        scene.data.points[0].at[1] = 0.5;
        assert!(follow(&mut slot, &scene));
        assert_ne!(slot.current().unwrap().stamp, stamp);
    }
}
