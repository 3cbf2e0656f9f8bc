// ELS, bbELS and LS: for every pixel a posterior over patches of the training images; see core::els::posterior.
//
// `gather` takes four pixels above one another together and compares them with four patches that lie above one another
// likewise: the windows overlap, so a row of squared differences serves up to four distances. Distances are sums of
// squares, never differences of sums. An invocation goes through a chunk of all patches and leaves the sums of a softmax
// relative to the nearest patch; `merge` joins chunks 32 at a time, `finish` the rest, and carries the pixel on or tells
// where it comes from.
//!import math
//!import els

struct Params {
    stage: ElsStage,
    // Side of the grids and of the images, radius of a window, channels.
    side: u32,
    image_side: u32,
    radius: u32,
    channels: u32,
    // Pixels of all grids; groups of four of them.
    pixels: u32,
    groups: u32,
    // Images in the buffer, and the number of the first.
    images: u32,
    first_image: u32,
    // √ᾱ and 1 / (2 (1 - ᾱ)).
    signal: f32,
    sharpness: f32,
    // See the constants below.
    candidates: u32,
    flags: u32,
    // Patches of a chunk; number of the first chunk, and chunks between first dispatch and merging.
    chunk_length: u32,
    first_chunk: u32,
    chunks: u32,
    // `merge`: chunks from one that is merged to the next.
    distance: u32,
    // Where sums are carried on: the number of a chunk that is never gathered.
    carried: u32,
    // Invocations of this dispatch.
    first: u32,
    count: u32,
}

// Values of `candidates`: core::els::machine::Candidates.
const EVERYWHERE = 0u;
const INSIDE = 1u;
const SAME_OVERHANG = 2u;
const SAME_PIXEL = 3u;

// Bits of `flags`: zeros beyond the border; the posterior instead of D; earlier sums are carried on; sums are to be carried.
const ZERO_BORDER = 1u;
const POSTERIOR = 2u;
const RESUME = 4u;
const SUSPEND = 8u;

// Patches whose sums are taken in one go, before they join those of the chunk.
const RUN = 32u;
// Chunks merged by one invocation.
const MERGED = 32u;
// Larger than any distance.
const FAR = 3.0e38;
// Numbers that are kept for each chunk and pixel.
const PLANES = 6u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> images: array<f32>;
// Sums of chunks: arrays of one number a pixel, as bits; PLANES of them for each chunk.
@group(0) @binding(3) var<storage, read_write> partials: array<u32>;
// Image, position, and the bits of weight, entropy and effective number; an array each.
@group(0) @binding(4) var<storage, read_write> map: array<u32>;

// Sums over patches for four pixels. Weights are relative to the nearest patch.
struct Four {
    nearest: vec4<f32>,
    total: vec4<f32>,
    // Σ w p(0) by channel; for the posterior Σ w log w and Σ w².
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    // Number of the nearest patch, the lowest of several equal ones; for the posterior only.
    best: vec4<u32>,
}

fn nothing() -> Four {
    return Four(vec4<f32>(FAR), vec4<f32>(), vec4<f32>(), vec4<f32>(), vec4<f32>(), vec4<u32>(0xffffffffu));
}

// Joins sums over different patches.
fn joined(p: Four, q: Four) -> Four {
    let posterior = (params.flags & POSTERIOR) != 0u;
    let nearest = min(p.nearest, q.nearest);
    // How far the exponents of either are moved, at most as far as weights count.
    let by_p = min(params.sharpness * (p.nearest - nearest), vec4<f32>(87.0));
    let by_q = min(params.sharpness * (q.nearest - nearest), vec4<f32>(87.0));
    let keep_p = math_exp_decay4(-by_p);
    let keep_q = math_exp_decay4(-by_q);
    var sums = nothing();
    sums.nearest = nearest;
    sums.total = keep_p * p.total + keep_q * q.total;
    if posterior {
        sums.a = keep_p * (p.a - by_p * p.total) + keep_q * (q.a - by_q * q.total);
        sums.b = keep_p * keep_p * p.b + keep_q * keep_q * q.b;
        let first = select(q.best, p.best, p.nearest < q.nearest);
        sums.best = select(first, min(p.best, q.best), p.nearest == q.nearest);
    } else {
        sums.a = keep_p * p.a + keep_q * q.a;
        sums.b = keep_p * p.b + keep_q * q.b;
        sums.c = keep_p * p.c + keep_q * q.c;
    }
    return sums;
}

