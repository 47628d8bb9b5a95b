//! A session: one plugin, one device, and the models that are loaded onto it.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use keramos_artifact::{Artifact, ArtifactBuilder, Program, Target};
use keramos_pjrt::{Client, ClientOptions, Device, Environment, LoadedExecutable, Platform, Plugin};

use crate::error::Error;
use crate::model::Model;
use crate::stablehlo::Module;
use crate::target;

/// A connection to the device that models run on. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Session {
    client: Client,
    device: Device,
    fingerprint: Arc<str>,
}

impl Session {
    /// Finds the platform's plugin in the usual places and connects to its first device.
    ///
    /// # Errors
    /// [`Error::Pjrt`] if there is no plugin, or it cannot be used.
    pub fn new(platform: Platform) -> Result<Session, Error> {
        Session::on(&Plugin::find(platform, &Environment::current())?)
    }

    /// Connects to the first device of the plugin in this file.
    ///
    /// # Errors
    /// [`Error::Pjrt`] if the file is no usable plugin.
    pub fn with_plugin(path: &Path) -> Result<Session, Error> {
        Session::on(&Plugin::load(path)?)
    }

    fn on(plugin: &Plugin) -> Result<Session, Error> {
        let client = Client::new(plugin, &ClientOptions::new())?;
        let device = client.device(0)?.clone();
        let fingerprint = target::fingerprint(&client)?.into();
        Ok(Session { client, device, fingerprint })
    }

    /// The PJRT client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The device that models run on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// What executables must have been compiled for to load here.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// This session's device as a target of compilation, under the name that the user gave.
    ///
    /// # Errors
    /// [`Error::Pjrt`] if the plugin or the device cannot be described.
    pub fn target(&self, name: &str) -> Result<Target, Error> {
        target::describe(name, &self.client)
    }

    /// Makes a model of an artifact. Programs and weights are loaded when they are first needed.
    pub fn load(&self, artifact: impl Into<Arc<Artifact>>) -> Model {
        Model::new(self.clone(), artifact.into())
    }

    /// Compiles every program of an artifact for this session's device: the result holds all that
    /// the artifact holds, weights included, and the executables.
    ///
    /// # Errors
    /// [`Error::Execution`] if the plugin refuses a program.
    pub fn compile_ahead(&self, target_name: &str, artifact: &Artifact) -> Result<ArtifactBuilder, Error> {
        let mut builder = ArtifactBuilder::from_artifact(artifact)?;
        builder.set_weights(artifact.weights()?.iter())?;
        let target = builder.add_target(self.target(target_name)?);
        for program in 0..artifact.manifest().programs.len() {
            let executable = self.compile_program(artifact, program)?;
            builder.add_executable(program, target, executable.executable().serialize()?);
        }
        Ok(builder)
    }

    /// Compiles a StableHLO module from elsewhere: its function `main` can be called.
    ///
    /// # Errors
    /// [`Error::Module`] if the plugin refuses the module, or its types cannot be passed.
    pub fn load_module(&self, module: &Module) -> Result<Model, Error> {
        let (builder, executable) = module.compile(self)?;
        let mut model = self.load(Artifact::from_bytes(builder.finish()?)?);
        model.insert_executable(0, executable);
        Ok(model)
    }

    /// Packages a StableHLO module as an artifact, with the executable for this session's device if the target is given
    /// a name.
    ///
    /// # Errors
    /// As [`Session::load_module`].
    pub fn package_module(&self, module: &Module, target_name: Option<&str>) -> Result<ArtifactBuilder, Error> {
        let (mut builder, executable) = module.compile(self)?;
        if let Some(name) = target_name {
            let target = builder.add_target(self.target(name)?);
            builder.add_executable(0, target, executable.executable().serialize()?);
        }
        Ok(builder)
    }

    /// Loads a program: the executable for this device if there is one, else compiles it.
    pub(crate) fn load_program(&self, artifact: &Artifact, program: usize) -> Result<LoadedExecutable, Error> {
        let manifest = artifact.manifest();
        let fits = |target: usize| manifest.targets.get(target).is_some_and(|t| *t.fingerprint == *self.fingerprint);
        let mut executables = manifest.executables.iter();
        let found = executables.position(|executable| executable.program == program && fits(executable.target));
        let name = manifest.programs.get(program).map(Program::label).unwrap_or_default();
        let why = match found {
            Some(index) => {
                let code = artifact.executable_code(index)?.unwrap_or_default();
                let start = Instant::now();
                match self.client.load(&code) {
                    Ok(executable) => {
                        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
                        log::debug!("loaded the executable of `{name}` in {milliseconds:.1} ms");
                        return Ok(executable);
                    }
                    Err(error) => format!("the plugin refused the executable inside the artifact ({error})"),
                }
            }
            None if manifest.executables.is_empty() => "the artifact carries no executables".to_owned(),
            None => format!(
                "the artifact's executables are for {}, this machine is `{}`",
                crate::data::quoted(manifest.targets.iter().map(|target| &target.fingerprint)),
                self.fingerprint
            ),
        };
        let start = Instant::now();
        let executable = self.compile_program(artifact, program)?;
        let seconds = start.elapsed().as_secs_f64();
        log::info!(
            "compiled `{name}` in {seconds:.2} s, because {why}; compile the model on this machine for a faster start"
        );
        Ok(executable)
    }

    fn compile_program(&self, artifact: &Artifact, program: usize) -> Result<LoadedExecutable, Error> {
        let code = artifact.program_code(program)?.unwrap_or_default();
        self.compile_code(&code).map_err(|error| in_program(artifact, program, error))
    }

    /// Compiles StableHLO code for this session's device.
    pub(crate) fn compile_code(&self, code: &[u8]) -> keramos_pjrt::Result<LoadedExecutable> {
        self.client.compile(code, &target::compile_options())
    }
}

/// A plugin's error, with the program that it is about.
pub(crate) fn in_program(artifact: &Artifact, program: usize, error: keramos_pjrt::Error) -> Error {
    let manifest = artifact.manifest();
    Error::Execution {
        model: manifest.name.clone(),
        program: manifest.programs.get(program).map(Program::label).unwrap_or_default(),
        source: Box::new(error),
    }
}
