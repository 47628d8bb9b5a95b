//! Training: the counterpart of Keras's `fit`.

mod adapt;
mod callbacks;
mod observer;
mod plan;
mod shuffle;

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use keramos_artifact::{Callback, Entry, History, ValidationFreq};
use keramos_pjrt::Buffer;

pub use observer::{EpochReport, Observer, Silent};

use crate::dataset::Dataset;
use crate::error::{DataError, Error};
use crate::evaluate::{IN_FLIGHT, Logs, read_logs};
use crate::feed::{Job, prefetch};
use crate::model::Model;

/// What `fit` is asked to do.
#[derive(Debug, Clone, PartialEq)]
pub struct FitOptions {
    /// The epoch to end before: all training rows are used so often, less `initial_epoch`.
    pub epochs: usize,
    /// The epoch to begin with, counted from zero; more than zero goes on with a training: shuffled
    /// rows come in the order that they would have come in.
    pub initial_epoch: usize,
    /// Rows in a step.
    pub batch_size: usize,
    /// Fraction of the rows, taken from the end before anything is shuffled, that is held out.
    pub validation_split: f64,
    /// Batch size of validation; `None` means that of training.
    pub validation_batch_size: Option<usize>,
    /// Whether rows are put in another order for each epoch.
    pub shuffle: bool,
    /// Decides the orders: equal seeds give equal runs.
    pub seed: u64,
    /// Steps in an epoch; `None` means all rows. The next epoch goes on where the last one stopped; the one
    /// that uses the last rows is as short as they are.
    pub steps_per_epoch: Option<usize>,
    /// Whether an epoch of more steps than the data have goes through them again.
    pub repeat: bool,
    /// Steps of a validation, at most; `None` means all its rows.
    pub validation_steps: Option<usize>,
    /// Which epochs a validation follows.
    pub validation_freq: ValidationFreq,
    /// What happens between epochs.
    pub callbacks: Vec<Callback>,
}

impl Default for FitOptions {
    /// Keras's own defaults.
    fn default() -> FitOptions {
        FitOptions {
            epochs: 1,
            initial_epoch: 0,
            batch_size: 32,
            validation_split: 0.0,
            validation_batch_size: None,
            shuffle: true,
            seed: 0,
            steps_per_epoch: None,
            repeat: false,
            validation_steps: None,
            validation_freq: ValidationFreq::default(),
            callbacks: Vec::new(),
        }
    }
}

/// What came of a training.
#[derive(Debug, Clone, PartialEq)]
pub struct FitOutcome {
    /// Logs of the epochs that were completed.
    pub history: History,
    /// Whether the observer stopped the training before its last epoch was complete.
    pub interrupted: bool,
    /// Steps done in all.
    pub steps: usize,
}

impl Model {
    /// Trains on a data set as Keras's `fit` does: the validation rows are the last ones, metrics
    /// start anew in each epoch, a last batch that is not full counts its real rows only, and
    /// validation follows each epoch. Layers that are to be adapted to the data are adapted first. The training ends early if the observer or a callback asks for it. In the
    /// end weights take over their moving averages, if the optimizer keeps any.
    ///
    /// # Errors
    /// [`Error::BatchSize`], [`Error::Option`] or [`Error::Data`] if the options do not fit the
    /// model or the data; [`Error::Diverged`] if the loss is no longer a finite number.
    pub fn fit(
        &mut self,
        dataset: &Dataset,
        options: &FitOptions,
        observer: &mut dyn Observer,
    ) -> Result<FitOutcome, Error> {
        self.fit_validated(dataset, None, options, observer)
    }

