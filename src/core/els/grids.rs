//! Ensembles of square images.

use crate::philox;

/// `count` grids of `channels` planes of `side` × `side` values. The value of grid b, channel c, row y and column x is
/// number `((b · channels + c) · side + y) · side + x`.
#[derive(Debug, Clone, PartialEq)]
pub struct Grids<T> {
    /// Number of grids B.
    pub count: usize,
    /// Channels C of each.
    pub channels: usize,
    /// Side L.
    pub side: usize,
    /// All values.
    pub values: Vec<T>,
}

impl<T: Copy + Default> Grids<T> {
    /// Grids filled with zeros.
    pub fn zeros(count: usize, channels: usize, side: usize) -> Self {
        Self { count, channels, side, values: vec![T::default(); count * channels * side * side] }
    }

    /// Grids with the given values; `None` if their number does not fit.
    pub fn new(count: usize, channels: usize, side: usize, values: Vec<T>) -> Option<Self> {
        let needed = count.checked_mul(channels)?.checked_mul(side)?.checked_mul(side)?;
        (values.len() == needed).then_some(Self { count, channels, side, values })
    }

    /// Grids from values in the order grid, row, column, channel; `None` if their number does not fit.
    pub fn from_interleaved(count: usize, channels: usize, side: usize, values: &[T]) -> Option<Self> {
        let needed = count.checked_mul(channels)?.checked_mul(side)?.checked_mul(side)?;
        if values.len() != needed {
            return None;
        }
        let mut grids = Self::zeros(count, channels, side);
        let area = side * side;
        for (grid, source) in grids.values.chunks_exact_mut(channels * area).zip(values.chunks_exact(channels * area)) {
            for (c, plane) in grid.chunks_exact_mut(area).enumerate() {
                for (value, pixel) in plane.iter_mut().zip(source.chunks_exact(channels)) {
                    *value = pixel[c];
                }
            }
        }
        Some(grids)
    }

    /// The values in the order grid, row, column, channel.
    pub fn interleaved(&self) -> Vec<T> {
        let area = self.area();
        let mut values = Vec::with_capacity(self.values.len());
        for grid in self.values.chunks_exact(self.channels * area) {
            for pixel in 0..area {
                values.extend((0..self.channels).map(|c| grid[c * area + pixel]));
            }
        }
        values
    }

    /// Pixels of one grid, L².
    pub fn area(&self) -> usize {
        self.side * self.side
    }

    /// All channels of grid `index`.
    pub fn grid(&self, index: usize) -> &[T] {
        let size = self.channels * self.area();
        &self.values[index * size..(index + 1) * size]
    }

    /// The grids with every value converted.
    pub fn map<U>(&self, convert: impl Fn(T) -> U) -> Grids<U> {
        Grids {
            count: self.count,
            channels: self.channels,
            side: self.side,
            values: self.values.iter().map(|&v| convert(v)).collect(),
        }
    }
}

impl Grids<f32> {
    /// Independent standard normal values. Grid b has the same values whatever the number of grids: words of
    /// `philox::words(seed, stream, i, b)` make its values 4i to 4i + 3 in storage order.
    pub fn noise(seed: u64, stream: philox::Stream, count: usize, channels: usize, side: usize) -> Self {
        let mut grids = Self::zeros(count, channels, side);
        let size = channels * side * side;
        if size > 0 {
            for (b, grid) in (0..).zip(grids.values.chunks_exact_mut(size)) {
                for (item, four) in (0..).zip(grid.chunks_mut(4)) {
                    let [p, q, r, s] = philox::words(seed, stream as u32, item, b);
                    let ([a, b], [c, d]) = (philox::normal_pair(p, q), philox::normal_pair(r, s));
                    four.copy_from_slice(&[a, b, c, d][..four.len()]);
                }
            }
        }
        grids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interleaving_is_undone() {
        let values: Vec<u32> = (0..2 * 3 * 16).collect();
        let grids = Grids::from_interleaved(2, 3, 4, &values).unwrap();
        assert_eq!(grids.values[..3], [0, 3, 6]);
        assert_eq!(grids.interleaved(), values);
        assert_eq!(Grids::from_interleaved(2, 3, 4, &values[1..]), None);
    }

    #[test]
    fn noise_is_standard_normal_and_independent_of_the_ensemble() {
        let noise = Grids::noise(7, philox::Stream::Start, 4, 1, 101);
        let n = noise.values.len() as f64;
        let moment = |p: i32| noise.values.iter().map(|&v| f64::from(v).powi(p)).sum::<f64>() / n;
        assert!(moment(1).abs() < 4.0 / n.sqrt());
        assert!((moment(2) - 1.0).abs() < 4.0 * (2.0 / n).sqrt());
        assert!((moment(4) - 3.0).abs() < 4.0 * (96.0 / n).sqrt());
        assert_eq!(Grids::noise(7, philox::Stream::Start, 2, 1, 101).grid(1), noise.grid(1));
        assert_ne!(noise.grid(0), noise.grid(1));
    }
}
