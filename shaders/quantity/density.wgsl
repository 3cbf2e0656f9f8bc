fn quantity(s: Sample) -> f32 { return exp(s.log_density); }
