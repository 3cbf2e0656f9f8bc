//! What was measured, in tables.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// What one frame cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// The lab whose scene was open.
    pub lab: &'static str,
    /// The scene.
    pub scene: &'static str,
    /// What was being done.
    pub what: &'static str,
    /// Milliseconds of the thread that draws.
    pub ms: f64,
    /// Milliseconds on the wall, other programs and waiting included.
    pub wall_ms: f64,
    /// Milliseconds of logic, of drawing, and of tessellating.
    pub parts_ms: [f64; 3],
}

/// Shares of a set of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Percentiles {
    /// Half of them are at most this.
    pub p50: f64,
    /// 90 % of them.
    pub p90: f64,
    /// 99 % of them.
    pub p99: f64,
    /// All of them.
    pub worst: f64,
}

impl Percentiles {
    /// Those of `numbers`; not a number where there are none.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| {
            let rank = (share * sorted.len() as f64).ceil() as usize;
            sorted.get(rank.max(1) - 1).copied().unwrap_or(f64::NAN)
        };
        Self { p50: at(0.5), p90: at(0.9), p99: at(0.99), worst: at(1.0) }
    }
}

/// Numbers with the names of their rows and columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// What the numbers are, with their unit.
    pub title: String,
    /// Names of the columns.
    pub columns: Vec<&'static str>,
    /// Names of the rows with their numbers.
    pub rows: Vec<(String, Vec<f64>)>,
}

impl Table {
    /// A table without rows.
    pub fn new(title: &str, columns: &[&'static str]) -> Self {
        Self { title: title.to_owned(), columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Appends a row.
    pub fn row(&mut self, name: &str, numbers: &[f64]) {
        self.rows.push((name.to_owned(), numbers.to_vec()));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max(8);
        writeln!(f, "{}", self.title)?;
        write!(f, "  {:first$}", "")?;
        for column in &self.columns {
            write!(f, "  {column:>9}")?;
        }
        writeln!(f)?;
        for (name, numbers) in &self.rows {
            write!(f, "  {name:first$}")?;
            for (number, column) in numbers.iter().zip(&self.columns) {
                let width = column.chars().count().max(9);
                write!(f, "  {number:width$.2}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Upper edges of the histogram's bins, in milliseconds; the last bin has none.
const EDGES: [f64; 9] = [0.5, 1.0, 2.0, 4.0, 6.0, 8.3, 12.0, 16.7, 33.0];
/// Slowest frames that are listed.
const SLOWEST: usize = 25;

/// Percentiles by lab, by what was done and by scene, a histogram, and the slowest frames.
pub(super) fn of_frames(costs: &[Cost]) -> Vec<Table> {
    let columns = ["p50", "p90", "p99", "worst", "p99 wall", "frames"];
    let by = |title: &str, name: fn(&Cost) -> String| {
        let mut groups: BTreeMap<String, Vec<Cost>> = BTreeMap::new();
        for cost in costs {
            groups.entry(name(cost)).or_default().push(*cost);
        }
        let mut table = Table::new(title, &columns);
        for (name, group) in groups {
            let p = Percentiles::of(group.iter().map(|cost| cost.ms));
            let wall = Percentiles::of(group.iter().map(|cost| cost.wall_ms));
            table.row(&name, &[p.p50, p.p90, p.p99, p.worst, wall.p99, group.len() as f64]);
        }
        table
    };
    let mut histogram = Table::new("histogram of UI work per frame", &["up to ms", "frames", "percent"]);
    for (bin, &edge) in EDGES.iter().chain([&f64::INFINITY]).enumerate() {
        let low = if bin == 0 { 0.0 } else { EDGES[bin - 1] };
        let count = costs.iter().filter(|cost| cost.ms > low && cost.ms <= edge).count() as f64;
        histogram.row("", &[edge, count, 100.0 * count / costs.len().max(1) as f64]);
    }
    let mut parts = Table::new("parts of a frame, ms of the drawing thread", &["p50", "p90", "p99", "worst"]);
    for (part, name) in ["logic", "drawing", "tessellation"].into_iter().enumerate() {
        let p = Percentiles::of(costs.iter().map(|cost| cost.parts_ms[part]));
        parts.row(name, &[p.p50, p.p90, p.p99, p.worst]);
    }
    let mut sorted = costs.to_vec();
    sorted.sort_unstable_by(|a, b| b.ms.total_cmp(&a.ms));
    let mut slowest = Table::new("slowest frames, ms", &["all", "logic", "drawing", "tessellation", "wall"]);
    for cost in sorted.iter().take(SLOWEST) {
        let name = format!("{} {}: {}", cost.lab, cost.scene, cost.what);
        let [logic, drawing, tessellation] = cost.parts_ms;
        slowest.row(&name, &[cost.ms, logic, drawing, tessellation, cost.wall_ms]);
    }
    vec![
        by("UI work per frame by lab, ms of the drawing thread", |cost| cost.lab.to_owned()),
        by("by what was done", |cost| cost.what.to_owned()),
        by("by scene", |cost| cost.scene.to_owned()),
        by("all", |_| "all".to_owned()),
        parts,
        histogram,
        slowest,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_ranks() {
        let p = Percentiles::of((1..=200).rev().map(f64::from));
        assert_eq!((p.p50, p.p90, p.p99, p.worst), (100.0, 180.0, 198.0, 200.0));
        assert!(Percentiles::of([]).p50.is_nan());
    }

    #[test]
    fn the_histogram_counts_every_frame_once() {
        let costs: Vec<Cost> = (0..100).map(|i| Cost { ms: 0.5 * f64::from(i) + 0.25, ..Cost::default() }).collect();
        let tables = of_frames(&costs);
        let histogram = tables.iter().find(|table| table.title.starts_with("histogram")).unwrap();
        assert_eq!(histogram.rows.iter().map(|(_, numbers)| numbers[1]).sum::<f64>(), 100.0);
        assert!(tables[0].to_string().contains("p99"));
    }
}
