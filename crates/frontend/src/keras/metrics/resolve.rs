//! Which metric an argument of `compile` means.

use std::rc::Rc;

use super::{CLASSES, FUNCTIONS, MeanOf, MetricObject};
use crate::diagnostics::suggest;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::{losses, object_name, snake_case};
use crate::library::{Args, ClassDecl, FunctionDecl};
use crate::value::{Value, downcast};

/// Short names of classes.
const ALIASES: &[(&str, &str)] = &[
    ("bce", "BinaryCrossentropy"),
    ("BCE", "BinaryCrossentropy"),
    ("mse", "MeanSquaredError"),
    ("MSE", "MeanSquaredError"),
    ("mae", "MeanAbsoluteError"),
    ("MAE", "MeanAbsoluteError"),
    ("mape", "MeanAbsolutePercentageError"),
    ("MAPE", "MeanAbsolutePercentageError"),
    ("msle", "MeanSquaredLogarithmicError"),
    ("MSLE", "MeanSquaredLogarithmicError"),
];

/// The metric that an element of `compile(metrics=…)` names: a metric object, a function, or a
/// string. "accuracy" chooses by the shapes of target and prediction (both with the batch dimension).
///
/// # Errors
/// K0303: there is no such metric; the nearest is suggested.
pub fn get(interp: &mut Interp, identifier: &Value, y_true: &[usize], y_pred: &[usize]) -> Result<Rc<MetricObject>> {
    match identifier {
        Value::Str(name) => {
            if let "accuracy" | "acc" | "crossentropy" | "ce" = &*name.to_lowercase() {
                let binary = y_pred.last() == Some(&1);
                let sparse = y_true.len() < y_pred.len() || y_true.last() == Some(&1) && y_pred.last() > Some(&1);
                let kind = if binary {
                    "binary"
                } else if sparse {
                    "sparse_categorical"
                } else {
                    "categorical"
                };
                let what = if name.to_lowercase().starts_with("ac") { "accuracy" } else { "crossentropy" };
                let function = function_named(&format!("{kind}_{what}"));
                let function = function.ok_or_else(|| Error::internal("an accuracy function is missing"))?;
                return Ok(MetricObject::internal(name.clone(), MeanOf::function(Value::Function(function))));
            }
            if let Some(class) = class_named(name) {
                let object = interp.call(&Value::Class(class), Args::default())?;
                let metric = get(interp, &object, y_true, y_pred)?;
                drop(object);
                // As in Keras the variables keep the class's name and logs show what was written.
                return Rc::into_inner(metric)
                    .map(|metric| Rc::new(MetricObject { name: name.clone(), ..metric }))
                    .ok_or_else(|| Error::internal("a new metric is shared"));
            }
            Err(unknown(name))
        }
        Value::Object(object) => {
            if let Some(metric) = downcast::<MetricObject>(object) {
                return Ok(metric);
            }
            match downcast::<losses::LossObject>(object) {
                Some(loss) => Ok(mean_of(interp, identifier.clone(), loss.name.clone())),
                None => Err(Error::argument(format!("a metric is needed here, found {}", identifier.type_name()))),
            }
        }
        Value::Class(_) => {
            let object = interp.call(identifier, Args::default())?;
            get(interp, &object, y_true, y_pred)
        }
        Value::Function(decl) => Ok(mean_of(interp, identifier.clone(), decl.name.into())),
        Value::User(object) => {
            let name = object_name(interp, object)?;
            Ok(mean_of(interp, identifier.clone(), name))
        }
        other => Err(Error::argument(format!("a metric is needed here, found {}", other.type_name()))),
    }
}

/// That a string names a metric.
///
/// # Errors
/// K0303: there is no such metric; the nearest is suggested.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let known = matches!(&*name.to_lowercase(), "accuracy" | "acc" | "crossentropy" | "ce");
    if known || class_named(name).is_some() { Ok(()) } else { Err(unknown(name)) }
}

fn unknown(name: &str) -> Error {
    let names: Vec<String> = CLASSES.iter().map(|c| snake_case(c.name)).collect();
    let names: Vec<&str> = ["accuracy"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let error = Error::argument(format!("there is no metric \"{name}\""));
    match suggest::nearest(name, names.iter().copied()) {
        Some(near) => error.help(format!("did you mean \"{near}\"?")),
        None => error.help(format!("the metrics are {}", names.join(", "))),
    }
}

/// The mean of a function of the program or of a loss object, called `name` in logs.
fn mean_of(interp: &mut Interp, function: Value, name: Rc<str>) -> Rc<MetricObject> {
    let scope = interp.names.unique("MeanMetricWrapper");
    MetricObject::scoped(scope, name, MeanOf::function(function))
}

fn function_named(name: &str) -> Option<&'static FunctionDecl> {
    FUNCTIONS.iter().find(|f| f.name == name).copied().or_else(|| losses::function_named(name))
}

/// The class of that name, its name in small letters with underscores, or its alias.
fn class_named(name: &str) -> Option<&'static ClassDecl> {
    let name = ALIASES.iter().find(|a| a.0 == name).map_or(name, |a| a.1);
    CLASSES.iter().find(|c| c.name == name || snake_case(c.name) == name).copied()
}
