//! A model on a device: its programs, and its state in device memory.

mod state;

use std::collections::BTreeMap;
use std::sync::Arc;

use keramos_artifact::{Artifact, ArtifactBuilder, DType, Entry, History, Manifest, Port, Program, Role, Variable};
use keramos_pjrt::{Argument, Buffer, ElementType, LoadedExecutable};

use crate::error::Error;
use crate::numbers::Checks;
use crate::session::{Session, in_program};
use crate::tensor::HostTensor;
use crate::weights::{self, VariableValues};
use state::State;

/// A model that has been loaded into a [`Session`].
///
/// Executables and state are made when they are first needed, so that predicting costs nothing
/// for training.
pub struct Model {
    session: Session,
    artifact: Arc<Artifact>,
    executables: BTreeMap<usize, LoadedExecutable>,
    /// The current values of the variables.
    state: State,
    pub(crate) checks: Checks,
}

impl Model {
    pub(crate) fn new(session: Session, artifact: Arc<Artifact>) -> Model {
        let state = State::new(artifact.manifest());
        Model { session, artifact, executables: BTreeMap::new(), state, checks: Checks::default() }
    }

    /// Gives the model a program that has been compiled already.
    pub(crate) fn insert_executable(&mut self, program: usize, executable: LoadedExecutable) {
        self.executables.insert(program, executable);
    }

    /// What the model is.
    pub fn manifest(&self) -> &Manifest {
        self.artifact.manifest()
    }

    /// The artifact that the model was loaded from.
    pub fn artifact(&self) -> &Arc<Artifact> {
        &self.artifact
    }

    /// The session that the model was loaded into.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Gives variables new values, such as those of [`weights::load`].
    ///
    /// # Errors
    /// [`Error::Program`] if a value has another type or shape than its variable, or there is no
    /// such variable.
    pub fn set_variables(&mut self, values: VariableValues) -> Result<(), Error> {
        for (index, value) in &values {
            let wanted = self.manifest().variables.get(*index);
            if wanted.is_none_or(|wanted| wanted.dtype != value.dtype() || wanted.shape != value.shape()) {
                return Err(self.misfit(format!("variable {index} cannot be given a {} value", value.describe())));
            }
        }
        self.write(values)
    }

    /// The current value of a variable, by path.
    ///
    /// # Errors
    /// [`Error::NoVariable`] if there is no variable of that path.
    pub fn variable(&mut self, path: &str) -> Result<HostTensor, Error> {
        let mut variables = self.manifest().variables.iter();
        let Some(index) = variables.position(|variable| variable.path == path) else {
            return Err(Error::NoVariable {
                model: self.manifest().name.clone(),
                path: path.to_owned(),
                available: self.manifest().variables.iter().map(|variable| variable.path.clone()).collect(),
            });
        };
        self.variable_at(index)
    }

    /// The current value of the variable with this index in the manifest.
    pub(crate) fn variable_at(&mut self, index: usize) -> Result<HostTensor, Error> {
        let value = self.values(&[index])?.pop();
        value.map(|(_, value)| value).ok_or_else(|| self.misfit(format!("there is no variable {index}")))
    }

    /// The current values of variables, in the order asked for.
    fn values(&mut self, variables: &[usize]) -> Result<VariableValues, Error> {
        let found = self.read(variables)?;
        let variables = &self.artifact.manifest().variables;
        let value = |(index, bytes): (usize, Vec<u8>)| match variables.get(index) {
            Some(variable) => Ok((index, HostTensor::new(variable.dtype, variable.shape.clone(), bytes)?)),
            None => Err(self.misfit(format!("there is no variable {index}"))),
        };
        found.into_iter().map(value).collect()
    }

    /// The current values of the model's weights, trained or not, for [`Model::set_variables`].
    ///
    /// # Errors
    /// [`Error::Pjrt`] if state cannot be read from the device.
    pub fn weights(&mut self) -> Result<VariableValues, Error> {
        let variables = self.manifest().variables.iter().enumerate();
        let weights: Vec<usize> =
            variables.filter(|(_, variable)| variable.role.is_model_weight()).map(|(index, _)| index).collect();
        self.values(&weights)
    }

