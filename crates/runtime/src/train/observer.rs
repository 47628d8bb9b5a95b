//! Who watches a training.

use crate::evaluate::Logs;

/// Told what a training does, on the thread that trains.
pub trait Observer {
    /// An epoch (counted from zero) begins.
    fn epoch_started(&mut self, epoch: usize, epochs: usize, steps: usize) {
        let _ = (epoch, epochs, steps);
    }

    /// Whether the logs of the next finished step should be fetched from the device. Each fetch
    /// takes time, so this should be true some times per second at most.
    fn wants_logs(&mut self) -> bool {
        false
    }

    /// So many steps of the epoch are done; the logs come if they were wanted.
    fn step_done(&mut self, steps: usize, logs: Option<&Logs>) {
        let _ = (steps, logs);
    }

    /// Whether the training should end after the step that is under way, with all steps so far in
    /// the model's state.
    fn should_stop(&mut self) -> bool {
        false
    }

    /// An epoch, its validation included, is complete.
    fn epoch_done(&mut self, report: &EpochReport) {
        let _ = report;
    }
}

/// An epoch that is complete.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochReport {
    /// Number of the epoch, counted from zero.
    pub epoch: usize,
    /// Number of epochs that were asked for.
    pub epochs: usize,
    /// Steps in the epoch.
    pub steps: usize,
    /// Seconds that it took, validation included.
    pub seconds: f64,
    /// Training steps per second, validation not included.
    pub steps_per_second: f64,
    /// Loss and metrics at the end, those of validation with `val_` in front.
    pub logs: Logs,
}

/// Watches without a word.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {}
