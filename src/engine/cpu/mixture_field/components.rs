//! A noised mixture as arrays, and the choice of the components that count within a tile.

use std::f64::consts::LOG2_E;

use fearless_simd::prelude::*;
use nalgebra::Vector2;

use super::super::math::{self, Real};
use crate::kernel::FieldRequest;
use diffuscope_core::mixture::{NoisedComponent, NoisedMixture};
use diffuscope_core::sym2;

/// Vectors are at most this long; arrays are padded to a multiple of it.
const PAD: usize = 8;

/// Components of positive weight, one array a property.
pub(super) struct Components {
    /// Number of components; the arrays are longer by padding.
    pub len: usize,
    /// log π_k − log 2π − ½ log det C_k.
    log_weight: Vec<f64>,
    mean: [Vec<f64>; 2],
    precision: [Vec<f64>; 3],
    /// The component's own part of the proxy covariance.
    proxy: [Vec<f64>; 3],
    /// Colours; empty if not wanted.
    pub colour: Vec<[f32; 3]>,
    /// Whether all components have one precision and one proxy covariance, so that logarithms of their weights are linear
    /// in the place.
    pub alike: bool,
    /// Unit of scores in which sums of their squares stay within the range of f32: the square root of the largest precision.
    pub score_unit: f64,
}

/// A rectangle of nodes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tile {
    /// Its centre.
    pub centre: Vector2<f64>,
    /// Half its width and height.
    pub half: Vector2<f64>,
}

/// The component to which the others are compared within a tile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base {
    /// Its place in the arrays.
    pub index: usize,
    /// log π_k − log 2π − ½ log det C_k.
    pub log_weight: f64,
    /// Its mean.
    pub mean: Vector2<f64>,
    /// Entries xx, xy, yy of its precision.
    pub precision: [f64; 3],
    /// Its own part of the proxy covariance.
    pub proxy: [f64; 3],
}

/// One component relative to the base of a tile, at the tile's centre: within the tile, its log weight differs from the
/// base's by exactly `log_ratio + slope · d − ½ dᵀ curvature d`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relative {
    /// Its place in the arrays.
    pub index: usize,
    /// Difference of the logarithms of the weighted densities.
    pub log_ratio: f64,
    /// Difference of the scores.
    pub slope: [f64; 2],
    /// Difference of the precisions.
    pub curvature: [f64; 3],
    /// The component's own part of the proxy covariance.
    pub proxy: [f64; 3],
}

/// What may be left out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Relative error that components left out may make, all together.
    pub tolerance: f64,
    /// Logarithm to base 2 of a weight, over the base's, that cannot show in the result.
    pub floor: f64,
}

/// Memory that one task uses for tile after tile.
#[derive(Default)]
pub(super) struct Scratch {
    /// Logarithms to base 2 of the components' weights over the base's, at the centre.
    log_ratio: Vec<f64>,
    /// How far that logarithm strays within the tile.
    reach: Vec<f64>,
    /// Lower bounds of what a unit of weight adds to the entries xx and yy of the proxy covariance.
    least: [Vec<f64>; 2],
    /// Upper bounds of the same.
    most: [Vec<f64>; 2],
    /// Upper bounds of the components' shares in whatever they matter most for.
    share: Vec<f64>,
    /// The components that count, the base first.
    pub kept: Vec<Relative>,
}

