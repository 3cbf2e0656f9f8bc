//! Structs shared with shaders.

/// Name, size and field offsets of a struct, to be compared with those of the WGSL struct of the same name.
#[derive(Debug, Clone, Copy)]
pub struct StructLayout {
    /// Name of the struct.
    pub name: &'static str,
    /// Size in bytes, as an array element.
    pub size: usize,
    /// Fields with their offsets in bytes; names that begin with an underscore are padding that WGSL implies.
    pub fields: &'static [(&'static str, usize)],
}

/// Declares a struct that goes to a shader byte by byte, with its `LAYOUT`.
macro_rules! shader_struct {
    ($(#[$attribute:meta])* struct $name:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$attribute])*
        #[repr(C)]
        #[derive(Debug, Clone, Copy, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
        pub(super) struct $name {
            $(pub(super) $field: $type,)*
        }

        impl $name {
            pub(super) const LAYOUT: $crate::gpu::layout::StructLayout =
                $crate::gpu::layout::StructLayout {
                    name: stringify!($name),
                    size: size_of::<$name>(),
                    fields: &[$((stringify!($field), std::mem::offset_of!($name, $field)),)*],
                };
        }
    };
}

pub(super) use shader_struct;
