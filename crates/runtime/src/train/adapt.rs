//! Layers that hold statistics of the training data, as Keras's `Normalization.adapt` sets them.

use keramos_artifact::{Adaptation, DType};

use crate::dataset::Dataset;
use crate::error::Error;
use crate::model::Model;
use crate::tensor::HostTensor;

impl Model {
    /// Sets the variables that are to hold the mean and the variance of an input to those of all rows of the data
    /// set, the ones held out for validation included.
    ///
    /// # Errors
    /// [`Error::Artifact`]-like misfits: the artifact's adaptations do not fit the inputs.
    pub(super) fn adapt(&mut self, dataset: &Dataset) -> Result<(), Error> {
        let adaptations = self.manifest().training.as_ref().map(|t| t.adaptations.clone()).unwrap_or_default();
        for Adaptation { input, axes, mean, variance } in adaptations {
            let shape = |model: &Model, index: usize| model.manifest().variables.get(index).map(|v| v.shape.clone());
            let (Some(sizes), Some(column)) = (shape(self, mean), dataset.inputs().get(input)) else {
                return Err(self.misfit(format!("there is no input {input} to adapt to")));
            };
            let tensor = column.tensor();
            let found: Option<Vec<usize>> = axes.iter().map(|&axis| tensor.shape().get(axis).copied()).collect();
            if found.as_ref() != Some(&sizes) || shape(self, variance).as_ref() != Some(&sizes) {
                return Err(self.misfit(format!("{} does not fit the layer that is adapted to it", column.label())));
            }
            let values = tensor.cast(DType::F64).ok().and_then(|values| values.values::<f64>());
            let values = values.ok_or_else(|| self.misfit(format!("{} holds no numbers", column.label())))?;
            let (means, variances) = statistics(&values, tensor.shape(), &axes);
            let tensor = |values: &[f32]| {
                HostTensor::from_values(sizes.clone(), values).map_err(|error| self.misfit(error.to_string()))
            };
            let values = [(mean, tensor(&means)?), (variance, tensor(&variances)?)];
            log::info!("statistics of {} set", column.label());
            self.set_variables(values.into_iter().collect())?;
        }
        Ok(())
    }
}

/// Mean and variance (over all values, not over one less) for each place along `axes`, in row-major order.
fn statistics(values: &[f64], shape: &[usize], axes: &[usize]) -> (Vec<f32>, Vec<f32>) {
    // For each kept axis: how far apart its places are in `values`, and its size.
    let strides: Vec<(usize, usize)> =
        axes.iter().map(|&axis| (shape[axis + 1..].iter().product(), shape[axis])).collect();
    let group = |i: usize| strides.iter().fold(0, |group, &(stride, size)| group * size + i / stride % size);
    let groups: usize = strides.iter().map(|(_, size)| size).product();
    let count = (values.len() / groups.max(1)).max(1) as f64;
    let mut means = vec![0f64; groups];
    values.iter().enumerate().for_each(|(i, x)| means[group(i)] += x);
    means.iter_mut().for_each(|mean| *mean /= count);
    let mut variances = vec![0f64; groups];
    for (i, x) in values.iter().enumerate() {
        let distance = x - means[group(i)];
        variances[group(i)] += distance * distance;
    }
    let narrow = |values: Vec<f64>, by: f64| values.into_iter().map(|x| (x / by) as f32).collect();
    (narrow(means, 1.0), narrow(variances, count))
}

#[cfg(test)]
mod tests {
    use super::statistics;

    #[test]
    fn statistics_are_those_of_numpy() {
        // np.arange(12).reshape(2, 3, 2): mean and var over the axes that are not kept.
        let values: Vec<f64> = (0..12).map(f64::from).collect();
        let shape = [2, 3, 2];
        assert_eq!(statistics(&values, &shape, &[2]), (vec![5.0, 6.0], vec![35.0 / 3.0; 2]));
        assert_eq!(statistics(&values, &shape, &[1]), (vec![3.5, 5.5, 7.5], vec![9.25; 3]));
        assert_eq!(statistics(&values, &shape, &[1, 2]), (vec![3.0, 4.0, 5.0, 6.0, 7.0, 8.0], vec![9.0; 6]));
        assert_eq!(statistics(&values, &shape, &[]), (vec![5.5], vec![143.0 / 12.0]));
    }
}
