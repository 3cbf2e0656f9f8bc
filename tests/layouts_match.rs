//! Structs shared with shaders have the same bytes in Rust and in WGSL.

#![cfg(feature = "gpu")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use diffuscope::engine::gpu::{StructLayout, compose_with, shader};
use diffuscope::engine::kernel::quantity;
use naga::{Handle, Module, Type, TypeInner};

fn parsed(kernel: &shader::KernelShader) -> Module {
    let source = if kernel.needs_quantity {
        compose_with(&quantity::ALL[0]).unwrap()
    } else {
        shader::compose(kernel.source).unwrap()
    };
    naga::front::wgsl::parse_str(&source).unwrap()
}

/// The struct that `ty` is or has as elements, and those within it.
fn collect(module: &Module, ty: Handle<Type>, structs: &mut Vec<Handle<Type>>) {
    match &module.types[ty].inner {
        TypeInner::Struct { members, .. } if !structs.contains(&ty) => {
            structs.push(ty);
            for member in members {
                collect(module, member.ty, structs);
            }
        }
        TypeInner::Array { base, .. } => collect(module, *base, structs),
        _ => {}
    }
}

/// What differs between a struct in Rust and in WGSL.
fn difference(rust: &StructLayout, module: &Module, ty: Handle<Type>) -> Option<String> {
    let TypeInner::Struct { members, span } = &module.types[ty].inner else {
        return Some("is no struct".to_owned());
    };
    let wgsl: Vec<(&str, usize)> =
        members.iter().map(|m| (m.name.as_deref().unwrap_or_default(), m.offset as usize)).collect();
    let fields: Vec<(&str, usize)> = rust.fields.iter().copied().filter(|(name, _)| !name.starts_with('_')).collect();
    if fields != wgsl {
        return Some(format!("Rust has {fields:?}, WGSL {wgsl:?}"));
    }
    // A uniform struct may be padded in WGSL beyond its last field, which nobody reads.
    let last =
        members.last().map_or(0, |m| m.offset as usize + module.types[m.ty].inner.size(module.to_ctx()) as usize);
    let span = *span as usize;
    let size_fits = if rust.name == "Params" { (last..=span).contains(&rust.size) } else { rust.size == span };
    (!size_fits).then(|| format!("Rust has {} bytes, WGSL {span}", rust.size))
}

#[test]
fn every_struct_in_a_buffer_matches() {
    let mut compared = 0;
    for kernel in shader::KERNELS {
        let module = parsed(kernel);
        let mut structs = Vec::new();
        for (_, variable) in module.global_variables.iter().filter(|(_, variable)| variable.binding.is_some()) {
            collect(&module, variable.ty, &mut structs);
        }
        for ty in &structs {
            let name = module.types[*ty].name.as_deref().unwrap();
            let rust = kernel.layouts.iter().find(|layout| layout.name == name);
            let rust = rust.unwrap_or_else(|| panic!("{}: {name} has no twin in Rust", kernel.name));
            assert_eq!(difference(rust, &module, *ty), None, "{}: {name}", kernel.name);
            compared += 1;
        }
        assert_eq!(structs.len(), kernel.layouts.len(), "{}: a struct of Rust is not used", kernel.name);
    }
    assert!(compared >= 10);
}

#[test]
fn a_shifted_field_is_found() {
    let module =
        naga::front::wgsl::parse_str("struct A { a: f32, b: vec3<f32>, } @group(0) @binding(0) var<uniform> all: A;")
            .unwrap();
    let ty = module.global_variables.iter().next().unwrap().1.ty;
    let layout = |b, size| StructLayout { name: "A", size, fields: Box::leak(Box::new([("a", 0), ("b", b)])) };
    assert_eq!(difference(&layout(16, 32), &module, ty), None);
    assert!(difference(&layout(4, 32), &module, ty).is_some());
    assert!(difference(&layout(16, 28), &module, ty).is_some());
}
