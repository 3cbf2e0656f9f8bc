//! The arrays of a run as tables for spreadsheets: a folder of CSV files, one for each set of axes.
//!
//! Arrays over the same axes stand side by side: one row a place, with its numbers and coordinates. In "table_ny_nx.csv"
//! of the score-field lab every row is a node of the grid, with x, y, log density, score and all the rest.

use std::fs::{self, File};
use std::io::{BufWriter, Write};

use anyhow::Context;

use super::csv_file::name;
use super::data::{Arrays, Progress, Values};
use super::{Job, Kind, Subject};
use crate::labs::array_file::WrittenArray;

pub(super) static TABLES: Kind = Kind {
    id: "tables",
    name: "Data (CSV tables)",
    about: "A folder of tables for spreadsheets: one row a place, arrays over the same axes side by side",
    subject: Subject::Data,
    extensions: &[],
    write,
};

/// Rows between two looks at whether to go on.
const STRIDE: u64 = 1024;
/// Name of the file that says what the columns are.
const NOTES: &str = "columns.txt";

/// An array with the names of its axes.
struct Named<'a> {
    array: &'a WrittenArray,
    /// Those that rows run over; what is left are columns.
    axes: Vec<String>,
}

/// Arrays over the same axes.
struct Table<'a> {
    axes: Vec<String>,
    lengths: Vec<u64>,
    arrays: Vec<&'a WrittenArray>,
}

fn write(job: &Job<'_>) -> anyhow::Result<()> {
    let arrays = job.arrays()?;
    let named: Vec<Named<'_>> = arrays.report.arrays.iter().map(|array| named(&arrays, array)).collect();
    let tables = tables(&named);
    let trouble = || job.target.trouble();
    let mut notes = format!("{}\n\n", job.caption()?.text);
    for array in &arrays.report.arrays {
        let info = arrays.info(array);
        let (axes, about) = (info.map_or("", |info| info.axes), info.map_or("", |info| info.about));
        notes += &format!("{} {axes}: {about}\n", name(&array.file));
    }
    fs::write(job.target.path().join(NOTES), notes).with_context(trouble)?;
    let mut progress = Progress::of(tables.iter().map(Table::rows).sum());
    let mut taken: Vec<String> = Vec::new();
    for table in &tables {
        let mut file_name = format!("table_{}.csv", table.axes.join("_").replace(' ', ""));
        if taken.contains(&file_name) {
            file_name = format!("table_{}_{}.csv", table.axes.join("_").replace(' ', ""), name(&table.arrays[0].file));
        }
        let file = BufWriter::new(File::create(job.target.path().join(&file_name)).with_context(trouble)?);
        table.write(job, &arrays, &named, file, &mut progress)?;
        taken.push(file_name);
    }
    Ok(())
}

/// The axes of an array that rows run over: "[ny, nx, 2]" without its last, which is two columns.
fn named<'a>(arrays: &Arrays<'_>, array: &'a WrittenArray) -> Named<'a> {
    let axes = arrays.info(array).map_or("", |info| info.axes).trim_matches(['[', ']']);
    let mut axes: Vec<String> = axes.split(", ").map(str::to_owned).collect();
    if axes.len() != array.shape.len() {
        axes = (0..array.shape.len()).map(|axis| format!("axis{axis}")).collect();
    }
    while axes.len() > 1 && axes.last().is_some_and(|axis| axis.parse::<u64>().is_ok()) {
        axes.pop();
    }
    Named { array, axes }
}

fn tables<'a>(named: &[Named<'a>]) -> Vec<Table<'a>> {
    let mut tables: Vec<Table<'a>> = Vec::new();
    for Named { array, axes } in named {
        let lengths = &array.shape[..axes.len()];
        match tables.iter_mut().find(|table| table.axes == *axes && table.lengths == lengths) {
            Some(table) => table.arrays.push(array),
            None => tables.push(Table { axes: axes.clone(), lengths: lengths.to_vec(), arrays: vec![array] }),
        }
    }
    tables
}

/// The name of an axis' places, and the places themselves as they are written.
type Coordinates = (String, Vec<String>);

