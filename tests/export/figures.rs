use std::sync::Arc;

use diffuscope::export::{BadRequest, Caption, Kind};
use diffuscope::labs;
use resvg::{tiny_skia, usvg};
use serde_json::json;

use crate::{export, names, request, scene};

/// The texts of a PNG file, and its pixels for a metre.
fn read_png(path: &std::path::Path) -> (png::Info<'static>, [u32; 2]) {
    let reader = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(path).unwrap())).read_info().unwrap();
    let info = reader.info().clone();
    let size = [info.width, info.height];
    (info, size)
}

#[test]
fn png_files_have_the_size_asked_for_and_their_caption() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("figure.png");
    let mut request = request(scene("two_points", json!({})));
    let caption = Caption::of(&request.scene).unwrap();
    for scale in [1.0, 2.0, 4.0] {
        request.picture.scale = scale;
        export(&request, "png", &path);
        let (info, size) = read_png(&path);
        assert_eq!(size, [420.0, 300.0].map(|side| (side * scale) as u32));
        let texts: Vec<_> = info.utf8_text.iter().map(|t| (t.keyword.as_str(), t.get_text().unwrap())).collect();
        assert!(texts.contains(&("Description", caption.text.clone())), "{texts:?}");
        assert!(texts.contains(&("Title", caption.title.clone())), "{texts:?}");
        // Printed, all three are as large.
        let metres = f64::from(size[0]) / f64::from(info.pixel_dims.unwrap().xppu);
        assert!((metres - 420.0 / 96.0 * 0.0254).abs() < 1e-4, "{metres}");
    }
    assert_eq!(names(folder.path()), ["figure.png"]);
}

/// Fonts as egui has them.
fn fonts() -> usvg::Options<'static> {
    let mut options = usvg::Options::default();
    let fonts = Arc::make_mut(&mut options.fontdb);
    for data in egui::FontDefinitions::default().font_data.values() {
        fonts.load_font_data((*data.font).as_ref().to_vec());
    }
    options
}

fn draw(svg: &str, scale: f32) -> image::RgbaImage {
    let tree = usvg::Tree::from_str(svg, &fonts()).unwrap();
    let [width, height] = [tree.size().width(), tree.size().height()].map(|side| (side * scale).round() as u32);
    let mut map = tiny_skia::Pixmap::new(width, height).unwrap();
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut map.as_mut());
    image::RgbaImage::from_raw(width, height, map.take()).unwrap()
}

/// Mean difference of channels, and share of pixels that differ much, once both pictures are a little blurred: the two
/// renderers soften edges differently.
fn differences(a: &image::RgbaImage, b: &image::RgbaImage) -> (f64, f64) {
    assert_eq!(a.dimensions(), b.dimensions());
    let [a, b] = [a, b].map(|picture| image::imageops::blur(picture, 1.2));
    let mut sum = 0.0;
    let mut far = 0;
    for (a, b) in a.pixels().zip(b.pixels()) {
        let difference = (0..3).map(|i| f64::from(a.0[i].abs_diff(b.0[i]))).sum::<f64>() / 3.0;
        sum += difference;
        far += usize::from(difference > 40.0);
    }
    let count = f64::from(a.width() * a.height());
    (sum / count, far as f64 / count)
}

#[test]
fn svg_files_show_what_png_files_show() {
    let folder = tempfile::tempdir().unwrap();
    for (number, id) in ["ring_of_eight", "patches_two_patterns", "magnet_one_becomes_two", "magnet_three_states", "spectrum_spike"].into_iter().enumerate() {
        let mut request = request(scene(id, json!({})));
        request.picture.scale = 2.0;
        request.picture.theme = if number % 2 == 0 { "light" } else { "dark" }.to_owned();
        let [svg, png] = ["svg", "png"].map(|kind| {
            let path = folder.path().join(format!("{id}.{kind}"));
            export(&request, kind, &path);
            path
        });
        let text = std::fs::read_to_string(svg).unwrap();
        let expected = image::open(png).unwrap().into_rgba8();
        let drawn = draw(&text, 2.0);
        let (mean, far) = differences(&drawn, &expected);
        if mean > 2.0 || far > 0.01 {
            let kept = std::env::temp_dir().join(format!("diffuscope_{id}_svg.png"));
            drawn.save(&kept).unwrap();
            panic!("{id}: mean {mean:.2}, far {far:.4}; see {}", kept.display());
        }
    }
}

