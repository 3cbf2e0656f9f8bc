fn quantity(s: Sample) -> f32 {
    let total = s.proxy.x + s.proxy.z;
    let gap = length(vec2<f32>(s.proxy.x - s.proxy.z, 2.0 * s.proxy.y));
    return select(0.0, min(gap / total, 1.0), total > 0.0);
}
