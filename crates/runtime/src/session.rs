//! A session: one plugin, one device, and the models that are loaded onto it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use keramos_artifact::{Artifact, ArtifactBuilder, Manifest, Program, Target};
use keramos_pjrt::{
    Client, ClientOptions, CompileOptions, Device, Environment, LoadedExecutable, Platform, Plugin, Value,
};

use crate::cache::{Cache, Key};
use crate::error::Error;
use crate::model::Model;
use crate::plugins::DeviceChoice;
use crate::stablehlo::Module;
use crate::{fingerprint, options};

/// A connection to the device that models run on. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Session {
    client: Client,
    device: Device,
    options: CompileOptions,
    /// The fingerprints of executables that run here; the first is the session's own.
    fingerprints: Arc<[String]>,
    cache: Option<Cache>,
    require_aot: bool,
}

/// How a session is opened; the default is the best device, without a cache.
#[derive(Debug, Clone, Default)]
pub struct SessionOptions {
    /// The device.
    pub device: DeviceChoice,
    /// The plugin's file, instead of looking for one.
    pub plugin: Option<PathBuf>,
    /// Where programs are kept that had to be compiled.
    pub cache: Option<Cache>,
    /// Whether programs that the artifact holds no executable of are refused instead of compiled.
    pub require_aot: bool,
}

impl Session {
    /// Finds the platform's plugin in the usual places and connects to its first device.
    ///
    /// # Errors
    /// [`Error::Pjrt`] if there is no plugin, or it cannot be used.
    pub fn new(platform: Platform) -> Result<Session, Error> {
        Session::open(&SessionOptions { device: DeviceChoice::Device(platform, 0), ..SessionOptions::default() })
    }

    /// Connects to the first device of the plugin in this file.
    ///
    /// # Errors
    /// [`Error::Pjrt`] if the file is no usable plugin.
    pub fn with_plugin(path: &Path) -> Result<Session, Error> {
        Session::open(&SessionOptions { plugin: Some(path.to_owned()), ..SessionOptions::default() })
    }

    /// Connects to a device. Where the choice is left open, an accelerator that refuses is passed over with a warning.
    ///
    /// # Errors
    /// [`Error::Pjrt`] if there is no plugin, or it cannot be used, or it has no such device.
    pub fn open(options: &SessionOptions) -> Result<Session, Error> {
        let number = match options.device {
            DeviceChoice::Auto => 0,
            DeviceChoice::Device(_, number) => number,
        };
        if let Some(path) = &options.plugin {
            let plugin = Plugin::load(path).map_err(refused)?;
            return Session::on(&plugin, None, number, options);
        }
        let environment = Environment::current();
        let platforms = options.device.platforms(&environment);
        let last = platforms.len().saturating_sub(1);
        for (index, (platform, number)) in platforms.into_iter().enumerate() {
            let opened = Plugin::find(platform, &environment)
                .map_err(refused)
                .and_then(|plugin| Session::on(&plugin, Some(platform), number, options));
            match opened {
                Err(error) if index < last => log::warn!(
                    "{platform} is not used: {error}; `keramos-run doctor` looks into it, and `--device cpu` keeps from trying"
                ),
                opened => return opened,
            }
        }
        // There is always a platform to try; this is for the compiler.
        Session::new(Platform::Cpu)
    }

    fn on(
        plugin: &Plugin,
        platform: Option<Platform>,
        number: usize,
        options: &SessionOptions,
    ) -> Result<Session, Error> {
        // Of GPUs the client shows and fills only those that are asked for.
        let picked = number > 0 && matches!(platform, Some(Platform::Cuda | Platform::Rocm));
        let client = if picked {
            let visible = Value::IntList(vec![i64::try_from(number).unwrap_or(i64::MAX)]);
            Client::new(plugin, &ClientOptions::new().set("visible_devices", visible)).map_err(refused)?
        } else {
            Client::new(plugin, &ClientOptions::new()).map_err(refused)?
        };
        let index = if picked { 0 } else { number };
        let device = client.device(index)?.clone();
        let mut compile_options = options::compile_options();
        let mut fingerprints = fingerprint::fitting(&client)?;
        if index > 0 {
            compile_options = compile_options.on_devices([device.description()?.id.into()]);
            fingerprints.iter_mut().for_each(|fingerprint| fingerprint.push_str(&format!(" device {index}")));
        }
        Ok(Session {
            client,
            device,
            options: compile_options,
            fingerprints: fingerprints.into(),
            cache: options.cache.clone(),
            require_aot: options.require_aot,
        })
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
        self.fingerprints.first().map_or("", String::as_str)
    }

