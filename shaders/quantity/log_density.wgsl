fn quantity(s: Sample) -> f32 { return s.log_density; }