impl Components {
    /// Sorts the components of the request into arrays.
    pub fn new(request: &FieldRequest<'_>) -> Self {
        let mixture: &NoisedMixture = request.mixture;
        let live: Vec<(usize, &NoisedComponent)> =
            mixture.components().iter().enumerate().filter(|(_, c)| c.log_weight > f64::NEG_INFINITY).collect();
        let array = |value: &dyn Fn(&NoisedComponent) -> f64| {
            let mut values: Vec<f64> = live.iter().map(|(_, c)| value(c)).collect();
            // Padding repeats the last component; it is cut off by its place.
            let last = values.last().copied().unwrap_or_default();
            values.resize(live.len().next_multiple_of(PAD), last);
            values
        };
        let entry = |axis: usize| {
            [array(&|c| sym2::entries(&c.precision)[axis]), array(&|c| sym2::entries(&c.proxy_covariance)[axis])]
        };
        let [[pxx, bxx], [pxy, bxy], [pyy, byy]] = [entry(0), entry(1), entry(2)];
        let largest = pxx.iter().chain(&pyy).copied().fold(0.0, f64::max);
        let same = |c: &NoisedComponent| (c.precision, c.proxy_covariance);
        Self {
            len: live.len(),
            log_weight: array(&|c| c.log_weight),
            mean: [array(&|c| c.mean.x), array(&|c| c.mean.y)],
            precision: [pxx, pxy, pyy],
            proxy: [bxx, bxy, byy],
            colour: live.iter().filter_map(|(index, _)| request.colours.get(*index).copied()).collect(),
            alike: live.windows(2).all(|pair| same(pair[0].1) == same(pair[1].1)),
            score_unit: largest.sqrt(),
        }
    }

    /// The heaviest component at the centre of the tile.
    #[inline(always)]
    pub fn base<S: Simd>(&self, simd: S, tile: &Tile) -> Base {
        let mut best = S::f64s::splat(simd, f64::LOWEST);
        let mut place = S::f64s::splat(simd, 0.0);
        let lane = S::f64s::from_fn(simd, |lane| lane as f64);
        for start in (0..self.log_weight.len()).step_by(S::f64s::LEN) {
            let at = |array: &[f64]| S::f64s::from_slice(simd, &array[start..start + S::f64s::LEN]);
            let dx = at(&self.mean[0]) - tile.centre.x;
            let dy = at(&self.mean[1]) - tile.centre.y;
            let [pxx, pxy, pyy] = self.precision.each_ref().map(|entry| at(entry));
            let square = (pxx * dx + pxy * dy) * dx + (pxy * dx + pyy * dy) * dy;
            let log_density = at(&self.log_weight) - square * 0.5;
            let better = log_density.simd_gt(best);
            best = better.select(log_density, best);
            place = better.select(lane + start as f64, place);
        }
        let mut index = 0;
        let mut largest = f64::NEG_INFINITY;
        for (value, place) in best.as_slice().iter().zip(place.as_slice()) {
            if *value > largest {
                (largest, index) = (*value, *place as usize);
            }
        }
        // Padding repeats the last component.
        let index = index.min(self.len - 1);
        Base {
            index,
            log_weight: self.log_weight[index],
            mean: Vector2::new(self.mean[0][index], self.mean[1][index]),
            precision: self.precision.each_ref().map(|entry| entry[index]),
            proxy: self.proxy.each_ref().map(|entry| entry[index]),
        }
    }

    /// Component `index` relative to `base` at the centre of the tile. The differences are taken before anything large is
    /// squared, so that they keep their precision far away from the data.
    pub fn relative(&self, index: usize, base: &Base, tile: &Tile) -> Relative {
        let mean = Vector2::new(self.mean[0][index], self.mean[1][index]);
        let precision = self.precision.each_ref().map(|entry| entry[index]);
        let curvature = [0, 1, 2].map(|entry| precision[entry] - base.precision[entry]);
        let apart = mean - base.mean;
        let base_distance = base.mean - tile.centre;
        let pull = product(&precision, apart);
        let bend = product(&curvature, base_distance);
        let square = pull.dot(&(apart + 2.0 * base_distance)) + bend.dot(&base_distance);
        Relative {
            index,
            log_ratio: self.log_weight[index] - base.log_weight - 0.5 * square,
            slope: [pull.x + bend.x, pull.y + bend.y],
            curvature,
            proxy: self.proxy.each_ref().map(|entry| entry[index]),
        }
    }

