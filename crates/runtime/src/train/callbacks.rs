//! What happens between epochs: Keras's callbacks, as the artifact records them.

mod checkpoint;
mod csv;
mod early_stopping;
mod rate;
mod watch;

use keramos_artifact::{Callback, DType};

use crate::HostTensor;
use crate::error::Error;
use crate::evaluate::Logs;
use crate::model::Model;

/// One callback at work; what it does not care for does nothing.
trait Action {
    /// Before the first epoch.
    fn train_begins(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Before an epoch (counted from zero).
    fn epoch_begins(&mut self, model: &mut Model, epoch: usize) -> Result<(), Error> {
        let _ = (model, epoch);
        Ok(())
    }

    /// After an epoch and its validation. It may add to the logs; returns whether the training ends.
    fn epoch_ends(&mut self, model: &mut Model, epoch: usize, logs: &mut Logs) -> Result<bool, Error>;

    /// After the last epoch, unless the training was interrupted.
    fn train_ends(&mut self, model: &mut Model) -> Result<(), Error> {
        let _ = model;
        Ok(())
    }
}

/// The callbacks of one training, in their order.
pub(super) struct Callbacks(Vec<Box<dyn Action>>);

impl Callbacks {
    pub(super) fn new(callbacks: &[Callback]) -> Callbacks {
        let action = |callback: &Callback| -> Box<dyn Action> {
            match callback.clone() {
                Callback::EarlyStopping { monitor, patience, baseline, restore_best_weights, start_from_epoch } => {
                    let watch = watch::Watch::new("EarlyStopping", monitor, None);
                    let stopping = early_stopping::EarlyStopping::new(watch, patience, baseline, start_from_epoch);
                    Box::new(if restore_best_weights { stopping.restoring() } else { stopping })
                }
                Callback::ReduceLrOnPlateau { monitor, factor, patience, cooldown, min_lr } => {
                    let watch = watch::Watch::new("ReduceLROnPlateau", monitor, None);
                    Box::new(rate::OnPlateau::new(watch, factor, patience, cooldown, min_lr))
                }
                Callback::ModelCheckpoint { filepath, monitor, save_best_only, initial_value_threshold } => {
                    let watch = watch::Watch::new("ModelCheckpoint", monitor, initial_value_threshold);
                    Box::new(checkpoint::Checkpoint::new(filepath, save_best_only.then_some(watch)))
                }
                Callback::LearningRateScheduler { rates, first_epoch } => {
                    Box::new(rate::Scheduler { rates, first_epoch })
                }
                Callback::CsvLogger { filename, separator, append } => {
                    Box::new(csv::CsvLogger::new(filename, separator, append))
                }
            }
        };
        Callbacks(callbacks.iter().map(action).collect())
    }

    pub(super) fn train_begins(&mut self) -> Result<(), Error> {
        self.0.iter_mut().try_for_each(|action| action.train_begins())
    }

    pub(super) fn epoch_begins(&mut self, model: &mut Model, epoch: usize) -> Result<(), Error> {
        self.0.iter_mut().try_for_each(|action| action.epoch_begins(model, epoch))
    }

    /// Whether one of them ends the training; all of them see the epoch.
    pub(super) fn epoch_ends(&mut self, model: &mut Model, epoch: usize, logs: &mut Logs) -> Result<bool, Error> {
        let mut ends = false;
        for action in &mut self.0 {
            ends |= action.epoch_ends(model, epoch, logs)?;
        }
        Ok(ends)
    }

    pub(super) fn train_ends(&mut self, model: &mut Model) -> Result<(), Error> {
        self.0.iter_mut().try_for_each(|action| action.train_ends(model))
    }
}

impl Model {
    /// The variable of the learning rate, for the callback of this name.
    fn rate_variable(&self, callback: &'static str) -> Result<usize, Error> {
        let training = self.manifest().training.as_ref();
        training.and_then(|training| training.learning_rate).ok_or(Error::NoLearningRate { callback })
    }

    fn learning_rate(&mut self, callback: &'static str) -> Result<f64, Error> {
        let value = self.variable_at(self.rate_variable(callback)?)?;
        let rate = value.values::<f32>().and_then(|values| values.first().copied());
        rate.map(f64::from).ok_or(Error::NoLearningRate { callback })
    }

    fn set_learning_rate(&mut self, callback: &'static str, rate: f64) -> Result<(), Error> {
        let index = self.rate_variable(callback)?;
        let value = HostTensor::new(DType::F32, Vec::new(), (rate as f32).to_le_bytes().to_vec())?;
        self.set_variables(vec![(index, value)])
    }
}

/// Puts a value into the logs, or changes the one that is there.
fn set_log(logs: &mut Logs, name: &str, value: f64) {
    match logs.iter_mut().find(|(found, _)| found == name) {
        Some((_, place)) => *place = value,
        None => logs.push((name.to_owned(), value)),
    }
}
