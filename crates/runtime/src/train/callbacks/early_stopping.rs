//! `EarlyStopping`.

use super::Action;
use super::watch::Watch;
use crate::error::Error;
use crate::evaluate::Logs;
use crate::model::Model;
use crate::weights::VariableValues;

/// Ends the training after `patience` epochs without improvement.
pub(super) struct EarlyStopping {
    watch: Watch,
    patience: usize,
    baseline: Option<f64>,
    start_from_epoch: usize,
    /// Whether the weights of the best epoch are kept.
    restore: bool,
    wait: usize,
    best: Option<(usize, VariableValues)>,
}

impl EarlyStopping {
    pub(super) fn new(watch: Watch, patience: usize, baseline: Option<f64>, start_from_epoch: usize) -> EarlyStopping {
        EarlyStopping { watch, patience, baseline, start_from_epoch, restore: false, wait: 0, best: None }
    }

    /// The same, taking the weights of the best epoch in the end.
    pub(super) fn restoring(self) -> EarlyStopping {
        EarlyStopping { restore: true, ..self }
    }

    fn keep(&mut self, model: &mut Model, epoch: usize) -> Result<(), Error> {
        if self.restore {
            self.best = Some((epoch, model.weights()?));
        }
        Ok(())
    }
}

impl Action for EarlyStopping {
    fn epoch_ends(&mut self, model: &mut Model, epoch: usize, logs: &mut Logs) -> Result<bool, Error> {
        let Some(value) = self.watch.value(logs).filter(|_| epoch >= self.start_from_epoch) else { return Ok(false) };
        self.wait += 1;
        let improved = self.watch.improves(value);
        if improved || self.best.is_none() {
            self.keep(model, epoch)?;
        }
        if improved {
            // Waiting starts anew only if the baseline is beaten, too.
            if self.baseline.is_none_or(|baseline| self.watch.beats(value, Some(baseline))) {
                self.wait = 0;
            }
            return Ok(false);
        }
        let ends = self.wait >= self.patience && epoch > 0;
        if ends {
            log::info!("stopped after epoch {}: `{}` no longer gets better", epoch + 1, self.watch.name());
        }
        Ok(ends)
    }

    fn train_ends(&mut self, model: &mut Model) -> Result<(), Error> {
        let Some((epoch, weights)) = self.best.take() else { return Ok(()) };
        log::info!("the weights are those of epoch {}, the best", epoch + 1);
        model.set_variables(weights)
    }
}
