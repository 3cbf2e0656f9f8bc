//! Particles and their trails, drawn as one mesh.

use egui::{Color32, Mesh, Pos2, Rect, Slider, Ui};

use super::{DrawContext, Layer, LayerInfo, faded};
use crate::labs::score_field::scene::Layers;
use crate::labs::score_field::view::run_slot::Cloud;
use crate::labs::score_field::view::slider_row::slider_row;
use crate::ui::dots;

/// Widest and faintest a trail gets.
const TRAIL_WIDTH: f32 = 1.1;
const TRAIL_OPACITY: f32 = 0.55;

/// Most pieces of trails that are drawn, of all particles together: more would cost a large part of a frame.
const MOST_PIECES: usize = 16_000;
/// Length below which a piece of a trail is not drawn alone, in points.
const SHORTEST: f32 = 1.5;

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
    mesh.reserve_vertices(4 * cloud.now.len());
    mesh.reserve_triangles(2 * cloud.now.len());
    for item in 0..cloud.now.len() {
        let pos = place(cx, cloud, item);
        if seen.contains(pos) {
            dots::add_dot(mesh, pos, radius + dots::RIM, colour);
        }
    }
}

fn add_trails(cx: &DrawContext<'_>, cloud: &Cloud, colour: Color32, mesh: &mut Mesh) {
    let segments = cloud.past.len();
    if segments == 0 {
        return;
    }
    let seen = cx.plane.rect();
    let count = cloud.past.first().map_or(0, Vec::len);
    // Opacity grows from the oldest end to the particle.
    let most = TRAIL_OPACITY * thinned(cx, count);
    let colours: Vec<Color32> =
        (0..=segments).map(|age| faded(colour, most * ((age as f32) / segments as f32).powi(2))).collect();
    // Of many long trails only every second, third … place is drawn: straight pieces between them look the same.
    let stride = (count * segments).div_ceil(MOST_PIECES).max(1);
    for item in 0..count {
        let mut last: Option<(usize, Pos2)> = None;
        for age in (0..=segments).rev().step_by(stride) {
            let pos = match cloud.past.get(age) {
                Some(past) => cx.plane.to_screen(past[item].map(f64::from)),
                None => place(cx, cloud, item),
            };
            let Some((from_age, from)) = last else {
                last = Some((age, pos));
                continue;
            };
            // Pieces too short to be seen wait for the next place, unless the trail ends.
            if (pos - from).length_sq() < SHORTEST * SHORTEST && age >= stride {
                continue;
            }
            if Rect::from_two_pos(from, pos).intersects(seen) {
                dots::add_line(mesh, [pos, from], TRAIL_WIDTH, [colours[age], colours[from_age]]);
            }
            last = Some((age, pos));
        }
    }
}

/// Factor that keeps many trails from hiding the picture: those of samplers that add noise cover most, and lead nowhere.
fn thinned(cx: &DrawContext<'_>, count: usize) -> f32 {
    let erratic = cx.setup.is_some_and(|setup| setup.sampler.stochastic);
    let (few, least) = if erratic { (60.0, 0.12) } else { (1500.0, 0.4) };
    (few / count.max(1) as f32).sqrt().clamp(least, 1.0)
}

/// Where particle `item` is drawn: between two steps on the straight line from one to the next.
fn place(cx: &DrawContext<'_>, cloud: &Cloud, item: usize) -> Pos2 {
    let [x, y] = cloud.now[item];
    let [to_x, to_y] = cloud.next[item];
    let at = [x + cx.fraction * (to_x - x), y + cx.fraction * (to_y - y)];
    cx.plane.to_screen(at.map(f64::from))
}
