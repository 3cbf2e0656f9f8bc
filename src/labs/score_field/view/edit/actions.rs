//! Edits of the data that need no pointer.

use super::{Item, Selection};
use crate::labs::score_field::check::MAX_POINTS;
use crate::labs::score_field::scene::{Data, GaussianComponent, Point};

/// Gaussian components that the picture lets one make.
const MOST_COMPONENTS: usize = 1000;
/// Farthest coordinate of a point or mean.
const FARTHEST: f64 = 1e6;
/// Weights that can be set by hand.
const WEIGHTS: [f64; 2] = [1e-6, 1e12];

/// `at`, moved to the nearest place where data may be.
pub(super) fn allowed(at: [f64; 2]) -> [f64; 2] {
    at.map(|v| v.clamp(-FARTHEST, FARTHEST))
}

/// Adds points and selects them, as many as there is room for; returns how many that are.
pub fn add_points(data: &mut Data, selection: &mut Selection, points: &[Point]) -> usize {
    let first = data.points.len();
    data.points.extend(points.iter().take(MAX_POINTS.saturating_sub(first)));
    for point in &mut data.points[first..] {
        point.at = allowed(point.at);
    }
    *selection = (first..data.points.len()).map(Item::Point).collect();
    data.points.len() - first
}

/// Adds a component and selects it; returns whether there was room.
pub fn add_component(data: &mut Data, selection: &mut Selection, mean: [f64; 2], radius: f64) -> bool {
    if data.components.len() >= MOST_COMPONENTS {
        return false;
    }
    let variance = radius * radius;
    let covariance = [variance, 0.0, variance];
    data.components.push(GaussianComponent { mean: allowed(mean), covariance, weight: 1.0 });
    *selection = Selection::from([Item::Component(data.components.len() - 1)]);
    true
}

/// Deletes what is selected; returns whether anything was.
pub fn delete(data: &mut Data, selection: &mut Selection) -> bool {
    let mut number = 0;
    let kept = |item: fn(usize) -> Item, number: &mut usize| {
        *number += 1;
        !selection.contains(&item(*number - 1))
    };
    let before = data.points.len() + data.components.len();
    data.points.retain(|_| kept(Item::Point, &mut number));
    number = 0;
    data.components.retain(|_| kept(Item::Component, &mut number));
    selection.clear();
    data.points.len() + data.components.len() < before
}

/// Copies what is selected, moved by `offset`, and selects the copies; returns whether anything was copied.
pub fn duplicate(data: &mut Data, selection: &mut Selection, offset: [f64; 2]) -> bool {
    let moved = |at: [f64; 2]| allowed([at[0] + offset[0], at[1] + offset[1]]);
    let mut copies = Selection::new();
    for item in std::mem::take(selection) {
        match item {
            Item::Point(i) if data.points.len() < MAX_POINTS => {
                if let Some(point) = data.points.get(i).copied() {
                    copies.insert(Item::Point(data.points.len()));
                    data.points.push(Point { at: moved(point.at), ..point });
                }
            }
            Item::Component(i) if data.components.len() < MOST_COMPONENTS => {
                if let Some(component) = data.components.get(i).copied() {
                    copies.insert(Item::Component(data.components.len()));
                    data.components.push(GaussianComponent { mean: moved(component.mean), ..component });
                }
            }
            Item::Point(_) | Item::Component(_) => (),
        }
    }
    *selection = copies;
    !selection.is_empty()
}

/// Everything.
pub fn select_all(data: &Data) -> Selection {
    let points = (0..data.points.len()).map(Item::Point);
    points.chain((0..data.components.len()).map(Item::Component)).collect()
}

/// Moves what is selected.
pub fn translate(data: &mut Data, selection: &Selection, delta: [f64; 2]) {
    for item in selection {
        if let Some(at) = place_mut(data, *item) {
            *at = allowed([at[0] + delta[0], at[1] + delta[1]]);
        }
    }
}

