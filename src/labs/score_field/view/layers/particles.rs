//! Particles and their trails, drawn as one mesh.

use egui::{Color32, Mesh, Pos2, Rect, Slider, Ui, Vec2, pos2};

use super::{DrawContext, Layer, LayerInfo, faded};
use crate::labs::score_field::scene::Layers;
use crate::labs::score_field::view::run_slot::Cloud;
use crate::labs::score_field::view::slider_row::slider_row;

/// Widest and faintest a trail gets.
const TRAIL_WIDTH: f32 = 1.1;
const TRAIL_OPACITY: f32 = 0.55;

/// The layer.
pub struct ParticleCloud;

impl Layer for ParticleCloud {
    fn info(&self) -> LayerInfo {
        LayerInfo { name: "Particles and trails", about: "Samples carried along the run, with the way they came." }
    }

    fn is_on(&self, layers: &Layers) -> bool {
        layers.particles.on
    }

    fn switch<'a>(&self, layers: &'a mut Layers) -> &'a mut bool {
        &mut layers.particles.on
    }

    fn settings(&self, ui: &mut Ui, layers: &mut Layers, _compares: bool) -> bool {
        let before = layers.particles.clone();
        let radius = Slider::new(&mut layers.particles.radius, 0.3..=10.0).logarithmic(true).suffix(" px");
        slider_row(ui, "radius", "Radius of a particle on screen", radius.max_decimals(1));
        let trail = Slider::new(&mut layers.particles.trail, 0..=200);
        slider_row(ui, "trail", "Steps of the past drawn behind each particle", trail);
        layers.particles != before
    }

    fn draw(&self, cx: &DrawContext<'_>) {
        let Some(run) = cx.run else { return };
        let colours = [cx.tokens.particle_a, cx.tokens.particle_b];
        for (model, cloud) in run.clouds.iter().enumerate() {
            if cx.beside && model != cx.pane {
                continue;
            }
            let mut mesh = Mesh::with_texture(cx.disc);
            // One cloud has the colour of trails; of two, each keeps its own.
            let trail = if run.clouds.len() == 1 { cx.tokens.trail } else { colours[model.min(1)] };
            add_trails(cx, cloud, trail, &mut mesh);
            add_dots(cx, cloud, colours[model.min(1)], &mut mesh);
            cx.painter.add(mesh);
        }
    }
}

fn add_dots(cx: &DrawContext<'_>, cloud: &Cloud, colour: Color32, mesh: &mut Mesh) {
    let radius = cx.scene.layers.particles.radius as f32;
    let seen = cx.plane.rect().expand(radius);
    let half = Vec2::splat(radius + RIM);
    mesh.reserve_vertices(4 * cloud.now.len());
    mesh.reserve_triangles(2 * cloud.now.len());
    for item in 0..cloud.now.len() {
        let pos = place(cx, cloud, item);
        if seen.contains(pos) {
            mesh.add_rect_with_uv(Rect::from_min_max(pos - half, pos + half), DISC, colour);
        }
    }
}

fn add_trails(cx: &DrawContext<'_>, cloud: &Cloud, colour: Color32, mesh: &mut Mesh) {
    let segments = cloud.past.len();
    let seen = cx.plane.rect();
    let count = cloud.past.first().map_or(0, Vec::len);
    // Opacity grows from the oldest end to the particle.
    let opacity = |age: usize| TRAIL_OPACITY * ((age as f32) / segments as f32).powi(2);
    for item in 0..count {
        let steps = cloud.past.iter().map(|past| cx.plane.to_screen(past[item].map(f64::from)));
        let mut last: Option<Pos2> = None;
        for (age, pos) in steps.chain(std::iter::once(place(cx, cloud, item))).enumerate() {
            if let Some(from) = last
                && Rect::from_two_pos(from, pos).intersects(seen)
            {
                segment(mesh, from, pos, faded(colour, opacity(age - 1)), faded(colour, opacity(age)));
            }
            last = Some(pos);
        }
    }
}

/// Where particle `item` is drawn: between two steps on the straight line from one to the next.
fn place(cx: &DrawContext<'_>, cloud: &Cloud, item: usize) -> Pos2 {
    let [x, y] = cloud.now[item];
    let [to_x, to_y] = cloud.next[item];
    let at = [x + cx.fraction * (to_x - x), y + cx.fraction * (to_y - y)];
    cx.plane.to_screen(at.map(f64::from))
}

/// A line with soft sides, whose profile is in the right half of the disc's picture.
fn segment(mesh: &mut Mesh, from: Pos2, to: Pos2, start: Color32, end: Color32) {
    let along = (to - from).normalized();
    let side = Vec2::new(-along.y, along.x) * (0.5 * TRAIL_WIDTH + 0.5);
    let first = mesh.vertices.len() as u32;
    let corners = [(from - side, 0.0, start), (from + side, 1.0, start), (to + side, 1.0, end), (to - side, 0.0, end)];
    for (pos, v, color) in corners {
        mesh.vertices.push(egui::epaint::Vertex { pos, uv: pos2(0.75, v), color });
    }
    mesh.add_triangle(first, first + 1, first + 2);
    mesh.add_triangle(first, first + 2, first + 3);
}

/// Where the disc is in its picture.
pub const DISC: Rect = Rect { min: Pos2::ZERO, max: pos2(0.5, 1.0) };
/// Width of the disc's dark rim, in points, for discs of usual size.
pub const RIM: f32 = 0.8;

/// The picture for [`DrawContext::disc`]: left a white disc with a dark rim, which keeps its contrast on every colour
/// map; right the profile of a line with soft sides.
pub fn disc(ctx: &egui::Context) -> egui::TextureHandle {
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
        let inner = ((0.74 - distance) / 0.12).clamp(0.0, 1.0);
        let outer = ((1.0 - distance) / 0.2).clamp(0.0, 1.0);
        let [light, cover] = [255.0 * inner, 255.0 * inner.max(0.6 * outer)];
        Color32::from_rgba_premultiplied(light as u8, light as u8, light as u8, cover as u8)
    };
    let image = egui::ColorImage::new([2 * SIDE, SIDE], (0..2 * SIDE * SIDE).map(pixel).collect());
    ctx.load_texture("disc", image, egui::TextureOptions::LINEAR)
}
