//! The equations of every lab: typeset, looked at, pointed at.

#![cfg(feature = "gui")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use diffuscope::core::notation;
use diffuscope::labs::equations::{self, Book, Sheet};
use diffuscope::labs::notes;
use diffuscope::ui::formula::{self, Typeset};
use diffuscope::ui::theme::{self, ThemeChoice};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

/// Everything of a book on one sheet, without values.
fn whole(book: &Book) -> Sheet {
    Sheet { equations: (book.equations)(), symbols: book.symbols, ..Sheet::default() }
}

#[test]
fn every_formula_of_the_notes_is_typeset() {
    for note in notes::ALL.iter().flat_map(|notes| notes.iter()) {
        for latex in [note.printed, note.corrected] {
            let marked = formula::mark(latex, |_| None);
            assert!(marked.symbols.is_empty(), "{}: {latex}", note.id);
            let typeset = Typeset::new(&marked.latex).unwrap_or_else(|error| panic!("{}: {error}", note.id));
            assert!(typeset.size[0] < 45.0, "{}: {} em wide", note.id, typeset.size[0]);
        }
    }
}

#[test]
fn every_formula_is_typeset_in_every_notation() {
    for book in equations::ALL {
        let sheet = whole(book);
        for equation in &sheet.equations {
            let at = format!("{}: {}", book.lab, equation.id);
            for notation in notation::ALL {
                let marked = formula::mark(equation.template, |id| sheet.latex(id, notation));
                let typeset = Typeset::new(&marked.latex).unwrap_or_else(|error| panic!("{at}: {error}"));
                let markers: Vec<_> = typeset.regions.iter().map(|region| usize::from(region.marker)).collect();
                let expected: Vec<_> = (1..=marked.symbols.len()).collect();
                assert_eq!(markers, expected, "{at} in {}: every symbol has its place", notation.id);
                for region in &typeset.regions {
                    let [left, top, right, bottom] = region.edges;
                    assert!(left >= 0.0 && top >= 0.0 && left < right && top < bottom, "{at}: {region:?}");
                    assert!(right <= typeset.size[0] && bottom <= typeset.size[1], "{at}: {region:?}");
                }
                assert!(typeset.size[0] < 45.0, "{at} in {} is {} em wide", notation.id, typeset.size[0]);
            }
            for words in [equation.name, equation.source, equation.about, equation.spoken] {
                assert!(words.len() > 4, "{at}");
            }
            assert_eq!(sheet.equations.iter().filter(|other| other.id == equation.id).count(), 1, "{at}");
        }
    }
}

#[test]
fn every_symbol_is_named_defined_and_sourced() {
    for book in equations::ALL {
        let sheet = whole(book);
        let used: Vec<&str> = sheet.equations.iter().flat_map(|equation| formula::symbols(equation.template)).collect();
        for id in &used {
            let symbol = sheet.symbol(id).unwrap_or_else(|| panic!("{}: no symbol {id}", book.lab));
            assert!(!symbol.name.is_empty() && symbol.definition.ends_with('.'), "{}: {id}", book.lab);
            assert!(symbol.source.len() > 3 && !symbol.own.plain.is_empty(), "{}: {id}", book.lab);
        }
        for symbol in book.symbols {
            assert!(used.contains(&symbol.id), "{}: no formula uses {}", book.lab, symbol.id);
            assert!(notation::shared(symbol.id).is_none(), "{}: {} is shared", book.lab, symbol.id);
        }
    }
}

