//! What `fit` does between epochs: the callbacks that the source asked for.

use serde::{Deserialize, Serialize};

/// A callback of Keras with its arguments. They act in the order in which the source lists them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "class")]
pub enum Callback {
    /// Ends the training when a value no longer gets better.
    EarlyStopping {
        /// What is watched.
        monitor: Monitor,
        /// Epochs without improvement after which it ends.
        patience: usize,
        /// A value that has to be beaten for an improvement to count.
        baseline: Option<f64>,
        /// Whether the weights of the best epoch are taken in the end.
        restore_best_weights: bool,
        /// Epochs at the start in which nothing is watched.
        start_from_epoch: usize,
    },
    /// Lowers the learning rate when a value no longer gets better.
    #[serde(rename = "ReduceLROnPlateau")]
    ReduceLrOnPlateau {
        /// What is watched.
        monitor: Monitor,
        /// What the rate is multiplied with.
        factor: f64,
        /// Epochs without improvement after which it is lowered.
        patience: usize,
        /// Epochs after a reduction in which nothing is watched.
        cooldown: usize,
        /// The rate never gets lower.
        min_lr: f64,
    },
    /// Saves the model after epochs.
    ModelCheckpoint {
        /// Where to; `{epoch:02d}` and `{val_loss:.2f}` stand for values.
        filepath: String,
        /// What decides which model is best.
        monitor: Monitor,
        /// Whether only a model that is better than all before is saved.
        save_best_only: bool,
        /// A value that the first model has to beat.
        initial_value_threshold: Option<f64>,
    },
    /// Sets the learning rate at the start of each epoch.
    LearningRateScheduler {
        /// The rate of each epoch, from the source's `initial_epoch` on.
        rates: Vec<f64>,
        /// The epoch of the first rate.
        first_epoch: usize,
    },
    /// Writes the logs of each epoch to a file.
    #[serde(rename = "CSVLogger")]
    CsvLogger {
        /// Where to.
        filename: String,
        /// What stands between columns.
        separator: String,
        /// Whether rows are added to a file that is there.
        append: bool,
    },
}

/// A logged value that is watched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Monitor {
    /// Its name in the logs, such as `val_loss`.
    pub name: String,
    /// Whether larger is better.
    pub rises: bool,
    /// By how much a value has to be better to be an improvement.
    pub min_delta: f64,
}
