//! An ensemble laid out as tiles of one picture.

use std::ops::Range;

use egui::{Color32, ColorImage};

/// Most pixels of a mosaic's side; grids beyond that are not laid out.
const LARGEST: usize = 2048;
/// Pixels between tiles.
const GAP: usize = 1;

/// A pixel of an ensemble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pixel {
    /// Number of the grid.
    pub grid: usize,
    /// Row, from the top.
    pub row: usize,
    /// Column, from the left.
    pub column: usize,
}

impl Pixel {
    /// `row · side + column`.
    pub fn index(&self, side: usize) -> usize {
        self.row * side + self.column
    }
}

/// Which grids of an ensemble are shown, and where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mosaic {
    grids: Range<usize>,
    columns: usize,
    side: usize,
}

impl Mosaic {
    /// One grid alone.
    pub fn single(grid: usize, side: usize) -> Self {
        Self { grids: grid..grid + 1, columns: 1, side }
    }

    /// As many of `count` grids as there is room for, in a nearly square arrangement.
    pub fn tiles(count: usize, side: usize) -> Self {
        let most = (LARGEST / (side + GAP)).max(1);
        let count = count.clamp(1, most * most);
        let mut columns = 1;
        while columns * columns < count {
            columns += 1;
        }
        Self { grids: 0..count, columns, side }
    }

    /// The grids shown.
    pub fn grids(&self) -> Range<usize> {
        self.grids.clone()
    }

    /// Side of each grid.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Columns and rows of the picture, in pixels.
    pub fn size(&self) -> [usize; 2] {
        let rows = self.grids.len().div_ceil(self.columns);
        [self.columns, rows].map(|tiles| tiles * (self.side + GAP) - GAP)
    }

    /// The ensemble's pixel at [column, row] of the picture; `None` between tiles.
    pub fn locate(&self, [column, row]: [usize; 2]) -> Option<Pixel> {
        let stride = self.side + GAP;
        let tile = row / stride * self.columns + column / stride;
        let grid = self.grids.start + tile;
        let (row, column) = (row % stride, column % stride);
        let known = column < self.side && row < self.side && self.grids.contains(&grid);
        known.then_some(Pixel { grid, row, column })
    }

    /// Upper left corner [column, row] of a grid's tile in the picture.
    pub fn corner(&self, grid: usize) -> Option<[usize; 2]> {
        let tile = self.grids.contains(&grid).then(|| grid - self.grids.start)?;
        let stride = self.side + GAP;
        Some([tile % self.columns * stride, tile / self.columns * stride])
    }

    /// The picture whose pixels `paint` fills, given a grid, one of its rows, and that row's colours.
    pub fn paint(&self, between: Color32, mut paint: impl FnMut(usize, usize, &mut [Color32])) -> ColorImage {
        let size @ [width, height] = self.size();
        let mut pixels = vec![between; width * height];
        for grid in self.grids() {
            let Some([left, top]) = self.corner(grid) else { continue };
            for row in 0..self.side {
                let start = (top + row) * width + left;
                paint(grid, row, &mut pixels[start..start + self.side]);
            }
        }
        ColorImage::new(size, pixels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_is_found_where_it_is_painted() {
        for mosaic in [Mosaic::single(2, 3), Mosaic::tiles(1, 4), Mosaic::tiles(5, 3), Mosaic::tiles(9, 2)] {
            let [width, height] = mosaic.size();
            let mut found = 0;
            for at in (0..height).flat_map(|row| (0..width).map(move |column| [column, row])) {
                let Some(pixel) = mosaic.locate(at) else { continue };
                let [left, top] = mosaic.corner(pixel.grid).unwrap();
                assert_eq!([left + pixel.column, top + pixel.row], at);
                found += 1;
            }
            assert_eq!(found, mosaic.grids().len() * mosaic.side() * mosaic.side());
        }
    }

    #[test]
    fn more_grids_than_fit_are_left_out() {
        let mosaic = Mosaic::tiles(1000, 512);
        assert_eq!(mosaic.grids(), 0..9);
        assert!(mosaic.size().iter().all(|side| *side <= LARGEST));
        assert_eq!(Mosaic::tiles(3, 4096).grids(), 0..1);
    }

    #[test]
    fn between_tiles_nothing_is_painted() {
        let mosaic = Mosaic::tiles(4, 2);
        let image = mosaic.paint(Color32::BLACK, |_, _, row| row.fill(Color32::WHITE));
        assert_eq!(image.size, [5, 5]);
        assert_eq!(image.pixels.iter().filter(|pixel| **pixel == Color32::WHITE).count(), 16);
    }
}
