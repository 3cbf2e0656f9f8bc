//! Keeping machine, training images and grid fit for one another while the user changes one of them.

use crate::core::image_set;
use crate::core::param::Choice;
use crate::labs::patches::scene::{MachineSpec, Scene};

/// Key of the side of drawn images.
const SIDE: &str = "side";
/// Machines for which images and grids must have one size.
const SAME_SIZE: [&str; 3] = ["bbels", "ls", "is"];

/// Whether some machine of the scene needs images of the grids' size.
pub fn needs_same_size(scene: &Scene) -> bool {
    let specs = std::iter::once(&scene.machine).chain(&scene.compare);
    specs.into_iter().any(|spec| SAME_SIZE.contains(&spec.kind.kind.as_str()))
}

/// Side of the training images.
pub fn image_side(scene: &Scene) -> usize {
    match &scene.training.images {
        Some(given) => given.side,
        None => set_side(&scene.training.set).map_or(0, |(_, value)| value as usize),
    }
}

fn set_side(set: &Choice) -> Option<(&'static crate::core::param::ParamInfo, f64)> {
    let kind = image_set::ALL.iter().find(|kind| kind.info.id == set.kind)?;
    let param = kind.info.params.iter().find(|param| param.key == SIDE)?;
    Some((param, set.get(param)))
}

/// After a change of machine: the grid takes the images' size where it must, and the two-pattern machine gets its two
/// patterns.
pub fn fit_to_machine(scene: &mut Scene, images_stamp: &mut u64) {
    let two_patterns = |spec: &MachineSpec| spec.kind.kind == "two_pattern";
    if two_patterns(&scene.machine) && scene.compare.as_ref().is_none_or(two_patterns) {
        let fits = scene.training.images.is_none() && scene.training.set.kind == "black_white";
        if !fits {
            scene.training.images = None;
            scene.training.set = Choice::new("black_white");
            *images_stamp += 1;
        }
    }
    if needs_same_size(scene) {
        scene.ensemble.side = image_side(scene).max(2);
    }
}

/// After a change of training images: a machine that does not use them gives way, and the grid takes their size where it
/// must.
pub fn fit_to_images(scene: &mut Scene) {
    let drawn_two = scene.training.images.is_none() && scene.training.set.kind == "black_white";
    if !drawn_two {
        for spec in std::iter::once(&mut scene.machine).chain(&mut scene.compare) {
            if spec.kind.kind == "two_pattern" {
                spec.kind = Choice::new("els");
            }
        }
    }
    if needs_same_size(scene) {
        scene.ensemble.side = image_side(scene).max(2);
    }
}

/// After a change of the grid's side: drawn images follow where they must, within what their set allows; given ones keep
/// their size, and then the grid gives way.
pub fn fit_to_side(scene: &mut Scene, images_stamp: &mut u64) {
    if !needs_same_size(scene) {
        return;
    }
    if scene.training.images.is_none()
        && let Some((param, _)) = set_side(&scene.training.set)
        && param.check(scene.ensemble.side as f64).is_ok()
    {
        scene.training.set.params.insert(SIDE.to_owned(), scene.ensemble.side as f64);
        *images_stamp += 1;
    }
    scene.ensemble.side = image_side(scene).max(2);
}

/// A machine worth comparing with `spec`: the ideal score beside a local one, and another window beside the two-pattern one.
pub fn other_than(spec: &MachineSpec) -> MachineSpec {
    use crate::core::els::window::Window;
    let mut other = spec.clone();
    match spec.kind.kind.as_str() {
        "two_pattern" => {
            let k = spec.window.at(0, 1, 0.5);
            other.window = Window::K(if k < 9 { k + 4 } else { k - 4 });
        }
        "is" => other.kind = Choice::new("els"),
        _ => other.kind = Choice::new("is"),
    }
    other
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::els::machine;
    use crate::labs::scene_file::SceneFormat;

    #[test]
    fn every_machine_fits_every_set_after_it_was_chosen() {
        for kind in machine::ALL {
            for set in image_set::ALL {
                let mut scene = Scene::default();
                scene.training.set = Choice::new(set.info.id);
                fit_to_images(&mut scene);
                scene.machine.kind = Choice::new(kind.info.id);
                fit_to_machine(&mut scene, &mut 0);
                scene.check().unwrap();
                scene.compare = Some(other_than(&scene.machine));
                fit_to_machine(&mut scene, &mut 0);
                scene.check().unwrap();
                for side in [2, 16, 33, 64] {
                    scene.ensemble.side = side;
                    fit_to_side(&mut scene, &mut 0);
                    scene.check().unwrap();
                }
            }
        }
    }
}
