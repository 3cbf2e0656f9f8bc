//! Sums over the components that count, for a vector of nodes at a time.

use std::f64::consts::LOG2_E;

use fearless_simd::prelude::*;
use nalgebra::Vector2;

use super::super::math::{self, Real, V};
use super::components::Relative;

/// Nodes along each side of a tile.
pub(super) const SIDE: usize = 16;
/// Nodes of a tile.
pub(super) const NODES: usize = SIDE * SIDE;
/// Rows of nodes that are summed together, so that they share what depends on the column alone.
const ROWS: usize = 2;
/// Terms that are summed before the sum is added to the total: long sums of f32 would lose digits.
const RUN: usize = 256;

/// Lengths of the tile's coordinates: nodes are counted from the centre, scores divided by a unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Units {
    /// Distance of neighbouring nodes.
    pub spacing: Vector2<f64>,
    /// Unit of scores.
    pub score: f64,
}

/// One component as a function of the node (u, v) within the tile, relative to the tile's base.
pub(super) trait Term<T: Real>: Copy {
    /// Whether components differ in their own part of the proxy covariance.
    const SPREADS: bool;

    /// Rounds to the precision of the sums.
    fn new(relative: &Relative, units: &Units) -> Self;
    /// What the logarithm to base 2 of the weight takes from the column u: constant part and factor of v.
    fn column<S: Simd>(&self, simd: S, u: V<S, T>) -> [V<S, T>; 2];
    /// Logarithm to base 2 of the weight.
    fn logarithm<S: Simd>(&self, column: [V<S, T>; 2], v: V<S, T>) -> V<S, T>;
    /// Score.
    fn score<S: Simd>(&self, simd: S, u: V<S, T>, v: V<S, T>) -> [V<S, T>; 2];
    /// Entries of the component's own part of the proxy covariance.
    fn spread(&self) -> [T; 3];
}

/// Terms of one kind in any precision.
pub(super) trait Family {
    /// Terms in the precision of `T`.
    type Term<T: Real>: Term<T>;
}

/// Components that differ in weight and mean alone, such as points.
pub(super) struct Alike;
/// Any components.
pub(super) struct General;

impl Family for Alike {
    type Term<T: Real> = Linear<T>;
}

impl Family for General {
    type Term<T: Real> = Quadratic<T>;
}

/// A component of the same precision as the base's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Linear<T> {
    constant: T,
    slope: [T; 2],
    score: [T; 2],
}

/// Any component.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quadratic<T> {
    linear: Linear<T>,
    /// Factors of u², uv, v² in the logarithm of the weight.
    curvature: [T; 3],
    /// Factors of u and v in both components of the score: xu, xv, yu, yv.
    bend: [T; 4],
    spread: [T; 3],
}

impl<T: Real> Term<T> for Linear<T> {
    const SPREADS: bool = false;

    fn new(relative: &Relative, units: &Units) -> Self {
        let [sx, sy] = relative.slope;
        Self {
            constant: T::narrowed(relative.log_ratio * LOG2_E),
            slope: [sx * units.spacing.x * LOG2_E, sy * units.spacing.y * LOG2_E].map(T::narrowed),
            score: [sx / units.score, sy / units.score].map(T::narrowed),
        }
    }

    #[inline(always)]
    fn column<S: Simd>(&self, simd: S, u: V<S, T>) -> [V<S, T>; 2] {
        [u.mul_add(self.slope[0], self.constant), V::<S, T>::splat(simd, self.slope[1])]
    }

    #[inline(always)]
    fn logarithm<S: Simd>(&self, [constant, factor]: [V<S, T>; 2], v: V<S, T>) -> V<S, T> {
        v.mul_add(factor, constant)
    }

    #[inline(always)]
    fn score<S: Simd>(&self, simd: S, _: V<S, T>, _: V<S, T>) -> [V<S, T>; 2] {
        self.score.map(|s| V::<S, T>::splat(simd, s))
    }

