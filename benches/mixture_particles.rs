//! Kernel `mixture_particles` on the CPU engine.

use criterion::{Criterion, criterion_group, criterion_main};

mod shared;

fn mixture_particles(criterion: &mut Criterion) {
    shared::workload(criterion, "particles");
}

criterion_group!(benches, mixture_particles);
criterion_main!(benches);
