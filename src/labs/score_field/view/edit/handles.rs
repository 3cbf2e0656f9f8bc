//! What can be grabbed, and what is under the pointer.

use egui::Pos2;

use super::Item;
use crate::labs::score_field::scene::Data;
use crate::labs::score_field::view::layers::ellipse;
use crate::ui::canvas::Plane;

/// How near the pointer must be, in points on screen.
const REACH: f32 = 10.0;

/// Something that can be dragged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handle {
    /// A point, or the mean of a component.
    Body(Item),
    /// The end of half axis 0 (the longer) or 1 of a component's ellipse.
    Axis(usize, usize),
}

impl Handle {
    /// What it belongs to.
    pub fn item(self) -> Item {
        match self {
            Self::Body(item) => item,
            Self::Axis(component, _) => Item::Component(component),
        }
    }
}

/// The handle under `pos`: the nearest axis handle, else the nearest mean, else the nearest point.
pub fn hit(data: &Data, plane: &Plane, pos: Pos2) -> Option<Handle> {
    let distance = |at: [f64; 2]| plane.to_screen(at).distance(pos);
    let nearest = |candidates: &mut dyn Iterator<Item = (Handle, [f64; 2])>| {
        candidates
            .map(|(handle, at)| (handle, distance(at)))
            .filter(|(_, distance)| *distance <= REACH)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(handle, _)| handle)
    };
    let axes = |(index, component): (usize, &crate::labs::score_field::scene::GaussianComponent)| {
        let mean = component.mean;
        ellipse::axes(component.covariance)
            .into_iter()
            .enumerate()
            .map(move |(axis, [u, v])| (Handle::Axis(index, axis), [mean[0] + u, mean[1] + v]))
    };
    // The mean wins over the handles of an ellipse so small that they lie on it.
    let apart = |(handle, at): &(Handle, [f64; 2])| {
        let Handle::Axis(index, _) = handle else { return true };
        plane.to_screen(data.components[*index].mean).distance(plane.to_screen(*at)) > REACH
    };
    nearest(&mut data.components.iter().enumerate().flat_map(axes).filter(apart))
        .or_else(|| {
            let means = data.components.iter().enumerate();
            nearest(&mut means.map(|(index, c)| (Handle::Body(Item::Component(index)), c.mean)))
        })
        .or_else(|| {
            let points = data.points.iter().enumerate();
            nearest(&mut points.map(|(index, p)| (Handle::Body(Item::Point(index)), p.at)))
        })
}

#[cfg(test)]
mod tests {
    use egui::{Rect, Vec2};

    use super::*;
    use crate::labs::score_field::scene::{GaussianComponent, Point};
    use crate::ui::canvas::Camera;

    #[test]
    fn handles_win_over_means_and_means_over_points() {
        let component = GaussianComponent { mean: [0.0, 0.0], covariance: [1.0, 0.0, 0.25], weight: 1.0 };
        let points = [[0.0, 0.0], [1.0, 0.0], [2.0, 2.0]].map(|at| Point { at, weight: 1.0 }).to_vec();
        let mut data = Data { points, components: vec![component] };
        let camera = Camera::new([-3.0, 3.0, -3.0, 3.0]);
        let plane = Plane::new(&camera, Rect::from_min_size(Pos2::ZERO, Vec2::splat(600.0)));
        let at = |x, y| plane.to_screen([x, y]);
        let long = ellipse::axes(component.covariance)[0];
        assert_eq!(hit(&data, &plane, at(long[0], long[1])), Some(Handle::Axis(0, 0)));
        assert_eq!(hit(&data, &plane, at(0.02, 0.0)), Some(Handle::Body(Item::Component(0))));
        assert_eq!(hit(&data, &plane, at(2.05, 2.0)), Some(Handle::Body(Item::Point(2))));
        assert_eq!(hit(&data, &plane, at(2.5, 2.0)), None);
        data.components[0].covariance = [1e-6, 0.0, 1e-6];
        assert_eq!(hit(&data, &plane, at(0.0, 0.0)), Some(Handle::Body(Item::Component(0))));
    }
}
