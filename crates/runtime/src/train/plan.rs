//! Which rows and which program each step of an epoch takes.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

use keramos_artifact::{Entry, PortKind};

use super::FitOptions;
use super::shuffle::Rng;
use crate::dataset::Dataset;
use crate::error::Error;
use crate::feed::{Job, cut_exactly};
use crate::model::Model;

/// The steps of every epoch.
#[derive(Debug)]
pub(super) struct Plan {
    rows: Range<usize>,
    /// Rows and program of each step of one pass over the rows.
    steps: Vec<(usize, usize)>,
    /// Steps in an epoch, if it is not one pass.
    steps_per_epoch: Option<usize>,
    /// Whether an epoch goes on with the next pass where one ends.
    repeat: bool,
    /// Decides the order of the rows of each pass; without it they stay as they are.
    rng: Option<Rng>,
    /// Steps of the pass that is under way.
    ahead: VecDeque<Job>,
}

impl Plan {
    pub(super) fn new(
        model: &Model,
        dataset: &Dataset,
        rows: Range<usize>,
        options: &FitOptions,
    ) -> Result<Plan, Error> {
        let asked = options.batch_size;
        let full = full_program(model, asked, dataset.sample_weight().is_some())?;
        if options.steps_per_epoch == Some(0) {
            return Err(Error::Option {
                option: "--steps-per-epoch",
                value: "0".to_owned(),
                reason: "an epoch has at least one step".to_owned(),
            });
        }
        let mut steps = vec![(asked, full); rows.len() / asked];
        let rest = rows.len() % asked;
        let needed = match (options.steps_per_epoch, options.repeat) {
            // A loop of the program takes so many steps of each pass.
            (Some(steps), true) => steps,
            (steps, _) => steps.map_or(usize::MAX, |steps| steps.saturating_mul(options.epochs)),
        };
        if rest > 0 && steps.len() < needed {
            steps.extend(partial_steps(model, asked, rest, steps.is_empty())?);
        }
        let padded: BTreeSet<(usize, usize)> = steps.iter().copied().collect();
        padded.into_iter().try_for_each(|(rows, program)| model.warn_of_padding(program, rows))?;
        let rng = options.shuffle.then(|| Rng::new(options.seed));
        Ok(Plan {
            rows,
            steps,
            steps_per_epoch: options.steps_per_epoch,
            repeat: options.repeat,
            rng,
            ahead: VecDeque::new(),
        })
    }

    /// The programs that the steps take, each once.
    pub(super) fn programs(&self) -> BTreeSet<usize> {
        self.steps.iter().map(|(_, program)| *program).collect()
    }

    /// The steps of the next epoch.
    pub(super) fn epoch(&mut self) -> Vec<Job> {
        let Some(count) = self.steps_per_epoch else { return self.pass() };
        // As in Keras, the epoch that uses the last rows is as short as they are, unless the program's own loop
        // begins anew.
        while self.ahead.is_empty() || (self.repeat && self.ahead.len() < count && !self.steps.is_empty()) {
            let pass = self.pass();
            if pass.is_empty() {
                break;
            }
            self.ahead.extend(pass);
        }
        self.ahead.drain(..count.min(self.ahead.len())).collect()
    }

    /// Leaves out what earlier epochs have had of the generator. Rows that are not shuffled begin anew, as in Keras.
    pub(super) fn skip(&mut self, epochs: usize) {
        if self.rng.is_some() {
            (0..epochs).for_each(|_| drop(self.epoch()));
        }
    }

    /// The steps of one pass over the rows, in a new order if there is a generator for it.
    fn pass(&mut self) -> Vec<Job> {
        let mut order: Vec<usize> = self.rows.clone().collect();
        if let Some(rng) = &mut self.rng {
            rng.shuffle(&mut order);
        }
        let mut rest = order.as_slice();
        let mut jobs = Vec::with_capacity(self.steps.len());
        for &(count, program) in &self.steps {
            let (rows, others) = rest.split_at_checked(count).unwrap_or((rest, &[]));
            rest = others;
            jobs.push(Job { program, rows: rows.to_vec() });
        }
        jobs
    }
}

/// The program for full batches: the plain one if it was compiled for this size and no example
/// has a weight, else a masked one that is large enough.
fn full_program(model: &Model, asked: usize, weighted: bool) -> Result<usize, Error> {
    if asked == 0 {
        return Err(Error::Option {
            option: "--batch-size",
            value: asked.to_string(),
            reason: "a batch has at least one row".to_owned(),
        });
    }
    if let Some((index, program)) = model.manifest().program(&Entry::TrainStep, Some(asked))
        && (!weighted || program.inputs_of(PortKind::SampleWeight).next().is_some())
    {
        return Ok(index);
    }
    let program = masked_program(model, asked)?;
    let compiled = model.program(program)?.batch;
    if !weighted && compiled != Some(asked) {
        log::info!(
            "batch size {asked} was not compiled; steps run padded to {}: compile with --batch {asked} for full speed",
            compiled.unwrap_or_default()
        );
    }
    Ok(program)
}

/// The steps for the rows that do not fill a batch: a masked one, or as a step that the model file writes itself takes
/// full batches only, those of smaller sizes. What even these leave over is told.
fn partial_steps(model: &Model, asked: usize, rest: usize, alone: bool) -> Result<Vec<(usize, usize)>, Error> {
    if !model.manifest().batches(&Entry::TrainStepMasked).is_empty() {
        return Ok(vec![(rest, masked_program(model, rest)?)]);
    }
    let sizes = model.manifest().batches(&Entry::TrainStep);
    let (cuts, left) = cut_exactly(rest, &sizes);
    if alone && cuts.is_empty() {
        masked_program(model, rest)?;
    }
    if left > 0 {
        log::warn!(
            "{left} rows of each epoch are left out: steps that the model file writes itself take batches of {} only; \
             compile with --batch {rest} to use the {rest} that do not fill a batch of {asked}",
            sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
        );
    } else if cuts.len() > 1 {
        log::info!("the last {rest} rows of each epoch make {} steps; compile with --batch {rest} for one", cuts.len());
    }
    cuts.into_iter().map(|size| Ok((size, model.find_program(&Entry::TrainStep, Some(size))?))).collect()
}

/// The smallest masked program that holds so many rows.
fn masked_program(model: &Model, rows: usize) -> Result<usize, Error> {
    let entry = Entry::TrainStepMasked;
    let sizes = model.manifest().batches(&entry);
    match sizes.iter().find(|&&size| size >= rows) {
        Some(&size) => model.find_program(&entry, Some(size)),
        None => model.find_program(&entry, Some(rows)),
    }
}
