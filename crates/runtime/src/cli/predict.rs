//! `keramos-run predict`.

use std::io::IsTerminal;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::ScopedJoinHandle;
use std::time::Instant;

use clap::Args;
use keramos_artifact::{DType, Entry};
use keramos_runtime::data::{self, Arrays};
use keramos_runtime::dataset::{ArrayNames, Dataset, Purpose};
use keramos_runtime::{Error, HostTensor};

use super::{CheckOptions, DeviceOptions, Failure, images, number, prepare_weights, print};

/// Arguments of `predict`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The artifact to predict with
    artifact: PathBuf,
    /// The inputs: .npy, .npz or .safetensors
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where the outputs go: .npy, .npz or .safetensors; by default the first rows are printed
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Name of the array for the model's input; several times for several inputs
    #[arg(long = "x", value_name = "NAME")]
    inputs: Vec<String>,
    /// Use these weights: .weights.h5, .keras, .safetensors or .npz
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Draw this many of the inputs, which are images, with the predicted class
    #[arg(long, value_name = "N")]
    show_images: Option<usize>,
    #[command(flatten)]
    check: CheckOptions,
    #[command(flatten)]
    device: DeviceOptions,
}

/// Rows that are printed if the outputs go nowhere else.
const SHOWN_ROWS: usize = 10;

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let start = Instant::now();
    if let Some(path) = &options.output {
        data::FileKind::of(path)?;
    }
    // The files are read while the plugin starts.
    let (session, files) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| Ok((keramos_runtime::open(&options.artifact)?, data::read(&options.input)?)));
        (options.device.open(), join(reader))
    });
    let (artifact, arrays) = files?;
    // The process ends without taking the model down.
    let mut model = ManuallyDrop::new(session?.load(Arc::new(artifact)));
    options.check.apply(&mut model);
    let template = model.any_program(&Entry::Predict)?;
    let names = ArrayNames { inputs: options.inputs.clone(), targets: Vec::new() };
    let dataset = Dataset::bind(&options.input, arrays, model.program(template)?, Purpose::Predict, &names)?;
    prepare_weights(&mut model, options.weights.as_ref())?;
    log::debug!("ready to predict {:.1} ms after the start", start.elapsed().as_secs_f64() * 1e3);
    let outputs = model.predict_dataset(&dataset)?;
    log::debug!("predicted {:.1} ms after the start", start.elapsed().as_secs_f64() * 1e3);

    if let Some(count) = options.show_images {
        let column = dataset.inputs().first().map(|column| column.tensor());
        let scores = outputs.first().map(|(_, tensor)| tensor);
        if let (Some(inputs), Some(scores)) = (column, scores) {
            print(&images::draw(inputs, scores, count, std::io::stdout().is_terminal())?)?;
        }
    }
    match &options.output {
        Some(path) => {
            let arrays: Arrays = outputs.into_iter().collect();
            data::write(path, &arrays)?;
            Ok(())
        }
        None if options.show_images.is_none() => {
            outputs.iter().try_for_each(|(name, tensor)| print(&rows(name, tensor)))
        }
        None => Ok(()),
    }
}

/// The first rows of an output as text.
pub(super) fn rows(name: &str, tensor: &HostTensor) -> String {
    let mut text = format!("{name} {}\n", tensor.describe());
    let per_row = tensor.row_shape().iter().product::<usize>().max(1);
    let values = tensor.cast(DType::F64).ok().and_then(|tensor| tensor.values::<f64>()).unwrap_or_default();
    for row in values.chunks(per_row).take(SHOWN_ROWS) {
        const SHOWN_VALUES: usize = 12;
        let shown: Vec<String> = row.iter().take(SHOWN_VALUES).map(|&value| number(value)).collect();
        let more = if row.len() > SHOWN_VALUES { " …" } else { "" };
        text.push_str(&format!("  {}{more}\n", shown.join(" ")));
    }
    if tensor.rows() > SHOWN_ROWS {
        text.push_str(&format!("  … {} more rows; write them to a file with -o\n", tensor.rows() - SHOWN_ROWS));
    }
    text
}

/// The result of a thread that reads files. A panic in it goes on in this thread.
pub(super) fn join<T>(thread: ScopedJoinHandle<'_, Result<T, Error>>) -> Result<T, Error> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
