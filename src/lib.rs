//! Diffuscope: a laboratory for diffusion models whose score is known exactly.
//!
//! | module | what it holds | may use |
//! |---|---|---|
//! | [`core`] | the theory in plain f64 | nothing of the below |
//! | [`engine`] | the same quantities fast: SIMD on the CPU, WGSL on the GPU | `core` |
//! | [`labs`] | one folder a lab: its scene (data), its run (what the scene does), its view | `core`, `engine`, `ui` in views |
//! | [`lessons`] | lesson files: text, and what the program does and asks | `core`, `labs` |
//! | `ui` | widgets that all labs share, every colour | `core`, `engine` |
//! | [`export`] | figures, runs and data as files | all of the above |
//! | `app` | the window: layout, menus, files, undo | all |
//! | [`cli`] | the command line | all |
//! | [`disk`] | files that are never half written | |
//! | [`faults`] | faults to order, for tests: a full disk, a lost device | |
//!
//! The theory, the engines and the faults are packages of their own in their folders, so that the build keeps the layers.
//!
//! # Symbols
//! x a place, t time (grows with noise), α signal, σ noise, S noise shape, ᾱ = α², s = ∇ log p_t the score, D = E[x_0|x_t]
//! the denoiser, C the covariance of the proxy score. Papers: `[EFT]` information spreading from effective field theory,
//! `[GTV]` generalization through variance, `[GAUSS]` Gaussian score approximation, `[PHYS]` the physics of diffusion
//! generative models, `[CW]` generative diffusion in very large dimensions.

pub use diffuscope_core as core;
pub use diffuscope_engine as engine;
pub use diffuscope_faults as faults;

#[cfg(feature = "gui")]
pub mod app;
pub mod cli;
pub mod disk;
pub mod export;
pub mod labs;
pub mod lessons;
#[cfg(feature = "gui")]
pub mod ui;
