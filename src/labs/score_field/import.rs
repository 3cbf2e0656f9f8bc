//! Points from CSV text and .npy arrays: from bytes that nobody has checked to points, or one sentence why not.

use crate::labs::npy;
use crate::labs::score_field::check::MAX_POINTS;
use crate::labs::score_field::scene::Point;

/// Farthest coordinate.
const FARTHEST: f64 = 1e6;
/// Largest weight.
const HEAVIEST: f64 = 1e12;

/// The points in `bytes`, which came under the name `name`.
///
/// # Errors
/// One sentence that names file, row and value.
pub fn points(name: &str, bytes: &[u8]) -> Result<Vec<Point>, String> {
    let found = if bytes.starts_with(npy::MAGIC) { array(bytes) } else { text(bytes) };
    let found = found.map_err(|fault| format!("{name}: {fault}"))?;
    if found.is_empty() {
        return Err(format!("{name}: there are no points; write one a line, as in \"0.5, -1.25\""));
    }
    Ok(found)
}

fn too_many(count: impl std::fmt::Display) -> String {
    format!("{count} rows, but at most {MAX_POINTS} points are taken")
}

/// Checks one row of two or three numbers; rows count from 1.
fn point(row: usize, numbers: &[f64]) -> Result<Point, String> {
    let (x, y, weight) = match numbers {
        [x, y] => (*x, *y, 1.0),
        [x, y, weight] => (*x, *y, *weight),
        _ => return Err(format!("row {row} has {} values, but must have x, y and at most a weight", numbers.len())),
    };
    for (what, value) in [("x", x), ("y", y)] {
        if !(-FARTHEST..=FARTHEST).contains(&value) {
            return Err(format!("row {row}: {what} is {value}, but must be a number within ±1e6"));
        }
    }
    if !(0.0..=HEAVIEST).contains(&weight) {
        return Err(format!("row {row}: the weight is {weight}, but must be a number from 0 to 1e12"));
    }
    Ok(Point { at: [x, y], weight })
}

fn text(bytes: &[u8]) -> Result<Vec<Point>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "this is neither text nor a .npy array".to_owned())?;
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().filter(|line| !is_blank(line)).count();
    // One more for a line of names.
    if lines > MAX_POINTS + 1 {
        return Err(too_many(lines));
    }
    let sample = text.lines().find(|line| !is_blank(line)).unwrap_or("");
    let delimiter = [b';', b'\t', b','].into_iter().find(|d| sample.as_bytes().contains(d));
    let mut found = Vec::with_capacity(lines);
    let mut take = |row: usize, fields: &mut dyn Iterator<Item = &str>| {
        let fields: Vec<&str> = fields.map(str::trim).filter(|field| !field.is_empty()).collect();
        let numbers: Result<Vec<f64>, &str> =
            fields.iter().map(|field| field.replace('−', "-").parse().map_err(|_| *field)).collect();
        match numbers {
            Ok(numbers) if !numbers.is_empty() => found.push(point(row, &numbers)?),
            // The first line may name the columns.
            Err(_) if found.is_empty() && row == 1 && fields.iter().all(|field| field.parse::<f64>().is_err()) => (),
            Err(field) => return Err(format!("row {row}: \"{}\" is not a number", shortened(field))),
            Ok(_) => (),
        }
        Ok(())
    };
    match delimiter {
        Some(delimiter) => {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .comment(Some(b'#'))
                .delimiter(delimiter)
                .from_reader(text.as_bytes());
            for (row, record) in (1..).zip(reader.records()) {
                let record = record.map_err(|error| format!("row {row}: {error}"))?;
                take(row, &mut record.iter())?;
            }
        }
        None => {
            for (row, line) in (1..).zip(text.lines().filter(|line| !is_blank(line))) {
                take(row, &mut line.split_whitespace())?;
            }
        }
    }
    Ok(found)
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

fn shortened(field: &str) -> String {
    let mut short: String = field.chars().take(24).collect();
    if short.len() < field.len() {
        short.push('…');
    }
    short
}

fn array(bytes: &[u8]) -> Result<Vec<Point>, String> {
    let broken = |_| "this .npy file is truncated or damaged".to_owned();
    npy::check_header(bytes, bytes.len() as u64).map_err(|error| error.to_string())?;
    let file = npyz::NpyFile::new(bytes).map_err(|_| broken(()))?;
    let shape = file.shape().to_vec();
    let &[rows, columns @ 2..=3] = shape.as_slice() else {
        return Err(format!("the array has shape {shape:?}, but must have [n, 2], or [n, 3] with weights"));
    };
    if rows > MAX_POINTS as u64 {
        return Err(too_many(rows));
    }
    let (rows, columns) = (rows as usize, columns as usize);
    let order = file.order();
    let values = npy_values(file)?;
    if values.len() != rows * columns {
        return Err(broken(()));
    }
    let value = |row: usize, column: usize| match order {
        npyz::Order::C => values[row * columns + column],
        npyz::Order::Fortran => values[column * rows + row],
    };
    (0..rows)
        .map(|row| {
            let numbers: Vec<f64> = (0..columns).map(|column| value(row, column)).collect();
            point(row + 1, &numbers)
        })
        .collect()
}

