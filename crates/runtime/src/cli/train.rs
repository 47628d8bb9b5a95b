//! `keramos-run train`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use keramos_artifact::{Entry, Manifest, TrainingConfig, ValidationFreq, atomic};
use keramos_runtime::data::{self, Arrays};
use keramos_runtime::dataset::{Dataset, Purpose};
use keramos_runtime::train::{FitOptions, check_trainable};
use keramos_runtime::{Error, Model, weights};

use super::progress::Progress;
use super::{CheckOptions, DeviceOptions, Failure, NameOptions};

/// Arguments of `train`; what is left out is taken from the model file's call of `fit`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The artifact to train
    artifact: PathBuf,
    /// Training data: .npz or .safetensors with x_train and y_train, x and y, or the model's own names
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Where the trained artifact goes; by default it replaces the one given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The epoch to end with: how often all the data are used
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,
    /// Go on after this many epochs
    #[arg(long, value_name = "N")]
    initial_epoch: Option<usize>,
    /// Rows in a training step
    #[arg(long, value_name = "N")]
    batch_size: Option<usize>,
    /// Fraction of the rows, from the end, that is held out for validation
    #[arg(long, value_name = "FRACTION")]
    validation_split: Option<f64>,
    /// Validate on these data, with x_val and y_val, x_test and y_test, x and y, or the model's own names
    #[arg(long, value_name = "FILE", conflicts_with = "validation_split")]
    validation_data: Option<PathBuf>,
    /// Steps in a validation, at most
    #[arg(long, value_name = "N")]
    validation_steps: Option<usize>,
    /// Validate after every so many epochs
    #[arg(long, value_name = "N")]
    validation_freq: Option<usize>,
    /// Steps in an epoch, at most; the next epoch goes on where it ends
    #[arg(long, value_name = "N")]
    steps_per_epoch: Option<usize>,
    /// Leave out the callbacks of the model file
    #[arg(long)]
    no_callbacks: bool,
    /// Decides the order of the rows
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Keep the rows in the order of the file
    #[arg(long)]
    no_shuffle: bool,
    /// Start from these weights: .weights.h5, .keras, .safetensors or .npz
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Write loss and metrics of each epoch to this JSON file
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    #[command(flatten)]
    names: NameOptions,
    #[command(flatten)]
    check: CheckOptions,
    #[command(flatten)]
    device: DeviceOptions,
}

pub(super) fn run(options: &Options, quiet: bool) -> Result<(), Failure> {
    let output = options.output.as_deref().unwrap_or(&options.artifact);
    for path in [Some(output), options.history.as_deref()].into_iter().flatten() {
        check_folder(path)?;
    }
    let artifact = Arc::new(keramos_runtime::open(&options.artifact)?);
    let (session, arrays) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let validation = options.validation_data.as_deref().map(data::read).transpose()?;
            Ok((data::read(&options.data)?, validation))
        });
        let session = options.device.open();
        (session, super::predict::join(reader))
    });
    let (mut arrays, validation) = arrays?;
    let mut model = session?.load(artifact);
    check_trainable(&model)?;
    options.check.apply(&mut model);
    let template = model.any_program(&Entry::TrainStepMasked).or_else(|_| model.any_program(&Entry::TrainStep))?;
    let names = options.names.names();
    let validation = match (validation, options.validation_data.as_deref()) {
        (Some(validation), Some(path)) => Some((validation, path)),
        _ => beside(options, &model, &mut arrays).map(|arrays| (arrays, options.data.as_path())),
    };
    let bind = |arrays, path: &Path, purpose| Dataset::bind(path, arrays, model.program(template)?, purpose, &names);
    let validation = validation.map(|(arrays, path)| bind(arrays, path, Purpose::Validate)).transpose()?;
    let mut dataset = bind(arrays, &options.data, Purpose::Train)?;
    if let Some(training) = &model.manifest().training {
        warn_of_targets(&dataset, &training.losses);
        if !training.class_weight.is_empty() {
            dataset.weigh_classes(&training.class_weight);
        }
    }
    if let Some(file) = &options.weights {
        let values = weights::load(file, &model.manifest().variables)?;
        model.set_variables(values)?;
    }

    let fit = fit_options(options, model.manifest())?;
    let mut progress = Progress::new(quiet, stop_on_interrupt());
    let outcome = model.fit_validated(&dataset, validation.as_ref(), &fit, &mut progress)?;
    progress.finish();

    if let Some(path) = &options.history {
        let json = serde_json::to_vec_pretty(&outcome.history).unwrap_or_default();
        atomic::write(path, [json.as_slice(), b"\n".as_slice()])?;
    }
    if outcome.steps > 0 {
        model.to_artifact(Some(outcome.history))?.write_atomic(output)?;
        log::info!("saved {} after {} steps", output.display(), outcome.steps);
    }
    if outcome.interrupted { Err(Failure::Interrupted) } else { Ok(()) }
}

