//! The progress of a training: a bar on a terminal, a line for each epoch elsewhere.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use keramos_runtime::Logs;
use keramos_runtime::train::{EpochReport, Observer};

use super::logs_line;

/// How often the logs are fetched from the device.
const INTERVAL: Duration = Duration::from_millis(200);

/// Shows a training on standard error (the bar) and standard output (one line for each epoch).
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    on_terminal: bool,
    quiet: bool,
    shown: Instant,
    stop: Arc<AtomicBool>,
}

impl Progress {
    /// The training ends once `stop` is set.
    pub(super) fn new(quiet: bool, stop: Arc<AtomicBool>) -> Progress {
        let on_terminal = io::stderr().is_terminal() && !quiet;
        Progress { bar: None, on_terminal, quiet, shown: Instant::now(), stop }
    }

    /// Removes the bar.
    pub(super) fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Observer for Progress {
    fn epoch_started(&mut self, epoch: usize, epochs: usize, steps: usize) {
        if !self.on_terminal {
            return;
        }
        let bar = ProgressBar::new(steps as u64);
        let template = "{prefix} {bar:24} {pos}/{len} {msg} - {per_sec} - {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            let style = style.with_key("per_sec", |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{:.1} steps/s", state.per_sec());
            });
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.set_prefix(format!("Epoch {}/{epochs}", epoch + 1));
        self.bar = Some(bar);
    }

    fn wants_logs(&mut self) -> bool {
        let due = self.on_terminal && self.shown.elapsed() >= INTERVAL;
        if due {
            self.shown = Instant::now();
        }
        due
    }

    fn step_done(&mut self, steps: usize, logs: Option<&Logs>) {
        let Some(bar) = &self.bar else { return };
        bar.set_position(steps as u64);
        if let Some(logs) = logs {
            bar.set_message(logs_line(logs));
        }
    }

    fn should_stop(&mut self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn epoch_done(&mut self, report: &EpochReport) {
        self.finish();
        if self.quiet {
            return;
        }
        let line = format!(
            "Epoch {}/{} - {} steps - {:.1} s - {:.1} steps/s - {}\n",
            report.epoch + 1,
            report.epochs,
            report.steps,
            report.seconds,
            report.steps_per_second,
            logs_line(&report.logs)
        );
        // A reader that has gone away does not stop the training.
        let _ = io::stdout().write_all(line.as_bytes()).and_then(|()| io::stdout().flush());
    }
}