    #[inline(always)]
    fn spread(&self) -> [T; 3] {
        [T::default(); 3]
    }
}

impl<T: Real> Term<T> for Quadratic<T> {
    const SPREADS: bool = true;

    fn new(relative: &Relative, units: &Units) -> Self {
        let [hx, hy] = [units.spacing.x, units.spacing.y];
        let [cxx, cxy, cyy] = relative.curvature;
        let curvature = [-0.5 * cxx * hx * hx, -cxy * hx * hy, -0.5 * cyy * hy * hy];
        let bend = [-cxx * hx, -cxy * hy, -cxy * hx, -cyy * hy];
        Self {
            linear: Linear::new(relative, units),
            curvature: curvature.map(|c| T::narrowed(c * LOG2_E)),
            bend: bend.map(|b| T::narrowed(b / units.score)),
            spread: relative.proxy.map(|b| T::narrowed(b / units.score / units.score)),
        }
    }

    #[inline(always)]
    fn column<S: Simd>(&self, simd: S, u: V<S, T>) -> [V<S, T>; 2] {
        let [uu, uv, _] = self.curvature;
        let slope = u.mul_add(uu, self.linear.slope[0]);
        let constant = slope.mul_add(u, self.linear.constant);
        let factor = V::<S, T>::splat(simd, uv).mul_add(u, self.linear.slope[1]);
        [constant, factor]
    }

    #[inline(always)]
    fn logarithm<S: Simd>(&self, [constant, factor]: [V<S, T>; 2], v: V<S, T>) -> V<S, T> {
        v.mul_add(self.curvature[2], factor).mul_add(v, constant)
    }

    #[inline(always)]
    fn score<S: Simd>(&self, simd: S, u: V<S, T>, v: V<S, T>) -> [V<S, T>; 2] {
        let [xu, xv, yu, yv] = self.bend;
        let [x, y] = self.linear.score.map(|s| V::<S, T>::splat(simd, s));
        [v.mul_add(xv, u.mul_add(xu, x)), v.mul_add(yv, u.mul_add(yu, y))]
    }

    #[inline(always)]
    fn spread(&self) -> [T; 3] {
        self.spread
    }
}

/// What the nodes of a tile make of their components, relative to the base; rows of [`SIDE`] nodes.
pub(super) struct Sums<T> {
    /// Logarithm to base 2 of the heaviest component's weight over the base's.
    pub top: [T; NODES],
    /// Natural logarithm of the sum of weights over the heaviest weight.
    pub log_total: [T; NODES],
    /// Score less the base's.
    pub score: [[T; NODES]; 2],
    /// Mean score less the heaviest component's.
    pub offset: [[T; NODES]; 2],
    /// Entries of the covariance of the components' scores, plus the mean of their own parts.
    pub covariance: [[T; NODES]; 3],
    /// Colours mixed by weight, if asked for.
    pub colour: [[T; NODES]; 3],
}

impl<T: Real> Default for Sums<T> {
    fn default() -> Self {
        let zeros = [T::default(); NODES];
        Self {
            top: zeros,
            log_total: zeros,
            score: [zeros; 2],
            offset: [zeros; 2],
            covariance: [zeros; 3],
            colour: [zeros; 3],
        }
    }
}

/// Sums `terms` at the nodes of a tile of `columns` × `rows` nodes; nodes beyond, up to a whole vector, are left with numbers
/// of no use. With `colours`, one a term, mixes these too.
#[inline(always)]
pub(super) fn sum_tile<S: Simd, T: Real, K: Term<T>>(
    simd: S,
    terms: &[K],
    colours: &[[T; 3]],
    [columns, rows]: [usize; 2],
    sums: &mut Sums<T>,
) {
    let middle = |nodes: usize| (nodes - 1) as f64 * 0.5;
    for row in (0..rows).step_by(ROWS) {
        let v: [V<S, T>; ROWS] =
            std::array::from_fn(|r| V::<S, T>::splat(simd, T::narrowed((row + r) as f64 - middle(rows))));
        for column in (0..columns).step_by(V::<S, T>::LEN) {
            let u = V::<S, T>::from_fn(simd, |lane| T::narrowed((column + lane) as f64 - middle(columns)));
            let nodes: [usize; ROWS] = std::array::from_fn(|r| (row + r) * SIDE + column);
            let heaviest = find_heaviest(simd, terms, u, &v);
            if !colours.is_empty() {
                mix_colours(simd, terms, colours, u, &v, &heaviest, nodes, sums);
            }
            sum_block(simd, terms, u, &v, &heaviest, nodes, sums);
        }
    }
}

