// What a quantity is computed from: the twin of engine::kernel::quantity::Sample. Quantities are files of their own, each
// with `fn quantity(s: Sample) -> f32`; they may use the functions of math.wgsl.
//!import math

struct Sample {
    log_density: f32,
    score: vec2<f32>,
    // Entries xx, xy, yy of the proxy score's covariance.
    proxy: vec3<f32>,
    // Score of the second model, equal to `score` where there is none.
    other_score: vec2<f32>,
}
