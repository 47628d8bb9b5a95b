//! `keramos-run profile`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use keramos_artifact::{Entry, atomic};
use keramos_runtime::dataset::{Dataset, Purpose};
use keramos_runtime::numbers::Phase;
use keramos_runtime::profile::{Profile, ProfileOptions, Source, trace_json};
use keramos_runtime::{Error, Model, data};

use super::{DeviceOptions, Failure, NameOptions, prepare_weights, print, table};

/// Arguments of `profile`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The artifact to profile
    artifact: PathBuf,
    /// The entry point: train_step, predict, evaluate_step, or a function; by default train_step if there is one, else
    /// predict
    entry: Option<String>,
    /// Profile this batch size; by default the largest
    #[arg(long, value_name = "N")]
    batch_size: Option<usize>,
    /// Run on the first rows of these data; by default on zeros
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Use these weights: .weights.h5, .keras, .safetensors or .npz
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Timed runs
    #[arg(long, value_name = "N", default_value_t = 10)]
    runs: usize,
    /// Rows of the printed tables
    #[arg(long, value_name = "N", default_value_t = 15)]
    top: usize,
    /// Write a trace to this JSON file, for ui.perfetto.dev or chrome://tracing
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    names: NameOptions,
    #[command(flatten)]
    device: DeviceOptions,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    if options.runs == 0 {
        let reason = "there is nothing to time; give 1 or more".to_owned();
        return Err(Error::Option { option: "--runs", value: "0".to_owned(), reason }.into());
    }
    let artifact = Arc::new(keramos_runtime::open(&options.artifact)?);
    let mut model = options.device.open()?.load(artifact);
    let program = chosen(&model, options)?;
    let rows = options.data.as_ref().map(|path| {
        let description = model.program(program)?;
        let purpose = match description.entry {
            Entry::Predict => Purpose::Predict,
            Entry::EvaluateStep => Purpose::Evaluate,
            _ => Purpose::Train,
        };
        Dataset::bind(path, data::read(path)?, description, purpose, &options.names.names())
    });
    if options.weights.is_some() {
        prepare_weights(&mut model, options.weights.as_ref())?;
    }
    let profile = model.profile(program, &ProfileOptions { runs: options.runs, data: rows.transpose()? })?;
    if let Some(path) = &options.output {
        let trace = serde_json::to_vec(&trace_json(&profile)).unwrap_or_default();
        atomic::write(path, [trace.as_slice(), b"\n".as_slice()])?;
        log::info!("wrote {}; open it at ui.perfetto.dev", path.display());
    }
    print(&report(&profile, options.top))
}

/// The program that the options name.
fn chosen(model: &Model, options: &Options) -> Result<usize, Error> {
    let has = |entry: &Entry| model.any_program(entry).is_ok();
    let functions = || model.manifest().programs.iter().find(|program| matches!(program.entry, Entry::Function(_)));
    let entry = match &options.entry {
        Some(name) => model.entry(name),
        None if has(&Entry::TrainStep) => Entry::TrainStep,
        None => match functions() {
            Some(function) if !has(&Entry::Predict) => function.entry.clone(),
            _ => Entry::Predict,
        },
    };
    match options.batch_size.or(model.manifest().batches(&entry).last().copied()) {
        Some(batch) => model.find_program(&entry, Some(batch)),
        None => model.any_program(&entry),
    }
}

/// How many times longer than the whole program its kernels may take alone without a word of caution.
const TOO_LONG: f64 = 1.5;
/// The share of loops in the time from which on they are spoken of.
const LOOPS: f64 = 0.2;

fn report(profile: &Profile, top: usize) -> String {
    let total = profile.total();
    let share = |time: f64| format!("{:.1} %", 100.0 * time / total.max(f64::MIN_POSITIVE));
    let mut text = format!(
        "{} of {}: {} a run (median of {})\n",
        profile.program,
        profile.model,
        duration(profile.whole),
        profile.runs
    );
    text.push_str(&match profile.source {
        Source::Plugin => format!("The plugin's profiler recorded {} of it on the device.\n", duration(total)),
        Source::Kernels => format!(
            "The plugin has no profiler. Its {} kernels, run one after the other, take {}: each is timed alone, less the \
             {} that starting one costs. In the whole program some run side by side.\n",
            profile.operations.len(),
            duration(total),
            duration(profile.overhead)
        ),
    });

    if profile.source == Source::Kernels && total > profile.whole * TOO_LONG {
        text.push_str(
            "Alone they take longer than the whole program does: kernels this short are not timed well alone, so take the shares \
             with care.\n",
        );
    }
    let loops = profile.operations.iter().filter(|operation| operation.place.operation == "while");
    if loops.map(|operation| operation.time).sum::<f64>() > total * LOOPS {
        text.push_str(
            "Loops are timed as a whole. If they are equal layers, `keramos compile --roll never` writes them out one by one.\n",
        );
    }

    let mut rows = vec![["Layer", "Phase", "Time", "Share", "Kernels"].map(str::to_owned).to_vec()];
    let layers = profile.layers();
    for (layer, phase, time, count) in layers.iter().take(top) {
        let layer = if layer.is_empty() { "(none)".to_owned() } else { layer.clone() };
        rows.push(vec![layer, phase_name(*phase).to_owned(), duration(*time), share(*time), count.to_string()]);
    }
    text.push_str(&format!("\nLayers by time\n{}", table::render(&rows)));
    text.push_str(&rest(layers.len(), top, "layers"));

    let mut slowest: Vec<_> = profile.operations.iter().collect();
    slowest.sort_by(|one, other| other.time.total_cmp(&one.time));
    let mut rows = vec![["Operation", "Source", "Time", "Share", "Calls", "Kernel"].map(str::to_owned).to_vec()];
    for operation in slowest.iter().take(top) {
        let place = &operation.place;
        let source = place.source.as_ref().map(|(file, line)| format!("{file}:{line}")).unwrap_or_default();
        let named = keramos_runtime::numbers::Place { source: None, ..place.clone() };
        rows.push(vec![
            named.to_string().replace('`', ""),
            source,
            duration(operation.time),
            share(operation.time),
            format!("{}", (operation.calls * 10.0).round() / 10.0),
            operation.name.clone(),
        ]);
    }
    text.push_str(&format!("\nOperations by time\n{}", table::render(&rows)));
    text.push_str(&rest(slowest.len(), top, "operations"));
    text
}

fn rest(count: usize, shown: usize, what: &str) -> String {
    match count.saturating_sub(shown) {
        0 => String::new(),
        more => format!("  … {more} more {what}; --top {count} shows all\n"),
    }
}

fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Forward => "forward",
        Phase::Backward => "backward",
        Phase::Update => "update",
    }
}

/// Microseconds in a readable unit.
fn duration(microseconds: f64) -> String {
    if microseconds < 1e3 { format!("{microseconds:.1} us") } else { format!("{:.3} ms", microseconds / 1e3) }
}
