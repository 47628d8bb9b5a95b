//! What programs are compiled with.

use keramos_artifact::{Entry, Manifest};
use keramos_pjrt::{CompileOptions, Plugin};

/// The options that every program is compiled with, ahead of time and as a fallback.
pub(crate) fn compile_options() -> CompileOptions {
    // By default XLA for CPU drops NaN in maximum and minimum; JAX and Keras keep it.
    CompileOptions::new().xla("xla_cpu_enable_fast_min_max", false)
}

/// From this number of convolutions on a model's `predict` leaves convolutions and reductions to XLA's own code.
const MANY_CONVOLUTIONS: usize = 32;
/// The first version of the interface whose CPU plugin is known to have the choice.
const KNOWS_LIBRARIES: (i32, i32) = (0, 115);

/// The options for one program on a processor. By default XLA hands convolutions and reductions to YNNPACK, which prepares
/// each on the first run, for about a millisecond. With many of them the first prediction of a process is much earlier
/// without it, and later ones take as long (`benches/RESULTS.md`); with few, later ones are faster with it.
pub(crate) fn options_for(
    options: &CompileOptions,
    plugin: &Plugin,
    manifest: &Manifest,
    program: usize,
) -> CompileOptions {
    let predicts = manifest.programs.get(program).is_some_and(|program| program.entry == Entry::Predict);
    let convolutions = manifest.layers.iter().filter(|layer| layer.class.starts_with("Conv")).count();
    if predicts && convolutions >= MANY_CONVOLUTIONS && plugin.api_version() >= KNOWS_LIBRARIES {
        let products = "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT";
        return options.clone().xla("xla_cpu_experimental_ynn_fusion_type", products);
    }
    options.clone()
}
