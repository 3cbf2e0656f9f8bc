// Elementary functions of known accuracy: the built-in ones are only as good as each driver makes them.

fn math_is_nan(x: f32) -> bool {
    // By bits: compilers may take `x != x` for false.
    return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn math_is_finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

// 2^n for whole n from -126 to 127.
fn math_power_of_two(n: i32) -> f32 {
    return bitcast<f32>(u32(n + 127) << 23u);
}

// The Taylor polynomial of e^r for |r| <= ln(2)/2, remainder below 6e-9.
fn math_exp_series(r: f32) -> f32 {
    var sum = 1.0 / 5040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    sum = sum * r + 1.0;
    return sum * r + 1.0;
}

// x - n ln 2, with ln 2 in two pieces of which the first has few enough bits that n times it is exact.
fn math_exp_remainder(x: f32, n: f32) -> f32 {
    return (x - n * 0.693359375) + n * 2.1219444e-4;
}

// e^x for x <= 0; below -87 it stays at e^-87 = 1.6e-38.
fn math_exp_decay(x: f32) -> f32 {
    let bounded = max(x, -87.0);
    let n = floor(bounded * 1.442695 + 0.5);
    return math_exp_series(math_exp_remainder(bounded, n)) * math_power_of_two(i32(n));
}

// e^x, infinite from 88.8 on, NaN for NaN.
fn math_exp(x: f32) -> f32 {
    let bounded = clamp(x, -104.0, 89.0);
    let n = floor(bounded * 1.442695 + 0.5);
    let half = i32(n) >> 1u;
    // Two factors, as 2^n alone leaves the range of f32 at both ends.
    let value = math_exp_series(math_exp_remainder(bounded, n)) * math_power_of_two(half)
        * math_power_of_two(i32(n) - half);
    return select(value, x, math_is_nan(x));
}

// ln x for normal x > 0: `2 artanh(z)`, z = (m - 1)/(m + 1), with mantissa m in [sqrt(1/2), sqrt(2)); the twin of
// core::philox::ln.
fn math_ln(x: f32) -> f32 {
    let shifted = bitcast<u32>(x) - 0x3f3504f3u;
    let exponent = f32(bitcast<i32>(shifted) >> 23u);
    let m = bitcast<f32>((shifted & 0x007fffffu) + 0x3f3504f3u);
    let z = (m - 1.0) / (m + 1.0);
    let z2 = z * z;
    var series = 2.0 / 9.0;
    series = series * z2 + 2.0 / 7.0;
    series = series * z2 + 2.0 / 5.0;
    series = series * z2 + 2.0 / 3.0;
    series = series * z2 + 2.0;
    return exponent * 0.6931472 + z * series;
}

// e^x for each x <= 0, as math_exp_decay.
fn math_exp_decay4(x: vec4<f32>) -> vec4<f32> {
    let bounded = max(x, vec4<f32>(-87.0));
    let n = floor(bounded * 1.442695 + 0.5);
    let r = (bounded - n * 0.693359375) + n * 2.1219444e-4;
    var sum = r * (1.0 / 5040.0) + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    sum = sum * r + 1.0;
    sum = sum * r + 1.0;
    return sum * bitcast<vec4<f32>>(vec4<u32>(vec4<i32>(n) + 127) << vec4<u32>(23u));
}

// 1 - e^-y for y >= 0, given q = e^-y; below one half by the series, as the difference would cancel.
fn math_one_minus_decay(y: f32, q: f32) -> f32 {
    var series = -1.0 / 40320.0;
    series = series * y + 1.0 / 5040.0;
    series = series * y - 1.0 / 720.0;
    series = series * y + 1.0 / 120.0;
    series = series * y - 1.0 / 24.0;
    series = series * y + 1.0 / 6.0;
    series = series * y - 0.5;
    series = series * y + 1.0;
    return select(1.0 - q, series * y, y < 0.5);
}

// tanh x: the built-in one is biased near 0 and no number for large arguments on some back ends.
fn math_tanh(x: f32) -> f32 {
    let y = 2.0 * abs(x);
    let q = math_exp_decay(-y);
    let size = math_one_minus_decay(y, q) / (1.0 + q);
    return select(size, -size, x < 0.0);
}
