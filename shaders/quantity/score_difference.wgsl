fn quantity(s: Sample) -> f32 { return length(s.score - s.other_score); }
