//! Saved weights: finding the value of each of a model's variables in a file.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use keramos_artifact::{Role, Variable};

use crate::data::{self, Arrays, extension, hdf5};
use crate::error::Error;
use crate::tensor::{HostTensor, describe};

/// Values of variables, by index in the manifest.
pub type VariableValues = Vec<(usize, HostTensor)>;

/// How the entries of a weights file are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// By Keras's variable path: safetensors and npz.
    Path,
    /// By place in the tree of layers: `.weights.h5` and `.keras`.
    Layout,
}

/// Reads a weights file (`.weights.h5`, `.keras`, `.safetensors`, `.npz`) and finds in it the
/// value of every weight of the model. Optimizer, metric and seed state is taken where the file has it.
///
/// # Errors
/// [`Error::Weights`] naming everything that is missing, unexpected or of another shape; errors
/// of [`data::read`].
pub fn load(path: &Path, variables: &[Variable]) -> Result<VariableValues, Error> {
    let (naming, entries) = match extension(path).as_deref() {
        Some("h5" | "hdf5") => {
            let weights = hdf5::parse(data::read_bytes(path)?);
            let weights = weights.map_err(|error| Error::format(path, error))?;
            (Naming::Layout, weights.datasets)
        }
        Some("keras") => {
            let weights = hdf5::parse_archive(data::open(path)?);
            let weights = weights.map_err(|error| Error::format(path, error))?;
            (Naming::Layout, weights.datasets)
        }
        Some("npz" | "safetensors") => (Naming::Path, data::read(path)?),
        _ => {
            return Err(Error::UnknownExtension {
                path: path.to_owned(),
                known: ".weights.h5, .keras, .safetensors or .npz",
            });
        }
    };
    match_entries(path, naming, &entries, variables)
}

fn match_entries(
    path: &Path,
    naming: Naming,
    entries: &Arrays,
    variables: &[Variable],
) -> Result<VariableValues, Error> {
    let mut values = Vec::new();
    let mut used = BTreeSet::new();
    let mut missing = Vec::new();
    let mut different = Vec::new();
    for (index, variable) in variables.iter().enumerate() {
        let key = match naming {
            Naming::Path => Some(variable.path.as_str()),
            Naming::Layout => variable.h5_path.as_deref(),
        };
        // TensorFlow's variable names end in `:0`.
        let entry = key.and_then(|key| {
            let entry = entries.get_key_value(key);
            entry.or_else(|| entries.get_key_value(&format!("{key}:0")))
        });
        let Some((name, tensor)) = entry else {
            if variable.role.is_model_weight() {
                missing.push((index, key.unwrap_or(&variable.path).to_owned()));
            }
            continue;
        };
        used.insert(name.as_str());
        match fit(tensor, variable) {
            Ok(value) => values.push((index, value)),
            Err(reason) => different.push((name.clone(), reason)),
        }
    }
    let unexpected: Vec<&String> =
        entries.keys().filter(|name| !used.contains(name.as_str()) && !is_training_state(name)).collect();
    if missing.is_empty() && different.is_empty() && unexpected.is_empty() {
        return Ok(values);
    }
    let free: Vec<&str> = missing.iter().map(|(_, key)| key.as_str()).collect();
    let unexpected = unexpected.into_iter().map(|name| Unexpected {
        described: entries.get(name).map_or_else(String::new, HostTensor::describe),
        similar: similar(name, &free),
        name: name.clone(),
    });
    let missing_entries = missing.iter().filter_map(|(index, key)| {
        let variable = variables.get(*index)?;
        let described = describe(variable.dtype, &variable.shape);
        Some((key.clone(), described, variable.path.clone()))
    });
    Err(Error::Weights(Box::new(WeightsMismatch {
        path: path.to_owned(),
        unexpected: unexpected.collect(),
        missing: missing_entries.collect(),
        different,
    })))
}

/// The tensor as a value of the variable, or why it is none.
fn fit(tensor: &HostTensor, variable: &Variable) -> Result<HostTensor, String> {
    if tensor.shape() != variable.shape {
        return Err(format!(
            "{} in the file, but the model's `{}` is {}",
            tensor.describe(),
            variable.path,
            describe(variable.dtype, &variable.shape)
        ));
    }
    tensor.cast(variable.dtype).map_err(|error| error.to_string())
}

/// Whether an entry belongs to training only, so that a model which is compiled differently may
/// lack it.
fn is_training_state(name: &str) -> bool {
    let starts = ["optimizer/", "_optimizer/", "metrics/", "_compile_metrics/"];
    starts.iter().any(|start| name.starts_with(start)) || name.contains("seed_generator/")
}

/// The candidate that `name` may be a misspelling of.
fn similar(name: &str, candidates: &[&str]) -> Option<String> {
    const CLOSE: f64 = 0.7;
    let scored = candidates.iter().map(|candidate| (strsim::normalized_levenshtein(name, candidate), candidate));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (best.0 >= CLOSE).then(|| (*best.1).to_owned())
}

/// Every way in which a weights file does not fit a model.
#[derive(Debug)]
pub struct WeightsMismatch {
    /// The weights file.
    pub path: PathBuf,
    /// Entries that the model needs: name in the file, type and shape, variable path.
    pub missing: Vec<(String, String, String)>,
    /// Entries that the model has no variable for.
    pub unexpected: Vec<Unexpected>,
    /// Entries of another shape or type: name in the file, and the difference in words.
    pub different: Vec<(String, String)>,
}

/// An entry of a weights file that the model has no variable for.
#[derive(Debug)]
pub struct Unexpected {
    /// Name in the file.
    pub name: String,
    /// Its type and shape.
    pub described: String,
    /// A missing entry that it may be meant for.
    pub similar: Option<String>,
}

impl std::error::Error for WeightsMismatch {}

impl fmt::Display for WeightsMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: the weights do not fit the model", self.path.display())?;
        let missing = self.missing.iter().map(|(name, described, path)| {
            let of = if name == path { String::new() } else { format!(" (variable `{path}`)") };
            format!("`{name}` {described}{of}")
        });
        list(f, "missing in the file", self.missing.len(), missing)?;
        let unexpected = self.unexpected.iter().map(|entry| {
            let hint = entry.similar.as_ref();
            let hint = hint.map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"));
            format!("`{}` {}{hint}", entry.name, entry.described)
        });
        list(f, "not in the model", self.unexpected.len(), unexpected)?;
        let different = self.different.iter();
        let different = different.map(|(name, reason)| format!("`{name}` is {reason}"));
        list(f, "of another shape or type", self.different.len(), different)?;
        write!(f, "\n  use weights that were saved from this very model, or change the model file to match them")
    }
}

/// One paragraph of the message: at most this many lines, and how many there are in all.
fn list(f: &mut fmt::Formatter<'_>, title: &str, count: usize, lines: impl Iterator<Item = String>) -> fmt::Result {
    const SHOWN: usize = 10;
    if count == 0 {
        return Ok(());
    }
    write!(f, "\n  {title} ({count}):")?;
    for line in lines.take(SHOWN) {
        write!(f, "\n    {line}")?;
    }
    if count > SHOWN {
        write!(f, "\n    and {} more", count - SHOWN)?;
    }
    Ok(())
}

/// The variables that a file of weights written by us holds: all but metric state, which starts
/// from zero whenever it is used.
pub fn is_saved(role: Role) -> bool {
    role != Role::Metric
}
