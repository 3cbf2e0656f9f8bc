//! Random numbers for large matrices.

use std::convert::Infallible;

use faer::Mat;
use rand::rand_core::TryRng;
use rand_distr::{ChiSquared, Distribution};

use crate::philox::{self, Stream};

/// An endless sequence of words: counter 0, 1, 2, … of one item under one seed.
#[derive(Debug, Clone)]
pub struct Sequence {
    seed: u64,
    item: u32,
    next: u32,
    words: [u32; 4],
    left: usize,
}

impl Sequence {
    /// The sequence of `item` under `seed`.
    pub fn new(seed: u64, item: u32) -> Self {
        Self { seed, item, next: 0, words: [0; 4], left: 0 }
    }
}

impl TryRng for Sequence {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        if self.left == 0 {
            self.words = philox::words(self.seed, Stream::RandomMatrix as u32, self.item, self.next);
            self.next = self.next.wrapping_add(1);
            self.left = 4;
        }
        self.left -= 1;
        Ok(self.words[self.left])
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = self.try_next_u32()?;
        Ok(u64::from(self.try_next_u32()?) << 32 | u64::from(low))
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        for chunk in target.chunks_mut(4) {
            let bytes = self.try_next_u32()?.to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

/// Square root of a χ² number with `freedom` degrees of freedom, the `index`-th under `seed`; zero for none.
pub fn chi(seed: u64, index: u32, freedom: f64) -> f64 {
    match ChiSquared::new(freedom) {
        Ok(distribution) => distribution.sample(&mut Sequence::new(seed, index)).sqrt(),
        Err(_) => 0.0,
    }
}

/// A matrix of standard normal numbers; column j is a function of seed and j alone.
pub fn normal_matrix(seed: u64, rows: usize, columns: usize) -> Mat<f64> {
    let mut matrix = Mat::zeros(rows, columns);
    for j in 0..columns {
        for four in 0..rows.div_ceil(4) {
            let normals = philox::normals4(seed, Stream::RandomMatrixNormal, j as u32, four as u32);
            for (k, xi) in normals.into_iter().enumerate().take(rows - 4 * four) {
                matrix[(4 * four + k, j)] = f64::from(xi);
            }
        }
    }
    matrix
}
