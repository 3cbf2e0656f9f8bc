//! Kernel `mixture_field` on the CPU engine.

use criterion::{Criterion, criterion_group, criterion_main};

mod shared;

fn mixture_field(criterion: &mut Criterion) {
    shared::workload(criterion, "score");
}

criterion_group!(benches, mixture_field);
criterion_main!(benches);
