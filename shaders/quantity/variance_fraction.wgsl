fn quantity(s: Sample) -> f32 {
    let noise = s.proxy.x + s.proxy.z;
    let total = noise + dot(s.score, s.score);
    return select(0.0, noise / total, total > 0.0);
}
