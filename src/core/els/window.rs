//! How the patch size k changes along a run.

use serde::{Deserialize, Serialize};

/// The patch size of each step. In JSON `{"k": 5}`, `{"list": [3, 3, 5, …]}`, `{"preset": "mnist_resnet_zero"}` or
/// `{"curve": [[0, 15], [1, 3]]}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The same at every step.
    K(usize),
    /// One entry for each of equally long spans of the run, **low noise first**, as in the authors' code.
    List(Vec<usize>),
    /// One of [`PRESETS`].
    Preset(String),
    /// Points [ᾱ, k] with rising ᾱ, joined by straight lines; k is rounded to the nearest odd number.
    Curve(Vec<[f64; 2]>),
}

/// A list that comes with the program.
#[derive(Debug)]
pub struct Preset {
    /// Name in scene files.
    pub id: &'static str,
    /// Name on screen.
    pub name: &'static str,
    /// Patch sizes, low noise first.
    pub list: &'static [usize],
}

/// The lists fitted to trained networks by Kamb & Ganguli, 20 steps.
pub static PRESETS: &[Preset] = &[
    Preset {
        id: "mnist_resnet_zero",
        name: "MNIST, ResNet, zero border",
        list: &[3, 3, 5, 5, 5, 7, 7, 7, 9, 9, 11, 11, 11, 11, 13, 15, 15, 15, 15, 15],
    },
    Preset {
        id: "cifar_resnet_zero",
        name: "CIFAR-10, ResNet, zero border",
        list: &[3, 3, 3, 3, 5, 5, 5, 7, 7, 7, 7, 9, 9, 11, 11, 13, 15, 17, 17, 17],
    },
    Preset {
        id: "cifar_resnet_circular",
        name: "CIFAR-10, ResNet, circular border",
        list: &[3, 3, 3, 3, 5, 5, 5, 5, 7, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15, 15],
    },
];

/// Most entries of a list and most points of a curve.
pub const MAX_ENTRIES: usize = 1000;

impl Window {
    /// Checks that every k is odd and from 1 to `largest`.
    ///
    /// # Errors
    /// One sentence that says what is wrong.
    pub fn check(&self, largest: usize) -> Result<(), String> {
        let fits = |k: usize| {
            let odd = k % 2 == 1;
            if odd && k <= largest { Ok(()) } else { Err(format!("k is {k}, but must be odd and from 1 to {largest}")) }
        };
        match self {
            Self::K(k) => fits(*k),
            Self::List(list) => {
                if list.is_empty() || list.len() > MAX_ENTRIES {
                    return Err(format!("the list has {} entries, but must have 1 to {MAX_ENTRIES}", list.len()));
                }
                list.iter().try_for_each(|&k| fits(k))
            }
            Self::Preset(id) => {
                let preset = find_preset(id).ok_or_else(|| {
                    let ids: Vec<_> = PRESETS.iter().map(|preset| preset.id).collect();
                    format!("preset is \"{id}\", but must be one of {}", ids.join(", "))
                })?;
                preset.list.iter().try_for_each(|&k| fits(k))
            }
            Self::Curve(points) => {
                if points.is_empty() || points.len() > MAX_ENTRIES {
                    return Err(format!("the curve has {} points, but must have 1 to {MAX_ENTRIES}", points.len()));
                }
                if !points.iter().all(|[abar, k]| (0.0..=1.0).contains(abar) && *k >= 1.0 && *k <= largest as f64) {
                    return Err(format!("every point [ᾱ, k] of the curve must have ᾱ from 0 to 1 and k from 1 to {largest}"));
                }
                if points.windows(2).any(|pair| pair[0][0] >= pair[1][0]) {
                    return Err("the curve's ᾱ must rise from point to point".to_owned());
                }
                Ok(())
            }
        }
    }

    /// The patch size of step `step` of `steps`, which starts at `abar`. The window must have passed [`Window::check`].
    pub fn at(&self, step: usize, steps: usize, abar: f64) -> usize {
        // Step i runs from noise time t = (n − i)/n; entry j of a list of m belongs to t up to (j + 1)/m.
        let entry = |list: &[usize]| list[((steps - step) * list.len()).div_ceil(steps) - 1];
        match self {
            Self::K(k) => *k,
            Self::List(list) => entry(list),
            Self::Preset(id) => find_preset(id).map_or(1, |preset| entry(preset.list)),
            Self::Curve(points) => nearest_odd(interpolate(points, abar)),
        }
    }

    /// The largest patch size anywhere in the window.
    pub fn largest(&self) -> usize {
        match self {
            Self::K(k) => *k,
            Self::List(list) => list.iter().copied().max().unwrap_or(1),
            Self::Preset(id) => find_preset(id).and_then(|preset| preset.list.iter().copied().max()).unwrap_or(1),
            Self::Curve(points) => points.iter().map(|point| nearest_odd(point[1])).max().unwrap_or(1),
        }
    }
}

/// The preset with this identifier.
pub fn find_preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

fn nearest_odd(k: f64) -> usize {
    2 * (0.5 * (k - 1.0)).round().max(0.0) as usize + 1
}

fn interpolate(points: &[[f64; 2]], abar: f64) -> f64 {
    let after = points.partition_point(|point| point[0] <= abar);
    match (after.checked_sub(1).map(|i| points[i]), points.get(after)) {
        (Some([a0, k0]), Some([a1, k1])) => k0 + (k1 - k0) * (abar - a0) / (a1 - a0),
        (Some([_, k]), None) => k,
        (None, Some([_, k])) => *k,
        (None, None) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_start_at_low_noise() {
        let preset = Window::Preset("mnist_resnet_zero".to_owned());
        assert_eq!(preset.at(0, 20, 0.0), 15);
        assert_eq!(preset.at(5, 20, 0.3), 13); // t = 15/20, index 14
        assert_eq!(preset.at(19, 20, 0.99), 3);
        assert_eq!(preset.largest(), 15);
        let list = Window::List(vec![3, 7]);
        let sizes: Vec<_> = (0..5).map(|i| list.at(i, 5, 0.0)).collect();
        assert_eq!(sizes, [7, 7, 7, 3, 3]); // t = 1, .8, .6, .4, .2
    }

    #[test]
    fn curves_are_rounded_to_odd() {
        let curve = Window::Curve(vec![[0.2, 9.0], [0.8, 3.0]]);
        assert_eq!(curve.check(9), Ok(()));
        let sizes = [0.0, 0.2, 0.4, 0.5, 0.8, 1.0].map(|abar| curve.at(0, 20, abar));
        assert_eq!(sizes, [9, 9, 7, 7, 3, 3]);
    }

    #[test]
    fn faults_are_named() {
        assert!(Window::K(4).check(9).unwrap_err().contains("k is 4"));
        assert!(Window::K(11).check(9).unwrap_err().contains("1 to 9"));
        assert!(Window::List(vec![]).check(9).is_err());
        assert!(Window::Preset("none".to_owned()).check(99).unwrap_err().contains("mnist_resnet_zero"));
        assert!(Window::Curve(vec![[0.5, 3.0], [0.5, 5.0]]).check(9).unwrap_err().contains("rise"));
        assert!(Window::Curve(vec![[f64::NAN, 3.0]]).check(9).is_err());
    }
}
