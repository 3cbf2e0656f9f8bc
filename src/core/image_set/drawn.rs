//! Sets drawn from stripes, squares, disks and waves.

use std::f32::consts::{PI, TAU};

use super::{ImageSet, ImageSetError, ImageSetKind};
use crate::param::{Choice, KindInfo, ParamInfo, Scale};
use crate::philox;

pub(super) const SIDE: ParamInfo = ParamInfo {
    key: "side",
    label: "side H",
    about: "Pixels along one side.",
    min: 2.0,
    max: 128.0,
    default: 32.0,
    scale: Scale::Integer,
};

pub(super) const COUNT: ParamInfo = ParamInfo {
    key: "count",
    label: "images N",
    about: "Number of training images.",
    min: 1.0,
    max: 1000.0,
    default: 20.0,
    scale: Scale::Integer,
};

const PERIOD: ParamInfo = ParamInfo {
    key: "period",
    label: "period",
    about: "Pixels after which the pattern repeats.",
    min: 2.0,
    max: 64.0,
    default: 8.0,
    scale: Scale::Integer,
};

const PAPER_SIDE: ParamInfo = ParamInfo { default: 5.0, ..SIDE };

pub(super) const BLACK_WHITE: ImageSetKind = ImageSetKind {
    info: KindInfo {
        id: "black_white",
        name: "Black and white",
        about: "One image of +1 and one of −1: the training set of [EFT].",
        params: &[PAPER_SIDE],
    },
    draw: |choice, _| {
        let side = choice.get(&PAPER_SIDE) as usize;
        let mut values = vec![1.0; 2 * side * side];
        values[side * side..].fill(-1.0);
        ImageSet::new(2, 1, side, values)
    },
};

pub(super) const STRIPES: ImageSetKind = ImageSetKind {
    info: KindInfo {
        id: "stripes",
        name: "Stripes",
        about: "One image of horizontal and one of vertical stripes.",
        params: &[SIDE, PERIOD],
    },
    draw: |choice, _| {
        let (side, period) = (choice.get(&SIDE) as usize, choice.get(&PERIOD) as usize);
        from_pixels(2, side, |n, y, x| if (if n == 0 { y } else { x }) % period < period / 2 { 1.0 } else { -1.0 })
    },
};

pub(super) const CHECKS: ImageSetKind = ImageSetKind {
    info: KindInfo { id: "checks", name: "Checks", about: "A chessboard and its negative.", params: &[SIDE, PERIOD] },
    draw: |choice, _| {
        let (side, period) = (choice.get(&SIDE) as usize, choice.get(&PERIOD) as usize);
        let half = (period / 2).max(1);
        from_pixels(2, side, |n, y, x| if (y / half + x / half + n) % 2 == 0 { 1.0 } else { -1.0 })
    },
};

const COLOURS: ParamInfo = ParamInfo {
    key: "colour",
    label: "in colour",
    about: "Three channels instead of one.",
    min: 0.0,
    max: 1.0,
    default: 1.0,
    scale: Scale::Toggle,
};

const COLOURS_OFF: ParamInfo = ParamInfo { default: 0.0, ..COLOURS };

pub(super) const LANDSCAPES: ImageSetKind = ImageSetKind {
    info: KindInfo {
        id: "landscapes",
        name: "Landscapes",
        about: "Sky over hills, with a sun: where things are matters.",
        params: &[SIDE, COUNT, COLOURS],
    },
    draw: |choice, seed| {
        Canvas::set(choice, colour_channels(choice, &COLOURS), |canvas, n| {
            let mut random = Random::new(seed, n);
            let mut between = |low: f32, high: f32| low + (high - low) * random.uniform();
            let (horizon, swell, phase, hills) =
                (between(0.5, 0.7), between(0.03, 0.09), between(0.0, TAU), between(1.0, 2.5));
            let (sun_x, sun_y, sun) = (between(0.15, 0.85), between(0.12, 0.32), between(0.07, 0.11));
            let (day, soil) = (between(0.0, 1.0), between(0.0, 1.0));
            let (sky_low, sky_high) =
                ([0.9, 0.7 + 0.2 * day, 0.5 + 0.5 * day], [0.1 + 0.2 * day, 0.2 + 0.4 * day, 0.9]);
            let ground = [0.1 + 0.35 * soil, 0.5 - 0.1 * soil, 0.1];
            canvas.paint_colour(|x, y| {
                let edge = horizon + swell * (TAU * hills * x + phase).sin();
                let sky = mix(sky_high, sky_low, (y / edge).clamp(0.0, 1.0));
                let sky = mix(sky, [1.0, 0.95, 0.6], soft(sun - (x - sun_x).hypot(y - sun_y)));
                let dark = 1.0 - 0.5 * (y - edge).max(0.0);
                mix(sky, ground.map(|c| c * dark), soft(y - edge))
            });
        })
    },
};

