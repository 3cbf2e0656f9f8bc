//! Panes that the user arranges: side by side, one above the other, or as tabs.
//!
//! A lab lists its [`Pane`]s and a standard [`Arrangement`], holds a [`Tiles`], and draws whichever pane it is asked for.
//! The first pane of the list is the lab's picture: [`Tiles::present`] shows it alone.

mod borders;
mod drawn;
mod layout;

use egui::Ui;
use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tree};

use drawn::Drawn;
use layout::Layout;

/// One pane of a lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pane {
    /// Name in settings; unique within the lab.
    pub id: &'static str,
    /// Name on its tab and in the menu.
    pub name: &'static str,
    /// What it shows, for the hover text.
    pub about: &'static str,
}

/// Where panes are before the user moves them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arrangement {
    /// One pane, by its id.
    Pane(&'static str),
    /// Side by side, each with its share of the width.
    Row(&'static [(f32, Arrangement)]),
    /// One above the other, each with its share of the height.
    Column(&'static [(f32, Arrangement)]),
    /// As tabs, the first one in front.
    Tabs(&'static [Arrangement]),
}

/// The panes of one lab as they are laid out now.
pub struct Tiles {
    panes: &'static [Pane],
    standard: Arrangement,
    tree: Tree<String>,
    stamp: u64,
    /// The pane that is shown alone, if one is.
    alone: Option<&'static str>,
    /// The pane that the pointer is over.
    under_pointer: Option<&'static str>,
    wish: Option<Wish>,
}

/// What the menu of a pane's tab was asked for, for the program to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Export the pane of this id.
    Export(&'static str),
    /// Copy it as a picture.
    Copy(&'static str),
}

impl Tiles {
    /// The standard arrangement. `id` tells this lab's tiles from those of others.
    pub fn new(id: &'static str, panes: &'static [Pane], standard: Arrangement) -> Self {
        let mut tiles = egui_tiles::Tiles::default();
        let root = insert(&mut tiles, standard);
        Self {
            panes,
            standard,
            tree: Tree::new(egui::Id::unique(id), root, tiles),
            stamp: 0,
            alone: None,
            under_pointer: None,
            wish: None,
        }
    }

    /// Lays the panes out in all of `ui`; `draw` draws the pane of the given id.
    pub fn show(&mut self, ui: &mut Ui, draw: &mut dyn FnMut(&mut Ui, &'static str)) {
        if let Some(pane) = self.alone {
            let id = self.tree.id().with(pane);
            self.under_pointer = ui.rect_contains_pointer(ui.max_rect()).then_some(pane);
            ui.scope_builder(egui::UiBuilder::new().scope_id(id), |ui| drawn::pane(ui, |ui| draw(ui, pane)));
            return;
        }
        let room = ui.available_rect_before_wrap();
        ui.painter().rect_filled(room, egui::CornerRadius::ZERO, ui.visuals().panel_fill);
        let mut edited = false;
        self.under_pointer = None;
        let (under_pointer, wish) = (&mut self.under_pointer, &mut self.wish);
        let mut drawn = Drawn { panes: self.panes, draw, edited: &mut edited, under_pointer, wish };
        self.tree.ui(&mut drawn, ui);
        let moved = borders::show(ui, &mut self.tree, self.panes);
        if edited || moved {
            self.stamp += 1;
        }
    }

    /// Every pane, laid out or not.
    pub fn panes(&self) -> &'static [Pane] {
        self.panes
    }

    /// A number that changes with the layout.
    pub fn stamp(&self) -> u64 {
        self.stamp
    }

    /// Puts every pane back to its standard place.
    pub fn reset(&mut self) {
        let mut tiles = egui_tiles::Tiles::default();
        let root = insert(&mut tiles, self.standard);
        self.tree = Tree::new(self.tree.id(), root, tiles);
        self.stamp += 1;
    }

    /// Whether the pane is laid out, be it behind another tab.
    pub fn is_open(&self, pane: &str) -> bool {
        self.tile(pane).is_some_and(|tile| self.tree.is_visible(tile))
    }

    /// Lays the pane out or takes it away; away, it keeps its place. The last one stays.
    pub fn set_open(&mut self, pane: &str, open: bool) {
        if open == self.is_open(pane) {
            return;
        }
        if let Some(tile) = self.tile(pane) {
            if open || drawn::count_open(&self.tree.tiles) > 1 {
                self.tree.set_visible(tile, open);
                self.stamp += 1;
            }
        } else if let Some(known) = self.panes.iter().find(|known| known.id == pane) {
            self.add(known);
            self.stamp += 1;
        }
    }

    /// Opens the pane and brings it in front of its tab bar; where one pane is shown alone, it becomes that one.
    pub fn focus(&mut self, pane: &str) {
        let Some(known) = self.panes.iter().find(|known| known.id == pane) else { return };
        if self.alone.is_some() {
            self.alone = Some(known.id);
            return;
        }
        self.set_open(pane, true);
        self.tree.make_active(|_, tile| matches!(tile, Tile::Pane(id) if id == pane));
        self.stamp += 1;
    }

    /// Shows one pane alone, at first the first one, or all of them as they are laid out.
    pub fn present(&mut self, on: bool) {
        self.alone = self.alone.or(self.panes.first().map(|pane| pane.id)).filter(|_| on);
    }

    /// The pane that is shown alone, if one is.
    pub fn alone(&self) -> Option<&'static str> {
        self.alone
    }

    /// The pane that the pointer was over in the latest frame.
    pub fn under_pointer(&self) -> Option<&'static str> {
        self.under_pointer
    }

    /// What the menu of a tab was asked for since the last call.
    pub fn take_wish(&mut self) -> Option<Wish> {
        self.wish.take()
    }

    /// The layout, to be kept in settings.
    pub fn save(&self) -> Option<serde_json::Value> {
        serde_json::to_value(Layout::of(&self.tree)?).ok()
    }

    /// Goes back to a saved layout, whoever wrote it: what is no pane of this lab is left out, and if nothing is left, the
    /// layout stays as it is. Panes that the saved layout lacks stay away.
    pub fn restore(&mut self, saved: &serde_json::Value) {
        let mut tiles = egui_tiles::Tiles::default();
        let root = Layout::read(saved).and_then(|layout| layout.insert(&mut tiles, self.panes));
        if let Some(root) = root
            && drawn::count_open(&tiles) > 0
        {
            self.tree = Tree::new(self.tree.id(), root, tiles);
            self.stamp += 1;
        }
    }

    fn tile(&self, pane: &str) -> Option<TileId> {
        self.tree.tiles.find_pane(&pane.to_owned())
    }

    /// Adds a pane that a saved layout lacked, at the right.
    fn add(&mut self, pane: &Pane) {
        let tile = self.tree.tiles.insert_pane(pane.id.to_owned());
        let Some(root) = self.tree.root else {
            self.tree.root = Some(tile);
            return;
        };
        let mut row = Linear::new(LinearDir::Horizontal, vec![root, tile]);
        row.shares.set_share(root, 3.0);
        self.tree.root = Some(self.tree.tiles.insert_new(Tile::Container(Container::Linear(row))));
    }
}

/// Inserts a row or column of tiles that are there already.
fn insert_linear(tiles: &mut egui_tiles::Tiles<String>, dir: LinearDir, parts: &[(f32, TileId)]) -> TileId {
    let mut linear = Linear::new(dir, parts.iter().map(|(_, tile)| *tile).collect());
    for (share, tile) in parts {
        linear.shares.set_share(*tile, *share);
    }
    tiles.insert_new(Tile::Container(Container::Linear(linear)))
}

fn insert(tiles: &mut egui_tiles::Tiles<String>, arrangement: Arrangement) -> TileId {
    let linear = |tiles: &mut egui_tiles::Tiles<String>, dir, parts: &'static [(f32, Arrangement)]| {
        let parts: Vec<_> = parts.iter().map(|(share, part)| (*share, insert(tiles, *part))).collect();
        insert_linear(tiles, dir, &parts)
    };
    match arrangement {
        Arrangement::Pane(id) => tiles.insert_pane(id.to_owned()),
        Arrangement::Row(parts) => linear(tiles, LinearDir::Horizontal, parts),
        Arrangement::Column(parts) => linear(tiles, LinearDir::Vertical, parts),
        Arrangement::Tabs(parts) => {
            let children = parts.iter().map(|part| insert(tiles, *part)).collect();
            tiles.insert_tab_tile(children)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PANES: &[Pane] = &[
        Pane { id: "a", name: "A", about: "" },
        Pane { id: "b", name: "B", about: "" },
        Pane { id: "c", name: "C", about: "" },
    ];
    const STANDARD: Arrangement = Arrangement::Row(&[
        (3.0, Arrangement::Pane("a")),
        (1.0, Arrangement::Tabs(&[Arrangement::Pane("b"), Arrangement::Pane("c")])),
    ]);

    /// The panes that are drawn in one frame.
    fn drawn(tiles: &mut Tiles) -> Vec<&'static str> {
        let mut seen = Vec::new();
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(900.0, 600.0))),
            ..egui::RawInput::default()
        };
        let mut output = egui::Context::default().run_ui(input, |ui| tiles.show(ui, &mut |_, pane| seen.push(pane)));
        output.textures_delta.clear();
        seen.sort_unstable();
        seen
    }

    #[test]
    fn layouts_survive_saving() {
        let mut tiles = Tiles::new("tiles test", PANES, STANDARD);
        assert_eq!(drawn(&mut tiles), ["a", "b"]);
        tiles.set_open("b", false);
        assert_eq!(drawn(&mut tiles), ["a", "c"]);
        let saved = tiles.save().unwrap();
        tiles.reset();
        assert!(tiles.is_open("b"));
        tiles.restore(&saved);
        assert!(!tiles.is_open("b") && tiles.is_open("c"));
        assert_eq!(drawn(&mut tiles), ["a", "c"]);
        assert_eq!(tiles.save().unwrap(), saved);
        tiles.focus("b");
        assert_eq!(drawn(&mut tiles), ["a", "b"]);
    }

    #[test]
    fn the_share_of_a_pane_survives_saving() {
        let mut tiles = Tiles::new("tiles test", PANES, STANDARD);
        drawn(&mut tiles);
        let saved = tiles.save().unwrap();
        assert_eq!(saved["row"][0][0], json!(3.0), "{saved}");
    }

    #[test]
    fn foreign_layouts_are_left_alone() {
        let mut tiles = Tiles::new("tiles test", PANES, STANDARD);
        let before = tiles.save();
        let mut deep = json!({ "pane": { "id": "a" } });
        for _ in 0..100 {
            deep = json!({ "row": [[1.0, deep]] });
        }
        for foreign in [
            json!(null),
            json!({ "root": 1 }),
            json!({ "row": [] }),
            json!({ "tabs": { "panes": [], "front": 7 } }),
            json!({ "pane": { "id": "of another lab" } }),
            json!({ "pane": { "id": "a", "hidden": true } }),
            deep,
        ] {
            tiles.restore(&foreign);
            assert_eq!(tiles.save(), before, "{foreign}");
        }
    }

    #[test]
    fn what_can_be_used_of_a_strange_layout_is_used() {
        let mut tiles = Tiles::new("tiles test", PANES, STANDARD);
        let pane = |id: &str| json!({ "pane": { "id": id } });
        tiles.restore(&json!({ "column": [
            [-3.0, pane("b")],
            [1e30, { "tabs": { "panes": [pane("a"), pane("b"), pane("z")], "front": 99 } }],
        ]}));
        // The share of b leaves it no room to be drawn in; it is there all the same.
        assert_eq!(["a", "b", "c"].map(|id| tiles.is_open(id)), [true, true, false]);
        let saved = tiles.save().unwrap().to_string();
        assert!(
            ["a", "b"].iter().all(|id| saved.matches(&format!("\"{id}\"")).count() == 1),
            "each pane once: {saved}"
        );
        tiles.set_open("c", true);
        assert_eq!(["a", "b", "c"].map(|id| tiles.is_open(id)), [true; 3]);
        assert!(drawn(&mut tiles).contains(&"a"));
    }

    #[test]
    fn the_last_pane_stays_and_every_change_is_counted() {
        let mut tiles = Tiles::new("tiles test", PANES, STANDARD);
        let mut stamp = tiles.stamp();
        for pane in ["b", "c"] {
            tiles.set_open(pane, false);
            assert_ne!(tiles.stamp(), stamp);
            stamp = tiles.stamp();
        }
        tiles.set_open("a", false);
        assert!(tiles.is_open("a"));
        assert_eq!(tiles.stamp(), stamp);
    }

    #[test]
    fn one_pane_is_presented_and_all_come_back() {
        let mut tiles = Tiles::new("tiles test", PANES, STANDARD);
        let before = tiles.save();
        tiles.present(true);
        assert_eq!(drawn(&mut tiles), ["a"]);
        tiles.focus("c");
        assert_eq!(drawn(&mut tiles), ["c"]);
        tiles.present(false);
        assert_eq!(tiles.save(), before);
    }
}
