//! The theory in plain f64: readable, slow, trusted.
//!
//! No window, no GPU, no clock, no files and no global randomness in here: the same arguments give the same numbers. The
//! engines compute the same quantities fast and are held against this module by tests.

pub mod curie_weiss;
pub mod data_set;
pub mod els;
pub mod format;
pub mod gaussian_flow;
pub mod grid;
pub mod high_dimensions;
pub mod image_set;
pub mod mixture;
pub mod notation;
pub mod param;
pub mod philox;
pub mod process;
pub mod sampler;
pub mod score_model;
pub mod sym2;
pub mod time_grid;