    /// Lets each weight that has a moving average take it over: the end of Keras's `fit` with an optimizer that
    /// has `use_ema`.
    ///
    /// # Errors
    /// [`Error::Pjrt`].
    pub(crate) fn take_averages(&mut self) -> Result<(), Error> {
        let averages = self.manifest().training.as_ref().map(|training| training.averages.clone()).unwrap_or_default();
        let (weights, averages): (Vec<usize>, Vec<usize>) = averages.into_iter().unzip();
        let values = self.values(&averages)?;
        self.set_variables(weights.into_iter().zip(values).map(|(weight, (_, value))| (weight, value)).collect())
    }

    /// Sets all metric state back to zero.
    ///
    /// # Errors
    /// [`Error::Pjrt`].
    pub fn reset_metrics(&mut self) -> Result<(), Error> {
        let artifact = Arc::clone(&self.artifact);
        let variables = artifact.manifest().variables.iter().enumerate();
        let zero = |(index, variable): (usize, &Variable)| {
            let zeros = vec![0; variable.byte_len().unwrap_or(0)];
            Ok((index, HostTensor::new(variable.dtype, variable.shape.clone(), zeros)?))
        };
        let metrics = variables.filter(|(_, variable)| variable.role == Role::Metric);
        let zeros = metrics.map(zero).collect::<Result<VariableValues, Error>>()?;
        self.write(zeros)
    }

    /// The artifact with the model's current state as its weights; metric state is left out.
    ///
    /// # Errors
    /// [`Error::Pjrt`] if state cannot be read from the device, [`Error::Artifact`] if the
    /// artifact cannot be read.
    pub fn to_artifact(&mut self, history: Option<History>) -> Result<ArtifactBuilder, Error> {
        let variables = self.manifest().variables.iter().enumerate();
        let saved: Vec<usize> = variables.filter(|(_, v)| weights::is_saved(v.role)).map(|(index, _)| index).collect();
        let values = self.read(&saved)?;
        let mut builder = ArtifactBuilder::from_artifact(&self.artifact)?;
        builder.set_weights(values.iter().map(|(index, bytes)| (*index, bytes.as_slice())))?;
        if let Some(history) = history {
            builder.set_history(history);
        }
        Ok(builder)
    }

    /// Index of the program of an entry point for exactly this batch size.
    ///
    /// # Errors
    /// [`Error::NoEntry`] or [`Error::BatchSize`].
    pub fn find_program(&self, entry: &Entry, batch: Option<usize>) -> Result<usize, Error> {
        if let Some((index, _)) = self.manifest().program(entry, batch) {
            return Ok(index);
        }
        match batch {
            Some(asked) if self.manifest().programs_of(entry).next().is_some() => {
                Err(Error::BatchSize { entry: entry.clone(), asked, available: self.manifest().batches(entry) })
            }
            _ => Err(self.no_entry(entry)),
        }
    }

    /// The program with this index.
    ///
    /// # Errors
    /// [`Error::Program`] if there is none.
    pub fn program(&self, index: usize) -> Result<&Program, Error> {
        let program = self.manifest().programs.get(index);
        program.ok_or_else(|| self.misfit(format!("there is no program {index}")))
    }

    /// Loads a program before it is needed, so that the first call is as fast as later ones.
    ///
    /// # Errors
    /// [`Error::Execution`] if it can be neither loaded nor compiled.
    pub fn prepare(&mut self, program: usize) -> Result<(), Error> {
        if !self.executables.contains_key(&program) {
            let executable = self.session.load_program(&self.artifact, program)?;
            self.executables.insert(program, executable);
        }
        Ok(())
    }

    /// The executable of a program that has been prepared.
    pub(crate) fn executable(&self, program: usize) -> Result<&LoadedExecutable, Error> {
        self.executables.get(&program).ok_or_else(|| self.misfit(format!("program {program} is not loaded")))
    }