fn wrapped(i: i32, n: i32) -> i32 {
    let rest = i % n;
    return select(rest, rest + n, rest < 0);
}

// Whether the window round coordinate `x` lies inside the grid.
fn is_inside(x: i32) -> bool {
    return x >= i32(params.radius) && x + i32(params.radius) < i32(params.side);
}

// Coordinates along one axis of the patches that some pixels are compared with: `count` of them from `first` on. For four
// pixels above one another, that of the first pixel's patch.
struct Range {
    first: i32,
    count: i32,
}

fn columns_of(x: i32) -> Range {
    let r = i32(params.radius);
    let n = i32(params.image_side);
    switch params.candidates {
        case EVERYWHERE: { return Range(0, n); }
        case INSIDE: { return Range(r, n - 2 * r); }
        case SAME_OVERHANG: {
            if is_inside(x) {
                return Range(r, n - 2 * r);
            }
            return Range(x, 1);
        }
        default: { return Range(x, 1); }
    }
}

fn rows_of(y: i32) -> Range {
    let r = i32(params.radius);
    let n = i32(params.image_side);
    switch params.candidates {
        case EVERYWHERE: { return Range(0, n); }
        case INSIDE: { return Range(r - 3, n - 2 * r + 3); }
        case SAME_OVERHANG: {
            // The rows of the four whose windows lie inside; all differences of such rows occur.
            let low = max(y, r);
            let high = min(y + 3, n - r - 1);
            if low > high {
                return Range(y, 1);
            }
            let first = y + r - high;
            return Range(first, y + n - r - 1 - low - first + 1);
        }
        default: { return Range(y, 1); }
    }
}

// Which of the four pixels from row `y` on may be compared with the patches from row `row` on.
fn allowed(y: i32, row: i32) -> vec4<bool> {
    let steps = vec4<i32>(0, 1, 2, 3);
    let r = i32(params.radius);
    let n = i32(params.image_side);
    let ys = y + steps;
    let rows = row + steps;
    let exists = ys < vec4<i32>(i32(params.side));
    let rows_inside = (rows >= vec4<i32>(r)) & (rows < vec4<i32>(n - r));
    switch params.candidates {
        case INSIDE: { return exists & rows_inside; }
        case SAME_OVERHANG: {
            let ys_inside = (ys >= vec4<i32>(r)) & (ys < vec4<i32>(n - r));
            return exists & (vec4<bool>(y == row) | (ys_inside & rows_inside));
        }
        default: { return exists; }
    }
}

// The column x, the first row y and the grid of group `g`; neighbours have neighbouring columns.
fn group_place(g: u32) -> vec3<u32> {
    let rows = (params.side + 3u) / 4u;
    return vec3<u32>(g % params.side, (g / params.side) % rows * 4u, g / params.side / rows);
}

// Squared distances of the windows round four pixels from those round four patches.
fn distances(grid: u32, image: u32, x: i32, y: i32, column: i32, row: i32) -> vec4<f32> {
    let r = i32(params.radius);
    let n = i32(params.side);
    let m = i32(params.image_side);
    let area = params.side * params.side;
    let image_area = params.image_side * params.image_side;
    // Rows and columns of the windows, counted from the first pixel's; beyond a zero border all is zero.
    var top = -r;
    var bottom = r + 3;
    var left = -r;
    var right = r;
    if (params.flags & ZERO_BORDER) != 0u {
        top = max(top, -min(y, row));
        bottom = min(bottom, n - 1 - max(y, row));
        left = max(left, -min(x, column));
        right = min(right, n - 1 - max(x, column));
    }
    let first_x = wrapped(x + left, n);
    let first_column = wrapped(column + left, m);
    var phi_y = wrapped(y + top, n);
    var patch_y = wrapped(row + top, m);
    let lanes = vec4<i32>(0, 1, 2, 3);
    var sums = vec4<f32>();
    for (var j = top; j <= bottom; j++) {
        let phi_row = params.stage.place + grid + u32(phi_y * n);
        let patch_row = image + u32(patch_y * m);
        var phi_x = first_x;
        var patch_x = first_column;
        var sum = 0.0;
        for (var i = left; i <= right; i++) {
            let phi_at = phi_row + u32(phi_x);
            let patch_at = patch_row + u32(patch_x);
            let d = els_fields[phi_at] - params.signal * images[patch_at];
            sum += d * d;
            if params.channels == 3u {
                let e = els_fields[phi_at + area] - params.signal * images[patch_at + image_area];
                let f = els_fields[phi_at + 2u * area] - params.signal * images[patch_at + 2u * image_area];
                sum += e * e + f * f;
            }
            phi_x = select(phi_x + 1, 0, phi_x + 1 == n);
            patch_x = select(patch_x + 1, 0, patch_x + 1 == m);
        }
        // Row j belongs to the windows whose centres it is within r of.
        let belongs = (lanes >= vec4<i32>(j - r)) & (lanes <= vec4<i32>(j + r));
        sums += select(vec4<f32>(), vec4<f32>(sum), belongs);
        phi_y = select(phi_y + 1, 0, phi_y + 1 == n);
        patch_y = select(patch_y + 1, 0, patch_y + 1 == m);
    }
    return sums;
}

