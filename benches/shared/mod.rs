//! What the benches have in common.

use std::time::Duration;

use criterion::{Criterion, Throughput};
use diffuscope::engine::bench;
use diffuscope::engine::cpu::CpuEngine;

/// Times every shape of the workload `id` on the CPU engine.
pub fn workload(criterion: &mut Criterion, id: &str) {
    let workload = bench::find(id).expect("the workload exists");
    let engine = CpuEngine::new();
    let mut group = criterion.benchmark_group(id);
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for shape in workload.shapes {
        let mut job = (workload.prepare)(shape).expect("the workload can be prepared");
        group.throughput(Throughput::Elements((workload.units)(shape) as u64));
        group.bench_function(format!("{shape:?}"), |bencher| bencher.iter(|| job(&engine).expect("the engine works")));
    }
    group.finish();
}
