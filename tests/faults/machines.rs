//! Machines without a display, without a graphics adapter, or with OpenGL alone.
#![cfg(target_os = "linux")]

use std::process::Command;

use crate::child::{expect_sentence, program};

/// A machine on which no driver is found.
fn without_adapter(arguments: &[&str]) -> Command {
    let mut command = program(arguments);
    // Neither exists here: Metal is Apple's.
    command.env("WGPU_BACKEND", "metal");
    command
}

#[test]
fn without_an_adapter_the_cpu_computes_and_pictures_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    let run = |engine: &str| without_adapter(&["run", "gallery:two_points", "--out", out, "--engine", engine]);
    let ended = run("auto").output().unwrap();
    assert!(ended.status.success());
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(said.contains("Computing on the CPU: no graphics adapter was found."), "{said}");
    expect_sentence(&run("gpu").output().unwrap(), 3, &["no graphics adapter was found"]);
}

#[test]
fn without_vulkan_opengl_draws_or_the_fault_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let figure = folder.path().join("figure.png");
    let render = ["render", "gallery:two_points", "-o", figure.to_str().unwrap(), "--size", "200x150"];
    for backend in ["gl", "metal"] {
        let mut command = program(&render);
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env("WGPU_BACKEND", backend);
        let ended = command.output().unwrap();
        if ended.status.success() {
            let picture = image::open(&figure).unwrap();
            assert_eq!((picture.width(), picture.height()), (200, 150));
        } else {
            expect_sentence(&ended, 1, &["no graphics adapter was found to draw with", "install a Vulkan driver"]);
        }
    }
}

#[test]
fn opengl_alone_computes_on_the_cpu_unless_it_has_all_that_kernels_need() {
    let out = tempfile::tempdir().unwrap();
    let run = ["run", "gallery:two_points", "--out", out.path().to_str().unwrap()];
    let ended = program(&run).env("WGPU_BACKEND", "gl").output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let summary = std::fs::read(out.path().join("summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap();
    assert!(summary["engine"] == "gpu" || summary["note"].as_str().unwrap().starts_with("Computing on the CPU: "));
}

#[test]
fn without_a_display_the_window_names_the_commands_that_need_none() {
    let parts = ["no display", "diffuscope render", "diffuscope run"];
    let mut none = program(&[]);
    none.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    expect_sentence(&none.output().unwrap(), 1, &parts);
    // A display that is named but does not answer.
    let mut silent = program(&["gallery:two_points"]);
    silent.env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET").env("DISPLAY", ":4711");
    expect_sentence(&silent.output().unwrap(), 1, &parts);
}
