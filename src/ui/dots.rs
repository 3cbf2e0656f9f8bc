//! Many dots and soft lines in one mesh, for clouds of particles.
//!
//! Such a mesh has the texture of [`texture`]: left a white disc with a dark rim, which keeps its contrast on every colour
//! map; right the profile of a line with soft sides. Export reads dots and lines back from the mesh.

use egui::{Color32, Mesh, Pos2, Rect, Vec2, pos2};

/// Name of the texture.
pub const TEXTURE: &str = "dots";
/// Where the disc is in the texture.
const DISC: Rect = Rect { min: Pos2::ZERO, max: pos2(0.5, 1.0) };
/// Where the line's profile is in the texture, from one side to the other.
const PROFILE: f32 = 0.75;
/// Width of the disc's dark rim, in points, for discs of usual size.
pub const RIM: f32 = 0.8;
/// Radius within which the disc is white, as a share of its whole radius; from there on it is dark.
pub const WHITE: f32 = 0.68;
/// Radius at which the dark rim has faded by half.
pub const DARK: f32 = 0.9;
/// Opacity of the dark rim.
pub const RIM_OPACITY: f32 = 0.6;
/// Points by which a line's picture reaches beyond the line on either side.
const SOFT: f32 = 0.5;

/// The texture.
pub fn texture(ctx: &egui::Context) -> egui::TextureHandle {
    const SIDE: usize = 32;
    let radius = 0.5 * SIDE as f32;
    let pixel = |i: usize| {
        let (column, row) = (i % (2 * SIDE), i / (2 * SIDE));
        let y = row as f32 + 0.5 - radius;
        if column >= SIDE {
            let cover = ((radius - y.abs()) / (0.5 * radius)).clamp(0.0, 1.0);
            return Color32::from_white_alpha((255.0 * cover) as u8);
        }
        let distance = (column as f32 + 0.5 - radius).hypot(y) / radius;
        let inner = ((WHITE + 0.06 - distance) / 0.12).clamp(0.0, 1.0);
        let outer = ((1.0 - distance) / 0.2).clamp(0.0, 1.0);
        let [light, cover] = [255.0 * inner, 255.0 * inner.max(RIM_OPACITY * outer)];
        Color32::from_rgba_premultiplied(light as u8, light as u8, light as u8, cover as u8)
    };
    let image = egui::ColorImage::new([2 * SIDE, SIDE], (0..2 * SIDE * SIDE).map(pixel).collect());
    ctx.load_texture(TEXTURE, image, egui::TextureOptions::LINEAR)
}

/// Adds a dot that is `radius` large, rim included.
pub fn add_dot(mesh: &mut Mesh, centre: Pos2, radius: f32, colour: Color32) {
    mesh.add_rect_with_uv(Rect::from_center_size(centre, Vec2::splat(2.0 * radius)), DISC, colour);
}

/// Adds a line whose colour goes over from that of its first end to that of its last.
pub fn add_line(mesh: &mut Mesh, [from, to]: [Pos2; 2], width: f32, [start, end]: [Color32; 2]) {
    let along = to - from;
    // Plain lengths do: `hypot` takes care of overflow, which a screen is not large enough for, and is slow.
    let length = along.length_sq().sqrt().max(f32::MIN_POSITIVE);
    let side = Vec2::new(-along.y, along.x) * ((0.5 * width + SOFT) / length);
    let first = mesh.vertices.len() as u32;
    let corners = [(from - side, 0.0, start), (from + side, 1.0, start), (to + side, 1.0, end), (to - side, 0.0, end)];
    for (pos, v, color) in corners {
        mesh.vertices.push(egui::epaint::Vertex { pos, uv: pos2(PROFILE, v), color });
    }
    mesh.add_triangle(first, first + 1, first + 2);
    mesh.add_triangle(first, first + 2, first + 3);
}

/// What a mesh of dots and lines is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    /// A dot with its radius, rim included.
    Dot(Pos2, f32, Color32),
    /// A line with the width that it looks to have, where its soft sides have faded by half.
    Line([Pos2; 2], f32, [Color32; 2]),
}

/// Reads the parts of a mesh made by [`add_dot`] and [`add_line`], in their order.
pub fn parts(mesh: &Mesh) -> impl Iterator<Item = Part> {
    mesh.vertices.chunks_exact(4).map(|corners| {
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| corners[i]);
        if a.uv.x == PROFILE {
            let middle = |one: Pos2, other: Pos2| one + 0.5 * (other - one);
            let width = 0.75 * a.pos.distance(b.pos);
            return Part::Line([middle(a.pos, b.pos), middle(c.pos, d.pos)], width, [a.color, c.color]);
        }
        let rect = Rect::from_points(&corners.iter().map(|corner| corner.pos).collect::<Vec<_>>());
        Part::Dot(rect.center(), 0.5 * rect.width(), a.color)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_read_back() {
        let mut mesh = Mesh::default();
        add_dot(&mut mesh, pos2(3.0, 4.0), 2.5, Color32::RED);
        let ends = [pos2(1.0, 1.0), pos2(4.0, 5.0)];
        add_line(&mut mesh, ends, 1.1, [Color32::BLACK, Color32::WHITE]);
        let parts: Vec<_> = parts(&mesh).collect();
        let [Part::Dot(centre, radius, Color32::RED), Part::Line(found, width, [Color32::BLACK, Color32::WHITE])] =
            parts[..]
        else {
            panic!("{parts:?}")
        };
        assert_eq!((centre, radius), (pos2(3.0, 4.0), 2.5));
        assert!(found[0].distance(ends[0]) < 1e-5 && found[1].distance(ends[1]) < 1e-5, "{found:?}");
        assert!((width - 0.75 * 2.1).abs() < 1e-5, "half faded at three quarters: {width}");
    }
}