    /// Fills `scratch.kept` with the components that matter somewhere in the tile, and returns how far the logarithms to
    /// base 2 of their weights over the base's get from 0 within it.
    ///
    /// What is left out changes the density, the weights and each diagonal entry of the proxy covariance by less than
    /// `limits.tolerance`, relative to their values at that place, or weighs less than 2^`limits.floor` everywhere. A
    /// component of weight `w_j`, which deviates by `d_j` from the base b, adds at most `w_j d_j²/p + (w_j/w_b) C` to an entry
    /// `C ≥ (w_b/p) Σ_i w_i d_i²/p`, p the sum of weights; upper bounds of its own terms over the tile are held against lower
    /// bounds of the sums.
    #[inline(always)]
    pub fn cull<S: Simd>(&self, simd: S, tile: &Tile, base: &Base, limits: &Limits, scratch: &mut Scratch) -> f64 {
        let second = self.bound(simd, tile, base, scratch);
        self.share(simd, second, limits.floor, scratch);
        let least = least_share(&scratch.share[..self.len], limits.tolerance);
        scratch.kept.clear();
        scratch.kept.push(self.relative(base.index, base, tile));
        let mut swing = 0.0_f64;
        for (index, share) in scratch.share[..self.len].iter().enumerate() {
            if *share >= least && index != base.index {
                scratch.kept.push(self.relative(index, base, tile));
                swing = swing.max(scratch.log_ratio[index].abs() + scratch.reach[index]);
            }
        }
        swing
    }

    /// Bounds every component over the tile and returns the largest lower bound of `log_ratio`, the base's excepted.
    #[inline(always)]
    fn bound<S: Simd>(&self, simd: S, tile: &Tile, base: &Base, scratch: &mut Scratch) -> f64 {
        let padded = self.log_weight.len();
        let Scratch { log_ratio: ratios, reach: reaches, least: [least_x, least_y], most: [most_x, most_y], .. } =
            scratch;
        for array in [&mut *ratios, reaches, least_x, least_y, most_x, most_y] {
            array.resize(padded, 0.0);
        }
        let zero = S::f64s::splat(simd, 0.0);
        let lowest = S::f64s::splat(simd, f64::LOWEST);
        let [hx, hy] = [tile.half.x, tile.half.y];
        let distance = base.mean - tile.centre;
        let mut second = lowest;
        for start in (0..padded).step_by(S::f64s::LEN) {
            let range = start..start + S::f64s::LEN;
            let at = |array: &[f64]| S::f64s::from_slice(simd, &array[range.clone()]);
            let dx = at(&self.mean[0]) - base.mean.x;
            let dy = at(&self.mean[1]) - base.mean.y;
            let [pxx, pxy, pyy] = self.precision.each_ref().map(|entry| at(entry));
            let (mut sx, mut sy) = (pxx * dx + pxy * dy, pxy * dx + pyy * dy);
            let mut square = sx * (dx + 2.0 * distance.x) + sy * (dy + 2.0 * distance.y);
            let (mut swing_x, mut swing_y) = (zero, zero);
            if !self.alike {
                let [cxx, cxy, cyy] = [pxx - base.precision[0], pxy - base.precision[1], pyy - base.precision[2]];
                let bend_x = cxx * distance.x + cxy * distance.y;
                let bend_y = cxy * distance.x + cyy * distance.y;
                square += bend_x * distance.x + bend_y * distance.y;
                (sx, sy) = (sx + bend_x, sy + bend_y);
                (swing_x, swing_y) = (cxx.abs() * hx + cxy.abs() * hy, cxy.abs() * hx + cyy.abs() * hy);
            }
            let (sx, sy) = (sx.abs(), sy.abs());
            let log_ratio = (at(&self.log_weight) - base.log_weight - square * 0.5) * LOG2_E;
            let reach = ((sx + swing_x * 0.5) * hx + (sy + swing_y * 0.5) * hy) * LOG2_E;
            log_ratio.store_slice(&mut ratios[range.clone()]);
            reach.store_slice(&mut reaches[range.clone()]);
            for (s, swing, proxy, least, most) in [
                (sx, swing_x, &self.proxy[0], &mut *least_x, &mut *most_x),
                (sy, swing_y, &self.proxy[2], &mut *least_y, &mut *most_y),
            ] {
                let (low, high, proxy) = ((s - swing).max(zero), s + swing, at(proxy));
                (low * low + proxy).store_slice(&mut least[range.clone()]);
                (high * high + proxy).store_slice(&mut most[range.clone()]);
            }
            let index = S::f64s::from_fn(simd, |lane| (start + lane) as f64);
            let other = index.simd_ne(base.index as f64) & index.simd_lt(self.len as f64);
            second = second.max(other.select(log_ratio - reach, lowest));
        }
        second.as_slice().iter().copied().fold(f64::LOWEST, f64::max)
    }

