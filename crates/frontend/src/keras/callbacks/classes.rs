//! The classes, with Keras's arguments.

use super::{CallbackObject, Kind, monitor, value};
use crate::diagnostics::{Diagnostic, codes};
use crate::error::Result;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::program::Callback;
use crate::value::{Value, downcast};

/// The callback classes that are recorded.
pub const CLASSES: &[&ClassDecl] =
    &[&EARLY_STOPPING, &REDUCE_ON_PLATEAU, &CHECKPOINT, &SCHEDULER, &CSV_LOGGER, &TERMINATE_ON_NAN];

const MONITOR: Param = Param::new("monitor", Default::Str("val_loss"));
const VERBOSE: Param = Param::new("verbose", Default::Int(0));
const MODE: Param = Param::new("mode", Default::Str("auto"));

/// `keras.callbacks.EarlyStopping`.
static EARLY_STOPPING: ClassDecl = ClassDecl {
    name: "EarlyStopping",
    aliases: &[],
    bases: &["Callback"],
    signature: Signature::new(&[
        MONITOR,
        Param::new("min_delta", Default::Int(0)),
        Param::new("patience", Default::Int(0)),
        VERBOSE,
        MODE,
        Param::new("baseline", Default::None),
        Param::new("restore_best_weights", Default::Bool(false)),
        Param::new("start_from_epoch", Default::Int(0)),
    ]),
    doc: "Ends the training when a logged value no longer gets better.",
    new: |_, args| {
        value(&EARLY_STOPPING, args, |args| {
            Ok(Kind::Recorded(Callback::EarlyStopping {
                monitor: monitor(args, args.f64("min_delta")?)?,
                patience: args.usize("patience")?,
                baseline: number(args, "baseline")?,
                restore_best_weights: args.bool("restore_best_weights")?,
                start_from_epoch: args.usize("start_from_epoch")?,
            }))
        })
    },
    methods: &[],
};

/// `keras.callbacks.ReduceLROnPlateau`.
static REDUCE_ON_PLATEAU: ClassDecl = ClassDecl {
    name: "ReduceLROnPlateau",
    aliases: &[],
    bases: &["Callback"],
    signature: Signature::new(&[
        MONITOR,
        Param::new("factor", Default::Float(0.1)),
        Param::new("patience", Default::Int(10)),
        VERBOSE,
        MODE,
        Param::new("min_delta", Default::Float(1e-4)),
        Param::new("cooldown", Default::Int(0)),
        Param::new("min_lr", Default::Float(0.0)),
    ]),
    doc: "Lowers the learning rate when a logged value no longer gets better.",
    new: |_, args| {
        value(&REDUCE_ON_PLATEAU, args, |args| {
            let factor = args.f64("factor")?;
            if factor >= 1.0 {
                return Err(args.invalid("factor", "a number below 1"));
            }
            Ok(Kind::Recorded(Callback::ReduceLrOnPlateau {
                monitor: monitor(args, args.f64("min_delta")?)?,
                factor,
                patience: args.usize("patience")?,
                cooldown: args.usize("cooldown")?,
                min_lr: args.f64("min_lr")?,
            }))
        })
    },
    methods: &[],
};

/// `keras.callbacks.ModelCheckpoint`.
static CHECKPOINT: ClassDecl = ClassDecl {
    name: "ModelCheckpoint",
    aliases: &[],
    bases: &["Callback"],
    signature: Signature::new(&[
        Param::required("filepath"),
        MONITOR,
        VERBOSE,
        Param::new("save_best_only", Default::Bool(false)),
        Param::new("save_weights_only", Default::Bool(false)),
        MODE,
        Param::new("save_freq", Default::Str("epoch")),
        Param::new("initial_value_threshold", Default::None),
    ]),
    doc: "Saves the model after epochs: as an artifact, at the same place with the ending `.kar`.",
    new: |interp, args| {
        match args.get("save_freq")? {
            Value::Str(freq) if &**freq == "epoch" => {}
            Value::Int(batches) if *batches > 0 => {
                let message = format!("checkpoints are made between epochs, not after every {batches} batches");
                interp.warn(
                    Diagnostic::warning(codes::UNSUPPORTED_FEATURE, interp.span, message)
                        .note("the model is saved after each epoch")
                        .help("leave `save_freq` out; shorter epochs are steps_per_epoch= of fit()"),
                );
            }
            _ => return Err(args.invalid("save_freq", "\"epoch\" or a number of batches")),
        }
        value(&CHECKPOINT, args, |args| {
            let filepath = args.str("filepath")?.to_string();
            let ending = if args.bool("save_weights_only")? { [".weights.h5"; 2] } else { [".keras", ".h5"] };
            if !ending.iter().any(|ending| filepath.ends_with(ending)) {
                return Err(args.invalid("filepath", &format!("a path that ends in `{}`", ending[0])));
            }
            Ok(Kind::Recorded(Callback::ModelCheckpoint {
                filepath,
                monitor: monitor(args, 0.0)?,
                save_best_only: args.bool("save_best_only")?,
                initial_value_threshold: number(args, "initial_value_threshold")?,
            }))
        })
    },
    methods: &[],
};

/// `keras.callbacks.LearningRateScheduler`.
static SCHEDULER: ClassDecl = ClassDecl {
    name: "LearningRateScheduler",
    aliases: &[],
    bases: &["Callback"],
    signature: Signature::new(&[Param::required("schedule"), VERBOSE]),
    doc: "Sets the learning rate of each epoch to what a function of epoch and rate gives.",
    new: |_, args| {
        value(&SCHEDULER, args, |args| {
            let schedule = args.get("schedule")?;
            match schedule {
                Value::Object(object) if downcast::<CallbackObject>(object).is_some() => {
                    Err(args.invalid("schedule", "a function of the epoch"))
                }
                _ => Ok(Kind::Schedule(schedule.clone())),
            }
        })
    },
    methods: &[],
};

/// `keras.callbacks.CSVLogger`.
static CSV_LOGGER: ClassDecl = ClassDecl {
    name: "CSVLogger",
    aliases: &[],
    bases: &["Callback"],
    signature: Signature::new(&[
        Param::required("filename"),
        Param::new("separator", Default::Str(",")),
        Param::new("append", Default::Bool(false)),
    ]),
    doc: "Writes the logs of each epoch to a file.",
    new: |_, args| {
        value(&CSV_LOGGER, args, |args| {
            Ok(Kind::Recorded(Callback::CsvLogger {
                filename: args.str("filename")?.to_string(),
                separator: args.str("separator")?.to_string(),
                append: args.bool("append")?,
            }))
        })
    },
    methods: &[],
};

/// `keras.callbacks.TerminateOnNaN`.
static TERMINATE_ON_NAN: ClassDecl = ClassDecl {
    name: "TerminateOnNaN",
    aliases: &[],
    bases: &["Callback"],
    signature: Signature::new(&[Param::new("raise_error", Default::Bool(false))]),
    doc: "The runtime always stops when the loss is no longer finite, with or without this.",
    new: |_, args| value(&TERMINATE_ON_NAN, args, |_| Ok(Kind::Anyway)),
    methods: &[],
};

fn number(args: &Bound, name: &str) -> Result<Option<f64>> {
    args.some(name)?.is_some().then(|| args.f64(name)).transpose()
}
