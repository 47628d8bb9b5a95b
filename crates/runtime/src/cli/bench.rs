//! `keramos-run bench`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use keramos_artifact::Entry;
use keramos_runtime::bench::{Measurement, measure};
use keramos_runtime::{Error, Model};

use super::{DeviceOptions, Failure, print, table};

/// Arguments of `bench`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The artifact to measure
    artifact: PathBuf,
    /// The entry point to measure; several times for several; by default predict and train_step
    #[arg(long, value_name = "NAME")]
    entry: Vec<String>,
    /// Measure this batch size alone
    #[arg(long, value_name = "N")]
    batch_size: Option<usize>,
    /// Seconds to measure each program for
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0)]
    seconds: f64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    device: DeviceOptions,
}

/// The longest time that one program is measured for.
const MAX_SECONDS: f64 = 3600.0;

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    if !(options.seconds > 0.0 && options.seconds <= MAX_SECONDS) {
        let reason = format!("give more than 0 and at most {MAX_SECONDS}");
        return Err(Error::Option { option: "--seconds", value: options.seconds.to_string(), reason }.into());
    }
    let artifact = Arc::new(keramos_runtime::open(&options.artifact)?);
    let mut model = options.device.open()?.load(artifact);
    let mut measurements = Vec::new();
    for program in chosen(&model, options)? {
        let start = Instant::now();
        model.prepare(program)?;
        let load = start.elapsed();
        measurements.push(measure(&mut model, program, load, Duration::from_secs_f64(options.seconds))?);
    }
    if options.json {
        let json = serde_json::json!({ "device": model.session().fingerprint(), "programs": measurements });
        return print(&format!("{json:#}\n"));
    }
    print(&report(&measurements))
}

/// The programs to measure, in the order of the artifact.
fn chosen(model: &Model, options: &Options) -> Result<Vec<usize>, Error> {
    let entries: Vec<Entry> = options.entry.iter().map(|name| model.entry(name)).collect();
    for entry in &entries {
        model.any_program(entry)?;
        if let Some(batch) = options.batch_size {
            model.find_program(entry, Some(batch))?;
        }
    }
    let by_default = [Entry::Predict, Entry::TrainStep];
    let wanted = if entries.is_empty() { by_default.as_slice() } else { entries.as_slice() };
    let programs = model.manifest().programs.iter().enumerate();
    let fits = programs.filter(|(_, program)| {
        let batch_fits = options.batch_size.is_none() || program.batch == options.batch_size;
        let by_default = entries.is_empty() && matches!(program.entry, Entry::Function(_));
        (by_default || wanted.contains(&program.entry)) && batch_fits
    });
    let chosen: Vec<usize> = fits.map(|(index, _)| index).collect();
    match (chosen.is_empty(), options.batch_size) {
        (false, _) => Ok(chosen),
        (true, Some(batch)) => model.find_program(&Entry::Predict, Some(batch)).map(|program| vec![program]),
        (true, None) => model.any_program(&Entry::Predict).map(|program| vec![program]),
    }
}

fn report(measurements: &[Measurement]) -> String {
    let head = ["Program", "Batch", "Runs", "Load ms", "p50 ms", "p90 ms", "p99 ms", "Rows/s"].map(str::to_owned);
    let row = |m: &Measurement| {
        vec![
            m.entry.clone(),
            m.batch.map(|batch| batch.to_string()).unwrap_or_default(),
            m.runs.to_string(),
            format!("{:.1}", m.load_ms),
            format!("{:.3}", m.p50_ms),
            format!("{:.3}", m.p90_ms),
            format!("{:.3}", m.p99_ms),
            format!("{:.1}", m.rows_per_second),
        ]
    };
    table::render(&std::iter::once(head.to_vec()).chain(measurements.iter().map(row)).collect::<Vec<_>>())
}