// Adds one patch for each of the four pixels that `valid` allows.
fn add(sums: ptr<function, Four>, distance: vec4<f32>, valid: vec4<bool>, image: u32, column: i32, row: i32) {
    let m = i32(params.image_side);
    let posterior = (params.flags & POSTERIOR) != 0u;
    let nearer = valid & (distance < (*sums).nearest);
    // One exponential serves both cases: it scales the sums where the patch is the nearest so far, else itself.
    let apart = min(params.sharpness * abs(distance - (*sums).nearest), vec4<f32>(87.0));
    let ratio = math_exp_decay4(-apart);
    let keep = select(vec4<f32>(1.0), ratio, nearer);
    let weight = select(vec4<f32>(), select(ratio, vec4<f32>(1.0), nearer), valid);
    let rows = vec4<u32>(vec4<i32>(wrapped(row, m), wrapped(row + 1, m), wrapped(row + 2, m), wrapped(row + 3, m)));
    let positions = rows * params.image_side + u32(wrapped(column, m));
    let image_area = params.image_side * params.image_side;
    if posterior {
        let moved = select(vec4<f32>(), apart, nearer);
        (*sums).a = keep * ((*sums).a - moved * (*sums).total) - select(apart, vec4<f32>(), nearer) * weight;
        (*sums).b = keep * keep * (*sums).b + weight * weight;
        let number = (params.first_image + image) * image_area + positions;
        let equal = valid & (distance == (*sums).nearest);
        (*sums).best = select(select((*sums).best, min((*sums).best, number), equal), number, nearer);
    } else {
        let at = image * params.channels * image_area + positions;
        let center = vec4<f32>(images[at.x], images[at.y], images[at.z], images[at.w]);
        (*sums).a = keep * (*sums).a + weight * center;
        if params.channels == 3u {
            let g = at + image_area;
            let b = at + 2u * image_area;
            (*sums).b = keep * (*sums).b + weight * vec4<f32>(images[g.x], images[g.y], images[g.z], images[g.w]);
            (*sums).c = keep * (*sums).c + weight * vec4<f32>(images[b.x], images[b.y], images[b.z], images[b.w]);
        }
    }
    (*sums).total = keep * (*sums).total + weight;
    (*sums).nearest = select((*sums).nearest, distance, nearer);
}

fn store(plane: u32, pixel: u32, value: f32) {
    partials[plane * params.pixels + pixel] = bitcast<u32>(value);
}

fn load(plane: u32, pixel: u32) -> f32 {
    return bitcast<f32>(partials[plane * params.pixels + pixel]);
}

