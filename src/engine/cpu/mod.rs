//! SIMD on all cores.