    /// As [`Model::fit`], with a data set of its own for validation; then `validation_split` has no effect, as
    /// in Keras.
    ///
    /// # Errors
    /// As [`Model::fit`].
    pub fn fit_validated(
        &mut self,
        dataset: &Dataset,
        validation: Option<&Dataset>,
        options: &FitOptions,
        observer: &mut dyn Observer,
    ) -> Result<FitOutcome, Error> {
        let fraction = if validation.is_some() { 0.0 } else { options.validation_split };
        let (training, held_out) = split(dataset.rows(), fraction)?;
        let validation = match validation {
            Some(validation) => (validation, 0..validation.rows()),
            None => (dataset, held_out),
        };
        if options.initial_epoch >= options.epochs {
            return Err(Error::Option {
                option: "--initial-epoch",
                value: options.initial_epoch.to_string(),
                reason: format!("the training ends after epoch {}; give more epochs", options.epochs),
            });
        }
        let mut plan = plan::Plan::new(self, dataset, training, options)?;
        // Loading or compiling programs is no part of the first epoch's time.
        plan.programs().into_iter().try_for_each(|program| self.prepare(program))?;
        plan.skip(options.initial_epoch);
        self.adapt(dataset)?;

        let mut callbacks = callbacks::Callbacks::new(&options.callbacks);
        let mut outcome = FitOutcome { history: History::default(), interrupted: false, steps: 0 };
        callbacks.train_begins()?;
        for epoch in options.initial_epoch..options.epochs {
            let ends = self.epoch(dataset, &validation, &plan.epoch(), epoch, options, &mut callbacks, observer)?;
            outcome.steps += ends.steps;
            let Some(report) = ends.report else {
                outcome.interrupted = true;
                break;
            };
            record(&mut outcome.history, &report);
            observer.epoch_done(&report);
            if ends.ended {
                break;
            }
            if epoch + 1 < options.epochs && observer.should_stop() {
                outcome.interrupted = true;
                break;
            }
        }
        self.take_averages()?;
        if !outcome.interrupted {
            callbacks.train_ends(self)?;
        }
        Ok(outcome)
    }

    /// One epoch with its validation and callbacks.
    #[expect(clippy::too_many_arguments, reason = "what a training consists of, each used once")]
    fn epoch(
        &mut self,
        dataset: &Dataset,
        (validation, rows): &(&Dataset, Range<usize>),
        jobs: &[Job],
        epoch: usize,
        options: &FitOptions,
        callbacks: &mut callbacks::Callbacks,
        observer: &mut dyn Observer,
    ) -> Result<EpochEnd, Error> {
        observer.epoch_started(epoch, options.epochs, jobs.len());
        callbacks.epoch_begins(self, epoch)?;
        let start = Instant::now();
        let trained = self.train_epoch(dataset, jobs, epoch, observer)?;
        if trained.steps < jobs.len() {
            return Ok(EpochEnd { steps: trained.steps, report: None, ended: true });
        }
        let step_seconds = start.elapsed().as_secs_f64();
        let mut logs = trained.values;
        if !rows.is_empty() && options.validation_freq.follows(epoch) {
            let batch = options.validation_batch_size.unwrap_or(options.batch_size);
            let limit = options.validation_steps.map_or(usize::MAX, |steps| steps.saturating_mul(batch));
            let rows = rows.start..rows.end.min(rows.start.saturating_add(limit));
            let validated = self.evaluate(validation, rows, Some(batch))?;
            logs.extend(validated.into_iter().map(|(name, value)| (format!("val_{name}"), value)));
        }
        let ended = callbacks.epoch_ends(self, epoch, &mut logs)?;
        let report = EpochReport {
            epoch,
            epochs: options.epochs,
            steps: jobs.len(),
            seconds: start.elapsed().as_secs_f64(),
            steps_per_second: jobs.len() as f64 / step_seconds.max(1e-9),
            logs,
        };
        Ok(EpochEnd { steps: trained.steps, report: Some(report), ended })
    }

