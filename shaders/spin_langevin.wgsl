// Real spins carried backward by the exact score of a mixture of product states; see engine::kernel::spin_langevin.
//
// With q = e^-2|u| and r = e^-2b, two states of biases ±b need one exponential a spin:
// log[cosh(u + b)/cosh(u - b)] = ±log[(1 + rq)/(r + q)] and ⟨a⟩ = [±r(1 - q²) + g(1 - r²)q]/[(1 + rq)(r + q)], ± the sign
// of u and g the difference of the states' weights. For other mixtures, with p = 1 and n = q for u >= 0 and the other way
// round for u < 0, cosh(u + b)/cosh b = e^|u| (c₊p + c₋n) and tanh(u + b) = (c₊p - c₋n)/(c₊p + c₋n), c± = (1 ± tanh b)/2.
//
// A step is three passes: `gather` sums over blocks of spins, `weigh` over a system's blocks, by trees of fixed shape in
// workgroup memory; `move_spins` moves the spins. `gather_states` and `weigh_states` do more for other mixtures.
//!import math
//!import philox

struct Params {
    // Noise: key, stream, number of the step; counter of the first system, counters of each.
    seed: vec2<u32>,
    stream: u32,
    step: u32,
    first_counter: u32,
    counters: u32,
    // Spins of a system; blocks of BLOCK of them; product states, 0 for a pair ±b.
    spins: u32,
    blocks: u32,
    states: u32,
    // Whether errors of the score stand behind the states.
    has_error: u32,
    // Where the sums over blocks for each state, and the weights, begin in `sums`; where this step's results do.
    of_states: u32,
    weights: u32,
    results: u32,
    // The step: see SpinStep.
    tilt: f32,
    keep: f32,
    pull: f32,
    error: f32,
    noise: f32,
    // The pair: r, 1 - r, 1 - r², half the log odds of the states' weights.
    r: f32,
    one_minus_r: f32,
    one_minus_r2: f32,
    half_log_odds: f32,
    // Invocations of this dispatch; where workgroups work together, whole ones.
    first: u32,
    count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// One system after the other.
@group(0) @binding(1) var<storage, read_write> spins: array<f32>;
// c₊, c₋, sign and log weight of each state; behind them the errors of the score.
@group(0) @binding(2) var<storage, read> constants: array<f32>;
// Σ log and Σx of each block; Σ log of each block for each state; g of each system, or the weights of its states.
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
// Log odds and Σx of each system, step by step.
@group(0) @binding(4) var<storage, read_write> results: array<f32>;

// Spins of a block.
const BLOCK = 1024u;
// Terms that are summed before they join the rest.
const RUN = 32u;
// Spins that share counters, and how many they share.
const NOISE_BLOCK = 64u;
const NOISE_COUNTERS = 16u;
// |u| from which q counts as its value there: e^-80 is still a normal number.
const LARGEST = 40.0;

var<workgroup> lanes: array<vec2<f32>, 64>;

// The sums of two numbers of each lane, for all of them.
fn total(lane: u32, values: vec2<f32>) -> vec2<f32> {
    lanes[lane] = values;
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if lane < half {
            lanes[lane] += lanes[lane + half];
        }
        workgroupBarrier();
    }
    let sum = lanes[0];
    workgroupBarrier();
    return sum;
}

// The largest number of any lane.
fn largest(lane: u32, value: f32) -> f32 {
    lanes[lane] = vec2<f32>(value);
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if lane < half {
            lanes[lane] = max(lanes[lane], lanes[lane + half]);
        }
        workgroupBarrier();
    }
    let found = lanes[0].x;
    workgroupBarrier();
    return found;
}

// 2|u|, kept in range.
fn exponent_of(x: f32) -> f32 {
    return 2.0 * min(abs(params.tilt * x), LARGEST);
}

// log[cosh(u + b)/cosh(u - b)] of a pair.
fn log_ratio(x: f32) -> f32 {
    let y = exponent_of(x);
    let q = math_exp_decay(-y);
    let a = 1.0 + params.r * q;
    let b = params.r + q;
    // a - b, exact also where a and b nearly agree; there the logarithm is 2 artanh of its ratio to a + b.
    let z = params.one_minus_r * math_one_minus_decay(y, q) / (a + b);
    let z2 = z * z;
    var series = 2.0 / 11.0;
    series = series * z2 + 2.0 / 9.0;
    series = series * z2 + 2.0 / 7.0;
    series = series * z2 + 2.0 / 5.0;
    series = series * z2 + 2.0 / 3.0;
    series = series * z2 + 2.0;
    let size = select(math_ln(a / b), z * series, z < 0.17);
    return select(size, -size, x < 0.0);
}

// One workgroup for each system and block.
@compute @workgroup_size(64)
fn gather(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let item = params.first / 64u + group.x;
    let system = item / params.blocks;
    let start = item % params.blocks * BLOCK;
    let end = min(start + BLOCK, params.spins);
    var sum = vec2<f32>();
    for (var i = start + lane; i < end; i += 64u) {
        let x = spins[system * params.spins + i];
        if params.states == 0u {
            sum.x += log_ratio(x);
        }
        sum.y += x;
    }
    let found = total(lane, sum);
    if lane == 0u {
        sums[2u * item] = found.x;
        sums[2u * item + 1u] = found.y;
    }
}

