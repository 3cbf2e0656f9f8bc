// ELS for an all +1 and an all -1 image: D = tanh(√ᾱ Σ φ / (1 - ᾱ)), the sum over the k × k window ([EFT] (11)).
//
// `columns` sums k values of each column; `rows` adds k of these sums and carries the pixel on, `rows_posterior` tells
// instead which pattern it sees. Sums run along a few pixels, so that they cost the same for every k; those of up to five
// values are taken afresh, as rounding left by a large neighbour could show in them.
//!import math
//!import els

struct Params {
    stage: ElsStage,
    side: u32,
    radius: u32,
    // Pixels along which one invocation runs.
    run: u32,
    // √ᾱ / (1 - ᾱ).
    scale: f32,
    // Invocations of this dispatch.
    first: u32,
    count: u32,
    // Pixels of all grids: the length of one array of the map.
    pixels: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
// Image, and the bits of weight, entropy and effective number; an array each.
@group(0) @binding(3) var<storage, read_write> map: array<u32>;

// The run of pixels that an invocation serves: the first one along, the last one, and the line it lies on.
struct Run {
    start: u32,
    end: u32,
    line: u32,
}

// `along` counts runs of a line, `line` the lines of all grids.
fn run_of(along: u32, line: u32) -> Run {
    let start = along * params.run;
    return Run(start, min(start + params.run, params.side), line);
}

// Coordinate `radius` before `start`, round the border.
fn before(start: u32) -> u32 {
    let back = params.radius % params.side;
    return select(start + params.side - back, start - back, start >= back);
}

// Largest radius at which sums are taken afresh for every pixel.
const FRESH = 2u;

fn after(i: u32) -> u32 {
    return select(i + 1u, 0u, i + 1u == params.side);
}

// The sum over the window of the next pixel of a run, and the coordinates at which it grows and shrinks.
struct Window {
    sum: f32,
    entering: u32,
    leaving: u32,
}

// Sum of k values of a column, `top` being where its first value lies.
fn first_of_column(top: u32, y: u32) -> Window {
    let leaving = before(y);
    var entering = leaving;
    var sum = 0.0;
    for (var i = 0u; i < 2u * params.radius + 1u; i++) {
        sum += els_fields[top + entering * params.side];
        entering = after(entering);
    }
    return Window(sum, entering, leaving);
}

fn next_of_column(top: u32, window: Window, y: u32) -> Window {
    if params.radius <= FRESH {
        return first_of_column(top, y);
    }
    let change = els_fields[top + window.entering * params.side] - els_fields[top + window.leaving * params.side];
    return Window(window.sum + change, after(window.entering), after(window.leaving));
}

// Neighbouring invocations take neighbouring columns.
@compute @workgroup_size(64)
fn columns(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.count {
        return;
    }
    let item = params.first + id.x;
    let side = params.side;
    let runs = (side + params.run - 1u) / params.run;
    let run = run_of((item / side) % runs, item / side / runs);
    // First value of the column.
    let column = run.line * side * side + item % side;
    let top = params.stage.place + column;
    var window = first_of_column(top, run.start);
    sums[column + run.start * side] = window.sum;
    for (var y = run.start + 1u; y < run.end; y++) {
        window = next_of_column(top, window, y);
        sums[column + y * side] = window.sum;
    }
}

// Sum of k of these sums along a row.
fn first_of_row(row: u32, x: u32) -> Window {
    let leaving = before(x);
    var entering = leaving;
    var sum = 0.0;
    for (var i = 0u; i < 2u * params.radius + 1u; i++) {
        sum += sums[row + entering];
        entering = after(entering);
    }
    return Window(sum, entering, leaving);
}

fn next_of_row(row: u32, window: Window, x: u32) -> Window {
    if params.radius <= FRESH {
        return first_of_row(row, x);
    }
    let change = sums[row + window.entering] - sums[row + window.leaving];
    return Window(window.sum + change, after(window.entering), after(window.leaving));
}

@compute @workgroup_size(64)
fn rows(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.count {
        return;
    }
    let item = params.first + id.x;
    let runs = (params.side + params.run - 1u) / params.run;
    let run = run_of(item % runs, item / runs);
    let row = run.line * params.side;
    var window = first_of_row(row, run.start);
    for (var x = run.start; x < run.end; x++) {
        els_advance(params.stage, row + x, math_tanh(params.scale * window.sum));
        window = next_of_row(row, window, min(x + 1u, params.side - 1u));
    }
}

@compute @workgroup_size(64)
fn rows_posterior(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.count {
        return;
    }
    let item = params.first + id.x;
    let runs = (params.side + params.run - 1u) / params.run;
    let run = run_of(item % runs, item / runs);
    let row = run.line * params.side;
    var window = first_of_row(row, run.start);
    for (var x = run.start; x < run.end; x++) {
        let u = params.scale * window.sum;
        // Log odds of the two patterns; the smaller weight from the exponential, so that it keeps its digits.
        let log_odds = min(2.0 * abs(u), 87.0);
        let odds = math_exp_decay(-log_odds);
        let large = 1.0 / (1.0 + odds);
        let small = odds * large;
        let pixel = row + x;
        map[pixel] = select(0u, 1u, u < 0.0);
        map[params.pixels + pixel] = bitcast<u32>(large);
        map[2u * params.pixels + pixel] = bitcast<u32>(math_ln(1.0 + odds) + log_odds * small);
        map[3u * params.pixels + pixel] = bitcast<u32>(1.0 / (large * large + small * small));
        window = next_of_row(row, window, min(x + 1u, params.side - 1u));
    }
}
