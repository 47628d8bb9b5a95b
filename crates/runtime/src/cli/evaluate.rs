//! `keramos-run evaluate`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use keramos_artifact::Entry;
use keramos_runtime::data;
use keramos_runtime::dataset::{Dataset, Purpose};

use super::{CheckOptions, DeviceOptions, Failure, NameOptions, logs_line, predict, prepare_weights, print};

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The artifact to evaluate
    artifact: PathBuf,
    /// Test data: .npz or .safetensors with x_test and y_test, x and y, or the model's own names
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Rows in a batch; by default the largest batch that was compiled
    #[arg(long, value_name = "N")]
    batch_size: Option<usize>,
    /// Use these weights: .weights.h5, .keras, .safetensors or .npz
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    names: NameOptions,
    #[command(flatten)]
    check: CheckOptions,
    #[command(flatten)]
    device: DeviceOptions,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let artifact = Arc::new(keramos_runtime::open(&options.artifact)?);
    let (session, arrays) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| data::read(&options.data));
        let session = options.device.open();
        (session, predict::join(reader))
    });
    let mut model = session?.load(artifact);
    options.check.apply(&mut model);
    let template = model.any_program(&Entry::EvaluateStep)?;
    if let Some(asked) = options.batch_size {
        model.find_program(&Entry::EvaluateStep, Some(asked))?;
    }
    let names = options.names.names();
    let dataset = Dataset::bind(&options.data, arrays?, model.program(template)?, Purpose::Evaluate, &names)?;
    prepare_weights(&mut model, options.weights.as_ref())?;
    let logs = model.evaluate(&dataset, 0..dataset.rows(), options.batch_size)?;
    if options.json {
        let object: serde_json::Map<String, serde_json::Value> =
            logs.into_iter().map(|(name, value)| (name, value.into())).collect();
        return print(&format!("{}\n", serde_json::Value::Object(object)));
    }
    print(&format!("{} examples - {}\n", dataset.rows(), logs_line(&logs)))
}
