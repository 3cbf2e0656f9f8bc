use std::fs::File;
use std::io::BufReader;

use serde_json::json;

use crate::{export, names, request, scene};

#[test]
fn films_have_every_frame() {
    let folder = tempfile::tempdir().unwrap();
    let mut request = request(scene("two_points", json!({})));
    request.picture.size = [200, 150];
    request.frames = 5;

    let path = folder.path().join("run.apng");
    export(&request, "apng", &path);
    let mut reader = png::Decoder::new(BufReader::new(File::open(&path).unwrap())).read_info().unwrap();
    assert_eq!(reader.info().animation_control().unwrap().num_frames, 5);
    assert!(reader.info().utf8_text.iter().any(|text| text.keyword == "Description"));
    let mut frames = Vec::new();
    for _ in 0..5 {
        let mut frame = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut frame).unwrap();
        frames.push(frame);
    }
    assert!(frames.windows(2).all(|pair| pair[0] != pair[1]), "particles move");

    let path = folder.path().join("run.gif");
    export(&request, "gif", &path);
    let mut decoder = gif::DecodeOptions::new().read_info(File::open(&path).unwrap()).unwrap();
    assert_eq!([decoder.width(), decoder.height()], [200, 150]);
    let mut count = 0;
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        assert_eq!(frame.delay, 5, "20 frames a second");
        count += 1;
    }
    assert_eq!(count, 5);

    let path = folder.path().join("frames");
    export(&request, "frames", &path);
    assert_eq!(names(&path).len(), 6);
    for (number, apng) in frames.iter().enumerate() {
        let picture = image::open(path.join(format!("frame_{number:04}.png"))).unwrap().into_rgb8();
        assert_eq!(picture.as_raw(), apng, "the same pixels as in the APNG");
    }
    let caption = std::fs::read_to_string(path.join("caption.txt")).unwrap();
    assert!(caption.contains("Seed"), "{caption}");
    assert_eq!(names(folder.path()), ["frames", "run.apng", "run.gif"]);
}

#[test]
fn a_lab_without_a_run_gives_one_frame() {
    let folder = tempfile::tempdir().unwrap();
    let scene = crate::small_scenes().into_iter().find(|scene| scene.lab.info.id == "high_dimensions").unwrap();
    let path = folder.path().join("run.apng");
    export(&request(scene), "apng", &path);
    let reader = png::Decoder::new(BufReader::new(File::open(&path).unwrap())).read_info().unwrap();
    assert_eq!(reader.info().animation_control().unwrap().num_frames, 1);
}
