use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use diffuscope::engine::select::{EngineChoice, select};
use diffuscope::export::csv_text;
use diffuscope::labs::RunContext;
use diffuscope::labs::scene_file::LoadedScene;
use npyz::NpyFile;

use crate::{export, names, request, small_scenes};

/// Shape and values by name.
type Arrays = BTreeMap<String, (Vec<u64>, Vec<f64>)>;

fn values<R: std::io::Read>(npy: NpyFile<R>) -> (Vec<u64>, Vec<f64>) {
    let shape = npy.shape().to_vec();
    let npy = match npy.try_data::<f64>() {
        Ok(data) => return (shape, data.map(|value| value.unwrap()).collect()),
        Err(npy) => npy,
    };
    let npy = match npy.try_data::<f32>() {
        Ok(data) => return (shape, data.map(|value| f64::from(value.unwrap())).collect()),
        Err(npy) => npy,
    };
    let data = npy.try_data::<i32>().ok().unwrap();
    (shape, data.map(|value| f64::from(value.unwrap())).collect())
}

/// What `run` writes.
fn expected(scene: &LoadedScene, folder: &Path) -> Arrays {
    let engine = select(EngineChoice::Cpu).unwrap().engine;
    let context = RunContext { engine: &engine, out: folder, progress: &|_| true, clock: &|| 0.0 };
    let report = (scene.lab.run)(&scene.scene, &context).unwrap();
    let read = |file: &String| {
        let npy = NpyFile::new(BufReader::new(File::open(folder.join(file)).unwrap())).unwrap();
        (file.strip_suffix(".npy").unwrap().to_owned(), values(npy))
    };
    report.arrays.iter().map(|array| read(&array.file)).collect()
}

fn same(found: &Arrays, expected: &Arrays, lab: &str) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{lab}");
    for (name, (shape, values)) in expected {
        assert_eq!(&found[name].0, shape, "{lab} {name}");
        // All numbers that are none are alike.
        let one = |value: &f64| if value.is_nan() { f64::NAN } else { *value };
        let bits = |values: &[f64]| values.iter().map(|value| one(value).to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&found[name].1), bits(values), "{lab} {name}");
    }
}

#[test]
fn npz_files_hold_the_arrays_of_the_run() {
    let folder = tempfile::tempdir().unwrap();
    for scene in small_scenes() {
        let lab = scene.lab.info.id;
        let run = tempfile::tempdir().unwrap();
        let expected = expected(&scene, run.path());
        assert!(expected.len() >= 8, "{lab}: {}", expected.len());
        let path = folder.path().join("data.npz");
        export(&request(scene), "npz", &path);
        let mut archive = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
        let names: Vec<String> =
            archive.file_names().filter_map(|name| Some(name.unwrap().strip_suffix(".npy")?.to_owned())).collect();
        let mut found = Arrays::new();
        for name in names {
            let file = archive.by_name(&format!("{name}.npy")).unwrap();
            found.insert(name, values(NpyFile::new(file).unwrap()));
        }
        same(&found, &expected, lab);
        let summary = archive.by_name("summary.json").unwrap();
        let summary: serde_json::Value = serde_json::from_reader(summary).unwrap();
        assert_eq!(summary["lab"], lab);
        assert!(summary["caption"].as_str().unwrap().contains("Seed") && summary["results"].is_object());
    }
    assert_eq!(names(folder.path()), ["data.npz"]);
}

/// Reads the table that all arrays are in, and checks that its rows are in order.
fn read_csv(text: &str) -> Arrays {
    let mut found = Arrays::new();
    let mut places: BTreeMap<String, Vec<Vec<u64>>> = BTreeMap::new();
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap(), vec!["array", "axis0", "axis1", "axis2", "axis3", "value"]);
    for record in reader.records() {
        let record = record.unwrap();
        let name = record[0].to_owned();
        let place = (1..5).map(|i| &record[i]).filter(|index| !index.is_empty()).map(|i| i.parse().unwrap()).collect();
        places.entry(name.clone()).or_default().push(place);
        // Single precision is written as such.
        found.entry(name).or_default().1.push(record[5].parse().unwrap());
    }
    for (name, places) in places {
        assert!(places.is_sorted(), "{name}");
        let last = places.last().unwrap();
        let shape: Vec<u64> = last.iter().map(|index| index + 1).collect();
        assert_eq!(shape.iter().product::<u64>(), places.len() as u64, "{name}: every place once");
        found.get_mut(&name).unwrap().0 = shape;
    }
    found
}

