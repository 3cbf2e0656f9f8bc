//! What can go wrong with a device, and how it is chosen.

use diffuscope::core::grid::Grid;
use diffuscope::core::process::NoiseLevel;
use diffuscope::engine::gpu::GpuEngine;
use diffuscope::engine::kernel::{Colouring, Field, FieldRequest, FieldToRgba, ValueScale, quantity};
use diffuscope::engine::select::{EngineChoice, select};
use diffuscope::engine::{Engine, EngineError, colour_map};
use nalgebra::Matrix2;

use crate::{TRUSTED, mixture};

fn grid(side: usize) -> Grid {
    Grid { x: [-1.0, 1.0], y: [-1.0, 1.0], nx: side, ny: side }
}

fn field(engine: &dyn Engine, side: usize) -> Result<Field<f32>, EngineError> {
    let noised = mixture(3, |_| false).noised(NoiseLevel { alpha: 0.9, sigma: 0.3, shape: Matrix2::identity() });
    engine.mixture_field(&FieldRequest { mixture: &noised, grid: grid(side), colours: &[] })
}

#[test]
fn passes_its_self_test() {
    assert_eq!(TRUSTED.self_test().unwrap().failures, Vec::<String>::new());
}

#[test]
fn a_lost_device_fails_every_call_and_no_other_device() {
    let engine = GpuEngine::headless().unwrap();
    let before = field(&engine, 8).unwrap();
    assert!(!engine.is_lost());
    engine.lose();
    assert!(engine.is_lost());
    assert!(matches!(field(&engine, 8), Err(EngineError::Device(_))));
    let colouring = Colouring {
        quantity: &quantity::ALL[0],
        range: [0.0, 1.0],
        scale: ValueScale::Linear,
        map: &colour_map::ALL[0],
        other: None,
    };
    assert!(matches!(engine.field_to_rgba(&before, &colouring), Err(EngineError::Device(_))));
    assert!(matches!(engine.self_test(), Err(EngineError::Device(_))));
    assert_eq!(field(TRUSTED.as_ref(), 8), Ok(before));
}

#[test]
fn a_device_lost_at_work_ends_the_call() {
    let engine = GpuEngine::headless().unwrap();
    std::thread::scope(|scope| {
        let working = scope.spawn(|| (0..100_000).find_map(|_| field(&engine, 64).err()));
        field(&engine, 8).unwrap();
        engine.lose();
        assert!(matches!(working.join().unwrap(), Some(EngineError::Device(_))));
    });
}

#[test]
fn calls_beyond_the_memory_budget_are_refused() {
    let engine = GpuEngine::headless().unwrap().with_memory_budget(8 << 20);
    assert!(field(&engine, 100).is_ok());
    let error = field(&engine, 1000).unwrap_err();
    assert!(matches!(error, EngineError::OutOfMemory { budget_mib: 8, .. }), "{error}");
    assert!(field(&engine, 100).is_ok());
}

#[test]
fn calls_from_several_threads_follow_one_another() {
    let wanted = field(TRUSTED.as_ref(), 50);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(field(TRUSTED.as_ref(), 50), wanted));
        }
    });
}

#[test]
fn the_automatic_choice_takes_only_real_adapters() {
    let selected = select(EngineChoice::Auto).unwrap();
    let info = TRUSTED.info();
    if info.device_type == wgpu::DeviceType::Cpu {
        assert_ne!(selected.engine.id(), "gpu");
        assert!(selected.note.unwrap().contains(&info.name));
    } else {
        assert_eq!((selected.engine.id(), selected.note), ("gpu", None));
    }
    assert_eq!(select(EngineChoice::Gpu).unwrap().engine.id(), "gpu");
}
