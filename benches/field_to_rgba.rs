//! Kernel `field_to_rgba` on the CPU engine.

use criterion::{Criterion, criterion_group, criterion_main};

mod shared;

fn field_to_rgba(criterion: &mut Criterion) {
    shared::workload(criterion, "field_to_rgba");
}

criterion_group!(benches, field_to_rgba);
criterion_main!(benches);
