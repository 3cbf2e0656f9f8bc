//! Layouts as settings keep them: plain data, so that a file from elsewhere can do no harm.

use egui_tiles::{Container, LinearDir, Tile, TileId, Tree};
use serde::{Deserialize, Serialize};

use super::{Pane, insert_linear};

/// Containers within one another at most.
const DEEPEST: usize = 16;
/// Shares of a row or column that are taken as they are.
const SHARES: std::ops::RangeInclusive<f32> = 0.01..=100.0;

/// A pane or a container of layouts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Layout {
    Pane {
        id: String,
        #[serde(default, skip_serializing_if = "is_false")]
        hidden: bool,
    },
    Row(Vec<(f32, Layout)>),
    Column(Vec<(f32, Layout)>),
    Tabs {
        panes: Vec<Layout>,
        front: usize,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl Layout {
    /// What `tree` looks like; `None` if it is empty.
    pub fn of(tree: &Tree<String>) -> Option<Self> {
        Self::of_tile(tree, tree.root?)
    }

    fn of_tile(tree: &Tree<String>, tile: TileId) -> Option<Self> {
        let inside = |children: &[TileId]| -> Vec<(TileId, Self)> {
            children.iter().filter_map(|child| Some((*child, Self::of_tile(tree, *child)?))).collect()
        };
        match tree.tiles.get(tile)? {
            Tile::Pane(id) => Some(Self::Pane { id: id.clone(), hidden: !tree.is_visible(tile) }),
            Tile::Container(Container::Tabs(tabs)) => {
                let mut inside = inside(&tabs.children);
                if inside.len() == 1 {
                    return inside.pop().map(|(_, only)| only);
                }
                let front = inside.iter().position(|(child, _)| Some(*child) == tabs.active).unwrap_or(0);
                Some(Self::Tabs { panes: inside.into_iter().map(|(_, part)| part).collect(), front })
            }
            Tile::Container(Container::Linear(linear)) => {
                let parts = inside(&linear.children).into_iter().map(|(child, part)| (linear.shares[child], part));
                let parts = parts.collect();
                Some(match linear.dir {
                    LinearDir::Horizontal => Self::Row(parts),
                    LinearDir::Vertical => Self::Column(parts),
                })
            }
            Tile::Container(Container::Grid(grid)) => {
                let children: Vec<TileId> = grid.children().copied().collect();
                Some(Self::Row(inside(&children).into_iter().map(|(_, part)| (1.0, part)).collect()))
            }
        }
    }

    /// A layout that settings hold, if they hold one.
    pub fn read(saved: &serde_json::Value) -> Option<Self> {
        let layout: Self = serde_json::from_value(saved.clone()).ok()?;
        (layout.depth() <= DEEPEST).then_some(layout)
    }

    fn depth(&self) -> usize {
        let deepest = match self {
            Self::Pane { .. } => 0,
            Self::Row(parts) | Self::Column(parts) => parts.iter().map(|(_, part)| part.depth()).max().unwrap_or(0),
            Self::Tabs { panes, .. } => panes.iter().map(Self::depth).max().unwrap_or(0),
        };
        1 + deepest
    }

    /// Adds the layout to `tiles`, each of `known` panes at most once; `None` if nothing is left of it.
    pub fn insert(self, tiles: &mut egui_tiles::Tiles<String>, known: &[Pane]) -> Option<TileId> {
        match self {
            Self::Pane { id, hidden } => {
                if known.iter().all(|pane| pane.id != id) || tiles.find_pane(&id).is_some() {
                    return None;
                }
                let tile = tiles.insert_pane(id);
                tiles.set_visible(tile, !hidden);
                Some(tile)
            }
            Self::Row(parts) => linear(tiles, known, LinearDir::Horizontal, parts),
            Self::Column(parts) => linear(tiles, known, LinearDir::Vertical, parts),
            Self::Tabs { panes, front } => {
                let inserted: Vec<Option<TileId>> = panes.into_iter().map(|part| part.insert(tiles, known)).collect();
                let in_front = inserted.get(front).copied().flatten();
                let children: Vec<TileId> = inserted.into_iter().flatten().collect();
                if children.is_empty() {
                    return None;
                }
                let tabs = tiles.insert_tab_tile(children);
                if let Some(Tile::Container(Container::Tabs(tabs))) = tiles.get_mut(tabs)
                    && in_front.is_some()
                {
                    tabs.active = in_front;
                }
                Some(tabs)
            }
        }
    }
}

fn linear(
    tiles: &mut egui_tiles::Tiles<String>,
    known: &[Pane],
    dir: LinearDir,
    parts: Vec<(f32, Layout)>,
) -> Option<TileId> {
    let usable = |share: f32| if share.is_finite() { share.clamp(*SHARES.start(), *SHARES.end()) } else { 1.0 };
    let inserted: Vec<(f32, TileId)> =
        parts.into_iter().filter_map(|(share, part)| Some((usable(share), part.insert(tiles, known)?))).collect();
    (!inserted.is_empty()).then(|| insert_linear(tiles, dir, &inserted))
}