pub(super) const FACES: ImageSetKind = ImageSetKind {
    info: KindInfo {
        id: "faces",
        name: "Faces",
        about: "Faces of a few strokes: parts that belong to certain places.",
        params: &[SIDE, COUNT, COLOURS_OFF],
    },
    draw: |choice, seed| {
        Canvas::set(choice, colour_channels(choice, &COLOURS_OFF), |canvas, n| {
            let mut random = Random::new(seed, n);
            let mut between = |low: f32, high: f32| low + (high - low) * random.uniform();
            let (wide, tall) = (between(0.32, 0.4), between(0.38, 0.44));
            let (eye_x, eye_y, eye) = (between(0.13, 0.17), between(0.38, 0.44), between(0.035, 0.055));
            let (mouth_y, mouth, smile) = (between(0.66, 0.72), between(0.12, 0.19), between(-0.06, 0.12));
            let nose = between(0.05, 0.1);
            let (skin, back) = (between(0.6, 0.95), between(0.0, 0.25));
            canvas.paint_colour(|x, y| {
                let (u, v) = (x - 0.5, y - 0.5);
                let head = soft((1.0 - (u / wide).hypot(v / tall)) * wide);
                let mut colour = mix([back, back, back + 0.2], [skin, 0.8 * skin, 0.65 * skin], head);
                let eyes = eye - (u.abs() - eye_x).hypot(y - eye_y);
                let lip = mouth_y + smile * (1.0 - (u / mouth).powi(2));
                let lips = if u.abs() < mouth { 0.028 - (y - lip).abs() } else { -1.0 };
                let ridge = 0.018 - u.hypot(((y - 0.53).abs() - nose).max(0.0));
                for (inside, ink) in [(eyes, [0.05, 0.1, 0.2]), (lips, [0.5, 0.05, 0.1]), (ridge, [0.4, 0.3, 0.2])] {
                    colour = mix(colour, ink, soft(inside));
                }
                colour
            });
        })
    },
};

const ROUGHNESS: ParamInfo = ParamInfo {
    key: "wave_length",
    label: "wave length",
    about: "Typical distance of neighbouring blobs, in pixels.",
    min: 2.0,
    max: 64.0,
    default: 8.0,
    scale: Scale::Linear,
};

pub(super) const TEXTURES: ImageSetKind = ImageSetKind {
    info: KindInfo {
        id: "textures",
        name: "Random textures",
        about: "Sums of random waves of about one wave length, without a border when repeated.",
        params: &[SIDE, COUNT, ROUGHNESS],
    },
    draw: |choice, seed| {
        let (side, count) = (choice.get(&SIDE) as usize, choice.get(&COUNT) as usize);
        let cycles = side as f32 / choice.get(&ROUGHNESS) as f32;
        let mut values = Vec::with_capacity(count * side * side);
        for n in 0..count {
            let mut random = Random::new(seed, n);
            // Whole numbers of waves along both axes, so that the circular border shows no seam.
            let waves: Vec<[f32; 3]> = (0..16)
                .map(|_| {
                    let (angle, stretch) = (PI * random.uniform(), 0.7 + 0.6 * random.uniform());
                    let q = cycles * stretch;
                    [(q * angle.cos()).round(), (q * angle.sin()).round(), random.uniform()]
                })
                .collect();
            for pixel in 0..side * side {
                let (x, y) = ((pixel % side) as f32 / side as f32, (pixel / side) as f32 / side as f32);
                // Turns, not radians: our own sine is the same on every machine.
                let wave = |[p, q, phase]: &[f32; 3]| philox::sin_cos_turns((p * x + q * y + phase).rem_euclid(1.0)).0;
                let sum: f32 = waves.iter().map(wave).sum();
                values.push((0.4 * sum).clamp(-1.0, 1.0));
            }
        }
        ImageSet::new(count, 1, side, values)
    },
};

