// Density, score and proxy covariance of a noised mixture at the nodes of a grid; see core::mixture::NoisedMixture::at.
//
// One pass over the components. The heaviest so far is the reference r: with Δ_k = log w_k - log w_r and
// δ_k = s_k - s_r taken as differences of neighbouring numbers, nothing of size |x|²/σ² is ever subtracted, so weights
// stay exact on the ridges between points. The passes of long mixtures are split over dispatches and carry their sums.
//!import math
//!import mixture

struct Params {
    // First node of the batch in the grid's storage order, and number of nodes of the batch: the stride of `values`.
    batch_start: u32,
    batch_nodes: u32,
    // Nodes of this dispatch, counted from the start of the batch.
    first_node: u32,
    node_count: u32,
    // Components of this dispatch.
    first_component: u32,
    component_count: u32,
    // Nodes along x.
    columns: u32,
    // 1: start afresh; 2: write the values. Without it, sums come from and go to `carried`.
    flags: u32,
}

struct Component {
    // αμ as the sum of two f32.
    mean: vec2<f32>,
    mean_low: vec2<f32>,
    // L of the precision.
    factor: vec3<f32>,
    log_weight: f32,
    // Proxy covariance of the component alone: xx, xy, yy.
    proxy: vec3<f32>,
    colour: vec3<f32>,
}

// Sums over components with weights relative to the reference.
struct Sums {
    // Σ w C_k.
    proxy: vec3<f32>,
    // Σ w.
    total: f32,
    // Σ w δδᵀ: xx, xy, yy.
    second: vec3<f32>,
    // Index of the reference.
    reference: u32,
    // Σ w colour.
    colour: vec3<f32>,
    // Σ w δ.
    first: vec2<f32>,
}

const BLOCK: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> components: array<Component>;
// The grid's columns, then its rows: coordinates as sums of two f32.
@group(0) @binding(2) var<storage, read> places: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read_write> carried: array<Sums>;
// Planes of `batch_nodes`: log p, score x, y, proxy xx, xy, yy, red, green, blue.
@group(0) @binding(4) var<storage, read_write> values: array<f32>;

// d dᵀ of vectors: xx, xy, yy, symmetrised.
fn outer(a: vec2<f32>, b: vec2<f32>) -> vec3<f32> {
    return vec3<f32>(a.x * b.x, 0.5 * (a.x * b.y + a.y * b.x), a.y * b.y);
}

// The same sums for a new reference that lies `gain` above the old one in log weight and `ds` away in score.
fn rebased(old: Sums, gain: f32, ds: vec2<f32>) -> Sums {
    // Nothing at all remains of what is lighter than any number: the squares of far-away scores are huge.
    let scale = select(0.0, math_exp_decay(-gain), gain < 87.0);
    var sums = old;
    sums.second = scale * (old.second - 2.0 * outer(old.first, ds) + old.total * outer(ds, ds));
    sums.first = scale * (old.first - old.total * ds);
    sums.proxy *= scale;
    sums.colour *= scale;
    sums.total *= scale;
    return sums;
}

@compute @workgroup_size(64)
fn mixture_field(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.node_count {
        return;
    }
    let index = params.first_node + id.x;
    let node = params.batch_start + index;
    let column = places[node % params.columns];
    let row = places[params.columns + node / params.columns];
    let x = vec2<f32>(column.x, row.x);
    let x_low = vec2<f32>(column.y, row.y);

    var sums = Sums();
    if (params.flags & 1u) == 0u {
        sums = carried[index];
    }
    var reference = components[sums.reference];
    // αμ_r - x, and Lᵀ of it.
    var d = (reference.mean - x) + (reference.mean_low - x_low);
    var u = mixture_whiten(reference.factor, d);

    let end = params.first_component + params.component_count;
    for (var block = params.first_component; block < end; block += BLOCK) {
        // A block has sums of its own, so that small weights are not lost beside a large total.
        var part = Sums();
        for (var k = block; k < min(block + BLOCK, end); k++) {
            let c = components[k];
            let step = (c.mean - reference.mean) + (c.mean_low - reference.mean_low);
            let other = c.factor - reference.factor;
            let du = mixture_whiten(c.factor, step) + mixture_whiten(other, d);
            let gain = (c.log_weight - reference.log_weight) - 0.5 * dot(du, du + 2.0 * u);
            let ds = mixture_unwhiten(c.factor, du) + mixture_unwhiten(other, u);
            var weight = 1.0;
            var away = vec2<f32>();
            if gain > 0.0 {
                sums = rebased(sums, gain, ds);
                part = rebased(part, gain, ds);
                sums.reference = k;
                reference = c;
                d = (c.mean - x) + (c.mean_low - x_low);
                u = mixture_whiten(c.factor, d);
            } else if gain > -87.0 {
                weight = math_exp_decay(gain);
                away = ds;
            } else {
                continue;
            }
            part.second += weight * outer(away, away);
            part.first += weight * away;
            part.proxy += weight * c.proxy;
            part.colour += weight * c.colour;
            part.total += weight;
        }
        sums.second += part.second;
        sums.first += part.first;
        sums.proxy += part.proxy;
        sums.colour += part.colour;
        sums.total += part.total;
    }

    if (params.flags & 2u) == 0u {
        carried[index] = sums;
        return;
    }
    let share = 1.0 / sums.total;
    let shift = share * sums.first;
    let score = mixture_unwhiten(reference.factor, u) + shift;
    let proxy = share * (sums.proxy + sums.second) - outer(shift, shift);
    let colour = share * sums.colour;
    let stride = params.batch_nodes;
    values[index] = (reference.log_weight - 0.5 * dot(u, u)) + math_ln(sums.total);
    values[index + stride] = score.x;
    values[index + 2u * stride] = score.y;
    // Rounding must not make a variance negative.
    values[index + 3u * stride] = max(proxy.x, 0.0);
    values[index + 4u * stride] = proxy.y;
    values[index + 5u * stride] = max(proxy.z, 0.0);
    values[index + 6u * stride] = colour.x;
    values[index + 7u * stride] = colour.y;
    values[index + 8u * stride] = colour.z;
}
