//! The machines: which patches of the training images a pixel is compared with.

use std::sync::Arc;

use crate::image_set::ImageSet;
use crate::param::{Choice, ChoiceError, KindInfo, ParamInfo, Scale};

/// What lies beyond the border of φ and of the training images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// The opposite side.
    Circular,
    /// Zeros.
    Zero,
}

/// The patches that one pixel is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Candidates {
    /// All of them.
    Everywhere,
    /// Those whose window lies inside the training image.
    Inside,
    /// Those whose window overhangs the border exactly as the pixel's own does.
    SameOverhang,
    /// Those at the pixel's own place.
    SamePixel,
}

/// What engines execute: three algorithms serve all machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Training set of an all +1 and an all −1 image, circular border: `D = tanh(√ᾱ Σ_Ω φ / (1 − ᾱ))`.
    TwoPattern,
    /// A posterior over patches for every pixel.
    Patches(Border, Candidates),
    /// One posterior over whole images.
    WholeImage,
}

/// One machine of the family.
pub struct MachineKind {
    /// Names and parameters.
    pub info: KindInfo,
    /// What it executes, given a choice whose parameters have been checked.
    plan: fn(&Choice) -> Plan,
}

/// Every machine.
pub static ALL: &[MachineKind] = &[TWO_PATTERN, ELS, BBELS, LS, IS];

const TWO_PATTERN: MachineKind = MachineKind {
    info: KindInfo {
        id: "two_pattern",
        name: "ELS, two patterns",
        about: "ELS for an all-black and an all-white image, in closed form ([EFT] (11)); the image set is not used.",
        params: &[],
    },
    plan: |_| Plan::TwoPattern,
};

const INSIDE: ParamInfo = ParamInfo {
    key: "inside",
    label: "inside windows only",
    about: "Use only patches that do not cross the border of their training image, as the authors' code does.",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    scale: Scale::Toggle,
};

const ELS: MachineKind = MachineKind {
    info: KindInfo {
        id: "els",
        name: "ELS",
        about: "Equivariant local score: every patch of every training image may appear anywhere; circular border.",
        params: &[INSIDE],
    },
    plan: |choice| {
        let inside = choice.get(&INSIDE) != 0.0;
        Plan::Patches(Border::Circular, if inside { Candidates::Inside } else { Candidates::Everywhere })
    },
};

const BBELS: MachineKind = MachineKind {
    info: KindInfo {
        id: "bbels",
        name: "Boundary-broken ELS",
        about: "Zero border; a pixel is compared with patches whose window overhangs the border exactly as its own.",
        params: &[],
    },
    plan: |_| Plan::Patches(Border::Zero, Candidates::SameOverhang),
};

const ZERO_BORDER: ParamInfo = ParamInfo {
    key: "zero_border",
    label: "zero border",
    about: "Zeros beyond the border instead of the opposite side.",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    scale: Scale::Toggle,
};

const LS: MachineKind = MachineKind {
    info: KindInfo {
        id: "ls",
        name: "LS",
        about: "Local score: a pixel is compared only with patches at its own place.",
        params: &[ZERO_BORDER],
    },
    plan: |choice| {
        let zero = choice.get(&ZERO_BORDER) != 0.0;
        Plan::Patches(if zero { Border::Zero } else { Border::Circular }, Candidates::SamePixel)
    },
};

const IS: MachineKind = MachineKind {
    info: KindInfo {
        id: "is",
        name: "IS",
        about: "Ideal score: whole images are compared, so that training images are reproduced.",
        params: &[],
    },
    plan: |_| Plan::WholeImage,
};

/// A machine with its training images, for grids of one size.
#[derive(Debug, Clone)]
pub struct Machine {
    plan: Plan,
    images: Arc<ImageSet>,
    side: usize,
}

impl Machine {
    /// The machine that `choice` names, for grids of `side` × `side` pixels.
    ///
    /// # Errors
    /// An unknown machine, a parameter out of range, or images that do not fit.
    pub fn new(choice: &Choice, images: Arc<ImageSet>, side: usize) -> Result<Self, ChoiceError> {
        let plan = (choice.resolve(ALL, |kind| &kind.info)?.plan)(choice);
        let fault = |text: String| Err(ChoiceError::Inconsistent(text));
        match plan {
            Plan::TwoPattern if images.channels() != 1 => {
                fault(format!("the two-pattern machine works on 1 channel, but the images have {}", images.channels()))
            }
            Plan::TwoPattern | Plan::Patches(_, Candidates::Everywhere | Candidates::Inside) => {
                Ok(Self { plan, images, side })
            }
            _ if images.side() != side => fault(format!(
                "machine \"{}\" needs training images of the grid's size, {side} × {side}, but they are {} × {}",
                choice.kind,
                images.side(),
                images.side()
            )),
            _ => Ok(Self { plan, images, side }),
        }
    }

    /// Checks that patches of side `k` exist: inside windows must fit into the images.
    ///
    /// # Errors
    /// One sentence that says what is wrong.
    pub fn check_window(&self, k: usize) -> Result<(), String> {
        let inside = matches!(self.plan, Plan::Patches(_, Candidates::Inside));
        if inside && k > self.images.side() {
            return Err(format!("no window of side {k} lies inside images of side {}", self.images.side()));
        }
        Ok(())
    }

    /// What it executes.
    pub fn plan(&self) -> Plan {
        self.plan
    }

    /// The training images.
    pub fn images(&self) -> &Arc<ImageSet> {
        &self.images
    }

    /// Side L of the grids.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Channels of the grids.
    pub fn channels(&self) -> usize {
        self.images.channels()
    }
}

impl Candidates {
    /// Whether a pixel at coordinate `x` of a grid of `side` may be compared, along one axis, with a patch centred on
    /// coordinate `p` of an image of `image_side`, for patches of radius `r`.
    pub fn allow(self, x: usize, side: usize, p: usize, image_side: usize, r: usize) -> bool {
        let inside = |at: usize, side: usize| at >= r && at + r < side;
        match self {
            Self::Everywhere => true,
            Self::Inside => inside(p, image_side),
            Self::SameOverhang => p == x || (inside(x, side) && inside(p, image_side)),
            Self::SamePixel => p == x,
        }
    }
}