#[test]
fn every_word_can_be_written() {
    let ctx = egui::Context::default();
    theme::install(&ctx);
    ctx.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
    let font = egui::TextStyle::Body.resolve(&ctx.global_style());
    let check = |at: &str, words: &str| {
        for c in words.chars() {
            assert!(ctx.fonts_mut(|fonts| fonts.has_glyph(&font, c)), "{at}: no glyph for {c} in \"{words}\"");
        }
    };
    for notation in notation::ALL {
        check(notation.id, notation.name);
        check(notation.id, notation.about);
    }
    for symbol in notation::SHARED.iter().chain(equations::ALL.iter().flat_map(|book| book.symbols)) {
        for words in [symbol.name, symbol.definition, symbol.source, symbol.unit, symbol.link.unwrap_or_default()] {
            check(symbol.id, words);
        }
        for notation in notation::ALL {
            check(symbol.id, symbol.form(notation).plain);
        }
    }
    for equation in equations::ALL.iter().flat_map(|book| (book.equations)()) {
        for words in [equation.name, equation.source, equation.about] {
            check(equation.id, words);
        }
    }
    for note in notes::ALL.iter().flat_map(|notes| notes.iter()) {
        check(note.id, note.source);
        check(note.id, note.evidence);
        if let Some(compare) = note.compare {
            let comparison = compare();
            check(note.id, &comparison.about);
            check(note.id, comparison.truth);
            for row in &comparison.rows {
                check(note.id, &row.quantity);
            }
        }
    }
}

/// A window that shows one sheet.
fn window(sheet: Sheet, size: [f32; 2], scale: f32, look: ThemeChoice) -> Harness<'static> {
    let mut harness = Harness::builder()
        .with_size(size)
        .with_pixels_per_point(scale)
        .with_theme(if look == ThemeChoice::Light { egui::Theme::Light } else { egui::Theme::Dark })
        .with_render_cursor(false)
        .with_context_setup(move |ctx| {
            theme::install(ctx);
            look.apply(ctx);
        })
        .wgpu()
        .build_ui(move |ui| diffuscope::ui::equations::pane(ui, &sheet));
    settle(&mut harness);
    harness
}

