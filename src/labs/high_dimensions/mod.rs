//! The high-dimensions lab: Gaussian data, a linear score learned from P = N^{1+a} samples, and what of the data it keeps.

pub mod check;
pub mod equations;
pub mod gallery;
pub mod output;
pub mod run;
pub mod scene;