fn npy_values(file: npyz::NpyFile<&[u8]>) -> Result<Vec<f64>, String> {
    let broken = |_| "this .npy file is truncated or damaged".to_owned();
    let file = match file.try_data::<f64>() {
        Ok(data) => return data.collect::<Result<_, _>>().map_err(broken),
        Err(file) => file,
    };
    let file = match file.try_data::<f32>() {
        Ok(data) => return data.map(|v| v.map(f64::from)).collect::<Result<_, _>>().map_err(broken),
        Err(file) => file,
    };
    let file = match file.try_data::<i64>() {
        Ok(data) => return data.map(|v| v.map(|v| v as f64)).collect::<Result<_, _>>().map_err(broken),
        Err(file) => file,
    };
    match file.try_data::<i32>() {
        Ok(data) => data.map(|v| v.map(f64::from)).collect::<Result<_, _>>().map_err(broken),
        Err(file) => Err(format!("the array has type {}, but must have f8, f4, i8 or i4", file.dtype().descr())),
    }
}

#[cfg(test)]
mod tests {
    use npyz::WriterBuilder;

    use super::*;

    fn places(text: &str) -> Vec<[f64; 2]> {
        points("p.csv", text.as_bytes()).unwrap().into_iter().map(|p| p.at).collect()
    }

    fn fault(text: &str) -> String {
        points("p.csv", text.as_bytes()).unwrap_err()
    }

    #[test]
    fn common_ways_to_write_points_are_read() {
        let expected = [[1.0, 2.0], [-0.5, 1e-3]];
        for text in [
            "1,2\n-0.5,1e-3\n",
            "x,y\n1,2\n-0.5,0.001",
            "# made by hand\n1; 2\r\n−0.5; 0.001\r\n\r\n",
            "1 2\n  -0.5   0.001\n",
            "1\t2\n-0.5\t0.001",
            "\u{feff}a;b\n1;2;1\n-0.5;0.001;7",
        ] {
            assert_eq!(places(text), expected, "{text:?}");
        }
        assert_eq!(points("w.csv", b"0,0,2.5").unwrap()[0].weight, 2.5);
    }

    #[test]
    fn faults_name_file_row_and_value() {
        assert_eq!(fault("1,2\n3,four"), "p.csv: row 2: \"four\" is not a number");
        assert!(fault("1,2\nNaN,4").contains("row 2: x is NaN"));
        assert!(fault("1,2\n3,1e7").contains("row 2: y is 10000000"));
        assert!(fault("1,2,-1").contains("row 1: the weight is -1"));
        assert!(fault("1,2,3,4").contains("row 1 has 4 values"));
        assert!(fault("").contains("no points"));
        assert!(fault("x,y").contains("no points"));
        assert!(points("a.bin", &[0xff, 0xfe, 0x00]).unwrap_err().starts_with("a.bin: this is neither"));
        assert!(fault(&"0,0\n".repeat(MAX_POINTS + 2)).contains("100002 rows"));
    }

    fn written<T: npyz::AutoSerialize>(shape: &[u64], order: npyz::Order, values: &[T]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer =
            npyz::WriteOptions::new().default_dtype().shape(shape).order(order).writer(&mut bytes).begin_nd().unwrap();
        writer.extend(values).unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[test]
    fn arrays_of_either_order_and_any_number_are_read() {
        let expected = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
        let read = |bytes: &[u8]| points("p.npy", bytes).unwrap().into_iter().map(|p| p.at).collect::<Vec<_>>();
        assert_eq!(read(&written(&[3, 2], npyz::Order::C, &[1.0f64, 2.0, 3.0, 4.0, 5.0, 6.0])), expected);
        assert_eq!(read(&written(&[3, 2], npyz::Order::Fortran, &[1.0f32, 3.0, 5.0, 2.0, 4.0, 6.0])), expected);
        assert_eq!(read(&written(&[3, 2], npyz::Order::C, &[1i64, 2, 3, 4, 5, 6])), expected);
    }

    #[test]
    fn damaged_or_unfit_arrays_are_refused() {
        let whole = written(&[3, 2], npyz::Order::C, &[1.0f64; 6]);
        for length in 6..whole.len() {
            assert!(points("p.npy", &whole[..length]).is_err(), "cut to {length} bytes");
        }
        let flat = written(&[6], npyz::Order::C, &[1.0f64; 6]);
        assert!(points("p.npy", &flat).unwrap_err().contains("shape [6]"));
        let mut long = whole.clone();
        long[6] = 2;
        long.splice(8..10, u32::MAX.to_le_bytes());
        assert!(points("p.npy", &long).is_err());
        let nan = written(&[1, 2], npyz::Order::C, &[1.0f64, f64::NAN]);
        assert!(points("p.npy", &nan).unwrap_err().contains("row 1: y is NaN"));
        let huge = String::from_utf8_lossy(&whole).replace("(3, 2)", "(9e9,2)").into_bytes();
        assert!(points("p.npy", &huge).is_err());
    }
}
