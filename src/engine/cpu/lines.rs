//! Working memory that starts on a cache line: a vector that lies across two lines costs twice.

use std::ops::{Deref, DerefMut};

use bytemuck::{Pod, Zeroable};

/// As many numbers as the widest vector holds.
pub(super) const WIDTH: usize = 16;

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([f32; WIDTH]);

/// A slice of numbers, aligned to 64 bytes.
#[derive(Default)]
pub(super) struct Lines {
    lines: Vec<Line>,
    length: usize,
}

impl Lines {
    /// `length` numbers, all of them `value`.
    pub fn new(value: f32, length: usize) -> Self {
        Self { lines: vec![Line([value; WIDTH]); length.div_ceil(WIDTH)], length }
    }
}

impl Deref for Lines {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &bytemuck::cast_slice(&self.lines)[..self.length]
    }
}

impl DerefMut for Lines {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut bytemuck::cast_slice_mut(&mut self.lines)[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_starts_on_a_line_and_has_the_length_asked_for() {
        for length in [0, 1, 15, 16, 17, 1000] {
            let mut lines = Lines::new(2.0, length);
            assert_eq!(lines.len(), length);
            assert!(lines.iter().all(|value| *value == 2.0));
            assert_eq!(lines.as_ptr() as usize % 64, 0, "{length}");
            lines.fill(3.0);
            assert_eq!(lines.iter().sum::<f32>(), 3.0 * length as f32);
        }
    }
}
