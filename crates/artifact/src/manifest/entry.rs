//! Which function a program is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A function that an artifact offers; entry points of a model are stored as their name, functions of
/// the file as `{"function": name}`, so that a file may have a function called `predict`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub enum Entry {
    /// `init() -> state...`: all variables, from their seeded initializers.
    Init,
    /// `predict(vars..., inputs...) -> outputs...`: only the variables that it needs.
    Predict,
    /// `train_step(state..., x..., y...) -> (state..., logs...)` with all state donated.
    TrainStep,
    /// `train_step_masked(state..., x..., y..., sample_weight, valid) -> (state..., logs...)`:
    /// only the first `valid` rows count.
    TrainStepMasked,
    /// `evaluate_step(vars..., metric vars..., x..., y..., sample_weight, valid)
    /// -> (metric vars..., logs...)`.
    EvaluateStep,
    /// A function of the file, `f(vars..., arguments...) -> results...`. There may be several programs
    /// of one name, which differ in the types of their arguments.
    Function(String),
    /// Any other function, such as `main` of a packaged StableHLO module.
    Other(String),
}

/// The form in the manifest.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Name(String),
    Function { function: String },
}

impl Entry {
    /// The name that is printed and given on the command line.
    pub fn name(&self) -> &str {
        match self {
            Entry::Init => "init",
            Entry::Predict => "predict",
            Entry::TrainStep => "train_step",
            Entry::TrainStepMasked => "train_step_masked",
            Entry::EvaluateStep => "evaluate_step",
            Entry::Function(name) | Entry::Other(name) => name,
        }
    }
}

impl From<Stored> for Entry {
    fn from(stored: Stored) -> Entry {
        let name = match stored {
            Stored::Name(name) => name,
            Stored::Function { function } => return Entry::Function(function),
        };
        match name.as_str() {
            "init" => Entry::Init,
            "predict" => Entry::Predict,
            "train_step" => Entry::TrainStep,
            "train_step_masked" => Entry::TrainStepMasked,
            "evaluate_step" => Entry::EvaluateStep,
            _ => Entry::Other(name),
        }
    }
}

impl From<Entry> for Stored {
    fn from(entry: Entry) -> Stored {
        match entry {
            Entry::Function(function) => Stored::Function { function },
            Entry::Other(name) => Stored::Name(name),
            known => Stored::Name(known.name().to_owned()),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
