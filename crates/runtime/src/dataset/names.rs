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
    /// Validation while training: `x_val` and `y_val`.
    Validate,
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
            (Purpose::Validate, false) => &["x_val", "x_test", "x"],
            (Purpose::Validate, true) => &["y_val", "y_test", "y"],
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
        let names: Vec<String> = ports.iter().map(|port| format!("`{}`", port.name)).collect();
        let (wanted, plural) = (ports.len(), if ports.len() == 1 { "" } else { "s" });
        let reason = format!("the model takes {wanted} {what}{plural} ({}), {} given", names.join(", "), given.len());
        return Err(Error::Option { option, value: given.join(", "), reason });
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
            if arrays.contains_key(UNNAMED) {
                return DataError::OneArray { file: file.to_owned() }.into();
            }
            let error = DataError::NoArray {
                file: file.to_owned(),
                what,
                port: port.name.clone(),
                looked_for,
                found: arrays.keys().cloned().collect(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::HostTensor;
    use keramos_artifact::DType;

    fn pick(ports: &[&str], arrays: &[&str], given: &[&str], purpose: Purpose) -> Result<Vec<String>, String> {
        let port = |name: &&str| Port {
            name: (*name).to_owned(),
            dtype: DType::F32,
            shape: vec![1],
            kind: PortKind::Data,
            donated: false,
            below: None,
        };
        let ports: Vec<Port> = ports.iter().map(port).collect();
        let ports: Vec<&Port> = ports.iter().collect();
        let arrays = arrays.iter().map(|name| ((*name).to_owned(), HostTensor::empty())).collect();
        let given: Vec<String> = given.iter().map(|name| (*name).to_owned()).collect();
        choose("f.npz", &arrays, &ports, PortKind::Data, &given, purpose).map_err(|error| error.to_string())
    }

    #[test]
    fn the_ports_own_name_goes_before_the_usual_ones() {
        let both = ["image", "x_train", "x"];
        assert_eq!(pick(&["image"], &both, &[], Purpose::Train).unwrap(), ["image"]);
        assert_eq!(pick(&["input"], &both, &[], Purpose::Train).unwrap(), ["x_train"]);
        assert_eq!(pick(&["input"], &["x", "x_test"], &[], Purpose::Evaluate).unwrap(), ["x_test"]);
        assert_eq!(pick(&["input"], &both, &["x"], Purpose::Train).unwrap(), ["x"]);
    }

    #[test]
    fn several_inputs_go_by_their_names() {
        let arrays = ["left", "right", "x"];
        assert_eq!(pick(&["right", "left"], &arrays, &[], Purpose::Train).unwrap(), ["right", "left"]);
        assert_eq!(pick(&["a", "b"], &arrays, &["x", "left"], Purpose::Train).unwrap(), ["x", "left"]);
        let message = pick(&["a", "b"], &arrays, &[], Purpose::Train).unwrap_err();
        assert!(message.contains("looked for `a`, the file has `left`, `right`, `x`"), "{message}");
        let message = pick(&["a", "b"], &arrays, &["x"], Purpose::Train).unwrap_err();
        assert!(message.contains("takes 2 inputs (`a`, `b`), 1 given"), "{message}");
    }

    #[test]
    fn prediction_takes_the_only_array_whatever_its_name() {
        assert_eq!(pick(&["input"], &["photos"], &[], Purpose::Predict).unwrap(), ["photos"]);
        assert_eq!(pick(&["input"], &[UNNAMED], &[], Purpose::Predict).unwrap(), [UNNAMED]);
        assert!(pick(&["input"], &["photos"], &[], Purpose::Evaluate).is_err());
        assert!(pick(&["input"], &["photos", "more"], &[], Purpose::Predict).is_err());
    }
}
