//! What the source asked of training, and what training logged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Callback;

/// The arguments of `model.compile` and `model.fit`, with Keras's defaults filled in. The
/// runtime takes them as defaults of its own options.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TrainingConfig {
    /// `epochs` of `fit`.
    pub epochs: usize,
    /// `initial_epoch` of `fit`.
    #[serde(default)]
    pub initial_epoch: usize,
    /// `batch_size` of `fit`.
    pub batch_size: usize,
    /// Fraction of the rows, taken from the end, that is held out for validation.
    #[serde(default)]
    pub validation_split: f64,
    /// Batch size of validation; `None` means that of training.
    #[serde(default)]
    pub validation_batch_size: Option<usize>,
    /// Whether the rows are shuffled before each epoch.
    pub shuffle: bool,
    /// Steps in an epoch; `None` means all the data.
    #[serde(default)]
    pub steps_per_epoch: Option<usize>,
    /// Whether an epoch of more steps than the data have goes through them again.
    #[serde(default)]
    pub repeat: bool,
    /// Steps of validation; `None` means all the data.
    #[serde(default)]
    pub validation_steps: Option<usize>,
    /// Which epochs a validation follows.
    #[serde(default)]
    pub validation_freq: ValidationFreq,
    /// Whether `fit` was given data to validate on, which the runtime has to be given too.
    #[serde(default)]
    pub validation_data: bool,
    /// Names of the losses, one for each output that has one.
    #[serde(default)]
    pub losses: Vec<String>,
    /// Names of the metrics as logged, `loss` not included.
    #[serde(default)]
    pub metrics: Vec<String>,
    /// The optimizer in readable form, such as `Adam(learning_rate=0.001)`.
    #[serde(default)]
    pub optimizer: Option<String>,
    /// Weight of each class; empty means that all weigh one.
    #[serde(default)]
    pub class_weight: BTreeMap<i64, f64>,
    /// Pairs of a weight and its moving average, as indices of variables: when training ends, the weight takes
    /// over the average. Empty unless the optimizer has `use_ema`.
    #[serde(default)]
    pub averages: Vec<(usize, usize)>,
    /// The variable that holds the learning rate; `None` if a schedule gives it.
    #[serde(default)]
    pub learning_rate: Option<usize>,
    /// What happens between epochs.
    #[serde(default)]
    pub callbacks: Vec<Callback>,
    /// Statistics of the training data that are computed before the first step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adaptations: Vec<Adaptation>,
}

/// Two float32 variables that are to hold the mean and the variance of a model input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adaptation {
    /// The model input, counted from zero.
    pub input: usize,
    /// The axes of the input, in order, that have statistics of their own; its rows are axis 0.
    pub axes: Vec<usize>,
    /// The variable for the means.
    pub mean: usize,
    /// The variable for the variances.
    pub variance: usize,
}

/// `validation_freq` of `fit`. Epochs are counted from one here, as in Keras.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ValidationFreq {
    /// Each epoch whose number is a multiple.
    Every(usize),
    /// The epochs in the list.
    At(Vec<usize>),
}

impl Default for ValidationFreq {
    fn default() -> Self {
        ValidationFreq::Every(1)
    }
}

impl ValidationFreq {
    /// Whether a validation follows the epoch, counted from zero.
    pub fn follows(&self, epoch: usize) -> bool {
        match self {
            ValidationFreq::Every(freq) => (epoch + 1).is_multiple_of((*freq).max(1)),
            ValidationFreq::At(epochs) => epochs.contains(&(epoch + 1)),
        }
    }
}

/// What `fit` returns: the logs of each epoch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct History {
    /// Numbers of the epochs that were run, counted from zero.
    pub epoch: Vec<usize>,
    /// For each name (`loss`, metrics, and the same with `val_` in front) its value after each
    /// epoch; `None` stands for a value that is not finite.
    pub history: BTreeMap<String, Vec<Option<f64>>>,
}