fn settle(harness: &mut Harness<'_>) {
    for frame in 0..4000 {
        harness.step();
        if frame > 4 && !formula::is_busy(&harness.ctx) {
            harness.run_steps(3);
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("the formulas are still being typeset");
}

/// Writes pictures of every formula to the folder that `CONTACT_SHEETS` names.
#[test]
fn contact_sheets() {
    let Some(folder) = std::env::var_os("CONTACT_SHEETS") else { return };
    for (paper, list) in notes::ALL.iter().enumerate() {
        let sheet = Sheet { notes: list.iter().collect(), ..Sheet::default() };
        let mut harness = window(sheet, [560.0, 200.0 + 240.0 * list.len() as f32], 1.25, ThemeChoice::Light);
        harness.get_by_label("Notes on the paper").click();
        harness.run_steps(30);
        settle(&mut harness);
        let names: Vec<String> = list
            .iter()
            .filter(|note| note.compare.is_some())
            .map(|note| format!("Compute both versions of {}", note.source))
            .collect();
        for name in names {
            harness.get_by_label(&name).click();
            harness.run_steps(3);
        }
        std::thread::sleep(Duration::from_secs(2));
        settle(&mut harness);
        let path = std::path::Path::new(&folder).join(format!("notes_{paper}.png"));
        harness.render().unwrap().save(path).unwrap();
    }
    for book in equations::ALL {
        let sheet = whole(book);
        let height = 120.0 + 100.0 * sheet.equations.len() as f32;
        for look in [ThemeChoice::Light, ThemeChoice::Dark] {
            let mut harness = window(sheet.clone(), [560.0, height], 1.5, look);
            let path = std::path::Path::new(&folder).join(format!("{}_{}.png", book.lab, look.id()));
            harness.render().unwrap().save(path).unwrap();
        }
    }
}

/// The first book's sheet.
fn first() -> Sheet {
    whole(&equations::ALL[0])
}

#[test]
fn cached_frames_typeset_nothing() {
    let mut harness = window(first(), [420.0, 900.0], 1.0, ThemeChoice::Dark);
    let before = formula::counts(&harness.ctx);
    assert!(before.typeset as usize >= first().equations.len() && before.pictures > 5, "{before:?}");
    harness.run_steps(50);
    assert_eq!(formula::counts(&harness.ctx), before);
    // Another theme takes the same pictures in another colour.
    ThemeChoice::Light.apply(&harness.ctx);
    harness.run_steps(10);
    assert_eq!(formula::counts(&harness.ctx), before);
    // Another scale needs other pictures of the same layouts.
    harness.set_pixels_per_point(2.0);
    settle(&mut harness);
    let after = formula::counts(&harness.ctx);
    assert_eq!(after.typeset, before.typeset);
    assert!(after.pictures > before.pictures);
}

#[test]
fn a_symbol_pointed_at_tells_its_value_and_stands_out_everywhere() {
    let mut sheet = first();
    sheet.number("noise", 0.123_45);
    let mut harness = window(sheet, [560.0, 900.0], 1.0, ThemeChoice::Light);
    let name = "Noise: σ = 0.1235  [units of the data]";
    let place = harness.get_all_by_label(name).next().unwrap().rect().center();
    harness.hover_at(place);
    harness.run_steps(60);
    assert!(harness.query_by_label("Standard deviation of the noise in the noised sample.").is_some());
    assert_eq!(diffuscope::ui::highlight::current(&harness.ctx).as_deref(), Some("reading:Noise"));
    harness.hover_at(egui::pos2(5.0, 890.0));
    harness.run_steps(3);
    assert_eq!(diffuscope::ui::highlight::current(&harness.ctx), None);
}

#[test]
fn arrow_keys_go_from_symbol_to_symbol() {
    let sheet = first();
    let spoken = sheet.equations[0].spoken;
    let used: Vec<&str> = formula::symbols(sheet.equations[0].template).collect();
    let mut harness = window(sheet.clone(), [560.0, 900.0], 1.0, ThemeChoice::Light);
    let explained = |harness: &Harness<'_>| -> Vec<&str> {
        let shown =
            |id: &&str| sheet.symbol(id).is_some_and(|symbol| harness.query_by_label(symbol.definition).is_some());
        used.iter().copied().filter(shown).collect()
    };
    assert!(explained(&harness).is_empty());
    harness.get_by_label(spoken).focus();
    let mut visited = std::collections::BTreeSet::new();
    for _ in 0..used.len() {
        harness.run_steps(5);
        let now = explained(&harness);
        assert_eq!(now.len(), 1, "one symbol at a time is explained: {now:?}");
        assert!(diffuscope::ui::highlight::current(&harness.ctx).is_some());
        visited.extend(now);
        harness.key_press(egui::Key::ArrowRight);
    }
    assert!(visited.len() >= 2, "{visited:?}");
}

#[test]
fn another_notation_writes_other_symbols() {
    let mut sheet = first();
    sheet.number("noise", 2.0);
    let mut harness = window(sheet, [560.0, 900.0], 1.0, ThemeChoice::Light);
    for (notation, symbol) in [("ddpm", "√(1−ᾱ)"), ("cw", "√Δ"), ("edm", "sσ"), ("diffuscope", "σ")] {
        diffuscope::ui::notation::set(&harness.ctx, notation);
        settle(&mut harness);
        let name = format!("Noise: {symbol} = 2  [units of the data]");
        assert!(harness.query_all_by_label(&name).next().is_some(), "{name}");
    }
}

#[test]
fn live_values_are_those_of_the_theory() {
    use diffuscope::core::process::Forward;
    use diffuscope::labs::equations::Live;
    use diffuscope::labs::score_field::equations::{Probed, sheet};
    use diffuscope::labs::score_field::scene::{Point, Scene};
    use diffuscope::labs::score_field::setup::Setup;

    let mut scene = Scene { time: 0.7, ..Scene::default() };
    scene.data.points = [[1.0, 0.0], [-1.0, 0.5]].map(|at| Point { at, weight: 1.0 }).to_vec();
    let setup = Setup::new(&scene).unwrap();
    let noised = setup.model.noised(setup.forward.level(scene.time));
    let value = noised.at([0.3, 0.2].into());
    let shown = sheet(&scene, &setup, Some(Probed { at: [0.3, 0.2], value: &value, weight: 0.6 }));
    let forward = Forward::isotropic(&scene.process).unwrap();
    assert_eq!(shown.value("noise"), Some(&Live::Number(forward.sigma(0.7))));
    assert_eq!(shown.value("diffusion2"), Some(&Live::Number(forward.diffusion(0.7))));
    assert_eq!(shown.value("score"), Some(&Live::List(value.score.iter().copied().collect())));
    assert_eq!(shown.value("density"), Some(&Live::Number(value.log_density.exp())));
    // Tweedie's formula, with the values as shown.
    let [Some(Live::List(score)), Some(Live::List(denoiser))] = ["score", "denoiser"].map(|id| shown.value(id)) else {
        panic!("no values")
    };
    let variance = forward.sigma(0.7).powi(2);
    assert!((0.3 + variance * score[0] - denoiser[0]).abs() < 1e-12);
    // Whatever has a place in the formulas on screen is known, and the equations follow the scene.
    let shows = |sheet: &Sheet, id: &str| sheet.equations.iter().any(|equation| equation.id == id);
    assert!(shows(&shown, "edm") && shows(&shown, "delta") && !shows(&shown, "gaussian_path"));
    scene.model = diffuscope::core::param::Choice::new("gaussian");
    scene.particles.sampler = "reverse_sde".to_owned();
    let other = sheet(&scene, &Setup::new(&scene).unwrap(), None);
    assert!(shows(&other, "gaussian") && shows(&other, "gaussian_path") && shows(&other, "reverse_sde"));
}

#[test]
fn every_member_of_every_family_has_its_equation() {
    use diffuscope::core::els::{machine, stepper, theory};
    use diffuscope::core::high_dimensions::linear_score;
    use diffuscope::core::{process, sampler, score_model};
    use diffuscope::labs::equations::{Defining, defining};
    use diffuscope::labs::{high_dimensions, patches, score_field};

    let families: [(&'static [Defining], Vec<&str>); 7] = [
        (score_field::equations::PROCESSES, process::ALL.iter().map(|kind| kind.info.id).collect()),
        (score_field::equations::MODELS, score_model::ALL.iter().map(|kind| kind.info.id).collect()),
        (score_field::equations::SAMPLERS, sampler::ALL.iter().map(|kind| kind.info.id).collect()),
        (patches::equations::MACHINES, machine::ALL.iter().map(|kind| kind.info.id).collect()),
        (patches::equations::STEPPERS, stepper::ALL.iter().map(|kind| kind.info.id).collect()),
        (patches::equations::THEORIES, theory::ALL.iter().map(|kind| kind.info.id).collect()),
        (high_dimensions::equations::LEARNING, linear_score::ALL.iter().map(|kind| kind.info.id).collect()),
    ];
    for (list, members) in families {
        for id in members {
            assert!(defining(list, id).is_some(), "{id}");
        }
    }
}

#[test]
fn a_note_computes_both_versions_when_asked() {
    let notes = notes::select(["eft_15"]);
    let mut harness = window(Sheet { notes, ..Sheet::default() }, [560.0, 700.0], 1.0, ThemeChoice::Dark);
    harness.get_by_label("Notes on the paper").click();
    harness.run_steps(30);
    settle(&mut harness);
    harness.get_by_label("Compute both versions of [EFT] (15)").click();
    for _ in 0..2000 {
        harness.step();
        if harness.query_by_label("tanh of (11)").is_some() {
            assert!(harness.query_by_label("denoised pixel at ᾱ = 0.1").is_some());
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("nothing was computed");
}

#[test]
fn they_are_looked_at_in_light() {
    window(first(), [460.0, 900.0], 1.0, ThemeChoice::Light).snapshot("equations_light");
}

#[test]
fn they_are_looked_at_in_dark() {
    window(first(), [460.0, 900.0], 1.0, ThemeChoice::Dark).snapshot("equations_dark");
}