/// Elements of this name.
fn count(svg: &str, name: &str) -> usize {
    svg.matches(&format!("<{name} ")).count()
}

#[test]
fn svg_files_have_text_arrows_and_captions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("figure.svg");
    let arrows = json!({"heat": {"on": true}, "arrows": {"on": true, "spacing": 40.0}});
    let mut request = request(scene("two_points", json!({"layers": arrows})));
    request.picture.caption = true;
    export(&request, "svg", &path);
    let svg = std::fs::read_to_string(&path).unwrap();
    let tree = usvg::roxmltree::Document::parse(&svg).unwrap();
    let caption = Caption::of(&request.scene).unwrap();
    let words = |name: &str| -> Vec<String> {
        tree.descendants().filter(|n| n.has_tag_name(name)).map(|n| n.text().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(words("title"), [caption.title.as_str()]);
    assert_eq!(words("desc"), [caption.text.as_str()]);
    let texts = words("text");
    assert!(texts.iter().any(|text| text == "x") && texts.iter().any(|text| text == "y"), "{texts:?}");
    // The caption below the picture is text, too, over several rows.
    let all = texts.join(" ");
    assert!(all.contains("Seed") && all.contains("Diffuscope"), "{all}");
    assert!(count(&svg, "line") > 30, "an arrow's shaft is a line: {}", count(&svg, "line"));
    assert!(count(&svg, "path") > 30, "its head is an outline: {}", count(&svg, "path"));
    assert!(count(&svg, "circle") > 20, "particles and points are circles: {}", count(&svg, "circle"));
    assert!((1..6).contains(&count(&svg, "image")), "the heat map is a picture: {}", count(&svg, "image"));
}

#[test]
fn every_pane_of_every_lab_can_be_drawn() {
    let folder = tempfile::tempdir().unwrap();
    for scene in crate::small_scenes() {
        let mut view = (scene.lab.open)(&scene.scene, request(scene.clone()).engine).unwrap();
        let panes = view.tiles().unwrap().panes();
        assert!(panes.len() > 3);
        for pane in panes {
            let mut request = request(scene.clone());
            request.picture.pane = Some(pane.id.to_owned());
            request.picture.size = [360, 420];
            let path = folder.path().join(format!("{}_{}.png", scene.lab.info.id, pane.id));
            export(&request, "png", &path);
            let picture = image::open(&path).unwrap().into_rgba8();
            let colours: std::collections::HashSet<_> = picture.pixels().map(|pixel| pixel.0).collect();
            assert!(colours.len() > 20, "{} {}: {} colours", scene.lab.info.id, pane.id, colours.len());
        }
    }
}

#[test]
fn what_cannot_be_drawn_is_told_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let good = request(scene("two_points", json!({})));
    let refusal = |change: &dyn Fn(&mut diffuscope::export::Request), kind: &str, part: &str| {
        let mut bad = good.clone();
        change(&mut bad);
        let error = Kind::find(kind).unwrap().export(&bad, &folder.path().join("x"), &|_| true).unwrap_err();
        assert!(error.is::<BadRequest>() && error.to_string().contains(part), "{error:#}");
    };
    refusal(&|r| r.picture.pane = Some("attic".to_owned()), "png", "no pane \"attic\"; it has picture");
    refusal(&|r| r.picture.theme = "plaid".to_owned(), "svg", "no theme \"plaid\"");
    refusal(&|r| r.picture.scale = 9.0, "png", "0.5 to 4");
    refusal(&|r| r.picture.size = [1, 100], "gif", "16 to 8192");
    refusal(&|r| r.frames = 1, "apng", "2 to 1000");
    assert!(names(folder.path()).is_empty());
    // The name of a pane does as well as its identifier.
    let mut named = good.clone();
    named.picture.pane = Some("score field".to_owned());
    export(&named, "png", &folder.path().join("named.png"));
}

#[test]
fn every_kind_is_found_by_its_ending() {
    for kind in diffuscope::export::ALL {
        for extension in kind.extensions {
            let name = format!("a.{}", extension.to_uppercase());
            assert_eq!(Kind::of_path(name.as_ref()).unwrap().id, kind.id);
        }
    }
    assert!(labs::ALL.len() >= 4);
}
