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

use self::components::{Base, Components, Scratch, Tile};
use self::terms::{Linear, Quadratic, SIDE, Sums, Term, Units, sum_tile};
use super::CpuEngine;
use super::math::Real;
use crate::core::grid::Grid;
use crate::engine::EngineError;
use crate::engine::kernel::{Field, FieldRequest, MixtureField};

impl MixtureField for CpuEngine {
    fn mixture_field(&self, request: &FieldRequest<'_>) -> Result<Field<f32>, EngineError> {
        Ok(field(self.level, request, 1e-8))
    }

    fn mixture_field_wide(&self, request: &FieldRequest<'_>) -> Result<Field<f64>, EngineError> {
        Ok(field(self.level, request, 1e-12))
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

/// Computes the field in the precision of `T`; `tolerance` bounds the relative error that leaving out components makes.
fn field<T: Real>(level: Level, request: &FieldRequest<'_>, tolerance: f64) -> Field<T> {
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
            dispatch!(level, simd => fill::<_, T, Linear<T>>(simd, &components, grid, tolerance, band, scratch));
        } else {
            dispatch!(level, simd => fill::<_, T, Quadratic<T>>(simd, &components, grid, tolerance, band, scratch));
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
fn fill<S: Simd, T: Real, K: Term<T>>(
    simd: S,
    components: &Components,
    grid: &Grid,
    tolerance: f64,
    mut band: Band<'_, T>,
    scratch: &mut Scratch,
) {
    let [dx, dy] = grid.spacing();
    let units = Units { spacing: Vector2::new(dx, dy), score: components.score_unit };
    let rows = band.log_density.len() / grid.nx;
    let mut terms: Vec<K> = Vec::new();
    let mut colours: Vec<[T; 3]> = Vec::new();
    let mut sums = Sums::default();
    for first_column in (0..grid.nx).step_by(SIDE) {
        let columns = SIDE.min(grid.nx - first_column);
        let half = Vector2::new((columns - 1) as f64, (rows - 1) as f64) * 0.5;
        let corner = Vector2::new(grid.x_at(first_column), grid.y_at(band.first_row));
        let tile = Tile {
            centre: corner + half.component_mul(&units.spacing),
            half: half.component_mul(&units.spacing.abs()),
        };
        let base = components.base(simd, &tile);
        components.cull(simd, &tile, &base, tolerance, scratch);
        terms.clear();
        terms.extend(scratch.kept.iter().map(|relative| K::new(relative, &units)));
        colours.clear();
        if !components.colour.is_empty() {
            let colour = |index: usize| components.colour[index].map(|channel| T::narrowed(f64::from(channel)));
            colours.extend(scratch.kept.iter().map(|relative| colour(relative.index)));
        }
        sum_tile(simd, &terms, &colours, [columns, rows], &mut sums);
        let shared = if K::SPREADS { [0.0; 3] } else { base.proxy };
        let place = Place { grid, first_column, columns, rows };
        finish(&place, &base, shared, units.score, &sums, &mut band);
    }
}

/// Where a tile lies in the grid; its first row is the band's.
struct Place<'a> {
    grid: &'a Grid,
    first_column: usize,
    columns: usize,
    rows: usize,
}

/// Adds the base to the sums, in f64, and writes the tile into the band. `shared` is a part of the proxy covariance that all
/// components have in common.
#[inline(always)]
fn finish<T: Real>(
    place: &Place<'_>,
    base: &Base,
    shared: [f64; 3],
    score_unit: f64,
    sums: &Sums<T>,
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
                *score = T::narrowed(px * dx + py * dy + (heaviest.widened() + offset.widened()) * score_unit);
            }
        }
        let square_unit = score_unit * score_unit;
        for ((sum, shared), array) in sums.covariance.iter().zip(shared).zip(&mut band.proxy_covariance) {
            for (sum, entry) in sum[nodes.clone()].iter().zip(&mut array[out.clone()]) {
                *entry = T::narrowed(sum.widened() * square_unit + shared);
            }
        }
        for (sum, array) in sums.colour.iter().zip(&mut band.colour).filter(|(_, array)| !array.is_empty()) {
            array[out.clone()].copy_from_slice(&sum[nodes.clone()]);
        }
    }
}

#[cfg(test)]
mod tests;
