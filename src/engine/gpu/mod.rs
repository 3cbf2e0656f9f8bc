//! WGSL compute shaders through wgpu.
