//! What a scene may hold at once: numbers that depend on each other are kept within their joint limits.

use crate::core::curie_weiss::CurieWeiss;
use crate::core::curie_weiss::spin_model::SPINS;
use crate::core::param::Choice;
use crate::labs::symmetry_breaking::check::{MAX_SPINS, MAX_TABLE};
use crate::labs::symmetry_breaking::scene::{PotentialGrid, Scene, Spins};

/// Name of the edits that change real spins by the user's own hand.
pub const SPIN_EDIT: &str = "change real spins";

/// What the user asked for, which the scene can hold only as far as N allows.
pub struct Wanted {
    spins: Option<Spins>,
    rows: usize,
}

impl Wanted {
    /// What `scene` holds.
    pub fn of(scene: &Scene) -> Self {
        Self { spins: scene.spins, rows: scene.potential.rows }
    }

    /// Notes an edit of this name.
    pub fn note(&mut self, scene: &Scene, edit: &str) {
        if edit == SPIN_EDIT {
            self.spins = scene.spins;
        }
    }

    /// Makes `scene` one that passes its checks, as near as possible to what is wanted.
    pub fn fit(&self, scene: &mut Scene) {
        let widest = scene.ensemble.count.max(scene.potential.nodes).max(1);
        scene.potential = PotentialGrid { rows: self.rows.min(MAX_TABLE / widest).max(2), ..scene.potential };
        let spins = spins_of(&scene.model);
        let room = (MAX_SPINS / spins.max(1)) as usize;
        scene.spins = self.spins.filter(|_| room > 0).map(|wanted| Spins {
            systems: wanted.systems.min(room).min(MAX_TABLE / wanted.steps.max(1)).max(1),
            ..wanted
        });
    }

    /// What could not be had.
    pub fn warnings(&self, scene: &Scene, model: &CurieWeiss) -> Vec<String> {
        let Some(wanted) = self.spins else { return Vec::new() };
        match scene.spins {
            None => vec![format!(
                "N = {} is more than the {MAX_SPINS} spins that can be held: only the order parameter is shown.",
                model.spins
            )],
            Some(held) if held.systems < wanted.systems => {
                vec![format!(
                    "{} of {} systems of real spins: there is no room for more.",
                    held.systems, wanted.systems
                )]
            }
            Some(_) => Vec::new(),
        }
    }
}

fn spins_of(model: &Choice) -> u64 {
    model.get(&SPINS).round().max(1.0) as u64
}

/// Notices as sentences.
pub fn sentences(notices: Vec<String>) -> Vec<String> {
    let sentence = |notice: String| {
        let mut letters = notice.chars();
        let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
        // A symbol keeps its case: β and τ are no beginnings of words.
        let first = if notice.chars().nth(1).is_some_and(char::is_alphabetic) {
            first
        } else {
            notice.chars().take(1).collect()
        };
        format!("{first}{}.", letters.as_str())
    };
    notices.into_iter().map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::scene_file::SceneFormat;

    #[test]
    fn scenes_stay_valid_whatever_n_is_and_come_back() {
        let mut scene = Scene { spins: Some(Spins::default()), ..Scene::default() };
        let wanted = Wanted::of(&scene);
        for spins in [1.0, 1e3, 1e7, 1e9, 1e3] {
            scene.model.params.insert("spins".to_owned(), spins);
            scene.ensemble.count = if spins > 1e6 { 1_000_000 } else { 2000 };
            wanted.fit(&mut scene);
            scene.check().unwrap();
            assert_eq!(scene.spins.is_some(), spins < 1e8, "{spins}");
        }
        assert_eq!(scene.spins, Some(Spins::default()));
        assert_eq!(scene.potential.rows, PotentialGrid::default().rows);
    }

    #[test]
    fn notices_become_sentences() {
        let told = sentences(vec!["the field".to_owned(), "β = 1".to_owned(), "N is".to_owned()]);
        assert_eq!(told, ["The field.", "β = 1.", "N is."]);
    }
}