impl Table<'_> {
    fn rows(&self) -> u64 {
        self.lengths.iter().product()
    }

    fn write(
        &self,
        job: &Job<'_>,
        arrays: &Arrays<'_>,
        named: &[Named<'_>],
        file: impl Write,
        progress: &mut Progress,
    ) -> anyhow::Result<()> {
        let coordinates = self.coordinates(arrays, named)?;
        let mut columns: Vec<(Values<'_>, u64)> = Vec::new();
        let mut header: Vec<String> = self.axes.clone();
        header.extend(coordinates.iter().flatten().map(|(name, _)| name.clone()));
        for array in &self.arrays {
            let width: u64 = array.shape[self.axes.len()..].iter().product();
            let name = name(&array.file);
            match width {
                1 => header.push(name.to_owned()),
                _ => header.extend((0..width).map(|column| format!("{name}_{column}"))),
            }
            columns.push((arrays.values(array)?, width));
        }
        let mut table = csv::WriterBuilder::new().from_writer(file);
        table.write_record(&header)?;
        let mut record = csv::StringRecord::new();
        for row in 0..self.rows() {
            record.clear();
            let place = self.place(row);
            place.iter().for_each(|index| record.push_field(&index.to_string()));
            for (coordinate, index) in coordinates.iter().zip(&place) {
                if let Some((_, values)) = coordinate {
                    record.push_field(values.get(*index as usize).map_or("", String::as_str));
                }
            }
            for (values, width) in &mut columns {
                for _ in 0..*width {
                    let value = values.next().context("an array is shorter than its shape")??;
                    record.push_field(&value.to_string());
                }
            }
            table.write_record(&record)?;
            if row % STRIDE == STRIDE - 1 {
                job.at(progress.add(STRIDE))?;
            }
        }
        job.at(progress.add(self.rows() % STRIDE))?;
        table.flush().with_context(|| job.target.trouble())
    }

    /// For every axis of a table of several, the array that says where its places are, if there is one: the first array
    /// that has this axis alone.
    fn coordinates(&self, arrays: &Arrays<'_>, named: &[Named<'_>]) -> anyhow::Result<Vec<Option<Coordinates>>> {
        let of = |(axis, length): (&String, &u64)| {
            let alone =
                |entry: &&Named<'_>| entry.axes.len() == 1 && entry.axes[0] == *axis && entry.array.shape == [*length];
            let Some(found) = named.iter().find(alone).filter(|_| self.axes.len() > 1) else { return Ok(None) };
            let values: anyhow::Result<Vec<String>> =
                arrays.values(found.array)?.map(|value| Ok(value?.to_string())).collect();
            Ok(Some((name(&found.array.file).to_owned(), values?)))
        };
        self.axes.iter().zip(&self.lengths).map(of).collect()
    }

    /// The place of a row along every axis, in C order.
    fn place(&self, mut row: u64) -> Vec<u64> {
        let mut place = vec![0; self.lengths.len()];
        for (index, length) in place.iter_mut().zip(&self.lengths).rev() {
            *index = row % length.max(&1);
            row /= length.max(&1);
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(file: &str, shape: &[u64]) -> WrittenArray {
        WrittenArray { file: file.to_owned(), shape: shape.to_vec(), not_finite: 0 }
    }

    #[test]
    fn arrays_over_the_same_axes_share_a_table() {
        let arrays = [array("x.npy", &[3]), array("y.npy", &[2]), array("p.npy", &[2, 3]), array("s.npy", &[2, 3, 2])];
        let axes = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let all = [axes(&["nx"]), axes(&["ny"]), axes(&["ny", "nx"]), axes(&["ny", "nx"])];
        let named: Vec<_> = arrays.iter().zip(all).map(|(array, axes)| Named { array, axes }).collect();
        let tables = tables(&named);
        assert_eq!(tables.iter().map(|table| table.arrays.len()).collect::<Vec<_>>(), [1, 1, 2]);
        assert_eq!(tables[2].rows(), 6);
        assert_eq!([tables[2].place(0), tables[2].place(2), tables[2].place(3)], [[0, 0], [0, 2], [1, 0]]);
    }
}
