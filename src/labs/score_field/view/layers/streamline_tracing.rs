//! Evenly spaced streamlines of a vector field (Jobard and Lefer, "Creating Evenly-Spaced Streamlines of Arbitrary
//! Density", 1997): every new line starts at a given distance from an old one and ends when it comes too near to any.

use std::collections::VecDeque;

/// A line ends when it comes nearer to another than this share of the separation.
const NEAREST: f64 = 0.5;
/// Step along a line as a share of the separation.
const STEP: f64 = 0.2;
/// Lines shorter than this many separations are left out.
const SHORTEST: f64 = 1.5;
/// Points that a line may have in each direction.
const MOST_POINTS: usize = 2000;

/// Streamlines of `field` within `region` = [x_min, x_max, y_min, y_max], `separation` apart. The field's length does not
/// matter; a line ends where the field is `None` or zero. Points run in the field's direction.
pub fn evenly_spaced(
    field: impl Fn([f64; 2]) -> Option<[f64; 2]>,
    region: [f64; 4],
    separation: f64,
) -> Vec<Vec<[f64; 2]>> {
    let [x0, x1, y0, y1] = region;
    if !(separation > 0.0 && x1 > x0 && y1 > y0) {
        return Vec::new();
    }
    let mut occupied = Occupied::new(region, separation);
    let mut lines: Vec<Vec<[f64; 2]>> = Vec::new();
    // Seeds on a coarse lattice reach every part of the region, also where no line passes near by.
    let lattice = |low: f64, high: f64| {
        let count = ((high - low) / (4.0 * separation)).ceil().max(1.0);
        (0..count as usize).map(move |i| low + (high - low) * (i as f64 + 0.5) / count)
    };
    let seeds: Vec<[f64; 2]> = lattice(y0, y1).flat_map(|y| lattice(x0, x1).map(move |x| [x, y])).collect();
    let mut queue = VecDeque::new();
    for seed in seeds {
        queue.push_back(seed);
        while let Some(seed) = queue.pop_front() {
            if occupied.is_near(seed, separation, None) {
                continue;
            }
            let Some(line) = trace(&field, &occupied, seed, separation) else { continue };
            for (i, at) in line.iter().enumerate() {
                occupied.add(*at, lines.len());
                if i.is_multiple_of(3)
                    && let Some([u, v]) = direction(&field, *at)
                {
                    // A hair more than the separation, or rounding would refuse every seed.
                    let reach = 1.001 * separation;
                    queue.push_back([at[0] - reach * v, at[1] + reach * u]);
                    queue.push_back([at[0] + reach * v, at[1] - reach * u]);
                }
            }
            lines.push(line);
        }
    }
    lines
}

fn direction(field: &impl Fn([f64; 2]) -> Option<[f64; 2]>, at: [f64; 2]) -> Option<[f64; 2]> {
    let [u, v] = field(at)?;
    let length = u.hypot(v);
    (length > 1e-12 && length.is_finite()).then(|| [u / length, v / length])
}

/// The line through `seed`, both ways; `None` if it is too short to be worth drawing.
fn trace(
    field: &impl Fn([f64; 2]) -> Option<[f64; 2]>,
    occupied: &Occupied,
    seed: [f64; 2],
    separation: f64,
) -> Option<Vec<[f64; 2]>> {
    let step = STEP * separation;
    let mut own = Occupied::like(occupied);
    own.add(seed, 0);
    let mut half = |sign: f64| {
        let mut points: Vec<[f64; 2]> = Vec::new();
        let mut at = seed;
        while points.len() < MOST_POINTS {
            // Midpoint rule on the unit field.
            let Some([u, v]) = direction(field, at) else { break };
            let middle = [at[0] + 0.5 * sign * step * u, at[1] + 0.5 * sign * step * v];
            let Some([mu, mv]) = direction(field, middle) else { break };
            // The field turns back within one step: a sink or a source.
            if u * mu + v * mv < 0.0 {
                break;
            }
            at = [at[0] + sign * step * mu, at[1] + sign * step * mv];
            if !occupied.contains(at) || occupied.is_near(at, NEAREST * separation, None) {
                break;
            }
            // Near its own earlier part, the last few points apart: a closed loop.
            let recent = points.len().saturating_sub((2.0 * NEAREST / STEP) as usize + 1);
            if own.is_near(at, 0.5 * NEAREST * separation, Some(recent)) {
                break;
            }
            points.push(at);
            own.add(at, points.len());
        }
        points
    };
    let (backwards, forwards) = (half(-1.0), half(1.0));
    let length = step * (backwards.len() + forwards.len()) as f64;
    let line = backwards.into_iter().rev().chain(std::iter::once(seed)).chain(forwards).collect();
    (length >= SHORTEST * separation).then_some(line)
}

