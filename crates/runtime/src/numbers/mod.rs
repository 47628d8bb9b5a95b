//! Where a NaN or an infinity comes from.
//!
//! A model that checks its numbers keeps what goes into a run until what comes out is known to be finite. If it is not, the
//! compiled program is taken apart (`search`): the very instructions that ran are run again on the same values, each
//! with a flag that tells what it made, down into fusions, branches and the steps of loops, until the first instruction
//! is found that made a NaN of numbers, or an infinity of finite ones.
//!
//! An infinity that the program itself writes down, such as that of a mask, is none: it is followed only where a NaN
//! or an infinite result came of it, and where it starts at a constant it is let be.

mod advice;
mod report;
mod search;
mod summary;

use std::collections::BTreeSet;
use std::sync::Arc;

use keramos_artifact::{PortKind, Program};
use keramos_pjrt::{Argument, Buffer, HloModule};

use crate::error::Error;
use crate::model::Model;
use crate::session::in_program;
use crate::tensor::HostTensor;
pub use report::{NotFinite, Phase, Place};
use search::{Found, Search};
pub use summary::Summary;

/// What is not finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bad {
    /// A positive or negative infinity.
    Infinity,
    /// Not a number.
    NaN,
}

/// Whether a model checks its numbers, and what is known of them.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    on: bool,
    /// Programs with outputs that hold infinities which the program itself writes down.
    infinite: BTreeSet<(usize, usize)>,
}

impl Checks {
    /// Takes infinities in these outputs of a program for its own from now on.
    pub(crate) fn tolerate(&mut self, program: usize, outputs: Vec<usize>) {
        self.infinite.extend(outputs.into_iter().map(|output| (program, output)));
    }
}

impl Model {
    /// Lets every run from now on be checked: one that makes a NaN or an infinity is an [`Error::NotFinite`] that tells where
    /// it comes from, and leaves the model's state as it was before. Runs take more memory and time, since their arguments
    /// are kept and all results are read.
    pub fn check_numbers(&mut self) {
        self.checks.on = true;
    }

    pub(crate) fn checks_numbers(&self) -> bool {
        self.checks.on
    }

    /// Runs a program on arguments that are all kept, and checks what it gives.
    ///
    /// Told too are the outputs with infinities that are the program's own.
    pub(crate) fn run_checked(
        &self,
        program: usize,
        arguments: &[&Buffer],
    ) -> Result<(Vec<Buffer>, Vec<usize>), Error> {
        let artifact = Arc::clone(self.artifact());
        let executable = self.executable(program)?;
        let kept = arguments.iter().map(|buffer| Argument::Keep(buffer));
        let run = executable.execute(kept).and_then(keramos_pjrt::Execution::wait);
        let results = run.map_err(|error| in_program(&artifact, program, error))?;
        let Program { outputs, .. } = self.program(program)?;
        let mut suspects = Vec::new();
        let mut worst = None;
        for (index, (port, buffer)) in outputs.iter().zip(&results).enumerate() {
            if !summary::can_be_bad(port.dtype) {
                continue;
            }
            let tensor = HostTensor::new(port.dtype, port.shape.clone(), buffer.to_bytes()?)?;
            let found = Summary::of(&tensor).worst();
            if found == Some(Bad::NaN) || (found.is_some() && !self.checks.infinite.contains(&(program, index))) {
                suspects.push((index, found));
                worst = worst.max(found);
            }
        }
        let Some(bad) = worst else { return Ok((results, Vec::new())) };
        suspects.retain(|(_, found)| *found == worst);
        let suspects: Vec<usize> = suspects.into_iter().map(|(index, _)| index).collect();
        match self.trace(program, arguments, &suspects, bad)? {
            Some(report) => Err(Error::NotFinite(Box::new(report))),
            None => Ok((results, suspects)),
        }
    }

    /// Finds out where the bad values of some outputs come from; `None` if from constants of the program.
    fn trace(
        &self,
        program: usize,
        arguments: &[&Buffer],
        outputs: &[usize],
        bad: Bad,
    ) -> Result<Option<NotFinite>, Error> {
        let description = self.program(program)?;
        let named = |index: &usize| description.outputs.get(*index).map(|port| port.name.clone());
        let mut report = NotFinite {
            model: self.manifest().name.clone(),
            program: description.label(),
            bad,
            outputs: outputs.iter().filter_map(named).collect(),
            step: None,
            found: None,
            argument: None,
            unknown: None,
        };
        let unknown = |report: NotFinite, why: String| Ok(Some(NotFinite { unknown: Some(why), ..report }));
        let optimized = match self.executable(program)?.executable().optimized_program() {
            Ok(optimized) => optimized,
            Err(error) => return unknown(report, format!("the plugin does not show its compiled program ({error})")),
        };
        let Some(module) = HloModule::of(&optimized) else {
            return unknown(report, format!("the plugin's compiled program is in another form ({})", optimized.format));
        };
        let search = Search::new(self.session(), &module);
        match search.entry(arguments, outputs, bad) {
            Ok(Found::Made(made)) => {
                let optimizers = self.optimizers();
                report.found = Some(report::Finding::new(*made, None, &optimizers, self.artifact()));
            }
            Ok(Found::Given(index)) => {
                let Some(port) = description.inputs.get(index) else { return Ok(None) };
                if bad == Bad::Infinity {
                    return Ok(None);
                }
                report.argument = Some(match port.kind {
                    PortKind::State(_) | PortKind::Stack(_) => format!("the variable `{}`", port.name),
                    _ => format!("the input `{}`", port.name),
                });
            }
            Ok(Found::Constant) => return Ok(None),
            Ok(Found::Nothing) => {
                return unknown(report, "run piece by piece, the program makes none".to_owned());
            }
            Err(error) => {
                return unknown(report, format!("the plugin cannot run the program piece by piece ({error})"));
            }
        }
        Ok(Some(report))
    }

    /// Names of the optimizers: the first parts of the paths of their state.
    pub(crate) fn optimizers(&self) -> Vec<String> {
        let variables = self.manifest().variables.iter();
        let state = variables.filter(|variable| variable.role == keramos_artifact::Role::Optimizer);
        let first = |path: &String| path.split('/').next().unwrap_or_default().to_owned();
        let mut names: Vec<String> = state.map(|variable| first(&variable.path)).collect();
        names.sort();
        names.dedup();
        names
    }
}
