//! Every shader resolves, parses and validates; no adapter is needed.

#![cfg(feature = "gpu")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use diffuscope::engine::gpu::{compose_with, shader};
use diffuscope::engine::kernel::quantity;

fn validated(name: &str, source: &str) -> naga::Module {
    let module = naga::front::wgsl::parse_str(source)
        .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string_with_path(source, name)));
    // No capabilities: the kernels must run on every device that computes at all.
    naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty())
        .validate(&module)
        .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string_with_path(source, name)));
    module
}

/// Every complete shader with its kernel.
fn composed() -> Vec<(String, &'static shader::KernelShader, String)> {
    let mut all = Vec::new();
    for kernel in shader::KERNELS {
        if kernel.needs_quantity {
            for quantity in quantity::ALL {
                all.push((format!("{} of {}", kernel.name, quantity.id), *kernel, compose_with(quantity).unwrap()));
            }
        } else {
            all.push((kernel.name.to_owned(), *kernel, shader::compose(kernel.source).unwrap()));
        }
    }
    all
}

#[test]
fn kernels_are_valid_and_have_their_entry_points() {
    for (name, kernel, source) in composed() {
        let module = validated(&name, &source);
        let entry_points: Vec<&str> = module.entry_points.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(entry_points, kernel.entry_points, "{name}");
        for entry in &module.entry_points {
            assert_eq!(entry.workgroup_size, [64, 1, 1], "{name}");
        }
    }
}

#[test]
fn bindings_are_those_that_rust_binds() {
    for (name, kernel, source) in composed() {
        let module = validated(&name, &source);
        let mut found = vec![None; kernel.bindings.len()];
        for (_, variable) in module.global_variables.iter() {
            let Some(binding) = variable.binding else { continue };
            assert_eq!(binding.group, 0, "{name}");
            found[binding.binding as usize] = match variable.space {
                naga::AddressSpace::Uniform => Some(shader::Binding::Params),
                naga::AddressSpace::Storage { access } if access.contains(naga::StorageAccess::STORE) => {
                    Some(shader::Binding::Write)
                }
                naga::AddressSpace::Storage { .. } => Some(shader::Binding::Read),
                other => panic!("{name}: unexpected {other:?}"),
            };
        }
        let wanted: Vec<_> = kernel.bindings.iter().copied().map(Some).collect();
        assert_eq!(found, wanted, "{name}");
    }
}

#[test]
fn shared_files_are_valid_and_prefix_their_functions() {
    for (name, source) in shader::SHARED {
        validated(name, &shader::compose(source).unwrap());
        // The functions of this file alone, without its imports.
        for line in source.lines().filter_map(|line| line.strip_prefix("fn ")) {
            assert!(line.starts_with(&format!("{name}_")), "shared/{name}.wgsl: fn {line}");
        }
    }
}

#[test]
fn every_file_is_in_a_list() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    let names = |folder: &Path| -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| {
                assert_eq!(path.extension().and_then(|e| e.to_str()), Some("wgsl"), "{}", path.display());
                path.file_stem().unwrap().to_str().unwrap().to_owned()
            })
            .collect();
        names.sort_unstable();
        names
    };
    let sorted = |mut list: Vec<&'static str>| {
        list.sort_unstable();
        list
    };
    assert_eq!(names(&root), sorted(shader::KERNELS.iter().map(|kernel| kernel.name).collect()));
    assert_eq!(names(&root.join("shared")), sorted(shader::SHARED.iter().map(|(name, _)| *name).collect()));
    assert_eq!(names(&root.join("quantity")), sorted(quantity::ALL.iter().map(|quantity| quantity.id).collect()));
}

#[test]
fn a_faulty_shader_is_found() {
    let source = shader::compose("//!import math\nfn quantity(x: f32) -> f32 { return math_exp(x) + 1u; }").unwrap();
    assert!(std::panic::catch_unwind(|| validated("faulty", &source)).is_err());
}
