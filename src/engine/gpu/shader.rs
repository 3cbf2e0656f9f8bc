//! Shader sources and how they are put together.
//!
//! A line `//!import NAME` in a shader brings in `shaders/shared/NAME.wgsl`, whose own imports are resolved likewise; each
//! file comes once, before the file that asked for it. Nothing else can be imported, and every function of a shared file
//! bears the file's name as prefix, so that a reader knows where to look.

use super::layout::StructLayout;
use super::{els, field_to_rgba, mixture_field, mixture_particles, self_test, spin_langevin};

/// A kernel's shader.
#[derive(Debug)]
pub struct KernelShader {
    /// Name of the file `shaders/NAME.wgsl`.
    pub name: &'static str,
    /// Its text, imports unresolved.
    pub source: &'static str,
    /// Its entry points.
    pub entry_points: &'static [&'static str],
    /// What is bound at bindings 0, 1, … of group 0.
    pub bindings: &'static [Binding],
    /// The structs it shares with Rust.
    pub layouts: &'static [StructLayout],
    /// Whether it lacks a function `quantity` that a [`Quantity`](crate::kernel::quantity::Quantity) must add.
    pub needs_quantity: bool,
}

/// What is bound where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// Parameters of one dispatch, chosen by dynamic offset.
    Params,
    /// A storage buffer that is read.
    Read,
    /// A storage buffer that is read and written.
    Write,
}

/// Every kernel's shader.
pub static KERNELS: &[&KernelShader] = &[
    &mixture_field::SHADER,
    &mixture_particles::SHADER,
    &field_to_rgba::SHADER,
    &els::two_pattern::SHADER,
    &els::patches::SHADER,
    &els::whole_image::SHADER,
    &spin_langevin::SHADER,
    &self_test::SHADER,
];

/// Every file that can be imported: name and text.
pub static SHARED: &[(&str, &str)] = &[
    ("els", include_str!("../../../shaders/shared/els.wgsl")),
    ("math", include_str!("../../../shaders/shared/math.wgsl")),
    ("mixture", include_str!("../../../shaders/shared/mixture.wgsl")),
    ("philox", include_str!("../../../shaders/shared/philox.wgsl")),
    ("sample", include_str!("../../../shaders/shared/sample.wgsl")),
];

/// An import that names no file of `shaders/shared`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no shaders/shared/{0}.wgsl to import")]
pub struct UnknownImport(String);

/// The text of `source` behind all it imports.
///
/// # Errors
/// An import names no shared file.
pub fn compose(source: &str) -> Result<String, UnknownImport> {
    let mut seen = Vec::new();
    let mut text = String::new();
    append(source, &mut seen, &mut text)?;
    Ok(text)
}

fn append(source: &str, seen: &mut Vec<&'static str>, text: &mut String) -> Result<(), UnknownImport> {
    for wanted in imports(source) {
        let (name, shared) =
            SHARED.iter().find(|(name, _)| *name == wanted).ok_or_else(|| UnknownImport(wanted.to_owned()))?;
        if !seen.contains(name) {
            seen.push(name);
            append(shared, seen, text)?;
        }
    }
    text.push_str(source);
    text.push('\n');
    Ok(())
}

/// The names that `source` imports, in order.
pub fn imports(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| line.strip_prefix("//!import ")).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_come_once_and_first() {
        let text = compose("//!import philox\n//!import math\nfn main() {}").unwrap();
        assert_eq!(text.matches("fn math_ln").count(), 1);
        assert_eq!(text.matches("fn philox_words").count(), 1);
        assert!(text.find("fn math_ln") < text.find("fn philox_words"));
        assert!(text.find("fn philox_words") < text.find("fn main"));
    }

    #[test]
    fn unknown_imports_are_named() {
        let error = compose("//!import ../secret").unwrap_err();
        assert_eq!(error.to_string(), "there is no shaders/shared/../secret.wgsl to import");
    }
}
