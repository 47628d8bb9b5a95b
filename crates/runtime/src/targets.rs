//! What executables are compiled for: this machine, a baseline of its kind, or an accelerator that need not be there.

mod gpus;

use std::path::{Path, PathBuf};

use keramos_artifact::{Artifact, ArtifactBuilder, Plan, Target};
use keramos_pjrt::{
    Client, ClientOptions, CompileOptions, Environment, Executable, Platform, Plugin, Topology, discover,
};

use crate::error::Error;
use crate::session::in_program;
use crate::{fingerprint, options};

/// A target of compilation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetSpec {
    /// As the user wrote it.
    name: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// This machine's processor.
    Cpu,
    /// Any processor with the features of [`fingerprint::PORTABLE`].
    PortableCpu,
    /// An NVIDIA GPU, by its description.
    Cuda(String),
    /// TPUs, by the name of their topology.
    Tpu(String),
}

/// The text names no target.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// Nothing of the kind is known.
    #[error("there is no target `{name}`; {hint}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        hint: String,
    },
    /// The description of a GPU cannot be read.
    #[error("{}: the description of a GPU cannot be read: {source}", path.display())]
    Description {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The plugin does not know or does not support the target.
    #[error("`{name}` cannot be compiled for: {source}{}", hint.as_deref().unwrap_or(""))]
    Topology {
        /// The target.
        name: String,
        /// The plugin's reason.
        #[source]
        source: Box<keramos_pjrt::Error>,
        /// What to do, starting with `;`.
        hint: Option<String>,
    },
}

/// Topologies of TPUs that libtpu describes; any other name is passed on to it.
const TOPOLOGIES: [&str; 4] = ["v4:2x2x1", "v5e:2x2", "v5p:2x2x1", "v6e:2x2"];

impl TargetSpec {
    /// Reads a target: `cpu`, `cpu:portable`, `cuda:h100`, `cuda:gpu.txtpb` (the description of another GPU), `tpu:v5e:2x2`.
    ///
    /// # Errors
    /// [`TargetError::Unknown`], [`TargetError::Description`].
    pub fn parse(text: &str) -> Result<TargetSpec, TargetError> {
        let unknown = |hint: String| TargetError::Unknown { name: text.to_owned(), hint };
        let kind = match text.split_once(':') {
            None if text == "cpu" => Kind::Cpu,
            Some(("cpu", "portable")) => Kind::PortableCpu,
            Some(("cuda", gpu)) => Kind::Cuda(match gpus::config(gpu) {
                Some(config) => config,
                None if gpu.contains('.') || gpu.contains('/') => std::fs::read_to_string(gpu)
                    .map_err(|source| TargetError::Description { path: PathBuf::from(gpu), source })?,
                None => {
                    let known = gpus::names().join(", ");
                    return Err(unknown(format!(
                        "known GPUs are {known}; describe another in a file, as in cuda:gpu.txtpb"
                    )));
                }
            }),
            Some(("tpu", topology)) if !topology.is_empty() => Kind::Tpu(topology.to_owned()),
            _ => {
                return Err(unknown(
                    "targets are cpu, cpu:portable, cuda:GPU and tpu:TOPOLOGY; `keramos targets` lists them".to_owned(),
                ));
            }
        };
        Ok(TargetSpec { name: text.to_owned(), kind })
    }

    /// This machine's processor.
    #[must_use]
    pub fn host() -> TargetSpec {
        TargetSpec { name: "cpu".to_owned(), kind: Kind::Cpu }
    }

    /// As the user wrote it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The platform whose plugin compiles for the target.
    #[must_use]
    pub fn platform(&self) -> Platform {
        match self.kind {
            Kind::Cpu | Kind::PortableCpu => Platform::Cpu,
            Kind::Cuda(_) => Platform::Cuda,
            Kind::Tpu(_) => Platform::Tpu,
        }
    }

    /// Adds executables of all programs for this target to an artifact. `plugin` is the file to use instead of looking for
    /// one.
    ///
    /// # Errors
    /// [`Error::Pjrt`] if there is no plugin, [`Error::Target`] if it cannot compile for the target, [`Error::Execution`] if
    /// it refuses a program.
    pub fn compile(&self, artifact: &Artifact, plugin: Option<&Path>) -> Result<ArtifactBuilder, Error> {
        let plugin = match plugin {
            Some(path) => Plugin::load(path)?,
            None => Plugin::find(self.platform(), &Environment::current())?,
        };
        let compiler = self.compiler(&plugin)?;
        let mut builder = ArtifactBuilder::from_artifact(artifact)?;
        builder.set_weights(artifact.weights()?.iter())?;
        let target = builder.add_target(compiler.target.clone());
        for program in 0..artifact.manifest().programs.len() {
            let code = artifact.program_code(program)?.unwrap_or_default();
            let options = match self.platform() {
                Platform::Cpu => options::options_for(&compiler.options, &plugin, artifact.manifest(), program),
                _ => compiler.options.clone(),
            };
            let compiled = compiler.compile(&code, &options).map_err(|error| in_program(artifact, program, error))?;
            builder.add_planned_executable(program, target, compiled.0, compiled.1);
        }
        Ok(builder)
    }

