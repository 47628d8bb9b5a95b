//! `LearningRateScheduler` and `ReduceLROnPlateau`.

use super::watch::Watch;
use super::{Action, set_log};
use crate::error::Error;
use crate::evaluate::Logs;
use crate::model::Model;

/// Sets the rate at the start of each epoch.
pub(super) struct Scheduler {
    pub(super) rates: Vec<f64>,
    pub(super) first_epoch: usize,
}

const SCHEDULER: &str = "LearningRateScheduler";

impl Action for Scheduler {
    fn epoch_begins(&mut self, model: &mut Model, epoch: usize) -> Result<(), Error> {
        let rate = epoch.checked_sub(self.first_epoch).and_then(|index| self.rates.get(index));
        let Some(&rate) = rate else {
            let last = self.first_epoch + self.rates.len();
            return Err(Error::Option {
                option: "--epochs",
                value: format!("epoch {}", epoch + 1),
                reason: format!(
                    "the model file's LearningRateScheduler was recorded for epochs {} to {last}; \
                     give more epochs to fit() and compile again, or use --no-callbacks",
                    self.first_epoch + 1
                ),
            });
        };
        model.set_learning_rate(SCHEDULER, rate)
    }

    fn epoch_ends(&mut self, model: &mut Model, _: usize, logs: &mut Logs) -> Result<bool, Error> {
        set_log(logs, "learning_rate", model.learning_rate(SCHEDULER)?);
        Ok(false)
    }
}

/// Lowers the rate when a value no longer gets better.
pub(super) struct OnPlateau {
    watch: Watch,
    factor: f64,
    patience: usize,
    cooldown: usize,
    min_lr: f64,
    wait: usize,
    cooling: usize,
}

const PLATEAU: &str = "ReduceLROnPlateau";

impl OnPlateau {
    pub(super) fn new(watch: Watch, factor: f64, patience: usize, cooldown: usize, min_lr: f64) -> OnPlateau {
        OnPlateau { watch, factor, patience, cooldown, min_lr, wait: 0, cooling: 0 }
    }
}

impl Action for OnPlateau {
    fn epoch_ends(&mut self, model: &mut Model, epoch: usize, logs: &mut Logs) -> Result<bool, Error> {
        let rate = model.learning_rate(PLATEAU)?;
        set_log(logs, "learning_rate", rate);
        let Some(value) = self.watch.value(logs) else { return Ok(false) };
        if self.cooling > 0 {
            self.cooling -= 1;
            self.wait = 0;
        }
        if self.watch.improves(value) {
            self.wait = 0;
        } else if self.cooling == 0 {
            self.wait += 1;
            if self.wait >= self.patience && rate > f64::from(self.min_lr as f32) {
                let lowered = (rate * self.factor).max(self.min_lr);
                model.set_learning_rate(PLATEAU, lowered)?;
                log::info!("after epoch {} the learning rate is {lowered:.3e}", epoch + 1);
                self.cooling = self.cooldown;
                self.wait = 0;
            }
        }
        Ok(false)
    }
}
