use std::cell::Cell;

use diffuscope::export::{self, Kind};
use diffuscope::labs::Stopped;

use crate::{names, request, small_scenes};

/// Exports until `go_on` has been asked `most` times; whether it was stopped before its end.
fn stop_after(kind: &Kind, request: &export::Request, to: &std::path::Path, most: usize) -> bool {
    let asked = Cell::new(0);
    let told = Cell::new(0.0);
    let result = kind.export(request, to, &|fraction| {
        assert!((0.0..=1.0).contains(&fraction), "{fraction}");
        asked.set(asked.get() + 1);
        told.set(fraction);
        asked.get() <= most
    });
    match result {
        Ok(()) => {
            assert_eq!(told.get(), 1.0);
            false
        }
        Err(error) => {
            assert!(error.is::<Stopped>(), "{}: {error:#}", kind.id);
            true
        }
    }
}

#[test]
fn what_is_cancelled_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let scenes = small_scenes();
    for kind in export::ALL.iter().filter(|kind| kind.id != "mp4") {
        let target = folder.path().join("target");
        let mut request = request(scenes[0].clone());
        request.picture.size = [120, 90];
        for most in [0, 1, 3, 8] {
            if !stop_after(kind, &request, &target, most) {
                std::fs::remove_file(&target).or_else(|_| std::fs::remove_dir_all(&target)).unwrap();
            }
            assert!(names(folder.path()).is_empty(), "{} stopped at {most}: {:?}", kind.id, names(folder.path()));
        }
    }
}

#[test]
fn the_runs_of_all_labs_stop_when_told_to() {
    let folder = tempfile::tempdir().unwrap();
    for scene in small_scenes() {
        let lab = scene.lab.info.id;
        let request = request(scene);
        let npz = Kind::find("npz").unwrap();
        for most in [1, 2, 4, 6] {
            assert!(stop_after(npz, &request, &folder.path().join("data.npz"), most), "{lab} {most}");
            assert!(names(folder.path()).is_empty(), "{lab} {most}: {:?}", names(folder.path()));
        }
    }
}

#[test]
fn a_file_that_was_there_survives_a_cancelled_export() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("figure.png");
    std::fs::write(&path, "old").unwrap();
    let request = request(small_scenes().remove(0));
    assert!(stop_after(Kind::find("png").unwrap(), &request, &path, 1));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(names(folder.path()), ["figure.png"]);
}