    /// This session's device as a target of compilation, under the name that the user gave.
    ///
    /// # Errors
    /// [`Error::Pjrt`] if the plugin or the device cannot be described.
    pub fn target(&self, name: &str) -> Result<Target, Error> {
        fingerprint::describe(name, &self.client)
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
            let code = executable.executable().serialize()?;
            builder.add_planned_executable(program, target, code, fingerprint::plan(executable.executable()));
        }
        Ok(builder)
    }

    /// Compiles a StableHLO module from elsewhere: its function `main` can be called.
    ///
    /// # Errors
    /// [`Error::Module`] if the plugin refuses the module, or its types cannot be passed; [`Error::TooLarge`].
    pub fn load_module(&self, module: &Module) -> Result<Model, Error> {
        let (builder, executable) = module.compile(self)?;
        let mut model = self.load(Artifact::from_bytes(builder.finish()?)?);
        self.check_memory(model.artifact(), 0)?;
        model.insert_executable(0, executable);
        Ok(model)
    }

    /// Packages a StableHLO module as an artifact without executables. The plugin checks the module and tells its types.
    ///
    /// # Errors
    /// As [`Session::load_module`].
    pub fn package_module(&self, module: &Module) -> Result<ArtifactBuilder, Error> {
        Ok(module.compile(self)?.0)
    }

    /// Loads a program: the executable for this device if there is one, else compiles it.
    pub(crate) fn load_program(&self, artifact: &Artifact, program: usize) -> Result<LoadedExecutable, Error> {
        self.check_memory(artifact, program)?;
        let manifest = artifact.manifest();
        let fits =
            |target: usize| manifest.targets.get(target).is_some_and(|t| self.fingerprints.contains(&t.fingerprint));
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
                self.fingerprint()
            ),
        };
        if self.require_aot {
            return Err(Error::NotAheadOfTime { model: manifest.name.clone(), program: name, why });
        }
        let start = Instant::now();
        let code = artifact.program_code(program)?.unwrap_or_default();
        let options = self.options_for(manifest, program);
        let obtained = self.obtain_with(&options, &format!("{}: {name}", manifest.name), &code);
        let (executable, cached) = obtained.map_err(|error| in_program(artifact, program, error))?;
        let seconds = start.elapsed().as_secs_f64();
        if cached {
            log::debug!("took `{name}` from the cache in {:.1} ms, because {why}", seconds * 1e3);
        } else {
            log::info!(
                "compiled `{name}` in {seconds:.2} s, because {why}; compile the model on this machine for a faster start"
            );
        }
        Ok(executable)
    }

    /// Compiles a part of a compiled program for this session's device.
    pub(crate) fn compile_hlo(&self, module: &[u8]) -> keramos_pjrt::Result<LoadedExecutable> {
        self.client.compile_hlo(module, &self.options)
    }

    /// Refuses a program that needs more memory than there is at all: plugins are not all ready for that.
    fn check_memory(&self, artifact: &Artifact, program: usize) -> Result<(), Error> {
        let limit =
            self.device.memory().ok().and_then(|memory| memory.limit).and_then(|limit| u64::try_from(limit).ok());
        let (of, available) = match limit {
            Some(limit) => ("device", Some(limit)),
            None if self.client.platform_name() == "cpu" => ("machine", crate::memory::of_machine()),
            None => ("device", None),
        };
        let manifest = artifact.manifest();
        let needed = crate::memory::needed(manifest, program);
        match available.filter(|&available| needed > available) {
            None => Ok(()),
            Some(available) => Err(Error::TooLarge {
                model: manifest.name.clone(),
                program: manifest.programs.get(program).map(Program::label).unwrap_or_default(),
                needed,
                of,
                available,
                account: crate::memory::account(manifest, program),
            }),
        }
    }

    fn compile_program(&self, artifact: &Artifact, program: usize) -> Result<LoadedExecutable, Error> {
        let code = artifact.program_code(program)?.unwrap_or_default();
        let compiled = self.client.compile(&code, &self.options_for(artifact.manifest(), program));
        compiled.map_err(|error| in_program(artifact, program, error))
    }

    /// The options that a program of a model is compiled with here.
    fn options_for(&self, manifest: &Manifest, program: usize) -> CompileOptions {
        match self.client.platform_name() {
            "cpu" => options::options_for(&self.options, self.client.plugin(), manifest, program),
            _ => self.options.clone(),
        }
    }

    /// Compiles StableHLO code for this session's device, or takes what the cache has; tells whether it had it.
    pub(crate) fn obtain(&self, label: &str, code: &[u8]) -> keramos_pjrt::Result<(LoadedExecutable, bool)> {
        self.obtain_with(&self.options, label, code)
    }

    fn obtain_with(
        &self,
        options: &CompileOptions,
        label: &str,
        code: &[u8],
    ) -> keramos_pjrt::Result<(LoadedExecutable, bool)> {
        let Some(cache) = &self.cache else {
            return Ok((self.client.compile(code, options)?, false));
        };
        let encoded = options.encode();
        let key = Key { fingerprint: self.fingerprint(), options: &encoded, code };
        if let Some(kept) = cache.get(&key) {
            match self.client.load(&kept) {
                Ok(executable) => return Ok((executable, true)),
                Err(error) => log::debug!("the plugin refused what the cache has of `{label}`: {error}"),
            }
        }
        let executable = self.client.compile(code, options)?;
        match executable.executable().serialize() {
            Ok(bytes) => cache.put(&key, label, bytes),
            Err(error) => log::debug!("`{label}` cannot be kept: {error}"),
        }
        Ok((executable, false))
    }
}

/// What a plugin says against being loaded or connected to.
fn refused(error: keramos_pjrt::Error) -> Error {
    match error {
        keramos_pjrt::Error::Call { ref path, .. } => {
            Error::PluginRefused { path: path.clone(), source: Box::new(error) }
        }
        error => Error::Pjrt(error),
    }
}

/// A plugin's error, with the program that it is about, and with what memory goes to if there is too little.
pub(crate) fn in_program(artifact: &Artifact, program: usize, error: keramos_pjrt::Error) -> Error {
    let manifest = artifact.manifest();
    let model = manifest.name.clone();
    let label = manifest.programs.get(program).map(Program::label).unwrap_or_default();
    let source = Box::new(error);
    if source.is_out_of_memory() {
        let account = crate::memory::account(manifest, program);
        return Error::OutOfMemory { model, program: label, source, account };
    }
    Error::Execution { model, program: label, source }
}
