//! Processes that are started to be killed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// Where the parent tells its child to work.
const FOLDER: &str = "DIFFUSCOPE_TEST_FOLDER";
/// What else it tells it.
const TASK: &str = "DIFFUSCOPE_TEST_TASK";

/// The folder and the task of a child; `None` in a process that is none.
pub fn orders() -> Option<(PathBuf, String)> {
    Some((std::env::var_os(FOLDER)?.into(), std::env::var(TASK).ok()?))
}

/// Starts the test `name` of this program in a process of its own.
pub fn start(name: &str, folder: &Path, task: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(FOLDER, folder).env(TASK, task);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Kills the process (no handler can run: SIGKILL where there are signals) once it has said `words` on standard error.
pub fn kill_at(mut child: Child, words: &str) {
    let mut said = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    while !said.contains(words) {
        let read = lines.read_line(&mut said).unwrap();
        assert!(read > 0, "the child ended without \"{words}\": {said}\n{:?}", child.wait());
    }
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(!status.success());
    #[cfg(unix)]
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));
}

/// The program itself.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diffuscope"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Checks the exit code, and that one sentence on standard error holds all `parts`.
pub fn expect_sentence(output: &Output, code: i32, parts: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{:?}: {said}", output.status);
    let sentences: Vec<&str> = said.lines().filter(|line| line.starts_with("diffuscope: ")).collect();
    assert_eq!(sentences.len(), 1, "{said}");
    for part in parts {
        assert!(sentences[0].contains(part), "no \"{part}\" in: {}", sentences[0]);
    }
    assert!(!said.contains("panicked"), "{said}");
}

/// Names in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