// The sums over all blocks of a system.
fn of_system(lane: u32, system: u32) -> vec2<f32> {
    var sum = vec2<f32>();
    for (var start = lane; start < params.blocks; start += 64u * RUN) {
        var part = vec2<f32>();
        for (var i = start; i < min(start + 64u * RUN, params.blocks); i += 64u) {
            let at = 2u * (system * params.blocks + i);
            part += vec2<f32>(sums[at], sums[at + 1u]);
        }
        sum += part;
    }
    return total(lane, sum);
}

// One workgroup for each system.
@compute @workgroup_size(64)
fn weigh(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let system = params.first / 64u + group.x;
    let found = of_system(lane, system);
    if lane == 0u {
        let half = params.half_log_odds + 0.5 * found.x;
        sums[params.weights + system] = math_tanh(half);
        results[params.results + 2u * system] = 2.0 * half;
        results[params.results + 2u * system + 1u] = found.y;
    }
}

// p and n of the spin x.
fn split(x: f32) -> vec2<f32> {
    let q = math_exp_decay(-exponent_of(x));
    return select(vec2<f32>(1.0, q), vec2<f32>(q, 1.0), x < 0.0);
}

// One invocation for each system, block and state.
@compute @workgroup_size(64)
fn gather_states(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.count {
        return;
    }
    let item = params.first + id.x;
    let state = item % params.states;
    let block = item / params.states;
    let system = block / params.blocks;
    let first = block % params.blocks * BLOCK;
    let end = min(first + BLOCK, params.spins);
    let c = vec2<f32>(constants[4u * state], constants[4u * state + 1u]);
    var sum = 0.0;
    for (var run = first; run < end; run += RUN) {
        var part = 0.0;
        for (var i = run; i < min(run + RUN, end); i++) {
            part += math_ln(dot(c, split(spins[system * params.spins + i])));
        }
        sum += part;
    }
    sums[params.of_states + item] = sum;
}

// One workgroup for each system.
@compute @workgroup_size(64)
fn weigh_states(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let system = params.first / 64u + group.x;
    let found = of_system(lane, system);
    let row = params.weights + system * params.states;
    var highest = -3.0e38;
    for (var k = lane; k < params.states; k += 64u) {
        var log = constants[4u * k + 3u];
        for (var start = 0u; start < params.blocks; start += RUN) {
            var part = 0.0;
            for (var i = start; i < min(start + RUN, params.blocks); i++) {
                part += sums[params.of_states + (system * params.blocks + i) * params.states + k];
            }
            log += part;
        }
        sums[row + k] = log;
        highest = max(highest, log);
    }
    let top = largest(lane, highest);
    // Weights of the states with positive and with negative bias, and of all.
    var sides = vec2<f32>();
    var all = vec2<f32>();
    for (var k = lane; k < params.states; k += 64u) {
        let weight = math_exp_decay(sums[row + k] - top);
        sums[row + k] = weight;
        let sign = constants[4u * k + 2u];
        sides += weight * vec2<f32>(max(sign, 0.0), max(-sign, 0.0));
        all.x += weight;
    }
    let side = total(lane, sides);
    let norm = total(lane, all).x;
    for (var k = lane; k < params.states; k += 64u) {
        sums[row + k] /= norm;
    }
    if lane == 0u {
        // The larger over the smaller, which is no less than e^-87 where there are such states at all.
        let odds = math_ln(max(side.x, side.y) / max(min(side.x, side.y), 1.2e-38));
        results[params.results + 2u * system] = select(select(odds, -odds, side.x < side.y), 0.0, side.x == side.y);
        results[params.results + 2u * system + 1u] = found.y;
    }
}

// ⟨a⟩ of the spin x.
fn mean_of(system: u32, x: f32) -> f32 {
    if params.states == 0u {
        let y = exponent_of(x);
        let q = math_exp_decay(-y);
        let size = params.r * math_one_minus_decay(y, q) * (1.0 + q);
        let odd = select(size, -size, x < 0.0);
        let even = q * (sums[params.weights + system] * params.one_minus_r2);
        return (odd + even) / ((1.0 + params.r * q) * (q + params.r));
    }
    let parts = split(x);
    var mean = 0.0;
    for (var k = 0u; k < params.states; k++) {
        let up = constants[4u * k] * parts.x;
        let down = constants[4u * k + 1u] * parts.y;
        mean += sums[params.weights + system * params.states + k] * ((up - down) / (up + down));
    }
    return mean;
}

// One invocation for each counter, which serves four spins.
@compute @workgroup_size(64)
fn move_spins(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.count {
        return;
    }
    let item = params.first + id.x;
    let system = item / params.counters;
    let counter = item % params.counters;
    var xi = vec4<f32>();
    if params.noise != 0.0 {
        xi = philox_normals4(params.seed, params.stream, params.first_counter + item, params.step);
    }
    let first = counter / NOISE_COUNTERS * NOISE_BLOCK + counter % NOISE_COUNTERS;
    for (var j = 0u; j < 4u; j++) {
        let spin = first + j * NOISE_COUNTERS;
        if spin < params.spins {
            let at = system * params.spins + spin;
            let x = spins[at];
            var next = params.keep * x + params.pull * mean_of(system, x) + params.noise * xi[j];
            if params.has_error != 0u {
                next += params.error * constants[4u * params.states + spin];
            }
            spins[at] = next;
        }
    }
}