    /// Runs a program: state comes from the model and goes back to it, everything else comes from
    /// `arguments` in order; returned are the outputs that are not state, in order.
    ///
    /// The call does not wait for the device.
    ///
    /// # Errors
    /// [`Error::Program`] if the number of arguments is wrong; [`Error::Execution`], after which
    /// donated state is lost.
    pub fn run(&mut self, program: usize, arguments: Vec<Buffer>) -> Result<Vec<Buffer>, Error> {
        self.prepare_with_weights(program)?;
        let artifact = Arc::clone(&self.artifact);
        let manifest = artifact.manifest();
        let slot = |port: &Port| state::slot(manifest, port.kind);
        let Some(Program { inputs, outputs, .. }) = manifest.programs.get(program) else {
            return Err(self.misfit(format!("there is no program {program}")));
        };
        let filled = self.require(inputs.iter().filter_map(slot));
        filled.map_err(|error| error.of_program(&artifact, program))?;

        let wanted = inputs.iter().filter(|port| slot(port).is_none()).count();
        if arguments.len() != wanted {
            return Err(self.misfit(format!("program {program} takes {wanted} arguments, not {}", arguments.len())));
        }
        let results = if self.checks_numbers() {
            let list = self.arguments(inputs, &arguments)?;
            let (results, infinite) = self.run_checked(program, &list)?;
            self.checks.tolerate(program, infinite);
            results
        } else {
            let donated: Vec<Option<Buffer>> = inputs
                .iter()
                .map(|port| slot(port).filter(|_| port.donated).and_then(|slot| self.state.take(slot)))
                .collect();
            let mut given = arguments.into_iter();
            let mut list = Vec::with_capacity(inputs.len());
            for (port, donated) in inputs.iter().zip(donated) {
                let argument = match (slot(port), donated) {
                    (_, Some(buffer)) => Some(Argument::Donate(buffer)),
                    (Some(slot), None) => Some(Argument::Keep(self.state_buffer(slot)?)),
                    (None, None) => given.next().map(Argument::Donate),
                };
                list.extend(argument);
            }
            let run = self.executable(program)?.execute(list);
            run.map_err(|error| in_program(&artifact, program, error))?.into_outputs()
        };

        if results.len() != outputs.len() {
            return Err(self.misfit(format!(
                "program {program} gives {} results and the manifest lists {}",
                results.len(),
                outputs.len()
            )));
        }
        let mut others = Vec::new();
        for (port, buffer) in outputs.iter().zip(results) {
            match slot(port) {
                Some(slot) => self.state.put(slot, buffer),
                None => others.push(buffer),
            }
        }
        Ok(others)
    }

    /// All arguments of a program in order: the model's state, and what is given.
    pub(crate) fn arguments<'a>(&'a self, inputs: &[Port], given: &'a [Buffer]) -> Result<Vec<&'a Buffer>, Error> {
        let mut given = given.iter();
        let argument = |port: &Port| match state::slot(self.manifest(), port.kind) {
            Some(slot) => self.state_buffer(slot),
            None => given.next().ok_or_else(|| self.misfit(format!("nothing is given for `{}`", port.name))),
        };
        inputs.iter().map(argument).collect()
    }

    /// Makes sure that the state that a program takes has values.
    pub(crate) fn fill_state(&mut self, program: usize) -> Result<(), Error> {
        let inputs = self.program(program)?.inputs.iter();
        let slots: Vec<usize> = inputs.filter_map(|port| state::slot(self.manifest(), port.kind)).collect();
        self.require(slots)
    }

    /// Waits until all state has been computed.
    ///
    /// # Errors
    /// [`Error::Pjrt`] if a step that made it has failed.
    pub fn wait_for_state(&self) -> Result<(), Error> {
        self.state.buffers().try_for_each(|buffer| Ok(buffer.wait()?))
    }

    /// Copies host data to the device.
    pub(crate) fn upload(&self, dtype: DType, shape: &[usize], bytes: &[u8]) -> Result<Buffer, Error> {
        upload(&self.session, dtype, shape, bytes)
    }

