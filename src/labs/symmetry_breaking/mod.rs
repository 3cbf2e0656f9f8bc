//! The symmetry-breaking lab: when does a generative process decide which magnet it makes, and what does it need to know?

pub mod check;
pub mod clones;
pub mod equations;
pub mod finite_data;
pub mod gallery;
pub mod output;
pub mod run;
pub mod scene;
