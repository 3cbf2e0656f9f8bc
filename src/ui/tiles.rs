//! Panes that the user arranges: side by side, one above the other, or as tabs.
//!
//! A lab lists its [`Pane`]s and a standard [`Arrangement`], holds a [`Tiles`], and draws whichever pane it is asked for.

use egui::{Stroke, Ui, Visuals, WidgetText};
use egui_tiles::{Behavior, Container, Linear, LinearDir, SimplificationOptions, Tile, TileId, Tree, UiResponse};

use super::theme;

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
}

impl Tiles {
    /// The standard arrangement. `id` tells this lab's tiles from those of others.
    pub fn new(id: &'static str, panes: &'static [Pane], standard: Arrangement) -> Self {
        let mut tiles = egui_tiles::Tiles::default();
        let root = insert(&mut tiles, standard);
        Self { panes, standard, tree: Tree::new(egui::Id::unique(id), root, tiles) }
    }

    /// Lays the panes out in all of `ui`; `draw` draws the pane of the given id.
    pub fn show(&mut self, ui: &mut Ui, draw: &mut dyn FnMut(&mut Ui, &'static str)) {
        self.tree.ui(&mut Drawn { panes: self.panes, draw }, ui);
    }

    /// Every pane, laid out or not.
    pub fn panes(&self) -> &'static [Pane] {
        self.panes
    }

    /// Puts every pane back to its standard place.
    pub fn reset(&mut self) {
        let mut tiles = egui_tiles::Tiles::default();
        let root = insert(&mut tiles, self.standard);
        self.tree = Tree::new(self.tree.id(), root, tiles);
    }

    /// Whether the pane is laid out, be it behind another tab.
    pub fn is_open(&self, pane: &str) -> bool {
        self.tile(pane).is_some_and(|tile| self.tree.is_visible(tile))
    }

    /// Lays the pane out or takes it away; away, it keeps its place.
    pub fn set_open(&mut self, pane: &str, open: bool) {
        if let Some(tile) = self.tile(pane) {
            self.tree.set_visible(tile, open);
        } else if open && let Some(known) = self.panes.iter().find(|known| known.id == pane) {
            self.add(known);
        }
    }

    /// Opens the pane and brings it in front of its tab bar.
    pub fn focus(&mut self, pane: &str) {
        self.set_open(pane, true);
        self.tree.make_active(|_, tile| matches!(tile, Tile::Pane(id) if id == pane));
    }

    /// The layout, to be kept in settings.
    pub fn save(&self) -> Option<serde_json::Value> {
        serde_json::to_value(&self.tree).ok()
    }

    /// Goes back to a saved layout, if it holds panes of this lab; panes it lacks stay away.
    pub fn restore(&mut self, saved: &serde_json::Value) {
        let Ok(tree) = serde_json::from_value::<Tree<String>>(saved.clone()) else { return };
        let known = |id: &String| self.panes.iter().any(|pane| pane.id == id);
        let shown = tree.tiles.tiles().filter(|tile| matches!(tile, Tile::Pane(id) if known(id))).count();
        if tree.id() == self.tree.id() && shown > 0 {
            self.tree = tree;
        }
    }

    fn tile(&self, pane: &str) -> Option<TileId> {
        self.tree.tiles.find_pane(&pane.to_owned())
    }

    /// Adds a pane that a saved layout lacked, at the right.
    fn add(&mut self, pane: &Pane) {
        let tile = self.tree.tiles.insert_pane(pane.id.to_owned());
        self.tree.root = Some(match self.tree.root {
            Some(root) => self.tree.tiles.insert_horizontal_tile(vec![root, tile]),
            None => tile,
        });
    }
}

fn insert(tiles: &mut egui_tiles::Tiles<String>, arrangement: Arrangement) -> TileId {
    let linear = |tiles: &mut egui_tiles::Tiles<String>, dir, parts: &'static [(f32, Arrangement)]| {
        let children: Vec<_> = parts.iter().map(|(_, part)| insert(tiles, *part)).collect();
        let mut linear = Linear::new(dir, children.clone());
        for (child, (share, _)) in children.into_iter().zip(parts) {
            linear.shares.set_share(child, *share);
        }
        tiles.insert_new(Tile::Container(Container::Linear(linear)))
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

/// The tiles while they are drawn.
struct Drawn<'a> {
    panes: &'static [Pane],
    draw: &'a mut dyn FnMut(&mut Ui, &'static str),
}

impl Drawn<'_> {
    fn find(&self, id: &str) -> Option<&'static Pane> {
        self.panes.iter().find(|pane| pane.id == id)
    }
}

impl Behavior<String> for Drawn<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _: TileId, id: &mut String) -> UiResponse {
        if let Some(pane) = self.find(id) {
            (self.draw)(ui, pane.id);
        }
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, id: &String) -> WidgetText {
        self.find(id).map_or("", |pane| pane.name).into()
    }

    fn on_tab_button(
        &mut self,
        tiles: &mut egui_tiles::Tiles<String>,
        tile: TileId,
        response: egui::Response,
    ) -> egui::Response {
        match tiles.get_pane(&tile).and_then(|id| self.find(id)) {
            Some(pane) => response.on_hover_text(pane.about),
            None => response,
        }
    }

    fn retain_pane(&mut self, id: &String) -> bool {
        self.find(id).is_some()
    }

    fn gap_width(&self, _: &egui::Style) -> f32 {
        4.0
    }

    fn min_size(&self) -> f32 {
        96.0
    }

    fn resize_stroke(&self, style: &egui::Style, state: egui_tiles::ResizeState) -> Stroke {
        match state {
            egui_tiles::ResizeState::Idle => Stroke::new(4.0, style.visuals.window_stroke.color.gamma_multiply(0.5)),
            _ => Stroke::new(4.0, theme::tokens(&style.visuals).accent),
        }
    }

    fn tab_bar_color(&self, visuals: &Visuals) -> egui::Color32 {
        visuals.faint_bg_color
    }

    fn simplification_options(&self) -> SimplificationOptions {
        // Every pane has a tab, so that it can be dragged wherever the user wants it.
        SimplificationOptions { all_panes_must_have_tabs: true, ..SimplificationOptions::default() }
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn layouts_survive_saving() {
        let mut tiles = Tiles::new("tiles test", PANES, STANDARD);
        tiles.set_open("b", false);
        let saved = tiles.save().unwrap();
        tiles.reset();
        assert!(tiles.is_open("b"));
        tiles.restore(&saved);
        assert!(!tiles.is_open("b") && tiles.is_open("c"));
        tiles.focus("b");
        assert!(tiles.is_open("b"));
    }

    #[test]
    fn foreign_layouts_are_left_alone() {
        let mut tiles = Tiles::new("tiles test", PANES, STANDARD);
        tiles.restore(&serde_json::json!({"root": 1}));
        tiles.restore(&Tiles::new("another", PANES, STANDARD).save().unwrap());
        assert!(tiles.is_open("a") && tiles.is_open("b") && tiles.is_open("c"));
    }
}
