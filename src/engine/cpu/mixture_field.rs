//! Kernel `mixture_field`: tile by tile, with everything taken relative to one component.
//!
//! Within a tile of 16 × 16 nodes the component heaviest at its centre is the *base*. Against it, the logarithm of every
//! component's weight is exactly a quadratic polynomial of the place, and linear where precisions are equal, as for points.
//! Its coefficients are computed in f64 and only then rounded, so that nothing large cancels in f32; components that matter
//! nowhere in the tile are left out. Density and score of the base itself are added in f64 at the end.

mod components;
mod terms;

use fearless_simd::{Level, Simd, dispatch};
use nalgebra::Vector2;
use rayon::prelude::*;

use self::components::{Base, Components, Limits, Scratch, Tile};
use self::terms::{Alike, Family, General, SIDE, Sums, Term, Units, sum_tile};
use super::CpuEngine;
use super::math::Real;
use crate::EngineError;
use crate::kernel::{Field, FieldRequest, MixtureField};
use diffuscope_core::grid::Grid;

/// What a precision is good for.
struct Precision {
    limits: Limits,
    /// Tiles in which logarithms of weights get further from 0 than this are summed in f64.
    max_swing: f64,
}

/// A logarithm of 100 is off by 4e-6 in f32, and so are weights. Weights below 2⁻³²⁰ leave nothing in f32 even if scores
/// differ by 10²⁵.
const SINGLE: Precision = Precision { limits: Limits { tolerance: 1e-8, floor: -320.0 }, max_swing: 100.0 };
const DOUBLE: Precision = Precision { limits: Limits { tolerance: 1e-12, floor: -1300.0 }, max_swing: f64::INFINITY };

impl MixtureField for CpuEngine {
    fn mixture_field(&self, request: &FieldRequest<'_>) -> Result<Field<f32>, EngineError> {
        Ok(field(self.level, request, &SINGLE))
    }

    fn mixture_field_wide(&self, request: &FieldRequest<'_>) -> Result<Field<f64>, EngineError> {
        Ok(field(self.level, request, &DOUBLE))
    }
}

/// The rows of a field that one task fills, in the order of [`Field`]'s arrays.
struct Band<'a, T> {
    first_row: usize,
    log_density: &'a mut [T],
    score: [&'a mut [T]; 2],
    proxy_covariance: [&'a mut [T]; 3],
    /// Empty slices if colours are not wanted.
    colour: [&'a mut [T]; 3],
}

/// Computes the field in the precision of `T`.
fn field<T: Real>(level: Level, request: &FieldRequest<'_>, precision: &Precision) -> Field<T> {
    let grid = &request.grid;
    let components = Components::new(request);
    let zeros = || vec![T::default(); grid.len()];
    let colour = || if request.colours.is_empty() { Vec::new() } else { zeros() };
    let mut field = Field {
        log_density: zeros(),
        score: [zeros(), zeros()],
        proxy_covariance: [zeros(), zeros(), zeros()],
        colour: [colour(), colour(), colour()],
    };
    bands(&mut field, grid.nx).into_par_iter().for_each_init(Scratch::default, |scratch, band| {
        if components.alike {
            dispatch!(level, simd => fill::<_, T, Alike>(simd, &components, grid, precision, band, scratch));
        } else {
            dispatch!(level, simd => fill::<_, T, General>(simd, &components, grid, precision, band, scratch));
        }
    });
    field
}

/// Cuts the field into bands of [`SIDE`] rows.
fn bands<T>(field: &mut Field<T>, nx: usize) -> Vec<Band<'_, T>> {
    let chunk = nx * SIDE;
    let mut score = field.score.each_mut().map(|array| array.chunks_mut(chunk));
    let mut proxy_covariance = field.proxy_covariance.each_mut().map(|array| array.chunks_mut(chunk));
    let mut colour = field.colour.each_mut().map(|array| array.chunks_mut(chunk));
    let band = |(band, log_density)| Band {
        first_row: band * SIDE,
        log_density,
        score: score.each_mut().map(|chunks| chunks.next().unwrap_or_default()),
        proxy_covariance: proxy_covariance.each_mut().map(|chunks| chunks.next().unwrap_or_default()),
        colour: colour.each_mut().map(|chunks| chunks.next().unwrap_or_default()),
    };
    field.log_density.chunks_mut(chunk).enumerate().map(band).collect()
}

/// Fills a band.
#[inline(always)]
fn fill<S: Simd, T: Real, F: Family>(
    simd: S,
    components: &Components,
    grid: &Grid,
    precision: &Precision,
    mut band: Band<'_, T>,
    scratch: &mut Scratch,
) {
    let [dx, dy] = grid.spacing();
    let units = Units { spacing: Vector2::new(dx, dy), score: components.score_unit };
    let rows = band.log_density.len() / grid.nx;
    let (mut narrow, mut wide) = (Workspace::<T, F>::default(), Workspace::<f64, F>::default());
    for first_column in (0..grid.nx).step_by(SIDE) {
        let columns = SIDE.min(grid.nx - first_column);
        let half = Vector2::new((columns - 1) as f64, (rows - 1) as f64) * 0.5;
        let corner = Vector2::new(grid.x_at(first_column), grid.y_at(band.first_row));
        let tile = Tile {
            centre: corner + half.component_mul(&units.spacing),
            half: half.component_mul(&units.spacing.abs()),
        };
        let base = components.base(simd, &tile);
        let swing = components.cull(simd, &tile, &base, &precision.limits, scratch);
        let place = Place { grid, first_column, columns, rows };
        if swing <= precision.max_swing {
            narrow.sum(simd, components, scratch, &units, &place);
            finish(&place, &base, &units, &narrow, &mut band);
        } else {
            wide.sum(simd, components, scratch, &units, &place);
            finish(&place, &base, &units, &wide, &mut band);
        }
    }
}

/// The components of one tile and their sums, in the precision of `T`.
struct Workspace<T: Real, F: Family> {
    terms: Vec<F::Term<T>>,
    colours: Vec<[T; 3]>,
    sums: Sums<T>,
}

impl<T: Real, F: Family> Default for Workspace<T, F> {
    fn default() -> Self {
        Self { terms: Vec::new(), colours: Vec::new(), sums: Sums::default() }
    }
}

impl<T: Real, F: Family> Workspace<T, F> {
    /// Sums the components that `scratch` holds.
    #[inline(always)]
    fn sum<S: Simd>(&mut self, simd: S, components: &Components, scratch: &Scratch, units: &Units, place: &Place<'_>) {
        self.terms.clear();
        self.terms.extend(scratch.kept.iter().map(|relative| F::Term::new(relative, units)));
        self.colours.clear();
        if !components.colour.is_empty() {
            let colour = |index: usize| components.colour[index].map(|channel| T::narrowed(f64::from(channel)));
            self.colours.extend(scratch.kept.iter().map(|relative| colour(relative.index)));
        }
        sum_tile(simd, &self.terms, &self.colours, [place.columns, place.rows], &mut self.sums);
    }
}

/// Where a tile lies in the grid; its first row is the band's.
struct Place<'a> {
    grid: &'a Grid,
    first_column: usize,
    columns: usize,
    rows: usize,
}

