// Precision matrices as P = L Lᵀ with lower triangular L = (xx, yx, yy): the quadratic form |Lᵀd|² of a long thin Gaussian
// loses half as many digits as d·Pd does.

// Lᵀ d.
fn mixture_whiten(factor: vec3<f32>, d: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(factor.x * d.x + factor.y * d.y, factor.z * d.y);
}

// L u, so that P d = L (Lᵀ d).
fn mixture_unwhiten(factor: vec3<f32>, u: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(factor.x * u.x, factor.y * u.x + factor.z * u.y);
}
