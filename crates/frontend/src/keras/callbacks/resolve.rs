//! From the callbacks of a call of `fit` to what the artifact records.

use super::{CallbackObject, Kind};
use crate::diagnostics::{Diagnostic, codes, suggest};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::Args;
use crate::program::{Callback, Monitor};
use crate::value::host::Known;
use crate::value::{Value, downcast};

/// What callbacks need to know of the rest of the configuration.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// The epochs that `fit` runs.
    pub epochs: std::ops::Range<usize>,
    /// The learning rate at the start, if it is a number.
    pub rate: Option<f64>,
    /// For each metric its name in logs, and whether larger is better, if Keras knows.
    pub metrics: &'a [(String, Option<bool>)],
    /// The names of all that is logged, if no step of the program logs something else.
    pub logs: Option<&'a [String]>,
    /// Whether there is something to validate on.
    pub validates: bool,
}

/// Records `callbacks`: a list, or a single one. Those that only the run knows are left out with a warning.
///
/// # Errors
/// K0801: it cannot be told whether larger values of what a callback watches are better; a schedule gives no number.
pub fn record(interp: &mut Interp, callbacks: &Value, around: &Surroundings) -> Result<Vec<Callback>> {
    let mut recorded = Vec::new();
    for callback in callbacks.elements().unwrap_or_else(|| vec![callbacks.clone()]) {
        let object = match &callback {
            Value::Object(object) => downcast::<CallbackObject>(object),
            Value::None => continue,
            Value::Class(class) => {
                return Err(Error::ty(format!("a callback object is needed, found the class {}", class.name))
                    .help(format!("call it: {}()", class.name)));
            }
            _ => None,
        };
        let Some(object) = object else {
            interp.warn(not_recorded(interp, &callback));
            continue;
        };
        match &object.kind {
            Kind::Recorded(callback) => {
                let mut callback = callback.clone();
                if let Some(monitor) = callback.monitor_mut() {
                    monitor.rises = Some(rises(object.class.name, monitor, around)?);
                    warn_of(interp, object.class.name, monitor, around);
                }
                recorded.push(callback);
            }
            Kind::Schedule(schedule) => recorded.push(rates(interp, schedule, around)?),
            Kind::Anyway => {}
        }
    }
    Ok(recorded)
}

/// The warning about a callback that only the run knows: one of another class, or one that is given something of the run.
fn not_recorded(interp: &Interp, callback: &Value) -> Diagnostic {
    const WITHOUT: &str = "`keramos-run train` will go without it";
    let warning = |message: String| Diagnostic::warning(codes::TRAINING_CONFIG, interp.span, message);
    let host = match callback {
        Value::Host(host) => host,
        other => return warning(format!("the callback `{}` is not recorded: {WITHOUT}", other.type_name())),
    };
    let Known::Callback { class, argument } = host.known() else {
        return warning(format!("the callback `{}` is not recorded: {WITHOUT}", host.what()));
    };
    let warning = warning(format!("the callback `{class}` is not recorded, its `{argument}` is of the run: {WITHOUT}"));
    let warning = match host.span() {
        Some(span) => warning.label(span, "it comes from here"),
        None => warning.note(format!("it comes from `{}`", host.what())),
    };
    let value = if *class == "ModelCheckpoint" { "'models/best.keras'" } else { "10" };
    match host.named() {
        Some((name, _)) => warning.help(format!(
            "write `{argument}` into the file, or tell what `{name}` is when compiling: --value \"{name}={value}\""
        )),
        None => warning.help(format!("write `{argument}` into the file: {argument}={value}")),
    }
}

/// Warns of a callback that watches what is not logged: Keras warns after each epoch, and the callback does nothing.
fn warn_of(interp: &mut Interp, class: &str, monitor: &Monitor, around: &Surroundings) {
    let name = monitor.name.strip_prefix("val_").unwrap_or(&monitor.name);
    let listed = around.metrics.iter().any(|(metric, _)| metric == name);
    let unknown = around.logs.filter(|logs| !listed && name != "learning_rate" && logs.iter().all(|log| log != name));
    let warning = |message| Diagnostic::warning(codes::TRAINING_CONFIG, interp.span, message);
    if let Some(logs) = unknown {
        let warning = warning(format!("{class} watches `{}`, which is not logged: it will do nothing", monitor.name));
        let warning = warning.note(format!("the model logs {}, and the same with `val_` in front", logs.join(", ")));
        let near = suggest::did_you_mean(name, logs.iter().map(String::as_str));
        interp.warn(warning.help(near.unwrap_or_else(|| "pass the name of a logged value as monitor=".to_owned())));
    } else if monitor.name.starts_with("val_") && !around.validates {
        let warning = warning(format!("{class} watches `{}`, and fit() has nothing to validate on", monitor.name));
        interp.warn(warning.help(format!(
            "pass validation_data= or validation_split= to fit(), or watch `{name}`; `keramos-run train` takes --validation-data"
        )));
    }
}

/// Whether larger is better, as Keras's mode `"auto"` has it.
fn rises(class: &str, monitor: &Monitor, around: &Surroundings) -> Result<bool> {
    if let Some(rises) = monitor.rises {
        return Ok(rises);
    }
    let name = monitor.name.strip_prefix("val_").unwrap_or(&monitor.name);
    if name == "loss" {
        return Ok(false);
    }
    let found = around.metrics.iter().find(|(metric, _)| metric == name).and_then(|(_, rises)| *rises);
    found.ok_or_else(|| {
        let mut names = vec!["loss"];
        for (name, _) in around.metrics {
            // The metrics of `compile` are listed one by one, too.
            if name != "compile_metrics" && !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let message = format!("{class} watches `{}`, and nothing tells whether it should rise or fall", monitor.name);
        Error::new(codes::TRAINING_CONFIG, message)
            .note(format!("the model logs {}, and the same with `val_` in front", names.join(", ")))
            .help("pass mode=\"max\" or mode=\"min\", or the name of a logged value")
    })
}

/// Runs a schedule for every epoch.
fn rates(interp: &mut Interp, schedule: &Value, around: &Surroundings) -> Result<Callback> {
    let Some(mut rate) = around.rate else {
        let message = "LearningRateScheduler cannot set the learning rate, which a schedule gives";
        return Err(
            Error::new(codes::TRAINING_CONFIG, message).help("give the optimizer a number, or drop one of them")
        );
    };
    let mut rates = Vec::new();
    for epoch in around.epochs.clone() {
        let epoch = Value::Int(i64::try_from(epoch).unwrap_or(i64::MAX));
        // Keras tries with the rate first, and without it if that is an error of type.
        let both = Args::positional(vec![epoch.clone(), Value::Float(rate)]);
        let given = match interp.call(schedule, both) {
            Err(error) if error.diagnostic().code == codes::ARGUMENTS => {
                interp.call(schedule, Args::positional(vec![epoch]))?
            }
            other => other?,
        };
        let Value::Float(new) = given else {
            let message =
                format!("the schedule of LearningRateScheduler must give a float, found {}", given.type_name());
            return Err(Error::new(codes::TRAINING_CONFIG, message)
                .help("it is run at compile time: write it with numbers and the functions of math"));
        };
        rates.push(new);
        // The next epoch sees what the optimizer's float32 variable holds.
        rate = f64::from(new as f32);
    }
    Ok(Callback::LearningRateScheduler { rates, first_epoch: around.epochs.start })
}