    /// Turns bounds into shares; `second` is what [`Components::bound`] returned, and the scale of the weights.
    #[inline(always)]
    fn share<S: Simd>(&self, simd: S, second: f64, floor: f64, scratch: &mut Scratch) {
        // Logarithms beyond ±FAR decide without being exact.
        const FAR: f64 = 1000.0;
        let padded = self.log_weight.len();
        scratch.share.resize(padded, 0.0);
        let zero = S::f64s::splat(simd, 0.0);
        let power = |logarithm: S::f64s| math::exp2::<S, f64>(simd, logarithm.min(FAR));
        let at = |array: &[f64], start: usize| S::f64s::from_slice(simd, &array[start..start + S::f64s::LEN]);
        let (mut total, mut sum_x, mut sum_y) = (zero, zero, zero);
        for start in (0..padded).step_by(S::f64s::LEN) {
            let (log_ratio, reach) = (at(&scratch.log_ratio, start), at(&scratch.reach, start));
            let index = S::f64s::from_fn(simd, |lane| (start + lane) as f64);
            let real = index.simd_lt(self.len as f64);
            let low = real.select(power(log_ratio - reach - second), zero);
            total += real.select(power(log_ratio + reach), zero);
            sum_x += low * at(&scratch.least[0], start);
            sum_y += low * at(&scratch.least[1], start);
        }
        let total = total.reduce_sum();
        let [sum_x, sum_y] = [sum_x, sum_y].map(|sum| sum.reduce_sum().max(f64::MIN_POSITIVE));
        for start in (0..padded).step_by(S::f64s::LEN) {
            let upper = at(&scratch.log_ratio, start) + at(&scratch.reach, start);
            let spread = (at(&scratch.most[0], start) / sum_x).max(at(&scratch.most[1], start) / sum_y);
            let of_covariance = power(upper - second) * spread.min(-f64::LOWEST) * total;
            let share = upper.simd_gt(floor).select(power(upper).max(of_covariance), zero);
            share.store_slice(&mut scratch.share[start..start + S::f64s::LEN]);
        }
    }
}

/// The least share to keep such that all smaller ones add up to no more than `tolerance`.
fn least_share(shares: &[f64], tolerance: f64) -> f64 {
    // Counted by their exponent: from 2⁻⁶⁴ or less to 1 or more.
    const RANGE: i64 = 64;
    let mut counts = [0_u32; RANGE as usize + 1];
    for share in shares {
        let exponent = (share.to_bits() >> 52) as i64 - 1023;
        counts[(exponent.clamp(-RANGE, 0) + RANGE) as usize] += 1;
    }
    let mut dropped = 0.0;
    let mut least = (-RANGE as f64).exp2();
    for count in &counts[..RANGE as usize] {
        dropped += 2.0 * least * f64::from(*count);
        if dropped > tolerance {
            break;
        }
        least *= 2.0;
    }
    least
}

/// The matrix with entries `m` times `v`.
fn product(m: &[f64; 3], v: Vector2<f64>) -> Vector2<f64> {
    Vector2::new(m[0] * v.x + m[1] * v.y, m[1] * v.x + m[2] * v.y)
}