/// Warns of targets that a loss of probabilities cannot mean.
fn warn_of_targets(dataset: &Dataset, losses: &[String]) {
    const OF_PROBABILITIES: [&str; 4] = [
        "binary_crossentropy",
        "categorical_crossentropy",
        "binary_focal_crossentropy",
        "categorical_focal_crossentropy",
    ];
    for (target, loss) in dataset.targets().iter().zip(losses) {
        let range = target.tensor().range().filter(|_| OF_PROBABILITIES.contains(&&**loss));
        let wrong = range.and_then(|(low, high)| [high, low].into_iter().find(|value| !(0.0..=1.0).contains(value)));
        if let Some(wrong) = wrong {
            let array = target.label();
            log::warn!(
                "{array} holds {wrong}, and the loss `{loss}` compares probabilities, from 0 to 1: scale or renumber the targets"
            );
        }
    }
}

/// Validation data in the file of the training data, where the model file gives `fit` some and nobody says
/// otherwise.
fn beside(options: &Options, model: &Model, arrays: &mut Arrays) -> Option<Arrays> {
    let recorded = model.manifest().training.as_ref().is_some_and(|training| training.validation_data);
    if !recorded || options.validation_split.is_some() {
        return None;
    }
    for (x, y) in [("x_val", "y_val"), ("x_test", "y_test")] {
        if arrays.contains_key(x) && arrays.contains_key(y) {
            log::info!("validating on {x} and {y} of {}", options.data.display());
            return Some([x, y].into_iter().filter_map(|name| Some((name.to_owned(), arrays.remove(name)?))).collect());
        }
    }
    log::warn!("the model file validates on data of its own: give them with --validation-data FILE");
    None
}

/// What the user says, else what the model file says, else Keras's defaults.
fn fit_options(options: &Options, manifest: &Manifest) -> Result<FitOptions, Error> {
    let training = manifest.training.as_ref();
    let compiled = manifest.batches(&Entry::TrainStep);
    let recorded = training.map(|training| training.batch_size).filter(|size| compiled.contains(size));
    let batch_size = options.batch_size.or(recorded).or(compiled.last().copied()).unwrap_or(32);
    let epochs = options.epochs.or(training.map(|training| training.epochs)).unwrap_or(1);
    if epochs == 0 {
        return Err(Error::Option {
            option: "--epochs",
            value: "0".to_owned(),
            reason: "there is nothing to do; give 1 or more".to_owned(),
        });
    }
    let recorded_split = training.map(|training| training.validation_split);
    let of_training = |field: fn(&TrainingConfig) -> Option<usize>| training.and_then(field);
    let freq = options.validation_freq.map(ValidationFreq::Every);
    Ok(FitOptions {
        epochs,
        initial_epoch: options.initial_epoch.or(training.map(|training| training.initial_epoch)).unwrap_or(0),
        batch_size,
        validation_split: options.validation_split.or(recorded_split).unwrap_or(0.0),
        validation_batch_size: of_training(|training| training.validation_batch_size),
        shuffle: !options.no_shuffle && training.is_none_or(|training| training.shuffle),
        seed: options.seed,
        steps_per_epoch: options.steps_per_epoch.or(of_training(|training| training.steps_per_epoch)),
        repeat: training.is_some_and(|training| training.repeat),
        validation_steps: options.validation_steps.or(of_training(|training| training.validation_steps)),
        validation_freq: freq.or(training.map(|training| training.validation_freq.clone())).unwrap_or_default(),
        callbacks: match training {
            Some(training) if !options.no_callbacks => training.callbacks.clone(),
            _ => Vec::new(),
        },
    })
}

/// A flag that Ctrl-C sets. The second Ctrl-C ends the process at once.
fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let installed = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        super::tell("\nnote: stopping after this step, then saving; press Ctrl-C again to quit without saving");
    });
    if let Err(error) = installed {
        log::warn!("Ctrl-C will not save: {error}");
    }
    stop
}

/// Finds out before the training, rather than after it, that the output has no place.
fn check_folder(path: &Path) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match std::fs::metadata(folder) {
        Ok(meta) if meta.is_dir() => Ok(()),
        Ok(_) => Err(not_writable(path, std::io::ErrorKind::NotADirectory.into())),
        Err(source) => Err(not_writable(path, source)),
    }
}

fn not_writable(path: &Path, source: std::io::Error) -> Error {
    Error::File {
        path: path.to_owned(),
        action: "write there; make the folder first, or choose another with -o",
        source,
    }
}
