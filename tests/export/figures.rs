use diffuscope::export::{BadRequest, Caption, Kind};
use diffuscope::labs;
use resvg::usvg;
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

/// Elements of this name.
fn count(svg: &str, name: &str) -> usize {
    svg.matches(&format!("<{name} ")).count()
}

#[test]
fn svg_files_have_text_arrows_and_captions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("figure.svg");
    let arrows = json!({"heat": {"on": true}, "arrows": {"on": true, "spacing": 40.0}});
    let particles = json!({"count": 50, "steps": 20});
    let mut request = request(scene("two_points", json!({"layers": arrows, "particles": particles})));
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
            assert!(colours.len() > 8, "{} {}: {} colours", scene.lab.info.id, pane.id, colours.len());
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
