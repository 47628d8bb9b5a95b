//! Evaluation: loss and metrics over a data set.

use std::ops::Range;
use std::sync::Arc;

use keramos_artifact::{Entry, Port, PortKind, Role};
use keramos_pjrt::Buffer;

use crate::dataset::{Dataset, Purpose};
use crate::error::{DataError, Error};
use crate::feed::{Job, cut, cut_exactly, prefetch};
use crate::model::Model;
use crate::tensor::HostTensor;

/// Values of the loss and the metrics by name, `loss` first.
pub type Logs = Vec<(String, f64)>;

/// Batches that may wait on the device; more would only hold memory.
pub(crate) const IN_FLIGHT: usize = 8;

impl Model {
    /// Loss and metrics over some rows of a data set. `batch` is the batch size to use, if it was
    /// compiled, else the largest that was.
    ///
    /// # Errors
    /// [`Error::NoEntry`] if the model was not compiled with a loss, [`Error::Data`] if there are
    /// no rows.
    pub fn evaluate(&mut self, dataset: &Dataset, rows: Range<usize>, batch: Option<usize>) -> Result<Logs, Error> {
        let compiled = self.manifest().batches(&Entry::EvaluateStep);
        // The last batch may be a smaller one that was compiled.
        let sizes = match batch.filter(|batch| compiled.contains(batch)) {
            Some(batch) => compiled.into_iter().filter(|&size| size <= batch).collect(),
            None => compiled,
        };
        let masked = self.any_program(&Entry::EvaluateStep)?;
        let masked = self.program(masked)?.inputs_of(PortKind::Valid).next().is_some();
        let cuts = if masked { cut(rows.len(), &sizes) } else { full_batches(rows.len(), &sizes)? };
        let mut start = rows.start;
        let mut jobs: Vec<Job> = Vec::new();
        for (count, batch) in cuts {
            let program = self.find_program(&Entry::EvaluateStep, Some(batch))?;
            if count < batch && self.draws(program)? {
                log::warn!(
                    "the model draws random numbers in evaluation, and the last batch has {count} of {batch} rows: \
                     Keras draws for {count}; compile with --batch {count} for its numbers"
                );
            }
            self.warn_of_padding(program, count)?;
            jobs.push(Job { program, rows: (start..start + count).collect() });
            start += count;
        }
        let template = self.any_program(&Entry::EvaluateStep)?;
        let names = self.log_names(template)?;
        self.reset_metrics()?;

        let session = self.session().clone();
        let artifact = Arc::clone(self.artifact());
        let last = std::thread::scope(|scope| {
            let mut last = Vec::new();
            let batches = prefetch(scope, &session, &artifact, dataset, &jobs);
            for (step, (job, arguments)) in jobs.iter().zip(batches).enumerate() {
                last = self.run(job.program, arguments?)?;
                if step % IN_FLIGHT == IN_FLIGHT - 1
                    && let Some(log) = last.first()
                {
                    log.wait()?;
                }
            }
            Ok::<_, Error>(last)
        })?;
        if last.is_empty() {
            let array = "the data to evaluate on".to_owned();
            return Err(DataError::Empty { array, hint: "; give at least one example" }.into());
        }
        read_logs(&names, &last)
    }

    /// Says what counts the padding if `rows` do not fill a batch of the program.
    pub(crate) fn warn_of_padding(&self, program: usize, rows: usize) -> Result<(), Error> {
        let program = self.program(program)?;
        let Some(batch) = program.batch.filter(|&batch| rows < batch) else { return Ok(()) };
        for what in &program.counts_padding {
            log::warn!(
                "{what} is over the whole batch, and a batch of {rows} rows is padded to {batch}: Keras takes it over \
                 {rows}; compile with --batch {rows} for its numbers"
            );
        }
        Ok(())
    }

    /// Whether a program changes the state of a seed generator.
    fn draws(&self, program: usize) -> Result<bool, Error> {
        let variables = &self.manifest().variables;
        let seed = |port: &Port| match port.kind {
            PortKind::State(index) => variables.get(index).is_some_and(|variable| variable.role == Role::Seed),
            _ => false,
        };
        Ok(self.program(program)?.outputs.iter().any(seed))
    }

    /// A data set for [`Model::fit`] and [`Model::evaluate`], of tensors in the order of the
    /// model's inputs and targets.
    ///
    /// # Errors
    /// [`Error::Data`] if the tensors do not fit, [`Error::NoEntry`] if the model was not compiled
    /// with a loss.
    pub fn dataset(&self, inputs: &[HostTensor], targets: &[HostTensor]) -> Result<Dataset, Error> {
        let evaluate = self.any_program(&Entry::EvaluateStep);
        // A training step of the program's own may come alone.
        let program =
            self.program(evaluate.or_else(|error| self.any_program(&Entry::TrainStep).map_err(|_| error))?)?;
        Dataset::of_tensors(&self.manifest().name, program, Purpose::Train, inputs, targets)
    }

    /// Names of a program's logs, in order.
    pub(crate) fn log_names(&self, program: usize) -> Result<Vec<String>, Error> {
        let program = self.program(program)?;
        Ok(program.outputs_of(PortKind::Log).map(|(_, port)| port.name.clone()).collect())
    }
}

/// Batches for a step that the model file writes itself, which takes full ones only; the rows that they leave over are
/// told.
fn full_batches(rows: usize, sizes: &[usize]) -> Result<Vec<(usize, usize)>, Error> {
    let (cuts, left) = cut_exactly(rows, sizes);
    if cuts.is_empty() && rows > 0 {
        let array = format!("a full batch of {} rows", sizes.first().copied().unwrap_or_default());
        let hint = "; give more data, or compile with a smaller --train-batch";
        return Err(DataError::Empty { array, hint }.into());
    }
    if left > 0 {
        let rest = sizes.last().map_or(left, |largest| rows % largest);
        log::warn!("{left} rows are left out, which fill no batch: compile with --batch {rest} to evaluate on all");
    }
    Ok(cuts.into_iter().map(|size| (size, size)).collect())
}

/// Waits for logs and reads them.
pub(crate) fn read_logs(names: &[String], buffers: &[Buffer]) -> Result<Logs, Error> {
    let value = |(name, buffer): (&String, &Buffer)| {
        let values = buffer.to_vec::<f32>()?;
        Ok((name.clone(), values.first().copied().map_or(f64::NAN, f64::from)))
    };
    names.iter().zip(buffers).map(value).collect()
}
