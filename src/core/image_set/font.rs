//! Digits and letters: smooth strokes through the points of a 5 × 7 font, varied a little from image to image.

use super::drawn::{COUNT, Canvas, Random, SIDE, soft};
use super::glyphs::{COLUMNS, DIGITS as DIGIT_SHAPES, Glyph, LETTERS as LETTER_SHAPES, ROWS};
use super::{ImageSet, ImageSetError, ImageSetKind};
use crate::param::{Choice, KindInfo, ParamInfo, Scale};

const VARIATION: ParamInfo = ParamInfo {
    key: "variation",
    label: "variation",
    about: "How much place, size and slant differ from image to image.",
    min: 0.0,
    max: 1.0,
    default: 0.5,
    scale: Scale::Linear,
};

pub(super) const DIGITS: ImageSetKind = ImageSetKind {
    info: KindInfo {
        id: "digits",
        name: "Digits",
        about: "Digits 0 to 9 in turn, white on black.",
        params: &[SIDE, COUNT, VARIATION],
    },
    draw: |choice, seed| draw(choice, seed, &DIGIT_SHAPES),
};

pub(super) const LETTERS: ImageSetKind = ImageSetKind {
    info: KindInfo {
        id: "letters",
        name: "Letters",
        about: "Capital letters A to Z in turn, white on black.",
        params: &[SIDE, COUNT, VARIATION],
    },
    draw: |choice, seed| draw(choice, seed, &LETTER_SHAPES),
};

fn draw(choice: &Choice, seed: u64, shapes: &[Glyph]) -> Result<ImageSet, ImageSetError> {
    let variation = choice.get(&VARIATION) as f32;
    Canvas::set(choice, 1, |canvas, n| {
        let mut random = Random::new(seed, n);
        let mut vary = |range: f32| variation * range * (2.0 * random.uniform() - 1.0);
        let (dx, dy, slant) = (vary(0.07), vary(0.05), vary(0.25));
        let (width, height, weight) = (0.42 * (1.0 + vary(0.2)), 0.66 * (1.0 + vary(0.12)), 0.062 * (1.0 + vary(0.25)));
        let strokes = strokes(&shapes[n % shapes.len()]);
        canvas.paint(|x, y| {
            // Glyph coordinates: columns 0 to 4, rows 0 to 6.
            let v = (y - 0.5 - dy) / height + 0.5;
            let u = (x - 0.5 - dx + slant * (v - 0.5) * height) / width + 0.5;
            let (u, v) = (u * (COLUMNS - 1) as f32, v * (ROWS - 1) as f32);
            let scale = [width / (COLUMNS - 1) as f32, height / (ROWS - 1) as f32];
            let distance = strokes.iter().map(|s| to_segment([u, v], s, scale)).fold(f32::INFINITY, f32::min);
            2.0 * soft(weight - distance) - 1.0
        });
    })
}

type Segment = [[f32; 2]; 2];

/// Segments joining neighbouring points of a glyph; diagonals only where no corner joins the same two points.
fn strokes(glyph: &Glyph) -> Vec<Segment> {
    let on =
        |column: usize, row: usize| column < COLUMNS && row < ROWS && glyph[row] >> (COLUMNS - 1 - column) & 1 == 1;
    let mut segments = Vec::new();
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            if !on(column, row) {
                continue;
            }
            let here = [column as f32, row as f32];
            let mut join = |column: usize, row: usize| segments.push([here, [column as f32, row as f32]]);
            if on(column + 1, row) {
                join(column + 1, row);
            }
            if on(column, row + 1) {
                join(column, row + 1);
            }
            if on(column + 1, row + 1) && !on(column + 1, row) && !on(column, row + 1) {
                join(column + 1, row + 1);
            }
            if column > 0 && on(column - 1, row + 1) && !on(column - 1, row) && !on(column, row + 1) {
                join(column - 1, row + 1);
            }
        }
    }
    segments
}

/// Distance of `p` from a segment, both in glyph coordinates of which one unit is `scale` image widths.
fn to_segment(p: [f32; 2], [a, b]: &Segment, scale: [f32; 2]) -> f32 {
    let along = [(b[0] - a[0]) * scale[0], (b[1] - a[1]) * scale[1]];
    let from = [(p[0] - a[0]) * scale[0], (p[1] - a[1]) * scale[1]];
    let length2 = along[0] * along[0] + along[1] * along[1];
    let t = ((from[0] * along[0] + from[1] * along[1]) / length2).clamp(0.0, 1.0);
    (from[0] - t * along[0]).hypot(from[1] - t * along[1])
}