/// Points by cell of a square lattice, to find near ones.
struct Occupied {
    region: [f64; 4],
    cell: f64,
    columns: usize,
    rows: usize,
    points: Vec<Vec<([f64; 2], usize)>>,
}

impl Occupied {
    fn new(region: [f64; 4], cell: f64) -> Self {
        let [x0, x1, y0, y1] = region;
        // The region is a picture and the cell some points of screen, so this stays small; the cap guards against misuse.
        let count = |low: f64, high: f64| (((high - low) / cell) as usize + 1).min(4096);
        let (columns, rows) = (count(x0, x1), count(y0, y1));
        Self { region, cell, columns, rows, points: vec![Vec::new(); columns * rows] }
    }

    fn like(other: &Self) -> Self {
        Self { points: vec![Vec::new(); other.points.len()], ..*other }
    }

    fn contains(&self, [x, y]: [f64; 2]) -> bool {
        let [x0, x1, y0, y1] = self.region;
        x >= x0 && x <= x1 && y >= y0 && y <= y1
    }

    fn place(&self, [x, y]: [f64; 2]) -> (usize, usize) {
        let column = ((x - self.region[0]) / self.cell) as usize;
        let row = ((y - self.region[2]) / self.cell) as usize;
        (column.min(self.columns - 1), row.min(self.rows - 1))
    }

    fn add(&mut self, at: [f64; 2], number: usize) {
        let (column, row) = self.place(at);
        self.points[row * self.columns + column].push((at, number));
    }

    /// Whether a point is nearer than `distance` (at most one cell); points numbered `before` and above are passed over.
    fn is_near(&self, at: [f64; 2], distance: f64, before: Option<usize>) -> bool {
        if !self.contains(at) {
            return true;
        }
        let (column, row) = self.place(at);
        let near = |(other, number): &([f64; 2], usize)| {
            before.is_none_or(|limit| *number < limit)
                && (other[0] - at[0]).powi(2) + (other[1] - at[1]).powi(2) < distance * distance
        };
        (row.saturating_sub(1)..=(row + 1).min(self.rows - 1)).any(|j| {
            (column.saturating_sub(1)..=(column + 1).min(self.columns - 1))
                .any(|i| self.points[j * self.columns + i].iter().any(near))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGION: [f64; 4] = [-2.0, 2.0, -1.0, 1.0];

    fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
        (a[0] - b[0]).hypot(a[1] - b[1])
    }

    #[test]
    fn lines_of_a_rotation_are_circles() {
        let lines = evenly_spaced(|[x, y]| Some([-y, x]), REGION, 0.1);
        assert!(lines.len() > 8);
        for line in &lines {
            let radius = line[0][0].hypot(line[0][1]);
            assert!(line.iter().all(|at| (at[0].hypot(at[1]) - radius).abs() < 0.01), "{radius}");
        }
    }

    #[test]
    fn lines_follow_the_field_and_keep_their_distance() {
        let field = |[x, y]: [f64; 2]| Some([1.0 + 0.3 * y, (2.0 * x).sin()]);
        let separation = 0.15;
        let lines = evenly_spaced(field, REGION, separation);
        assert!(lines.len() > 5);
        for (i, line) in lines.iter().enumerate() {
            for pair in line.windows(2) {
                let [u, v] = field(pair[0]).unwrap();
                assert!(u * (pair[1][0] - pair[0][0]) + v * (pair[1][1] - pair[0][1]) > 0.0, "against the field");
            }
            for other in &lines[..i] {
                let nearest = line.iter().flat_map(|a| other.iter().map(move |b| distance(*a, *b))).fold(9.0, f64::min);
                assert!(nearest >= 0.99 * NEAREST * separation, "{nearest}");
            }
        }
    }

    #[test]
    fn no_place_is_far_from_every_line() {
        let lines = evenly_spaced(|[x, y]| Some([-x, -2.0 * y]), REGION, 0.1);
        for i in 0..40 {
            for j in 0..20 {
                let at = [-1.95 + 0.1 * f64::from(i), -0.95 + 0.1 * f64::from(j)];
                let nearest = lines.iter().flatten().map(|b| distance(at, *b)).fold(9.0, f64::min);
                assert!(nearest < 0.3, "{at:?} is {nearest} from every line");
            }
        }
    }

    #[test]
    fn nothing_is_traced_where_there_is_no_field() {
        assert!(evenly_spaced(|_| None, REGION, 0.1).is_empty());
        assert!(evenly_spaced(|_| Some([0.0; 2]), REGION, 0.1).is_empty());
        assert!(evenly_spaced(|_| Some([f64::NAN, 1.0]), REGION, 0.1).is_empty());
        assert!(evenly_spaced(|_| Some([1.0; 2]), REGION, 0.0).is_empty());
    }
}
