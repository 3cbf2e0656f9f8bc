// What every local score machine does with an estimate D: one stage of a step, see core::els::stepper::Step.
//
// `els_fields` holds arrays of equal shape one behind the other: φ, then, for steps of several stages, the place at which
// D is taken and the slopes of earlier stages. All are touched by the value's own invocation alone, so φ changes in place.

struct ElsStage {
    // Factors of the slopes in what comes next, the stage's own included.
    factors: vec4<f32>,
    // Slope = linear * place + denoiser * D.
    linear: f32,
    denoiser: f32,
    // Factor of φ in what comes next.
    keep: f32,
    // Number of the stage within the step.
    number: u32,
    // Where the place and what comes next begin in `els_fields`; where the first slope does, and how far apart they are.
    place: u32,
    next: u32,
    slopes: u32,
    stride: u32,
}

@group(0) @binding(1) var<storage, read_write> els_fields: array<f32>;

// Carries value `i` on, given D there.
fn els_advance(stage: ElsStage, i: u32, denoised: f32) {
    let slope = stage.linear * els_fields[stage.place + i] + stage.denoiser * denoised;
    var next = stage.keep * els_fields[i] + stage.factors[stage.number] * slope;
    for (var j = 0u; j < stage.number; j++) {
        next += stage.factors[j] * els_fields[stage.slopes + j * stage.stride + i];
    }
    // Only a stage that another follows leaves its slope.
    if stage.next != 0u {
        els_fields[stage.slopes + stage.number * stage.stride + i] = slope;
    }
    els_fields[stage.next + i] = next;
}
