// Philox4x32-10 and normal numbers from its words: the twin of core::philox.
//!import math

fn philox_multiply_high(a: u32, b: u32) -> u32 {
    let a_low = a & 0xffffu;
    let a_high = a >> 16u;
    let b_low = b & 0xffffu;
    let b_high = b >> 16u;
    let low = a_low * b_low;
    let cross_a = a_low * b_high;
    let cross_b = a_high * b_low;
    let carry = ((low >> 16u) + (cross_a & 0xffffu) + (cross_b & 0xffffu)) >> 16u;
    return a_high * b_high + (cross_a >> 16u) + (cross_b >> 16u) + carry;
}

// The four words of `item` at `step` of `stream` under `seed`, low word first.
fn philox_words(seed: vec2<u32>, stream: u32, item: u32, step: u32) -> vec4<u32> {
    var counter = vec4<u32>(item, step, stream, 0u);
    var key = seed;
    for (var round = 0u; round < 10u; round++) {
        let a_high = philox_multiply_high(0xD2511F53u, counter.x);
        let a_low = 0xD2511F53u * counter.x;
        let b_high = philox_multiply_high(0xCD9E8D57u, counter.z);
        let b_low = 0xCD9E8D57u * counter.z;
        counter = vec4<u32>(b_high ^ counter.y ^ key.x, b_low, a_high ^ counter.w ^ key.y, a_low);
        key += vec2<u32>(0x9E3779B9u, 0xBB67AE85u);
    }
    return counter;
}

// The upper 24 bits as a number in (0, 1).
fn philox_uniform(word: u32) -> f32 {
    return (f32(word >> 8u) + 0.5) * (1.0 / 16777216.0);
}

// (cosine, sine) of 2 pi u for u in (0, 1), by quarter turns and Taylor polynomials.
fn philox_cos_sin_turns(u: f32) -> vec2<f32> {
    let quarter = floor(4.0 * u + 0.5);
    let angle = (u - 0.25 * quarter) * 6.2831855;
    let a2 = angle * angle;
    var sine = 1.0 / 362880.0;
    sine = sine * a2 - 1.0 / 5040.0;
    sine = sine * a2 + 1.0 / 120.0;
    sine = sine * a2 - 1.0 / 6.0;
    sine = (sine * a2 + 1.0) * angle;
    var cosine = -1.0 / 3628800.0;
    cosine = cosine * a2 + 1.0 / 40320.0;
    cosine = cosine * a2 - 1.0 / 720.0;
    cosine = cosine * a2 + 1.0 / 24.0;
    cosine = cosine * a2 - 0.5;
    cosine = cosine * a2 + 1.0;
    switch u32(quarter) & 3u {
        case 0u: { return vec2<f32>(cosine, sine); }
        case 1u: { return vec2<f32>(-sine, cosine); }
        case 2u: { return vec2<f32>(-cosine, -sine); }
        default: { return vec2<f32>(sine, -cosine); }
    }
}

// Two independent standard normal numbers, by Box and Muller.
fn philox_normals(seed: vec2<u32>, stream: u32, item: u32, step: u32) -> vec2<f32> {
    let words = philox_words(seed, stream, item, step);
    let radius = sqrt(-2.0 * math_ln(philox_uniform(words.x)));
    return radius * philox_cos_sin_turns(philox_uniform(words.y));
}

// Four independent standard normal numbers: the twin of core::philox::normals4.
fn philox_normals4(seed: vec2<u32>, stream: u32, item: u32, step: u32) -> vec4<f32> {
    let words = philox_words(seed, stream, item, step);
    let first = sqrt(-2.0 * math_ln(philox_uniform(words.x)));
    let second = sqrt(-2.0 * math_ln(philox_uniform(words.z)));
    return vec4<f32>(
        first * philox_cos_sin_turns(philox_uniform(words.y)),
        second * philox_cos_sin_turns(philox_uniform(words.w)),
    );
}
