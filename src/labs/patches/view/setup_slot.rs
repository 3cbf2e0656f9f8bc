//! What runs: built from the scene on a thread of its own, and again only where the scene has changed.

use std::sync::Arc;

use crate::core::image_set::ImageSet;
use crate::engine::worker::{LatestWorker, timed};
use crate::labs::patches::scene::{Scene, Training};
use crate::labs::patches::setup::Setup;
use crate::labs::patches::training;
use crate::labs::scene_file::SceneError;

/// Setups that took longer than this are built on the thread the next time, in seconds.
const PATIENCE_SECS: f64 = 0.006;

/// One of the runs that go side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// The scene's own.
    Main,
    /// With the machine that it is compared with.
    Compared,
    /// The scene's own without anything painted.
    Unpainted,
}

impl Lane {
    /// "A" or "B".
    pub fn letter(self) -> &'static str {
        if self == Self::Compared { "B" } else { "A" }
    }
}

/// A setup with numbers that tell it from others.
#[derive(Clone)]
pub struct Numbered {
    /// Grows with every setup.
    pub stamp: u64,
    /// The same for setups that differ in what is painted only.
    pub base: u64,
    /// The setup.
    pub setup: Arc<Setup>,
    /// The scene it was built from, without its images.
    pub scene: Arc<Scene>,
}

/// A scene without its images, and a number for these.
#[derive(Clone)]
struct Request {
    scene: Scene,
    training: Training,
    images_stamp: u64,
}

struct Built {
    lanes: Result<Vec<(Lane, Numbered)>, SceneError>,
    secs: f64,
}

/// Builds setups, keeping those whose part of the scene is as it was.
#[derive(Default)]
struct Builder {
    images: Option<(Training, u64, Arc<ImageSet>)>,
    lanes: Vec<(Lane, Numbered)>,
    stamp: u64,
}

/// The latest setups, and the thread that builds costly ones.
pub struct SetupSlot {
    worker: LatestWorker<Request, Built>,
    asked: Option<(Scene, u64)>,
    lanes: Vec<(Lane, Numbered)>,
    error: Option<SceneError>,
}

impl SetupSlot {
    /// Starts the thread, which calls `wake` when setups are ready.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let mut builder = Builder::default();
        Self {
            worker: LatestWorker::new("patch setup", wake, move |request: Request, job| {
                let (lanes, secs) = timed(|| builder.build(&request));
                job.publish(Built { lanes, secs });
            }),
            asked: None,
            lanes: Vec::new(),
            error: None,
        }
    }

    /// Makes the setups follow `scene`, whose training images have the number `images_stamp`. Returns whether there are new
    /// ones, or none any more.
    pub fn follow(&mut self, scene: &Scene, images_stamp: u64) -> bool {
        let known = self.asked.as_ref().is_some_and(|(asked, stamp)| *stamp == images_stamp && same_run(asked, scene));
        if !known {
            let bare = without_images(scene);
            self.asked = Some((bare.clone(), images_stamp));
            self.worker.submit(Request { scene: bare, training: scene.training.clone(), images_stamp });
        }
        // Most setups are there at once: the picture then answers in the same frame.
        let patience = if known { 0.0 } else { PATIENCE_SECS };
        let Some(built) = self.worker.take_within(patience) else { return false };
        tracing::trace!("the setup took {:.4} s", built.secs);
        match built.lanes {
            Ok(lanes) => {
                self.lanes = lanes;
                self.error = None;
            }
            Err(error) => {
                self.lanes.clear();
                self.error = Some(error);
            }
        }
        true
    }

    /// The runs that go side by side, the scene's own first; none where the scene defines none.
    pub fn lanes(&self) -> &[(Lane, Numbered)] {
        &self.lanes
    }

    /// The scene's own.
    pub fn main(&self) -> Option<&Numbered> {
        self.lanes.first().map(|(_, numbered)| numbered)
    }

    /// Why there is none.
    pub fn error(&self) -> Option<&SceneError> {
        self.error.as_ref()
    }

    /// Whether newer ones are being built.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }
}

