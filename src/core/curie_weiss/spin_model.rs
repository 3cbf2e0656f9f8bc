//! The two models of [CW] as a family, and their parameters as a scene holds them.

use super::CurieWeiss;
use super::hubbard_stratonovich::BiasDensity;
use super::product_states::ProductStates;
use crate::param::{Choice, ChoiceError, KindInfo, ParamInfo, Scale};

/// Inverse temperature.
pub const BETA: ParamInfo = ParamInfo {
    key: "beta",
    label: "inverse temperature β",
    about: "Two pure states for β > 1, one unmagnetized state below.",
    min: 0.0,
    max: 20.0,
    default: 1.5,
    scale: Scale::Linear,
};
/// Total field.
pub const FIELD: ParamInfo = ParamInfo {
    key: "field",
    label: "field h",
    about: "Each spin feels h/N: too little to change m*, enough to change the weights of the two states.",
    min: -1000.0,
    max: 1000.0,
    default: 0.4,
    scale: Scale::Linear,
};
/// Number of spins.
pub const SPINS: ParamInfo = ParamInfo {
    key: "spins",
    label: "spins N",
    about: "Number of spins, rounded to a whole number.",
    min: 1.0,
    max: 1e9,
    default: 1000.0,
    scale: Scale::Log,
};
/// Temperature of the bath.
pub const TEMPERATURE: ParamInfo = ParamInfo {
    key: "temperature",
    label: "bath temperature T",
    about: "Variance of the noise at large times.",
    min: 1e-3,
    max: 100.0,
    default: 1.0,
    scale: Scale::Log,
};

const PARAMS: &[ParamInfo] = &[BETA, FIELD, SPINS, TEMPERATURE];

/// One model of the family.
pub struct SpinModelKind {
    /// Names and parameters.
    pub info: KindInfo,
    /// The distribution of clean spins as a mixture of product states. The accuracy suits single precision: states of
    /// weight below e^{−25} are left out.
    pub states: fn(&CurieWeiss) -> ProductStates,
}

/// Both models.
pub static ALL: &[SpinModelKind] = &[SIMPLIFIED, ORIGINAL];

const SIMPLIFIED: SpinModelKind = SpinModelKind {
    info: KindInfo {
        id: "simplified",
        name: "Simplified Curie–Weiss",
        about: "Two product states of magnetization ±m* with weights W± ([CW] (16)).",
        params: PARAMS,
    },
    states: CurieWeiss::simplified,
};

const ORIGINAL: SpinModelKind = SpinModelKind {
    info: KindInfo {
        id: "original",
        name: "Curie–Weiss",
        about: "The magnet itself, with fluctuations of its magnetization ([CW] (13)), exact at every N.",
        params: PARAMS,
    },
    states: |model| BiasDensity::new(model, 0.8, 25.0).product_states(),
};

/// The parameters that `choice` names, and its model.
///
/// # Errors
/// An unknown model or a parameter out of range.
pub fn resolve(choice: &Choice) -> Result<(CurieWeiss, &'static SpinModelKind), ChoiceError> {
    let kind = choice.resolve(ALL, |kind| &kind.info)?;
    let model = CurieWeiss {
        beta: choice.get(&BETA),
        field: choice.get(&FIELD),
        spins: choice.get(&SPINS).round() as u64,
        temperature: choice.get(&TEMPERATURE),
    };
    Ok((model, kind))
}