@compute @workgroup_size(64)
fn gather(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.count {
        return;
    }
    let item = params.first + id.x;
    let place = group_place(item % params.groups);
    let chunk = item / params.groups;
    let x = i32(place.x);
    let y = i32(place.y);
    let columns = columns_of(x);
    let rows = rows_of(y);
    let of_image = u32(columns.count * rows.count);
    let all = params.images * of_image;
    let start = min((params.first_chunk + chunk) * params.chunk_length, all);
    let end = min(start + params.chunk_length, all);
    let grid = place.z * params.channels * params.side * params.side;
    let image_size = params.channels * params.image_side * params.image_side;
    var sums = nothing();
    for (var run = start; run < end; run += RUN) {
        var part = nothing();
        for (var t = run; t < min(run + RUN, end); t++) {
            let image = t / of_image;
            let rest = i32(t % of_image);
            let row = rows.first + rest / columns.count;
            let column = columns.first + rest % columns.count;
            let distance = distances(grid, image * image_size, x, y, column, row);
            add(&part, distance, allowed(y, row), image, column, row);
        }
        sums = joined(sums, part);
    }
    for (var i = 0u; i < 4u; i++) {
        if place.y + i < params.side {
            let pixel = (place.z * params.side + place.y + i) * params.side + place.x;
            let plane = chunk * PLANES;
            store(plane, pixel, sums.nearest[i]);
            store(plane + 1u, pixel, sums.total[i]);
            store(plane + 2u, pixel, sums.a[i]);
            store(plane + 3u, pixel, sums.b[i]);
            store(plane + 4u, pixel, sums.c[i]);
            partials[(plane + 5u) * params.pixels + pixel] = sums.best[i];
        }
    }
}

// The sums of one chunk and pixel, in the first of four places.
fn loaded(chunk: u32, pixel: u32) -> Four {
    var sums = nothing();
    let plane = chunk * PLANES;
    sums.nearest.x = load(plane, pixel);
    sums.total.x = load(plane + 1u, pixel);
    sums.a.x = load(plane + 2u, pixel);
    sums.b.x = load(plane + 3u, pixel);
    sums.c.x = load(plane + 4u, pixel);
    sums.best.x = partials[(plane + 5u) * params.pixels + pixel];
    return sums;
}

fn keep(chunk: u32, pixel: u32, sums: Four) {
    let plane = chunk * PLANES;
    store(plane, pixel, sums.nearest.x);
    store(plane + 1u, pixel, sums.total.x);
    store(plane + 2u, pixel, sums.a.x);
    store(plane + 3u, pixel, sums.b.x);
    store(plane + 4u, pixel, sums.c.x);
    partials[(plane + 5u) * params.pixels + pixel] = sums.best.x;
}

// The sums of up to MERGED chunks from `first` on.
fn merged(first: u32, pixel: u32) -> Four {
    var sums = nothing();
    for (var i = 0u; i < MERGED; i++) {
        let chunk = first + i * params.distance;
        if chunk < params.chunks {
            sums = joined(sums, loaded(chunk, pixel));
        }
    }
    return sums;
}

// Each invocation writes where only it has read: to the first of its chunks.
@compute @workgroup_size(64)
fn merge(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.count {
        return;
    }
    let item = params.first + id.x;
    let pixel = item % params.pixels;
    let first = item / params.pixels * MERGED * params.distance;
    keep(first, pixel, merged(first, pixel));
}

@compute @workgroup_size(64)
fn finish(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.count {
        return;
    }
    let pixel = params.first + id.x;
    var sums = merged(0u, pixel);
    if (params.flags & RESUME) != 0u {
        sums = joined(loaded(params.carried, pixel), sums);
    }
    if (params.flags & SUSPEND) != 0u {
        keep(params.carried, pixel, sums);
        return;
    }
    let total = sums.total.x;
    let area = params.side * params.side;
    if (params.flags & POSTERIOR) != 0u {
        let image_area = params.image_side * params.image_side;
        map[pixel] = sums.best.x / image_area;
        map[params.pixels + pixel] = sums.best.x % image_area;
        map[2u * params.pixels + pixel] = bitcast<u32>(1.0 / total);
        map[3u * params.pixels + pixel] = bitcast<u32>(math_ln(total) - sums.a.x / total);
        map[4u * params.pixels + pixel] = bitcast<u32>(total / sums.b.x * total);
        return;
    }
    let value = pixel / area * params.channels * area + pixel % area;
    els_advance(params.stage, value, sums.a.x / total);
    if params.channels == 3u {
        els_advance(params.stage, value + area, sums.b.x / total);
        els_advance(params.stage, value + 2u * area, sums.c.x / total);
    }
}
