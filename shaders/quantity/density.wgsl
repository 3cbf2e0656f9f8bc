fn quantity(s: Sample) -> f32 { return math_exp(s.log_density); }
