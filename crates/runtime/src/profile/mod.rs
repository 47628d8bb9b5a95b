//! Where a program's time goes: by operation and by layer.
//!
//! A plugin with a profiler of its own records what its device does while the program runs. One without, as CPU plugins are,
//! leaves one honest way: the kernels of the compiled program are run one after the other, each on the values that it gets
//! in a real run, and timed alone. What such times leave out is told with them: kernels that run side by side in the whole
//! program, and what of their data is still in the caches.

mod kernels;
mod recorded;
mod trace;

use std::time::{Duration, Instant};

use keramos_pjrt::{Buffer, HloModule, Profiler};

use crate::bench;
use crate::dataset::Dataset;
use crate::error::Error;
use crate::feed::{self, Staging};
use crate::model::Model;
use crate::numbers::{Phase, Place};

pub use trace::trace_json;

/// How a program is profiled.
#[derive(Debug)]
pub struct ProfileOptions {
    /// Timed runs.
    pub runs: usize,
    /// Rows to run on; by default zeros.
    pub data: Option<Dataset>,
}

/// Where times come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The plugin's own profiler.
    Plugin,
    /// Every kernel was run alone.
    Kernels,
}

/// A profile of one program.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Name of the model.
    pub model: String,
    /// The program, with its batch size.
    pub program: String,
    /// Where the operations' times come from.
    pub source: Source,
    /// Timed runs.
    pub runs: usize,
    /// The median time of a whole run, in microseconds.
    pub whole: f64,
    /// What is taken off every kernel's time: that of starting a kernel and waiting for its end, in microseconds. 0 where
    /// the plugin's profiler tells times.
    pub overhead: f64,
    /// The operations, in the order of the program.
    pub operations: Vec<Operation>,
    /// What happened when.
    pub events: Vec<Event>,
}

/// An operation of the compiled program: often several operations of the model in one kernel.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Its name in the compiled program.
    pub name: String,
    /// XLA's name for it, such as `fusion`.
    pub opcode: String,
    /// Its place in the model.
    pub place: Place,
    /// How often it runs in a run of the program.
    pub calls: f64,
    /// The median time of a run's calls, in microseconds.
    pub time: f64,
}

/// A stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The track that it is shown on.
    pub track: String,
    /// What it is called.
    pub name: String,
    /// The operation, as an index in [`Profile::operations`].
    pub operation: Option<usize>,
    /// Microseconds from the first event.
    pub start: f64,
    /// Microseconds.
    pub duration: f64,
}

impl Profile {
    /// The time of all operations in one run, in microseconds.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.operations.iter().map(|operation| operation.time).sum()
    }

    /// The time of each layer in each phase, in microseconds, longest first, with the number of operations.
    #[must_use]
    pub fn layers(&self) -> Vec<(String, Phase, f64, usize)> {
        let mut layers: Vec<(String, Phase, f64, usize)> = Vec::new();
        for operation in &self.operations {
            let place = &operation.place;
            match layers.iter_mut().find(|(layer, phase, _, _)| *layer == place.layer && *phase == place.phase) {
                Some((_, _, time, count)) => (*time, *count) = (*time + operation.time, *count + 1),
                None => layers.push((place.layer.clone(), place.phase, operation.time, 1)),
            }
        }
        layers.sort_by(|one, other| other.2.total_cmp(&one.2));
        layers
    }
}

/// How many runs a trace shows; more would make it long to read and large.
const TRACED_RUNS: usize = 3;

impl Model {
    /// Profiles a program.
    ///
    /// # Errors
    /// [`Error::Execution`] if the program cannot run, [`Error::Data`] if the data do not fit, [`Error::Program`] if the
    /// plugin does not let its compiled program be looked into.
    pub fn profile(&mut self, program: usize, options: &ProfileOptions) -> Result<Profile, Error> {
        self.prepare(program)?;
        let optimized = self.executable(program)?.executable().optimized_program()?;
        let hidden = || Error::Plugin {
            reason: "it does not show its compiled program, so there is nothing to profile".to_owned(),
            path: self.session().client().plugin().path().to_owned(),
        };
        let module = HloModule::of(&optimized).ok_or_else(hidden)?;
        let optimizers = self.optimizers();
        let mut profile = Profile {
            model: self.manifest().name.clone(),
            program: self.program(program)?.label(),
            source: Source::Kernels,
            runs: options.runs,
            whole: 0.0,
            overhead: 0.0,
            operations: Vec::new(),
            events: Vec::new(),
        };
        let data = options.data.as_ref();
        // The first run touches memory that later ones find ready.
        let given = self.inputs(program, data)?;
        bench::run_on(self, program, given)?;
        let profiler = Profiler::start(self.session().client().plugin())?;
        let mut whole = Vec::new();
        let begin = Instant::now();
        for _ in 0..options.runs {
            let given = self.inputs(program, data)?;
            let start = begin.elapsed();
            whole.push((start, bench::run_on(self, program, given)?));
        }
        profile.whole = median(whole.iter().map(|(_, time)| microseconds(*time)).collect());
        for (start, time) in whole.iter().take(TRACED_RUNS) {
            let track = "whole program".to_owned();
            let name = profile.program.clone();
            let (start, duration) = (microseconds(*start), microseconds(*time));
            profile.events.push(Event { track, name, operation: None, start, duration });
        }
        match profiler {
            Some(profiler) => {
                profile.source = Source::Plugin;
                recorded::add(&mut profile, &module, &profiler.stop()?, &optimizers);
            }
            None => {
                self.fill_state(program)?;
                let given = self.inputs(program, data)?;
                let arguments = self.arguments(&self.program(program)?.inputs, &given)?;
                kernels::add(&mut profile, self.session(), &module, &arguments, &optimizers)?;
            }
        }
        Ok(profile)
    }

    /// What the program takes besides state: rows of the data, or zeros.
    fn inputs(&self, program: usize, data: Option<&Dataset>) -> Result<Vec<Buffer>, Error> {
        let description = self.program(program)?;
        let Some(data) = data else { return bench::zeros(self, description) };
        let batch = description.batch.unwrap_or(1);
        let rows: Vec<usize> = (0..batch.min(data.rows())).collect();
        feed::arguments(self.session(), description, data, &rows, &mut Staging::default())
    }
}

fn microseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// The middle value; 0 of none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