/// The heaviest component at each node of a vector.
#[derive(Clone, Copy)]
struct Heaviest<S: Simd, T: Real> {
    /// Logarithm to base 2 of its weight.
    top: V<S, T>,
    /// The same of the second heaviest; [`Real::LOWEST`] if there is none.
    second: V<S, T>,
    score: [V<S, T>; 2],
    spread: [V<S, T>; 3],
}

#[inline(always)]
fn find_heaviest<S: Simd, T: Real, K: Term<T>>(
    simd: S,
    terms: &[K],
    u: V<S, T>,
    v: &[V<S, T>; ROWS],
) -> [Heaviest<S, T>; ROWS] {
    let lowest = V::<S, T>::splat(simd, T::LOWEST);
    let zero = V::<S, T>::splat(simd, T::default());
    let mut heaviest: [Heaviest<S, T>; ROWS] =
        [Heaviest { top: lowest, second: lowest, score: [zero; 2], spread: [zero; 3] }; ROWS];
    for term in terms {
        let column = term.column(simd, u);
        for (v, best) in v.iter().zip(&mut heaviest) {
            let logarithm = term.logarithm::<S>(column, *v);
            let better = logarithm.simd_gt(best.top);
            best.second = best.second.max(logarithm.min(best.top));
            best.top = best.top.max(logarithm);
            for (best, score) in best.score.iter_mut().zip(term.score(simd, u, *v)) {
                *best = better.select(score, *best);
            }
            if K::SPREADS {
                for (best, spread) in best.spread.iter_mut().zip(term.spread()) {
                    *best = better.select(V::<S, T>::splat(simd, spread), *best);
                }
            }
        }
    }
    heaviest
}

/// Sums over components relative to the heaviest, which itself adds exactly 1 to `weight` and nothing to the rest.
#[derive(Clone, Copy)]
struct Moments<S: Simd, T: Real> {
    weight: V<S, T>,
    score: [V<S, T>; 2],
    square: [V<S, T>; 3],
    spread: [V<S, T>; 3],
}

impl<S: Simd, T: Real> Moments<S, T> {
    #[inline(always)]
    fn zero(simd: S) -> Self {
        let zero = V::<S, T>::splat(simd, T::default());
        Self { weight: zero, score: [zero; 2], square: [zero; 3], spread: [zero; 3] }
    }

    #[inline(always)]
    fn add(&mut self, other: &Self) {
        self.weight += other.weight;
        for (a, b) in self.score.iter_mut().zip(&other.score) {
            *a += *b;
        }
        for (a, b) in self.square.iter_mut().zip(&other.square) {
            *a += *b;
        }
        for (a, b) in self.spread.iter_mut().zip(&other.spread) {
            *a += *b;
        }
    }
}

