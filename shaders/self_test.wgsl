// What the kernels rely on, computed where it can be checked: see engine::gpu::self_test.
//!import math
//!import philox

struct Params {
    // Runs of the loops below; a number the compiler must not know.
    loop_length: u32,
    // Bits of a NaN, of infinity and of one.
    not_a_number: u32,
    infinity: u32,
    one: u32,
}

struct Answers {
    // Count of a loop, and a sum of 1/k carried along it.
    count: u32,
    sum: f32,
    // Bit 0: NaN found; 1: infinity found; 2: one taken for neither.
    classes: u32,
}

struct Values {
    // e^-k/8, e^(k/4 - 16), ln((k + 1/2)/256) and tanh((k - 128)/16) for k the number of the invocation.
    decay: f32,
    exponential: f32,
    logarithm: f32,
    tangent: f32,
    // Random words of item k.
    words: vec4<u32>,
    // Normal numbers of item k.
    normals: vec2<f32>,
    // Sum of k over the workgroup, by a tree.
    shared_sum: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> answers: array<Answers>;
@group(0) @binding(2) var<storage, read_write> values: array<Values>;

var<workgroup> lanes: array<f32, 64>;

@compute @workgroup_size(64)
fn self_test(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let k = id.x;
    lanes[lane] = f32(k);
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if lane < half {
            lanes[lane] += lanes[lane + half];
        }
        workgroupBarrier();
    }
    if k == 0u {
        var answer = Answers();
        for (var i = 0u; i < params.loop_length; i++) {
            answer.count += 1u;
            answer.sum += 1.0 / f32(i + 1u);
        }
        if math_is_nan(bitcast<f32>(params.not_a_number)) && !math_is_finite(bitcast<f32>(params.not_a_number)) {
            answer.classes |= 1u;
        }
        if !math_is_nan(bitcast<f32>(params.infinity)) && !math_is_finite(bitcast<f32>(params.infinity)) {
            answer.classes |= 2u;
        }
        if !math_is_nan(bitcast<f32>(params.one)) && math_is_finite(bitcast<f32>(params.one)) {
            answer.classes |= 4u;
        }
        answers[0] = answer;
    }
    let real = f32(k);
    let seed = vec2<u32>(42u, 7u);
    values[k] = Values(
        math_exp_decay(-real / 8.0),
        math_exp(real / 4.0 - 16.0),
        math_ln((real + 0.5) / 256.0),
        math_tanh((real - 128.0) / 16.0),
        philox_words(seed, 3u, k, 9u),
        philox_normals(seed, 3u, k, 9u),
        lanes[0],
    );
}
