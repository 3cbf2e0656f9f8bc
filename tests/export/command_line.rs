use std::path::Path;
use std::process::{Command, Output};

use crate::names;

fn export(arguments: &[&str], path: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diffuscope"));
    command.args(["export", "gallery:two_points", "--engine", "cpu", "--size", "120x90"]).args(arguments);
    if let Some(path) = path {
        command.env("PATH", path);
    }
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn refused(output: &Output, code: i32, parts: &[&str]) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    for part in parts {
        assert!(said.contains(part), "no \"{part}\" in {said}");
    }
}

#[test]
fn the_ending_of_the_name_says_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.png", "a.svg", "a.jpg", "a.csv", "a.npz", "a.apng", "a.gif", "frames"] {
        let to = folder.path().join(name);
        let output = export(&["--to", to.to_str().unwrap(), "--frames", "2"], None);
        assert!(output.status.success(), "{}", said(&output));
        assert!(to.exists());
        let caption = String::from_utf8(output.stdout).unwrap();
        assert!(caption.contains("Seed") && caption.ends_with(".\n"), "{caption}");
    }
    assert_eq!(names(folder.path()).len(), 8);
    // The kind may be named.
    let to = folder.path().join("b.png");
    assert!(export(&["--to", to.to_str().unwrap(), "--as", "apng", "--frames", "2"], None).status.success());
    let reader = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(to).unwrap())).read_info().unwrap();
    assert_eq!(reader.info().animation_control().unwrap().num_frames, 2);
}

#[test]
fn what_cannot_be_written_is_told_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    refused(&export(&["--to", "a.bmp"], None), 2, &["a.bmp", ".png", ".mp4"]);
    refused(&export(&["--to", "a.png", "--as", "painting"], None), 2, &["painting", "svg"]);
    refused(&export(&["--to", "a.gif", "--frames", "1"], None), 2, &["--frames 1", "2 to 1000"]);
    refused(&export(&["--to", "a.png", "--pane", "attic"], None), 2, &["attic", "picture"]);
    let missing = folder.path().join("missing").join("a.png");
    refused(&export(&["--to", missing.to_str().unwrap()], None), 1, &["cannot write", "missing"]);
    // Not even root may write here.
    #[cfg(target_os = "linux")]
    refused(&export(&["--to", "/proc/a.png"], None), 1, &["cannot write /proc/a.png"]);
    assert!(names(folder.path()).is_empty());
}

#[cfg(unix)]
mod with_a_fake_ffmpeg {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A folder with a program called ffmpeg.
    fn fake(script: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ffmpeg");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        folder
    }

    #[test]
    fn mp4_files_are_made_of_raw_frames() {
        let folder = tempfile::tempdir().unwrap();
        // The last argument is the file.
        let ffmpeg =
            fake("here=${0%/*}; echo \"$@\" > \"$here/arguments\"; for last; do :; done; /bin/cat > \"${last#file:}\"");
        let to = folder.path().join("run.mp4");
        let output = export(&["--to", to.to_str().unwrap(), "--frames", "3"], Some(ffmpeg.path()));
        assert!(output.status.success(), "{}", said(&output));
        let bytes = std::fs::read(&to).unwrap();
        assert_eq!(bytes.len(), 3 * 120 * 90 * 4);
        let frames: Vec<_> = bytes.chunks(120 * 90 * 4).collect();
        assert!(frames[0] != frames[1] && frames[1] != frames[2]);
        assert!(frames.iter().all(|frame| frame.chunks(4).all(|pixel| pixel[3] == 255)));
        let arguments = std::fs::read_to_string(ffmpeg.path().join("arguments")).unwrap();
        for part in ["-f rawvideo", "-pix_fmt rgba", "-s 120x90", "-r 20", "-f mp4", "comment=", "Seed 2"] {
            assert!(arguments.contains(part), "no \"{part}\" in {arguments}");
        }
        assert_eq!(names(folder.path()), ["run.mp4"]);
    }

    #[test]
    fn without_ffmpeg_there_is_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let nothing = tempfile::tempdir().unwrap();
        let to = folder.path().join("run.mp4");
        let output = export(&["--to", to.to_str().unwrap(), "--frames", "3"], Some(nothing.path()));
        refused(&output, 1, &["ffmpeg", "not on the PATH", "APNG"]);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn what_ffmpeg_complains_about_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("run.mp4");
        let ffmpeg = fake("echo 'the codec is on holiday' >&2; exit 1");
        let output = export(&["--to", to.to_str().unwrap(), "--frames", "3"], Some(ffmpeg.path()));
        refused(&output, 1, &["could not make the video", "the codec is on holiday"]);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn ctrl_c_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("run.gif");
        let mut child = Command::new(env!("CARGO_BIN_EXE_diffuscope"))
            .args(["export", "gallery:two_points", "--size", "400x300", "--frames", "1000", "--to"])
            .arg(&to)
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        // Until it has begun to write.
        let begun = |folder: &Path| {
            let entries = std::fs::read_dir(folder).unwrap().flatten();
            entries.filter_map(|entry| entry.metadata().ok()).any(|data| data.len() > 1000)
        };
        while !begun(folder.path()) {
            assert!(child.try_wait().unwrap().is_none(), "it ended early");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        refused(&output, 1, &["cancelled; nothing was written"]);
        assert!(names(folder.path()).is_empty());
    }
}
