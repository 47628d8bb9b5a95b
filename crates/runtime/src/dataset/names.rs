//! Which array of a file is meant for which input or target.

use keramos_artifact::{Port, PortKind};

use crate::data::{Arrays, UNNAMED};
use crate::error::{DataError, Error};

/// What the data are for; it decides which names are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Training: `x_train` and `y_train`.
    Train,
    /// Evaluation: `x_test` and `y_test`.
    Evaluate,
    /// Prediction: inputs alone.
    Predict,
}

/// Names that the user gave; empty means that the usual names are looked for.
#[derive(Debug, Clone, Default)]
pub struct ArrayNames {
    /// Names of the arrays for the model's inputs, in order.
    pub inputs: Vec<String>,
    /// Names of the arrays for the model's targets, in order.
    pub targets: Vec<String>,
}

impl Purpose {
    /// The names that are tried after the port's own, in order of preference.
    fn usual(self, kind: PortKind) -> &'static [&'static str] {
        match (self, kind == PortKind::Target) {
            (Purpose::Train, false) => &["x_train", "x"],
            (Purpose::Train, true) => &["y_train", "y"],
            (Purpose::Evaluate, false) => &["x_test", "x_val", "x"],
            (Purpose::Evaluate, true) => &["y_test", "y_val", "y"],
            (Purpose::Predict, _) => &["x", "x_test"],
        }
    }
}

/// The name of the array for each port. A port's own name goes first; a model with one input (or
/// one target) also takes the usual names, and for prediction the only array there is.
pub(super) fn choose(
    file: &str,
    arrays: &Arrays,
    ports: &[&Port],
    kind: PortKind,
    given: &[String],
    purpose: Purpose,
) -> Result<Vec<String>, Error> {
    let (what, option) = words(kind);
    if !given.is_empty() && given.len() != ports.len() {
        let error = DataError::Count {
            model: file.to_owned(),
            what,
            wanted: ports.len(),
            names: ports.iter().map(|port| port.name.clone()).collect(),
            given: given.len(),
        };
        return Err(error.into());
    }
    let name_for = |(index, port): (usize, &&Port)| {
        let mut looked_for = match given.get(index) {
            Some(name) => vec![name.clone()],
            None => vec![port.name.clone()],
        };
        if given.is_empty() && ports.len() == 1 {
            looked_for.extend(purpose.usual(kind).iter().map(|name| (*name).to_owned()));
            let mut all = arrays.keys();
            if let (Purpose::Predict, Some(only), None) = (purpose, all.next(), all.next()) {
                looked_for.push(only.clone());
            }
        }
        let found = looked_for.iter().find(|name| arrays.contains_key(*name)).cloned();
        found.ok_or_else(|| {
            let error = DataError::NoArray {
                file: file.to_owned(),
                what,
                port: port.name.clone(),
                looked_for,
                found: arrays
                    .keys()
                    .map(|name| if name == UNNAMED { "(one array without a name)" } else { name }.to_owned())
                    .collect(),
                option,
            };
            error.into()
        })
    };
    ports.iter().enumerate().map(name_for).collect()
}

/// How messages call a kind of port, and the option that names its arrays.
pub(super) fn words(kind: PortKind) -> (&'static str, &'static str) {
    match kind {
        PortKind::Target => ("target", "--y"),
        _ => ("input", "--x"),
    }
}