    /// Makes sure that these slots have values: stored ones, and what is not stored as `init` gives it.
    fn require(&mut self, slots: impl IntoIterator<Item = usize>) -> Result<(), Error> {
        let missing: Vec<usize> = slots.into_iter().filter(|&slot| self.state.is_missing(slot)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let artifact = Arc::clone(&self.artifact);
        for &slot in &missing {
            self.restore(&artifact, slot)?;
        }
        if missing.iter().any(|&slot| self.state.is_missing(slot)) {
            self.initialize()?;
        }
        match missing.iter().find(|&&slot| self.state.is_missing(slot)) {
            Some(&slot) => Err(self.misfit(format!("nothing gives {} its first value", self.slot_name(slot)))),
            None => Ok(()),
        }
    }

    /// Runs `init` and takes from it what neither the state nor the stored weights have.
    fn initialize(&mut self) -> Result<(), Error> {
        let program = self.find_program(&Entry::Init, None)?;
        self.prepare(program)?;
        let artifact = Arc::clone(&self.artifact);
        let run = self.executable(program)?.execute(Vec::<Argument<'_>>::new());
        let results = run.map_err(|error| in_program(&artifact, program, error))?.into_outputs();
        let manifest = artifact.manifest();
        let outputs = manifest.programs.get(program).map_or(&[][..], |p| p.outputs.as_slice());
        for (port, buffer) in outputs.iter().zip(results) {
            let Some(slot) = state::slot(manifest, port.kind).filter(|&slot| self.state.is_missing(slot)) else {
                continue;
            };
            if state::is_stored(manifest, slot) {
                continue;
            }
            self.state.put(slot, buffer);
            self.restore_stored(&artifact, slot)?;
        }
        Ok(())
    }

    fn state_buffer(&self, slot: usize) -> Result<&Buffer, Error> {
        let lost = || self.misfit(format!("{} has no value: it was lost in a failed step", self.slot_name(slot)));
        self.state.get(slot).ok_or_else(lost)
    }

    pub(crate) fn misfit(&self, reason: String) -> Error {
        Error::Program { model: self.manifest().name.clone(), reason }
    }

    /// The entry point of a name; `train` and `evaluate`, as the commands are called, stand for their steps. It may be
    /// one that is not there.
    pub fn entry(&self, name: &str) -> Entry {
        let named = |entry: &Entry| entry.name() == name || entry.name().strip_suffix("_step") == Some(name);
        let mut entries = self.manifest().programs.iter().map(|program| &program.entry);
        entries.find(|entry| named(entry)).cloned().unwrap_or_else(|| Entry::Other(name.to_owned()))
    }

    pub(crate) fn no_entry(&self, entry: &Entry) -> Error {
        let hint = match entry {
            Entry::TrainStep | Entry::TrainStepMasked | Entry::EvaluateStep => {
                "the model file has to call model.compile(...) with a loss for it"
            }
            Entry::Other(_) => "name one of them",
            _ => "compile the model again with this version of keramos",
        };
        let mut available: Vec<String> = self.manifest().programs.iter().map(|p| p.entry.to_string()).collect();
        available.dedup();
        Error::NoEntry { model: self.manifest().name.clone(), entry: entry.clone(), available, hint }
    }
}

/// Copies host data to a session's device.
pub(crate) fn upload(session: &Session, dtype: DType, shape: &[usize], bytes: &[u8]) -> Result<Buffer, Error> {
    let dims: Vec<i64> = shape.iter().map(|&dim| i64::try_from(dim).unwrap_or(i64::MAX)).collect();
    Ok(session.client().buffer_from_bytes(element_type(dtype), &dims, bytes, session.device())?)
}

/// Lends host data to a session's device, which copies it only if it has to.
pub(crate) fn upload_shared<D>(session: &Session, dtype: DType, shape: &[usize], bytes: Arc<D>) -> Result<Buffer, Error>
where
    D: AsRef<[u8]> + Send + Sync + 'static,
{
    let dims: Vec<i64> = shape.iter().map(|&dim| i64::try_from(dim).unwrap_or(i64::MAX)).collect();
    Ok(session.client().buffer_from_shared(element_type(dtype), &dims, bytes, session.device())?)
}

/// The device's name for an element type.
pub(crate) fn element_type(dtype: DType) -> ElementType {
    match dtype {
        DType::Bool => ElementType::Pred,
        DType::I8 => ElementType::S8,
        DType::I16 => ElementType::S16,
        DType::I32 => ElementType::S32,
        DType::I64 => ElementType::S64,
        DType::U8 => ElementType::U8,
        DType::U16 => ElementType::U16,
        DType::U32 => ElementType::U32,
        DType::U64 => ElementType::U64,
        DType::F8E4M3FN => ElementType::F8E4M3FN,
        DType::F8E5M2 => ElementType::F8E5M2,
        DType::F16 => ElementType::F16,
        DType::BF16 => ElementType::BF16,
        DType::F32 => ElementType::F32,
        DType::F64 => ElementType::F64,
        DType::C64 => ElementType::C64,
        DType::C128 => ElementType::C128,
    }
}
