//! What the packages name exists, and the icons are what their names say.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

const MANIFEST: &str = include_str!("../Cargo.toml");
const DESKTOP: &str = include_str!("../assets/packaging/diffuscope.desktop");

fn at_root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Big-endian number of four bytes.
fn word(bytes: &[u8]) -> usize {
    u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize
}

/// Width and height in a PNG file's header.
fn png_size(bytes: &[u8]) -> (usize, usize) {
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    (word(&bytes[16..]), word(&bytes[20..]))
}

#[test]
fn every_file_of_a_package_exists() {
    let packages = MANIFEST.split("[package.metadata.deb]").nth(1).unwrap();
    let quoted: Vec<&str> = packages.split('"').skip(1).step_by(2).collect();
    let sources: Vec<&&str> =
        quoted.iter().filter(|text| text.starts_with("assets/") || text.ends_with(".md")).collect();
    assert!(sources.len() > 8, "{sources:?}");
    for source in sources {
        assert!(at_root(source).is_file(), "{source} is named in Cargo.toml and does not exist");
    }
}

#[test]
fn the_desktop_file_starts_the_program_under_the_name_of_its_window() {
    let value = |key: &str| {
        let line = DESKTOP.lines().find(|line| line.starts_with(&format!("{key}="))).unwrap();
        line.split_once('=').unwrap().1.to_owned()
    };
    assert_eq!(value("Exec"), "diffuscope %f");
    // The deb puts the icon under this name; the desktop finds the window by its class.
    assert!(MANIFEST.contains(&format!("apps/{}.png", value("Icon"))));
    let window = std::fs::read_to_string(at_root("src/app/window.rs")).unwrap();
    assert!(window.contains(&format!("with_app_id(\"{}\")", value("StartupWMClass"))));
}

#[test]
fn icons_have_the_sizes_they_claim() {
    let folder = at_root("assets/packaging/icons");
    for side in [16, 32, 48, 64, 128, 256, 512] {
        let bytes = std::fs::read(folder.join(format!("{side}x{side}.png"))).unwrap();
        assert_eq!(png_size(&bytes), (side, side));
    }
    let icns = std::fs::read(folder.join("diffuscope.icns")).unwrap();
    assert_eq!((&icns[..4], word(&icns[4..])), (&b"icns"[..], icns.len()));
    let mut at = 8;
    let mut largest = 0;
    while at < icns.len() {
        largest = largest.max(png_size(&icns[at + 8..]).0);
        at += word(&icns[at + 4..]);
    }
    assert_eq!((at, largest), (icns.len(), 1024));
    let ico = std::fs::read(folder.join("diffuscope.ico")).unwrap();
    let count = usize::from(ico[4]);
    assert!(count >= 4);
    for entry in ico[6..].chunks(16).take(count) {
        let offset = u32::from_le_bytes(entry[12..16].try_into().unwrap()) as usize;
        let side = if entry[0] == 0 { 256 } else { usize::from(entry[0]) };
        assert_eq!(png_size(&ico[offset..]), (side, side));
    }
}
