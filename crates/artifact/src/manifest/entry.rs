//! Names of entry points.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A function that an artifact offers; stored as its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
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
    /// Any other function, such as `main` of a packaged StableHLO module.
    Other(String),
}

impl Entry {
    /// The name that is stored, printed and given on the command line.
    pub fn name(&self) -> &str {
        match self {
            Entry::Init => "init",
            Entry::Predict => "predict",
            Entry::TrainStep => "train_step",
            Entry::TrainStepMasked => "train_step_masked",
            Entry::EvaluateStep => "evaluate_step",
            Entry::Other(name) => name,
        }
    }
}

impl From<String> for Entry {
    fn from(name: String) -> Entry {
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

impl From<Entry> for String {
    fn from(entry: Entry) -> String {
        match entry {
            Entry::Other(name) => name,
            known => known.name().to_owned(),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
