//! The CPU engine: vector instructions chosen at run time, all cores.

mod els;
mod field_to_rgba;
mod lines;
mod math;
mod mixture_field;
mod mixture_particles;
mod philox;
mod softmax;
mod spin_langevin;

use fearless_simd::Level;

use super::Engine;

/// Engine "cpu".
#[derive(Debug, Clone, Copy)]
pub struct CpuEngine {
    level: Level,
}

impl CpuEngine {
    /// The engine with the widest vectors this processor has.
    pub fn new() -> Self {
        Self::with_level(Level::new())
    }

    /// The engine held to one instruction set.
    pub fn with_level(level: Level) -> Self {
        Self { level }
    }
}

impl Default for CpuEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine for CpuEngine {
    fn id(&self) -> &'static str {
        "cpu"
    }

    fn description(&self) -> String {
        // The variants are named after the instruction sets: "Avx512(Avx512)".
        let level = format!("{:?}", self.level);
        let name = level.split('(').next().unwrap_or_default();
        let name = match name {
            "Avx512" => "AVX-512",
            "Avx2" => "AVX2",
            "Sse4_2" => "SSE4.2",
            "Sse2" => "SSE2",
            "WasmSimd128" => "SIMD128",
            other => other,
        };
        let threads = rayon::current_num_threads();
        format!("CPU, {name}, {threads} {}", if threads == 1 { "thread" } else { "threads" })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Every instruction set this processor has.
    pub fn levels() -> Vec<Level> {
        let best = Level::new();
        #[cfg(target_arch = "x86_64")]
        let lower = {
            use fearless_simd::Simd;
            [best.as_avx2().map(Simd::level), best.as_sse4_2().map(Simd::level), best.as_sse2().map(Simd::level)]
        };
        #[cfg(not(target_arch = "x86_64"))]
        let lower = [None];
        std::iter::once(best).chain(lower.into_iter().flatten()).collect()
    }

    #[test]
    fn description_names_instruction_set_and_threads() {
        let description = CpuEngine::new().description();
        assert!(description.starts_with("CPU, ") && description.contains("thread"), "{description}");
        assert!(!description.contains('('), "{description}");
    }
}
