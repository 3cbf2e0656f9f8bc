// IS: one posterior over whole training images for each grid; see core::els::posterior.
//
// `compare` measures the distance of each grid from each image, `weigh` turns the distances of a grid into weights, and
// `average` averages the images, a part of them at a time, and carries the grid on. Sums over lanes go through trees of
// fixed shape in workgroup memory.
//!import math
//!import els

struct Params {
    stage: ElsStage,
    // Values of a grid and of an image.
    size: u32,
    grids: u32,
    // All images; the first of those in the buffer; `average`: part of those in the buffer.
    images: u32,
    first_image: u32,
    part_start: u32,
    part_end: u32,
    // √ᾱ and 1 / (2 (1 - ᾱ)).
    signal: f32,
    sharpness: f32,
    // `average`. 1: earlier sums are carried on; 2: sums are to be carried.
    flags: u32,
    // Invocations of this dispatch; for `compare` and `weigh` whole workgroups.
    first: u32,
    count: u32,
    // `compare`: images in the buffer.
    present: u32,
}

const RESUME = 1u;
const SUSPEND = 2u;
// Terms that are summed before they join the rest.
const RUN = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> images: array<f32>;
// Distances of each grid from all images, then their weights; behind them nearest image, Z, Σ w log w and Σ w² of each grid.
@group(0) @binding(3) var<storage, read_write> weights: array<f32>;
// Unfinished averages.
@group(0) @binding(4) var<storage, read_write> averages: array<f32>;

var<workgroup> lanes: array<f32, 64>;
var<workgroup> numbers: array<u32, 64>;

// The sum of one number of each lane, for all of them.
fn total(lane: u32, value: f32) -> f32 {
    lanes[lane] = value;
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

// The smallest of one number of each lane, and the lowest of the indices that have it.
fn smallest(lane: u32, value: f32, index: u32) -> u32 {
    lanes[lane] = value;
    numbers[lane] = index;
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if lane < half {
            let other = lanes[lane + half];
            let own = lanes[lane];
            if other < own || (other == own && numbers[lane + half] < numbers[lane]) {
                lanes[lane] = other;
                numbers[lane] = numbers[lane + half];
            }
        }
        workgroupBarrier();
    }
    let found = numbers[0];
    workgroupBarrier();
    return found;
}

// One workgroup for each grid and image.
@compute @workgroup_size(64)
fn compare(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let pair = params.first / 64u + group.x;
    let image = pair % params.present;
    let grid = pair / params.present;
    let place = params.stage.place + grid * params.size;
    var sum = 0.0;
    for (var start = lane; start < params.size; start += 64u * RUN) {
        var part = 0.0;
        for (var i = start; i < min(start + 64u * RUN, params.size); i += 64u) {
            let d = els_fields[place + i] - params.signal * images[image * params.size + i];
            part += d * d;
        }
        sum += part;
    }
    let distance = total(lane, sum);
    if lane == 0u {
        weights[grid * params.images + params.first_image + image] = distance;
    }
}

// One workgroup for each grid.
@compute @workgroup_size(64)
fn weigh(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let grid = params.first / 64u + group.x;
    let row = grid * params.images;
    var near = 3.0e38;
    var index = 0xffffffffu;
    for (var n = lane; n < params.images; n += 64u) {
        let distance = weights[row + n];
        index = select(index, n, distance < near);
        near = min(near, distance);
    }
    let best = smallest(lane, near, index);
    let nearest = weights[row + min(best, params.images - 1u)];
    // Every lane has read the distance that lane `best` is about to overwrite.
    workgroupBarrier();
    var sum = 0.0;
    var weighted = 0.0;
    var squares = 0.0;
    for (var n = lane; n < params.images; n += 64u) {
        let exponent = max(-params.sharpness * (weights[row + n] - nearest), -87.0);
        let weight = math_exp_decay(exponent);
        weights[row + n] = weight;
        sum += weight;
        weighted += weight * exponent;
        squares += weight * weight;
    }
    let z = total(lane, sum);
    let logs = total(lane, weighted);
    let square = total(lane, squares);
    if lane == 0u {
        let at = params.grids * params.images + 4u * grid;
        weights[at] = f32(best);
        weights[at + 1u] = z;
        weights[at + 2u] = logs;
        weights[at + 3u] = square;
    }
}

@compute @workgroup_size(64)
fn average(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.count {
        return;
    }
    let i = params.first + id.x;
    let grid = i / params.size;
    let value = i % params.size;
    let row = grid * params.images + params.first_image;
    var sum = 0.0;
    if (params.flags & RESUME) != 0u {
        sum = averages[i];
    }
    for (var start = params.part_start; start < params.part_end; start += RUN) {
        var part = 0.0;
        for (var n = start; n < min(start + RUN, params.part_end); n++) {
            part += weights[row + n] * images[n * params.size + value];
        }
        sum += part;
    }
    if (params.flags & SUSPEND) != 0u {
        averages[i] = sum;
    } else {
        els_advance(params.stage, i, sum / weights[params.grids * params.images + 4u * grid + 1u]);
    }
}