#[inline(always)]
fn sum_block<S: Simd, T: Real, K: Term<T>>(
    simd: S,
    terms: &[K],
    u: V<S, T>,
    v: &[V<S, T>; ROWS],
    heaviest: &[Heaviest<S, T>; ROWS],
    nodes: [usize; ROWS],
    sums: &mut Sums<T>,
) {
    let mut totals = [Moments::<S, T>::zero(simd); ROWS];
    for run in terms.chunks(RUN) {
        let mut moments = [Moments::<S, T>::zero(simd); ROWS];
        for term in run {
            let column = term.column(simd, u);
            for ((v, best), sum) in v.iter().zip(heaviest).zip(&mut moments) {
                // Weights are relative to the second heaviest, so that they keep their digits where the heaviest holds nearly
                // everything: the covariance is then made of the others alone.
                let logarithm = (term.logarithm::<S>(column, *v) - best.second).min(T::default());
                let weight = math::exp2::<S, T>(simd, logarithm);
                let [x, y] = term.score(simd, u, *v);
                let (x, y) = (x - best.score[0], y - best.score[1]);
                let (wx, wy) = (weight * x, weight * y);
                sum.weight += weight;
                sum.score[0] += wx;
                sum.score[1] += wy;
                sum.square[0] = wx.mul_add(x, sum.square[0]);
                sum.square[1] = wx.mul_add(y, sum.square[1]);
                sum.square[2] = wy.mul_add(y, sum.square[2]);
                if K::SPREADS {
                    for ((sum, spread), reference) in sum.spread.iter_mut().zip(term.spread()).zip(best.spread) {
                        *sum = (V::<S, T>::splat(simd, spread) - reference).mul_add(weight, *sum);
                    }
                }
            }
        }
        for (total, moments) in totals.iter_mut().zip(&moments) {
            total.add(moments);
        }
    }
    for ((best, total), node) in heaviest.iter().zip(&totals).zip(nodes) {
        let nodes = node..node + V::<S, T>::LEN;
        // Weights of the second heaviest over the heaviest, as a square: its root stays representable for longer.
        let root = math::exp2::<S, T>(simd, (best.second - best.top) * T::HALF);
        let ratio = root * root;
        let others = total.weight - T::ONE;
        let sum = others.mul_add(ratio, T::ONE);
        let share = V::<S, T>::splat(simd, T::ONE) / sum;
        let [x, y] = total.score.map(|s| s * ratio * share);
        let variance = |index: usize, product: V<S, T>| {
            let square = (total.square[index] + total.spread[index]) * share * root * root;
            square - product + best.spread[index]
        };
        let zero = T::default();
        best.top.store_slice(&mut sums.top[nodes.clone()]);
        math::ln::<S, T>(simd, sum).store_slice(&mut sums.log_total[nodes.clone()]);
        for (axis, offset) in [x, y].into_iter().enumerate() {
            best.score[axis].store_slice(&mut sums.score[axis][nodes.clone()]);
            offset.store_slice(&mut sums.offset[axis][nodes.clone()]);
        }
        variance(0, x * x).max(zero).store_slice(&mut sums.covariance[0][nodes.clone()]);
        variance(1, x * y).store_slice(&mut sums.covariance[1][nodes.clone()]);
        variance(2, y * y).max(zero).store_slice(&mut sums.covariance[2][nodes.clone()]);
    }
}

#[expect(clippy::too_many_arguments, reason = "one step of `sum_tile`, split off for its subject")]
#[inline(always)]
fn mix_colours<S: Simd, T: Real, K: Term<T>>(
    simd: S,
    terms: &[K],
    colours: &[[T; 3]],
    u: V<S, T>,
    v: &[V<S, T>; ROWS],
    heaviest: &[Heaviest<S, T>; ROWS],
    nodes: [usize; ROWS],
    sums: &mut Sums<T>,
) {
    let zero = V::<S, T>::splat(simd, T::default());
    for ((v, best), node) in v.iter().zip(heaviest).zip(nodes) {
        let mut total = zero;
        let mut mixed = [zero; 3];
        for (term, colour) in terms.iter().zip(colours) {
            let logarithm = term.logarithm::<S>(term.column(simd, u), *v) - best.top;
            let weight = math::exp2::<S, T>(simd, logarithm);
            total += weight;
            for (sum, channel) in mixed.iter_mut().zip(colour) {
                *sum = weight.mul_add(*channel, *sum);
            }
        }
        for (channel, sum) in sums.colour.iter_mut().zip(mixed) {
            (sum / total).store_slice(&mut channel[node..node + V::<S, T>::LEN]);
        }
    }
}
