//! Runs the program and looks at how it ended.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// How the program ended.
pub struct Ended {
    code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diffuscope"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the program with these arguments.
pub fn diffuscope(arguments: &[&str]) -> Ended {
    program(arguments).output().unwrap().into()
}

/// Runs it with `input` on standard input.
pub fn with_input(arguments: &[&str], input: &str) -> Ended {
    let mut child = program(arguments).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

/// Runs it with nobody to read its output.
pub fn with_closed_output(arguments: &[&str]) -> Ended {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    program(arguments).stdout(writer).output().unwrap().into()
}

/// Runs it with neither X11 nor Wayland.
#[cfg(all(feature = "gui", target_os = "linux"))]
pub fn without_display(arguments: &[&str]) -> Ended {
    let mut command = program(arguments);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    command.output().unwrap().into()
}

/// Writes a scene and returns its path.
pub fn scene_file(folder: &Path, text: &str) -> String {
    let path = folder.join("scene.json");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Ended {
    /// Checks the exit code.
    pub fn expect(&self, code: i32) {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
    }

    /// Checks the exit code and that one line on standard error holds all `parts`.
    pub fn expect_sentence(&self, code: i32, parts: &[&str]) {
        self.expect(code);
        self.is_one_sentence("");
        for part in parts {
            assert!(self.stderr.contains(part), "no \"{part}\" in: {}", self.stderr);
        }
    }

    /// Checks that the program said one line about `file` and printed nothing else.
    pub fn is_one_sentence(&self, file: &str) {
        assert_eq!(self.stdout, "");
        // Drivers may have their own say first.
        let said = self.stderr.lines().filter(|line| line.starts_with("diffuscope: ")).collect::<Vec<_>>();
        assert_eq!(said.len(), 1, "{}", self.stderr);
        assert!(self.stderr.trim_end().ends_with(said[0]), "{}", self.stderr);
        assert!(said[0].contains(file), "no \"{file}\" in: {}", self.stderr);
    }
}