    fn compiler(&self, plugin: &Plugin) -> Result<Compiler, Error> {
        let options = options::compile_options();
        match &self.kind {
            Kind::Cpu => {
                let client = Client::new(plugin, &ClientOptions::new())?;
                let target = fingerprint::describe(&self.name, &client)?;
                Ok(Compiler { target, options, devices: Devices::Client(client) })
            }
            Kind::PortableCpu => {
                let client = Client::new(plugin, &ClientOptions::new())?;
                let target = fingerprint::describe_portable(&self.name, &client)?;
                let options = options.xla("xla_cpu_max_isa", fingerprint::PORTABLE_ISA);
                Ok(Compiler { target, options, devices: Devices::Client(client) })
            }
            Kind::Cuda(config) => {
                let described = ClientOptions::new().set("target_config", config.as_str()).set("topology", "1x1x1");
                let topology = self.topology(plugin, "", &described)?;
                // Without a device nothing can be timed, so that the compiler goes by its own estimates.
                let mut options = options.xla("xla_gpu_autotune_level", 0_i64);
                if let Some(tools) = cuda_tools(plugin.path()) {
                    options = options.xla("xla_gpu_cuda_data_dir", tools.to_string_lossy().as_ref());
                }
                let target = fingerprint::describe_topology(&self.name, plugin, &topology)?;
                Ok(Compiler { target, options, devices: Devices::Topology(topology) })
            }
            Kind::Tpu(name) => {
                let topology = self.topology(plugin, name, &ClientOptions::new())?;
                let target = fingerprint::describe_topology(&self.name, plugin, &topology)?;
                Ok(Compiler { target, options, devices: Devices::Topology(topology) })
            }
        }
    }

    fn topology(&self, plugin: &Plugin, name: &str, options: &ClientOptions) -> Result<Topology, Error> {
        let hint =
            matches!(self.kind, Kind::Tpu(_)).then(|| format!("; topologies are such as {}", TOPOLOGIES.join(", ")));
        Topology::new(plugin, name, options).map_err(|source| {
            Error::Target(Box::new(TargetError::Topology { name: self.name.clone(), source: Box::new(source), hint }))
        })
    }
}

/// What compiles for a target.
struct Compiler {
    target: Target,
    options: CompileOptions,
    devices: Devices,
}

impl Compiler {
    /// The executable as bytes, and what the plugin tells of it.
    fn compile(&self, code: &[u8], options: &CompileOptions) -> keramos_pjrt::Result<(Vec<u8>, Option<Plan>)> {
        let stored = |executable: &Executable| Ok((executable.serialize()?, fingerprint::plan(executable)));
        match &self.devices {
            Devices::Client(client) => stored(client.compile(code, options)?.executable()),
            Devices::Topology(topology) => stored(&topology.compile(code, options)?),
        }
    }
}

enum Devices {
    Client(Client),
    Topology(Topology),
}

/// The folder with `bin/ptxas` and `nvvm/libdevice` that was installed with a CUDA plugin: NVIDIA's wheels have it beside
/// the package that carries the plugin.
fn cuda_tools(plugin: &Path) -> Option<PathBuf> {
    let packages = plugin.ancestors().nth(3)?;
    let folders = ["nvidia/cu13", "nvidia/cuda_nvcc"].map(|folder| packages.join(folder));
    folders.into_iter().find(|folder| folder.join("bin/ptxas").is_file())
}

/// A line of `keramos targets`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Available {
    /// The target's name.
    pub name: String,
    /// What is missing to compile for it, with what to do; `None` if nothing is.
    pub missing: Option<String>,
}

/// The targets that are known, each with what this machine lacks to compile for it.
#[must_use]
pub fn available(environment: &Environment) -> Vec<Available> {
    let names = ["cpu", "cpu:portable"].map(str::to_owned).into_iter();
    let names = names.chain(gpus::names().into_iter().map(|gpu| format!("cuda:{gpu}")));
    let names = names.chain(TOPOLOGIES.iter().map(|topology| format!("tpu:{topology}")));
    let lacks = |name: &str| {
        let platform = TargetSpec::parse(name).ok()?.platform();
        let install = if platform == Platform::Cuda { "cuda13" } else { platform.name() };
        let Some(plugin) = discover::candidates(platform, environment).into_iter().next() else {
            return Some(format!("the {platform} plugin: keramos-run plugins install {install}"));
        };
        if platform == Platform::Cuda && cuda_tools(&plugin.path).is_none() {
            return Some("ptxas beside the plugin (one of the system's is used if CUDA is installed): keramos-run plugins install cuda13".to_owned());
        }
        None
    };
    names.map(|name| Available { missing: lacks(&name), name }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read() {
        for (text, platform) in [
            ("cpu", Platform::Cpu),
            ("cpu:portable", Platform::Cpu),
            ("cuda:h100", Platform::Cuda),
            ("tpu:v5e:2x2", Platform::Tpu),
        ] {
            let spec = TargetSpec::parse(text).expect("a target");
            assert_eq!((spec.name(), spec.platform()), (text, platform));
        }
        for (text, part) in [
            ("gpu", "targets are cpu, cpu:portable"),
            ("cpu:fast", "targets are cpu"),
            ("cuda", "targets are cpu"),
            ("cuda:h1000", "known GPUs are h100, h200"),
            ("cuda:no/file.txtpb", "cannot be read"),
            ("tpu:", "keramos targets"),
        ] {
            let message = TargetSpec::parse(text).expect_err("no target").to_string();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let none = available(&Environment::empty());
        let missing = |name: &str| none.iter().find(|a| a.name == name).and_then(|a| a.missing.clone());
        assert!(missing("cpu").is_some_and(|text| text.contains("plugins install cpu")));
        assert!(missing("cuda:b200").is_some_and(|text| text.contains("plugins install cuda13")));
        assert!(missing("tpu:v5e:2x2").is_some_and(|text| text.contains("plugins install tpu")));
    }
}
