//! Data sets: arrays of a file, bound to a model's inputs and targets.

mod column;
mod names;

use std::path::Path;

use keramos_artifact::{Port, PortKind, Program};

pub use column::Column;
pub use names::{ArrayNames, Purpose};

use crate::data::Arrays;
use crate::error::{DataError, Error};
use crate::tensor::HostTensor;

/// Examples for a model: one row of every array makes one example. Everything has been checked
/// against the model.
#[derive(Debug)]
pub struct Dataset {
    inputs: Vec<Column>,
    targets: Vec<Column>,
    sample_weight: Option<Vec<f32>>,
    rows: usize,
}

/// The array of a file that holds one weight for each example.
const SAMPLE_WEIGHT: &str = "sample_weight";

impl Dataset {
    /// Finds in a file's arrays what a program takes, and checks names, shapes, types, NaNs and
    /// the range of labels.
    ///
    /// # Errors
    /// [`Error::Data`] naming the file's side and the model's.
    pub fn bind(
        file: &Path,
        mut arrays: Arrays,
        program: &Program,
        purpose: Purpose,
        names: &ArrayNames,
    ) -> Result<Dataset, Error> {
        let file = file.display().to_string();
        let mut columns = |kind: PortKind, given: &[String]| -> Result<Vec<Column>, Error> {
            let ports: Vec<&Port> = program.inputs_of(kind).map(|(_, port)| port).collect();
            let chosen = names::choose(&file, &arrays, &ports, kind, given, purpose)?;
            let column = |(port, name): (&&Port, String)| {
                let label = if name.is_empty() { file.clone() } else { format!("{file}[{name}]") };
                let tensor = arrays.remove(&name).unwrap_or_else(HostTensor::empty);
                Column::bind(label, tensor, port, kind, purpose)
            };
            ports.iter().zip(chosen).map(column).collect()
        };
        let inputs = columns(PortKind::Data, &names.inputs)?;
        let targets = match purpose {
            Purpose::Predict => Vec::new(),
            Purpose::Train | Purpose::Evaluate | Purpose::Validate => columns(PortKind::Target, &names.targets)?,
        };
        let takes_weights = program.inputs_of(PortKind::SampleWeight).next().is_some();
        let weights = arrays.remove(SAMPLE_WEIGHT).filter(|_| takes_weights);
        Dataset::new(inputs, targets, weights)
    }

    /// A data set of tensors, in the order of the program's inputs and targets.
    ///
    /// # Errors
    /// [`Error::Data`] if the tensors do not fit the program.
    pub fn of_tensors(
        model: &str,
        program: &Program,
        purpose: Purpose,
        inputs: &[HostTensor],
        targets: &[HostTensor],
    ) -> Result<Dataset, Error> {
        let columns = |kind: PortKind, tensors: &[HostTensor]| -> Result<Vec<Column>, Error> {
            let what = names::words(kind).0;
            let ports: Vec<&Port> = program.inputs_of(kind).map(|(_, port)| port).collect();
            if ports.len() != tensors.len() {
                let names = ports.iter().map(|port| port.name.clone()).collect();
                let (model, wanted, given) = (model.to_owned(), ports.len(), tensors.len());
                return Err(DataError::Count { model, what, wanted, names, given }.into());
            }
            let column = |(port, tensor): (&&Port, &HostTensor)| {
                Column::bind(format!("{what} `{}`", port.name), tensor.clone(), port, kind, purpose)
            };
            ports.iter().zip(tensors).map(column).collect()
        };
        Dataset::new(columns(PortKind::Data, inputs)?, columns(PortKind::Target, targets)?, None)
    }

    fn new(inputs: Vec<Column>, targets: Vec<Column>, weights: Option<HostTensor>) -> Result<Dataset, Error> {
        let mut columns = inputs.iter().chain(&targets);
        let rows = columns.next().map_or(0, Column::rows);
        if let (Some(first), Some(other)) = (inputs.first(), columns.find(|column| column.rows() != rows)) {
            return Err(DataError::RowCount {
                first: first.label().to_owned(),
                first_rows: rows,
                second: other.label().to_owned(),
                second_rows: other.rows(),
            }
            .into());
        }
        let sample_weight = weights.map(|weights| sample_weights(&weights, rows)).transpose()?;
        Ok(Dataset { inputs, targets, sample_weight, rows })
    }

    /// Number of examples.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The arrays for the model's inputs, in order.
    pub fn inputs(&self) -> &[Column] {
        &self.inputs
    }

    /// The arrays for the model's targets, in order.
    pub fn targets(&self) -> &[Column] {
        &self.targets
    }

    /// The weight of an example in the loss, if the data set has weights.
    pub fn sample_weight(&self) -> Option<&[f32]> {
        self.sample_weight.as_deref()
    }

    /// Multiplies the weight of each example with that of its class, which is the value of the
    /// first target if it is one number, else the place of its largest value.
    pub fn weigh_classes(&mut self, class_weight: &std::collections::BTreeMap<i64, f64>) {
        let Some(target) = self.targets.first() else { return };
        let classes = target.classes();
        let weights = self.sample_weight.get_or_insert_with(|| vec![1.0; self.rows]);
        for (weight, class) in weights.iter_mut().zip(classes) {
            *weight *= class_weight.get(&class).copied().unwrap_or(1.0) as f32;
        }
    }
}

fn sample_weights(weights: &HostTensor, rows: usize) -> Result<Vec<f32>, Error> {
    if weights.rows() != rows || weights.row_shape().iter().any(|&dim| dim != 1) {
        return Err(DataError::RowCount {
            first: "the data".to_owned(),
            first_rows: rows,
            second: SAMPLE_WEIGHT.to_owned(),
            second_rows: weights.rows(),
        }
        .into());
    }
    let wanted = keramos_artifact::DType::F32;
    let label = || SAMPLE_WEIGHT.to_owned();
    if let Some((row, value)) = weights.first_non_finite() {
        return Err(DataError::NotFinite { array: label(), row, value }.into());
    }
    let cast = weights.cast(wanted);
    let cast = cast.map_err(|source| DataError::Type { array: label(), found: weights.dtype(), wanted, source })?;
    Ok(cast.values().unwrap_or_default())
}
