//! What the script does with a scene.

use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, TouchPhase, vec2};

use super::stage::{Stage, at};

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
/// Widgets that are tried before a scene counts as one that keys cannot edit.
const MOST_TABS: usize = 40;

/// A session of about so many frames with the scene that is open: it plays, is looked over, dragged, zoomed, edited by
/// keys, undone, seen in every pane, and left for the palette and the gallery.
pub(super) fn session(stage: &mut Stage, frames: usize) {
    let part = |share: f64| ((frames as f64 * share) as usize).max(4);
    stage.rest(part(0.1));
    stage.doing("play");
    stage.app().start_playing();
    stage.rest(part(0.25));
    stage.doing("hover");
    for i in 0..part(0.15) {
        let along = i as f32 / part(0.15) as f32;
        stage.frame(vec![Event::PointerMoved(at(0.05 + 0.9 * along, 0.5 + 0.35 * (9.0 * along).sin()))]);
    }
    stage.doing("drag");
    for start in [at(0.45, 0.4), at(0.6, 0.55)] {
        drag(stage, start, part(0.08));
    }
    stage.doing("wheel");
    for i in 0..part(0.06) {
        let delta = vec2(0.0, if i % 8 < 4 { 1.0 } else { -1.0 });
        let (unit, source, phase) = (MouseWheelUnit::Line, egui::MouseWheelSource::Wheel, TouchPhase::Move);
        stage.frame(vec![Event::MouseWheel { unit, source, delta, phase, modifiers: Modifiers::NONE }]);
    }
    stage.frame(vec![Event::PointerGone]);
    stage.doing("edit");
    for round in 0..part(0.01).min(6) {
        let _ = edit(stage, round);
        stage.doing("undo");
        undo(stage);
        stage.doing("redo");
        redo(stage);
        stage.doing("edit");
    }
    stage.doing("panes");
    let panes: Vec<&str> =
        stage.app().view().and_then(|view| view.tiles()).iter().flat_map(|tiles| tiles.panes()).map(|p| p.id).collect();
    for pane in &panes {
        if let Some(tiles) = stage.app().view().and_then(|view| view.tiles()) {
            tiles.focus(pane);
        }
        // Over the columns beside the picture, formulas among them.
        for i in 0..part(0.25 / panes.len() as f64) {
            stage.frame(vec![Event::PointerMoved(at(0.7 + 0.25 * (0.9 * i as f32).sin(), 0.2 + 0.02 * i as f32))]);
        }
    }
    stage.frame(vec![Event::PointerGone]);
    stage.doing("palette");
    press(stage, CTRL, Key::K);
    for letter in ["t", "h", "e"] {
        stage.frame(vec![Event::Text(letter.to_owned())]);
        stage.rest(1);
    }
    press(stage, Modifiers::NONE, Key::Escape);
    stage.doing("gallery");
    press(stage, Modifiers::NONE, Key::G);
    stage.rest(part(0.05));
    press(stage, Modifiers::NONE, Key::Escape);
    stage.rest(2);
}

/// So many frames of the lesson that is open: its first step is read, and the picture beside it hovered over.
pub(super) fn read(stage: &mut Stage, frames: usize) {
    stage.doing("read");
    stage.rest(frames / 2);
    for i in 0..frames / 2 {
        let along = i as f32 / (frames / 2) as f32;
        stage.frame(vec![Event::PointerMoved(at(0.95 - 0.9 * along, 0.3 + 0.5 * along))]);
    }
    stage.frame(vec![Event::PointerGone]);
}

/// Presses a key and lets it go, in one frame; the frame's cost in milliseconds.
pub(super) fn press(stage: &mut Stage, modifiers: Modifiers, key: Key) -> f64 {
    let event = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
    let changed = |to| Event::ModifiersChanged(to);
    stage.frame(vec![changed(modifiers), event(true), event(false), changed(Modifiers::NONE)])
}

fn drag(stage: &mut Stage, from: Pos2, frames: usize) {
    let button = |pos, pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    stage.frame(vec![Event::PointerMoved(from)]);
    stage.frame(vec![button(from, true)]);
    let mut place = from;
    for i in 0..frames {
        let turn = i as f32 * 0.35;
        place = from + vec2(60.0 * turn.sin(), 40.0 * (1.3 * turn).sin());
        stage.frame(vec![Event::PointerMoved(place)]);
    }
    stage.frame(vec![button(place, false)]);
}

/// Edits the scene by keys: goes to a widget further down and turns it. The cost of the frame that took the edit, in
/// milliseconds, if there was one.
pub(super) fn edit(stage: &mut Stage, round: usize) -> Option<f64> {
    for _ in 0..2 + round % 5 {
        press(stage, Modifiers::NONE, Key::Tab);
    }
    for _ in 0..MOST_TABS {
        let before = stage.app().revision();
        let focus = stage.ctx().memory(|memory| memory.focused());
        let cost = press(stage, Modifiers::NONE, Key::ArrowRight);
        let later = stage.frame(Vec::new());
        if stage.app().revision() != before {
            return Some(cost.max(later));
        }
        // Where nothing can be turned, the key went to another widget.
        if let Some(focus) = focus {
            stage.ctx().memory_mut(|memory| memory.request_focus(focus));
        }
        press(stage, Modifiers::NONE, Key::Tab);
    }
    None
}

/// Undoes; the cost of the frame in milliseconds.
pub(super) fn undo(stage: &mut Stage) -> f64 {
    press(stage, CTRL, Key::Z)
}

/// Does again; the cost of the frame in milliseconds.
pub(super) fn redo(stage: &mut Stage) -> f64 {
    press(stage, CTRL_SHIFT, Key::Z)
}
