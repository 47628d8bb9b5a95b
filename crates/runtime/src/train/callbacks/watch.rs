//! A logged value that is watched for improvements.

use keramos_artifact::Monitor;

use crate::evaluate::Logs;

/// The best value so far, and what counts as better: Keras's `MonitorCallback`.
#[derive(Debug)]
pub(super) struct Watch {
    callback: &'static str,
    monitor: Monitor,
    best: Option<f64>,
    warned: bool,
}

impl Watch {
    pub(super) fn new(callback: &'static str, monitor: Monitor, best: Option<f64>) -> Watch {
        Watch { callback, monitor, best, warned: false }
    }

    /// The name of what is watched.
    pub(super) fn name(&self) -> &str {
        &self.monitor.name
    }

    /// The watched value; warns once if it is not there.
    pub(super) fn value(&mut self, logs: &Logs) -> Option<f64> {
        let found = logs.iter().find(|(name, _)| *name == self.monitor.name).map(|(_, value)| *value);
        if found.is_none() && !self.warned {
            self.warned = true;
            let names = crate::data::quoted(logs.iter().map(|(name, _)| name));
            let hint = if self.monitor.name.starts_with("val_") {
                "; give data to validate on: --validation-data or --validation-split"
            } else {
                ""
            };
            log::warn!(
                "{} watches `{}`, which is not logged; there are {names}{hint}",
                self.callback,
                self.monitor.name
            );
        }
        found
    }

    /// Whether `value` is better than `reference` by enough; anything is better than nothing.
    pub(super) fn beats(&self, value: f64, reference: Option<f64>) -> bool {
        match reference {
            None => true,
            Some(reference) if self.monitor.rises => value - self.monitor.min_delta > reference,
            Some(reference) => value + self.monitor.min_delta < reference,
        }
    }

    /// Whether `value` is the best so far; if so it is remembered.
    pub(super) fn improves(&mut self, value: f64) -> bool {
        let better = self.beats(value, self.best);
        if better {
            self.best = Some(value);
        }
        better
    }
}
