// Turns one quantity of a field into a picture. `fn quantity(s: Sample) -> f32` comes from shaders/quantity/.
//!import math
//!import sample

struct Params {
    // Values of the lowest and the highest colour; their logarithms on a logarithmic scale.
    low: f32,
    high: f32,
    logarithmic: u32,
    // Nodes of the batch: the stride of `planes`.
    node_count: u32,
    // Nodes of this dispatch.
    first_node: u32,
    dispatch_count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// log p, score x, y, proxy xx, xy, yy, other score x, y.
@group(0) @binding(1) var<storage, read> planes: array<f32>;
// 256 colours, red in the lowest byte.
@group(0) @binding(2) var<storage, read> colours: array<u32>;
@group(0) @binding(3) var<storage, read_write> picture: array<u32>;

@compute @workgroup_size(64)
fn field_to_rgba(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.dispatch_count {
        return;
    }
    let i = params.first_node + id.x;
    let n = params.node_count;
    let value = quantity(Sample(
        planes[i],
        vec2<f32>(planes[i + n], planes[i + 2u * n]),
        vec3<f32>(planes[i + 3u * n], planes[i + 4u * n], planes[i + 5u * n]),
        vec2<f32>(planes[i + 6u * n], planes[i + 7u * n]),
    ));
    if !math_is_finite(value) {
        picture[i] = 0u;
        return;
    }
    var spread = value;
    if params.logarithmic != 0u {
        // Values below the smallest normal number take the lowest colour.
        spread = select(-3.0e38, math_ln(max(value, 1.2e-38)), value >= 1.2e-38);
    }
    let fraction = clamp((spread - params.low) / (params.high - params.low), 0.0, 1.0);
    picture[i] = colours[u32(fraction * 255.0 + 0.5)];
}