#[test]
fn csv_files_hold_the_arrays_of_the_run() {
    let folder = tempfile::tempdir().unwrap();
    for scene in small_scenes() {
        let lab = scene.lab.info.id;
        let run = tempfile::tempdir().unwrap();
        let mut expected = expected(&scene, run.path());
        let path = folder.path().join("data.csv");
        export(&request(scene.clone()), "csv", &path);
        let text = std::fs::read_to_string(&path).unwrap();
        let mut found = read_csv(&text);
        // The shortest text of a number of single precision reads back as that number, not as its double.
        for arrays in [&mut expected, &mut found] {
            for (name, (_, values)) in arrays.iter_mut() {
                if ["particles", "spins", "phi", "overlaps"].iter().any(|part| name.contains(part)) {
                    values.iter_mut().for_each(|value| *value = f64::from(*value as f32));
                }
            }
        }
        same(&found, &expected, lab);
        let notes: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
        assert_eq!(notes.len(), 1 + expected.len(), "the caption, and a line for each array");
        assert!(notes[0].contains("Seed"), "{}", notes[0]);
        for name in expected.keys() {
            let line = notes.iter().find(|line| line.starts_with(&format!("# {name}: ["))).unwrap();
            assert!(line.split(']').nth(2).unwrap().len() > 4, "says what it is: {line}");
        }
        assert_eq!(
            csv_text(&request(scene), 1 << 24, &|_| true).unwrap().unwrap(),
            text,
            "the clipboard gets the same"
        );
    }
    assert_eq!(names(folder.path()), ["data.csv"]);
}

#[test]
fn more_text_than_can_be_copied_is_not_copied() {
    let [scene, ..] = &small_scenes()[..] else { panic!("scenes") };
    assert_eq!(csv_text(&request(scene.clone()), 1000, &|_| true).unwrap(), None);
}

#[test]
fn tables_set_arrays_over_the_same_axes_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    for (number, scene) in small_scenes().into_iter().enumerate() {
        let run = tempfile::tempdir().unwrap();
        let expected = expected(&scene, run.path());
        let path = folder.path().join(format!("{number}"));
        export(&request(scene.clone()), "tables", &path);
        let mut seen = BTreeMap::new();
        for name in names(&path).into_iter().filter(|name| name.ends_with(".csv")) {
            let mut table = csv::Reader::from_path(path.join(&name)).unwrap();
            let header = table.headers().unwrap().clone();
            for record in table.records() {
                for (column, value) in header.iter().zip(record.unwrap().iter()) {
                    let value: f64 = value.parse().unwrap();
                    seen.entry((name.clone(), column.to_owned())).or_insert_with(Vec::new).push(value);
                }
            }
        }
        // Every number stands in some column under its array's name.
        for (name, (_, values)) in &expected {
            let close = |a: f64, b: f64| a.to_bits() == b.to_bits() || a as f32 == b as f32;
            let columns: Vec<&Vec<f64>> = {
                let whole = seen.iter().filter(|((_, column), _)| column == name).map(|(_, values)| values);
                let whole: Vec<_> = whole.filter(|column| column.len() == values.len()).take(1).collect();
                if whole.is_empty() {
                    (0..)
                        .map_while(|i| seen.iter().find(|((_, c), _)| *c == format!("{name}_{i}")))
                        .map(|(_, v)| v)
                        .collect()
                } else {
                    whole
                }
            };
            assert!(!columns.is_empty(), "{} {name}", scene.lab.info.id);
            let count = columns.len();
            for (i, value) in values.iter().enumerate() {
                assert!(close(columns[i % count][i / count], *value), "{} {name} {i}", scene.lab.info.id);
            }
        }
        assert!(std::fs::read_to_string(path.join("columns.txt")).unwrap().contains("Seed"));
    }
    // Of the score-field lab, every row is a node with its coordinates.
    let table = std::fs::read_to_string(folder.path().join("0").join("table_ny_nx.csv")).unwrap();
    let mut lines = table.lines();
    assert!(lines.next().unwrap().starts_with("ny,nx,y,x,log_density,score_0,score_1,"), "{table}");
    assert!(lines.next().unwrap().starts_with("0,0,-2.0,-2.0,"));
    assert_eq!(lines.count(), 34);
}