fn colour_channels(choice: &Choice, toggle: &ParamInfo) -> usize {
    if choice.get(toggle) != 0.0 { 3 } else { 1 }
}

fn from_pixels(count: usize, side: usize, at: impl Fn(usize, usize, usize) -> f32) -> Result<ImageSet, ImageSetError> {
    let area = side * side;
    let values = (0..count * area).map(|i| at(i / area, i % area / side, i % side)).collect();
    ImageSet::new(count, 1, side, values)
}

fn mix(a: [f32; 3], b: [f32; 3], t: f32) -> [f32; 3] {
    std::array::from_fn(|c| a[c] + (b[c] - a[c]) * t)
}

/// Coverage of a pixel that lies `inside` (in image widths) within a shape whose edge is 1/28 wide.
pub(super) fn soft(inside: f32) -> f32 {
    (inside * 28.0 + 0.5).clamp(0.0, 1.0)
}

/// Uniform numbers for drawing one image.
pub(super) struct Random {
    seed: u64,
    image: u32,
    drawn: u32,
}

impl Random {
    pub(super) fn new(seed: u64, image: usize) -> Self {
        Self { seed, image: image as u32, drawn: 0 }
    }

    pub(super) fn uniform(&mut self) -> f32 {
        self.drawn += 1;
        philox::uniform(philox::words(self.seed, philox::Stream::Pick as u32, self.image, self.drawn)[0])
    }
}

/// One image while it is drawn.
pub(super) struct Canvas<'a> {
    channels: usize,
    side: usize,
    values: &'a mut [f32],
}

impl Canvas<'_> {
    /// Draws a set of `SIDE` and `COUNT`.
    pub(super) fn set(
        choice: &Choice,
        channels: usize,
        draw: impl Fn(&mut Canvas<'_>, usize),
    ) -> Result<ImageSet, ImageSetError> {
        let (side, count) = (choice.get(&SIDE) as usize, choice.get(&COUNT) as usize);
        let mut values = vec![0.0; ImageSet::check_shape(count, channels, side)?];
        for (n, values) in values.chunks_exact_mut(channels * side * side).enumerate() {
            draw(&mut Canvas { channels, side, values }, n);
        }
        ImageSet::new(count, channels, side, values)
    }

    /// Sets every pixel of a grey image from its place in [0, 1]², y downwards; values from −1 to 1.
    pub(super) fn paint(&mut self, colour: impl Fn(f32, f32) -> f32) {
        let side = self.side;
        for (i, value) in self.values.iter_mut().enumerate() {
            *value = colour(((i % side) as f32 + 0.5) / side as f32, ((i / side) as f32 + 0.5) / side as f32);
        }
    }

    /// Sets every pixel from a colour of red, green and blue in [0, 1]; a grey image takes their luminance.
    pub(super) fn paint_colour(&mut self, colour: impl Fn(f32, f32) -> [f32; 3]) {
        let (side, area) = (self.side, self.side * self.side);
        for i in 0..area {
            let rgb = colour(((i % side) as f32 + 0.5) / side as f32, ((i / side) as f32 + 0.5) / side as f32);
            let rgb = rgb.map(|c| 2.0 * c.clamp(0.0, 1.0) - 1.0);
            if self.channels == 1 {
                self.values[i] = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
            } else {
                (0..3).for_each(|c| self.values[c * area + i] = rgb[c]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ALL, draw};
    use crate::param::Choice;

    #[test]
    fn every_set_draws_distinct_images_within_bounds() {
        for kind in ALL {
            let set = draw(&Choice::new(kind.info.id), 3).unwrap();
            assert!(set.values().iter().all(|v| v.abs() <= 1.0), "{}", kind.info.id);
            assert!(set.count() >= 2 && (1..set.count()).all(|n| set.image(n) != set.image(0)), "{}", kind.info.id);
            let bright = set.image(0).iter().filter(|&&v| v > 0.0).count() as f64 / set.image(0).len() as f64;
            assert!(kind.info.id == "black_white" || (0.05..0.95).contains(&bright), "{}: {bright}", kind.info.id);
            assert_eq!(draw(&Choice::new(kind.info.id), 3).unwrap(), set);
        }
        assert!(draw(&Choice::new("stripes").with("side", 1.0), 1).is_err());
    }
}