fn place_mut(data: &mut Data, item: Item) -> Option<&mut [f64; 2]> {
    match item {
        Item::Point(i) => data.points.get_mut(i).map(|point| &mut point.at),
        Item::Component(i) => data.components.get_mut(i).map(|component| &mut component.mean),
    }
}

fn weight_mut(data: &mut Data, item: Item) -> Option<&mut f64> {
    match item {
        Item::Point(i) => data.points.get_mut(i).map(|point| &mut point.weight),
        Item::Component(i) => data.components.get_mut(i).map(|component| &mut component.weight),
    }
}

/// The weight that everything selected has; `None` if there are several.
pub fn selected_weight(data: &Data, selection: &Selection) -> Option<f64> {
    let weight = |item: &Item| match item {
        Item::Point(i) => data.points.get(*i).map(|point| point.weight),
        Item::Component(i) => data.components.get(*i).map(|component| component.weight),
    };
    let first = selection.iter().find_map(weight)?;
    selection.iter().all(|item| weight(item) == Some(first)).then_some(first)
}

/// Gives everything selected one weight.
pub fn set_weight(data: &mut Data, selection: &Selection, weight: f64) {
    for item in selection {
        if let Some(own) = weight_mut(data, *item) {
            *own = weight.clamp(0.0, WEIGHTS[1]);
        }
    }
}

/// Multiplies the weight of everything selected.
pub(super) fn scale_weight(data: &mut Data, selection: &Selection, factor: f64) {
    for item in selection {
        if let Some(own) = weight_mut(data, *item) {
            *own = (*own * factor).clamp(WEIGHTS[0], WEIGHTS[1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> Data {
        let mut data = Data::default();
        let mut selection = Selection::new();
        let points = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]].map(|at| Point { at, weight: 1.0 });
        assert_eq!(add_points(&mut data, &mut selection, &points), 3);
        assert!(add_component(&mut data, &mut selection, [5.0, 5.0], 0.5));
        data
    }

    #[test]
    fn only_what_is_selected_goes() {
        let mut data = data();
        let mut selection = Selection::from([Item::Point(1), Item::Component(0)]);
        assert!(delete(&mut data, &mut selection));
        assert_eq!(data.points.iter().map(|p| p.at[0]).collect::<Vec<_>>(), [0.0, 2.0]);
        assert!(data.components.is_empty() && selection.is_empty());
        assert!(!delete(&mut data, &mut selection));
    }

    #[test]
    fn copies_are_selected_and_lie_beside() {
        let mut data = data();
        let mut selection = Selection::from([Item::Point(2), Item::Component(0)]);
        assert!(duplicate(&mut data, &mut selection, [0.1, 0.2]));
        assert_eq!(data.points[3].at, [2.1, 0.2]);
        assert_eq!(data.components[1].mean, [5.1, 5.2]);
        assert_eq!(selection, Selection::from([Item::Point(3), Item::Component(1)]));
    }

    #[test]
    fn limits_hold_whatever_is_done() {
        let mut data = data();
        let mut selection = Selection::new();
        let many = vec![Point { at: [f64::MAX, 0.0], weight: 1.0 }; MAX_POINTS + 5];
        assert_eq!(add_points(&mut data, &mut selection, &many), MAX_POINTS - 3);
        assert_eq!(data.points[3].at[0], FARTHEST);
        let all = select_all(&data);
        translate(&mut data, &all, [1e300, 0.0]);
        assert!(data.points.iter().all(|p| p.at[0] <= FARTHEST));
        scale_weight(&mut data, &all, 1e-300);
        assert!(data.points.iter().all(|p| p.weight > 0.0));
        assert_eq!(selected_weight(&data, &all), Some(WEIGHTS[0]));
        assert!(!duplicate(&mut data, &mut Selection::from([Item::Point(0)]), [0.0; 2]));
    }
}