    fn train_epoch(
        &mut self,
        dataset: &Dataset,
        jobs: &[Job],
        epoch: usize,
        observer: &mut dyn Observer,
    ) -> Result<EpochLogs, Error> {
        self.reset_metrics()?;
        let names = match jobs.first() {
            Some(job) => self.log_names(job.program)?,
            None => Vec::new(),
        };
        let session = self.session().clone();
        let artifact = Arc::clone(self.artifact());
        std::thread::scope(|scope| {
            let batches = prefetch(scope, &session, &artifact, dataset, jobs);
            // Logs of steps that may still be running, oldest first.
            let mut running: VecDeque<Vec<Buffer>> = VecDeque::new();
            let mut done = 0;
            for (job, arguments) in jobs.iter().zip(batches) {
                done += 1;
                let logs = self.run(job.program, arguments?).map_err(|error| error.in_step(epoch + 1, done))?;
                running.push_back(logs);
                if running.len() > IN_FLIGHT
                    && let Some(logs) = running.pop_front()
                {
                    let observed = self.observe(&names, &logs, (epoch, done - running.len()), observer);
                    observed.map_err(|error| error.of_program(&artifact, job.program))?;
                }
                if observer.should_stop() {
                    break;
                }
            }
            let last = running.pop_back().unwrap_or_default();
            let last_program = jobs.last().map_or(0, |job| job.program);
            let values = read_logs(&names, &last).map_err(|error| error.of_program(&artifact, last_program))?;
            check_finite(&values, epoch, done)?;
            observer.step_done(done, Some(&values));
            Ok(EpochLogs { steps: done, values })
        })
    }

    /// Waits for a step that is some steps back, so that the host does not run ahead without
    /// bound, and shows its logs if the observer wants them now.
    fn observe(
        &self,
        names: &[String],
        logs: &[Buffer],
        (epoch, step): (usize, usize),
        observer: &mut dyn Observer,
    ) -> Result<(), Error> {
        if observer.wants_logs() {
            let values = read_logs(names, logs)?;
            check_finite(&values, epoch, step)?;
            observer.step_done(step, Some(&values));
        } else {
            if let Some(first) = logs.first() {
                first.wait()?;
            }
            observer.step_done(step, None);
        }
        Ok(())
    }
}

/// How an epoch ended.
struct EpochEnd {
    steps: usize,
    /// `None` if the observer stopped it.
    report: Option<EpochReport>,
    /// Whether a callback ends the training.
    ended: bool,
}

struct EpochLogs {
    steps: usize,
    values: Logs,
}

/// Training rows and validation rows: training has the first `floor(rows · (1 − fraction))`, as in
/// Keras.
fn split(rows: usize, fraction: f64) -> Result<(Range<usize>, Range<usize>), Error> {
    if !(0.0..1.0).contains(&fraction) {
        return Err(Error::Option {
            option: "--validation-split",
            value: fraction.to_string(),
            reason: "it is a fraction: 0 or more, and less than 1".to_owned(),
        });
    }
    let at = (rows as f64 * (1.0 - fraction)).floor() as usize;
    if at == 0 || (fraction > 0.0 && at == rows) {
        let array = if at == 0 { "the training part of the data" } else { "the validation part of the data" };
        let hint = "; give more data, or another validation split";
        return Err(DataError::Empty { array: array.to_owned(), hint }.into());
    }
    Ok((0..at, at..rows))
}

fn check_finite(logs: &Logs, epoch: usize, step: usize) -> Result<(), Error> {
    match logs.iter().find(|(name, value)| name == "loss" && !value.is_finite()) {
        Some((_, value)) => Err(Error::Diverged { value: *value, epoch: epoch + 1, step }),
        None => Ok(()),
    }
}

fn record(history: &mut History, report: &EpochReport) {
    history.epoch.push(report.epoch);
    let logs: &mut BTreeMap<_, _> = &mut history.history;
    for (name, value) in &report.logs {
        logs.entry(name.clone()).or_default().push(value.is_finite().then_some(*value));
    }
}

/// Whether the artifact can be trained, for a message before any work is done.
///
/// # Errors
/// [`Error::NoEntry`].
pub fn check_trainable(model: &Model) -> Result<(), Error> {
    model.any_program(&Entry::TrainStep).map(|_| ())
}
