//! All arrays of a run as one CSV file.
//!
//! One row a number: the array's name, its place along every axis, its value. Lines that begin with `#` say what the scene
//! is and what every array holds; readers skip them (`pandas.read_csv(..., comment="#")`).

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::Context;

use super::data::Progress;
use super::{Job, Kind, Subject};

pub(super) static CSV: Kind = Kind {
    id: "csv",
    name: "Data (CSV)",
    about: "Every number behind the figure in one table: array, place along its axes, value",
    subject: Subject::Data,
    extensions: &["csv"],
    write,
};

/// Axes that an array may have.
const AXES: usize = 4;
/// Rows between two looks at whether to go on.
const STRIDE: u64 = 4096;

pub(super) fn write(job: &Job<'_>) -> anyhow::Result<()> {
    let arrays = job.arrays()?;
    let trouble = || job.target.trouble();
    let mut file = BufWriter::new(File::create(job.target.path()).with_context(trouble)?);
    writeln!(file, "# {}", job.caption()?.text).with_context(trouble)?;
    for array in &arrays.report.arrays {
        let shape: Vec<String> = array.shape.iter().map(u64::to_string).collect();
        let info = arrays.info(array);
        let (axes, about) = (info.map_or("", |info| info.axes), info.map_or("", |info| info.about));
        writeln!(file, "# {}: {axes} = [{}], {about}", name(&array.file), shape.join(", ")).with_context(trouble)?;
    }
    let mut table = csv::WriterBuilder::new().from_writer(file);
    table.write_record(["array", "axis0", "axis1", "axis2", "axis3", "value"])?;
    let total = arrays.report.arrays.iter().map(|array| array.shape.iter().product::<u64>()).sum();
    let mut progress = Progress::of(total);
    let (mut record, mut text) = (csv::StringRecord::new(), String::new());
    for array in &arrays.report.arrays {
        anyhow::ensure!(array.shape.len() <= AXES, "{} has more than {AXES} axes", array.file);
        let mut place = [0_u64; AXES];
        let mut count = 0;
        for value in arrays.values(array)? {
            record.clear();
            record.push_field(name(&array.file));
            for (axis, index) in place.iter().enumerate() {
                text.clear();
                if axis < array.shape.len() {
                    text += &index.to_string();
                }
                record.push_field(&text);
            }
            record.push_field(&value?.to_string());
            table.write_record(&record)?;
            advance(&mut place, &array.shape);
            count += 1;
            if count % STRIDE == 0 {
                job.at(progress.add(STRIDE))?;
            }
        }
        job.at(progress.add(count % STRIDE))?;
    }
    let mut file = table.into_inner().map_err(|error| error.into_error()).with_context(trouble)?;
    file.flush().with_context(trouble)
}

/// An array's name: that of its file, without the ending.
pub(super) fn name(file: &str) -> &str {
    file.strip_suffix(".npy").unwrap_or(file)
}

/// The next place in C order.
fn advance(place: &mut [u64; AXES], shape: &[u64]) {
    for axis in (0..shape.len()).rev() {
        place[axis] += 1;
        if place[axis] < shape[axis] {
            return;
        }
        place[axis] = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_run_in_c_order() {
        let mut place = [0; AXES];
        let mut seen = Vec::new();
        for _ in 0..6 {
            seen.push([place[0], place[1]]);
            advance(&mut place, &[2, 3]);
        }
        assert_eq!(seen, [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
        assert_eq!(place, [0; AXES]);
    }
}