impl Builder {
    fn build(&mut self, request: &Request) -> Result<Vec<(Lane, Numbered)>, SceneError> {
        let images = match &self.images {
            Some((training, stamp, images)) if *stamp == request.images_stamp && *training == request.training => {
                Arc::clone(images)
            }
            _ => {
                let whole = Scene { training: request.training.clone(), ..request.scene.clone() };
                let images = training::images(&whole)?;
                self.images = Some((request.training.clone(), request.images_stamp, Arc::clone(&images)));
                images
            }
        };
        let scene = &request.scene;
        let mut wanted = vec![(Lane::Main, scene.clone())];
        wanted.extend(scene.compared().map(|compared| (Lane::Compared, compared)));
        if !scene.painting.is_empty() {
            wanted.push((Lane::Unpainted, Scene { painting: Vec::new(), ..scene.clone() }));
        }
        let old = std::mem::take(&mut self.lanes);
        for (lane, scene) in wanted {
            let same_images = |numbered: &Numbered| Arc::ptr_eq(numbered.setup.machine.images(), &images);
            let known = old.iter().find(|(_, old)| same_images(old) && defines_same(&old.scene, &scene));
            let numbered = match known {
                Some((_, numbered)) => numbered.clone(),
                None => {
                    self.stamp += 1;
                    let setup = Setup::with_images(&scene, &images)?;
                    let base = old
                        .iter()
                        .find(|(known, old)| {
                            let repainted = Scene { painting: scene.painting.clone(), ..(*old.scene).clone() };
                            *known == lane && same_images(old) && defines_same(&repainted, &scene)
                        })
                        .map_or(self.stamp, |(_, old)| old.base);
                    Numbered { stamp: self.stamp, base, setup: Arc::new(setup), scene: Arc::new(scene) }
                }
            };
            self.lanes.push((lane, numbered));
        }
        Ok(self.lanes.clone())
    }
}

fn without_images(scene: &Scene) -> Scene {
    let training = Training { set: scene.training.set.clone(), images: None, files: None };
    Scene {
        training,
        title: String::new(),
        about: String::new(),
        abar: 0.0,
        lab: String::new(),
        machine: scene.machine.clone(),
        compare: scene.compare.clone(),
        painting: scene.painting.clone(),
        noise: scene.noise.clone(),
        ..*scene
    }
}

/// Whether two scenes define the same runs, their given images apart.
fn same_run(a: &Scene, b: &Scene) -> bool {
    defines_same(a, b) && a.compare == b.compare
}

/// Whether two scenes define the same run of their own machine, their given images apart.
fn defines_same(a: &Scene, b: &Scene) -> bool {
    a.training.set == b.training.set
        && a.machine == b.machine
        && a.ensemble == b.ensemble
        && a.painting == b.painting
        && a.tolerance == b.tolerance
        && a.seed == b.seed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::els::window::Window;
    use crate::labs::patches::scene::{Ink, Stroke};

    fn settled(slot: &mut SetupSlot, scene: &Scene) {
        slot.follow(scene, 0);
        while slot.is_busy() {
            std::thread::yield_now();
        }
        slot.follow(scene, 0);
    }

    #[test]
    fn only_what_the_run_depends_on_makes_new_setups() {
        let mut slot = SetupSlot::new(|| ());
        let mut scene = Scene::default();
        settled(&mut slot, &scene);
        let first = slot.main().unwrap().stamp;
        scene.abar = 0.7;
        scene.title = "another".to_owned();
        settled(&mut slot, &scene);
        assert_eq!(slot.main().unwrap().stamp, first);
        scene.machine.window = Window::K(7);
        settled(&mut slot, &scene);
        assert_ne!(slot.main().unwrap().stamp, first);
        scene.machine.window = Window::K(4);
        settled(&mut slot, &scene);
        assert!(slot.main().is_some(), "k is checked by the panel, not here");
    }

    #[test]
    fn painting_keeps_the_base_and_adds_the_run_without_it() {
        let mut slot = SetupSlot::new(|| ());
        let mut scene = Scene::default();
        settled(&mut slot, &scene);
        let before = slot.main().unwrap().clone();
        scene.painting.push(Stroke { abar: 0.5, grid: 0, at: [3.0, 3.0], radius: 2.0, ink: Ink::Value(1.0) });
        settled(&mut slot, &scene);
        let main = slot.main().unwrap();
        assert_eq!(main.base, before.base);
        assert_ne!(main.stamp, before.stamp);
        let unpainted = slot.lanes().iter().find(|(lane, _)| *lane == Lane::Unpainted).unwrap();
        assert_eq!(unpainted.1.stamp, before.stamp, "the run of before goes on");
        scene.compare = Some(scene.machine.clone());
        settled(&mut slot, &scene);
        assert_eq!(slot.lanes().len(), 3);
    }
}
