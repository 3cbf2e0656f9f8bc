fn quantity(s: Sample) -> f32 { return s.proxy.x + s.proxy.z; }