/// Adds the base to the sums, in f64, and writes the tile into the band.
#[inline(always)]
fn finish<T: Real, W: Real, F: Family>(
    place: &Place<'_>,
    base: &Base,
    units: &Units,
    Workspace { sums, .. }: &Workspace<W, F>,
    band: &mut Band<'_, T>,
) {
    let Place { grid, first_column, columns, rows } = *place;
    let [pxx, pxy, pyy] = base.precision;
    let mut dx = [0.0; SIDE];
    for (column, dx) in dx[..columns].iter_mut().enumerate() {
        *dx = base.mean.x - grid.x_at(first_column + column);
    }
    for row in 0..rows {
        let dy = base.mean.y - grid.y_at(band.first_row + row);
        let start = row * grid.nx + first_column;
        let out = start..start + columns;
        let nodes = row * SIDE..row * SIDE + columns;

        let logs = sums.top[nodes.clone()].iter().zip(&sums.log_total[nodes.clone()]);
        for ((dx, (top, log_total)), log_density) in dx.iter().zip(logs).zip(&mut band.log_density[out.clone()]) {
            let square = (pxx * dx + pxy * dy) * dx + (pxy * dx + pyy * dy) * dy;
            let above = top.widened() * f64::LN_2 + log_total.widened();
            *log_density = T::narrowed(base.log_weight - 0.5 * square + above);
        }
        for (axis, [px, py]) in [[pxx, pxy], [pxy, pyy]].into_iter().enumerate() {
            let relative = sums.score[axis][nodes.clone()].iter().zip(&sums.offset[axis][nodes.clone()]);
            for ((dx, (heaviest, offset)), score) in dx.iter().zip(relative).zip(&mut band.score[axis][out.clone()]) {
                *score = T::narrowed(px * dx + py * dy + (heaviest.widened() + offset.widened()) * units.score);
            }
        }
        let square_unit = units.score * units.score;
        // Terms that are all alike leave out their own part of the covariance.
        let shared = if F::Term::<W>::SPREADS { [0.0; 3] } else { base.proxy };
        for ((sum, shared), array) in sums.covariance.iter().zip(shared).zip(&mut band.proxy_covariance) {
            for (sum, entry) in sum[nodes.clone()].iter().zip(&mut array[out.clone()]) {
                *entry = T::narrowed(sum.widened() * square_unit + shared);
            }
        }
        for (sum, array) in sums.colour.iter().zip(&mut band.colour).filter(|(_, array)| !array.is_empty()) {
            for (sum, channel) in sum[nodes.clone()].iter().zip(&mut array[out.clone()]) {
                *channel = T::narrowed(sum.widened());
            }
        }
    }
}

#[cfg(test)]
mod tests;
