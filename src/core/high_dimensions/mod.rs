//! Gaussian data in many dimensions and the linear score learned from P samples of them ([CW], main text and SI).
//!
//! The data have covariance C, written in its own eigenbasis: nothing here depends on the basis. When is P large enough?
//! Normalised traces and the density of eigenvalues need P ≫ N, eigenvectors and the distribution as a whole P ≫ N².
//!
//! - [`spectrum`]: the eigenvalues of C
//! - [`wishart`]: sample covariances at any P, by Bartlett's decomposition
//! - [`linear_score`]: the score learned, and the covariance that generation with it produces
//! - [`distance`]: W₂² and bounds on the total variation
//! - [`spectral_density`]: Marchenko and Pastur's law for any spectrum
//! - [`eigen`]: eigenvalues and eigenvectors of large symmetric matrices

pub mod distance;
pub mod eigen;
pub mod linear_score;
pub mod random;
pub mod spectral_density;
pub mod spectrum;
pub mod wishart;
