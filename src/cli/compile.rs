//! `keramos compile`.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use keramos::artifact::{Artifact, ArtifactBuilder, Manifest};
use keramos::frontend::diagnostics::{self, Style};
use keramos::ir::passes::Roll;
use keramos::runtime::stablehlo::Module;
use keramos::runtime::targets::TargetSpec;
use keramos::{Compiler, Platform, Session, Stage};

/// The arguments of `keramos compile`.
#[derive(Debug, Args)]
pub struct Compile {
    /// The model file (Python; files beside it that it imports belong to it), or a StableHLO module (MLIR text or
    /// bytecode) with a function `main`
    file: PathBuf,
    /// Where to write the artifact [default: the model file's name with the ending .kar]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What to compile executables for: cpu (this machine), cpu:portable, cuda:h100, cuda:gpu.txtpb, tpu:v5e:2x2, …
    /// (`keramos targets` lists them), or none (StableHLO only); several times for several targets
    #[arg(long, default_value = "cpu")]
    target: Vec<String>,
    /// Batch sizes of predict, such as 1,32,128; those below the training batch also serve last batches that
    /// are not full [default: 1 and the training batch]
    #[arg(long, value_delimiter = ',', value_name = "SIZES")]
    batch: Vec<usize>,
    /// Batch size of training [default: what fit() says, or 32]
    #[arg(long, value_name = "SIZE")]
    train_batch: Option<usize>,
    /// Leave out the training and evaluation entry points
    #[arg(long)]
    no_training: bool,
    /// The variable of the file that holds the model, or an attribute of a model in one, such as gan.generator
    /// [default: the model used last]
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// A function of the file to compile, with the types of its arguments, such as
    /// "f:f32[8,3],(f32[],i32[4]),n=3"; several times for several functions
    #[arg(long, value_name = "FUNCTION:TYPES")]
    entry: Vec<String>,
    /// The types of a batch, where the file does not tell: of the data that its own training step gets, such as
    /// "(f32[32,784],i32[32])", or of a model's input, "f32[32,784]"
    #[arg(long, value_name = "TYPES")]
    input_shape: Option<String>,
    /// What a name of the file is whose value only the data tell: "num_classes=10", or "x_train=f32[60000,28,28]" for
    /// an array whose shape counts; several times for several names
    #[arg(long, value_name = "NAME=VALUE")]
    value: Vec<String>,
    /// Take the weights from a .weights.h5, .keras, .safetensors or .npz file
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Print a stage of the compilation instead of writing an artifact
    #[arg(long, value_name = "STAGE")]
    emit: Option<Emit>,
    /// Whether many equal layers one after the other become a loop over them: `auto` (from eight on) or
    /// `never`. With a loop, neither the time to compile nor the artifact grows with their number
    #[arg(long, default_value = "auto")]
    roll: RollWhen,
    /// The PJRT plugin to compile with [default: the one that is found]
    #[arg(long, value_name = "FILE")]
    plugin: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RollWhen {
    Auto,
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Emit {
    Ast,
    Ir,
    IrOpt,
    Stablehlo,
}

impl Compile {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(!self.batch.contains(&0) && self.train_batch != Some(0), "a batch size must be at least 1");
        let targets = self.targets()?;
        if targets.iter().any(|target| target.platform() == Platform::Tpu) && std::env::var_os(SKIP_METADATA).is_none()
        {
            return restart_without_metadata();
        }
        if let Some(module) = Module::open(&self.file)? {
            return self.package(&module, &targets);
        }
        let source = super::read_source(&self.file)?;
        let name = self.file.display().to_string();
        let mut compiler = Compiler::new().batches(self.batch.clone()).training(!self.no_training);
        compiler = compiler.files(keramos::files_beside(&self.file, &source));
        compiler = compiler.roll(match self.roll {
            RollWhen::Auto => Roll::Auto,
            RollWhen::Never => Roll::Never,
        });
        if let Some(batch) = self.train_batch {
            compiler = compiler.train_batch(batch);
        }
        if let Some(model) = &self.model {
            compiler = compiler.model(model);
        }
        if let Some(types) = &self.input_shape {
            compiler = compiler.input_shape(types);
        }
        for value in &self.value {
            compiler = compiler.value(value);
        }
        for entry in &self.entry {
            compiler = compiler.entry(entry);
        }
        if let Some(emit) = self.emit {
            let stage = match emit {
                Emit::Ast => Stage::Ast,
                Emit::Ir => Stage::Ir,
                Emit::IrOpt => Stage::IrOpt,
                Emit::Stablehlo => Stage::StableHlo,
            };
            let text = compiler.emit(&name, &source, stage)?;
            super::print(text)?;
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(weights) = &self.weights {
            compiler = compiler.weights(weights);
        }
        for target in targets {
            let plugin = self.plugin_for(&target);
            compiler = compiler.target(target, plugin);
        }
        let output = self.output()?;
        let (artifact, notes) = compiler.build(&name, &source)?;
        let style = Style { colour: std::io::stderr().is_terminal(), ..Style::default() };
        if !notes.diagnostics.is_empty() {
            super::tell(diagnostics::render_all(&notes.diagnostics, &notes.sources, style));
        }
        let told: String = notes.summaries.iter().map(|summary| format!("{summary}\n")).collect();
        write(&artifact, &output, &(notes.output + &told))
    }

    /// Packages a StableHLO module. The plugin is needed for any target: it checks the module, and tells its types.
    fn package(&self, module: &Module, targets: &[TargetSpec]) -> anyhow::Result<ExitCode> {
        let model_options = [
            ("--batch", !self.batch.is_empty()),
            ("--train-batch", self.train_batch.is_some()),
            ("--no-training", self.no_training),
            ("--model", self.model.is_some()),
            ("--entry", !self.entry.is_empty()),
            ("--input-shape", self.input_shape.is_some()),
            ("--weights", self.weights.is_some()),
            ("--emit", self.emit.is_some()),
        ];
        if let Some((option, _)) = model_options.iter().find(|(_, given)| *given) {
            anyhow::bail!(
                "{option} is for model files, and {} is a StableHLO module, which is packaged as it is; leave {option} out",
                self.file.display()
            );
        }
        let output = self.output()?;
        let session = match &self.plugin {
            Some(path) => Session::with_plugin(path)?,
            None => Session::new(Platform::Cpu)?,
        };
        let mut artifact = session.package_module(module)?;
        for target in targets {
            let packaged = Artifact::from_bytes(artifact.finish()?)?;
            artifact = target.compile(&packaged, self.plugin_for(target).as_deref())?;
        }
        write(&artifact, &output, "")
    }

    /// The targets asked for, each once; none if that is what is asked for.
    fn targets(&self) -> anyhow::Result<Vec<TargetSpec>> {
        let mut targets = Vec::new();
        for name in &self.target {
            if name == "none" {
                anyhow::ensure!(
                    self.target.len() == 1,
                    "--target none is for an artifact without executables; leave out the others, or it"
                );
                return Ok(Vec::new());
            }
            let target = TargetSpec::parse(name)?;
            anyhow::ensure!(!targets.contains(&target), "--target {name} is there twice");
            targets.push(target);
        }
        Ok(targets)
    }

    /// The plugin that `--plugin` names is for the processor if that is among the targets, else for all of them.
    fn plugin_for(&self, target: &TargetSpec) -> Option<PathBuf> {
        let for_cpu = self.target.iter().any(|name| name.starts_with("cpu"));
        self.plugin.clone().filter(|_| !for_cpu || target.platform() == Platform::Cpu)
    }

    /// Where the artifact goes.
    fn output(&self) -> anyhow::Result<PathBuf> {
        let output = self.output.clone().unwrap_or_else(|| self.file.with_extension("kar"));
        anyhow::ensure!(
            output != self.file,
            "the artifact would replace the model file {}; choose another name with -o",
            self.file.display()
        );
        Ok(output)
    }
}

/// Keeps Google's library from asking a server of its cloud, which takes minutes elsewhere. It has to be set before the
/// process starts.
const SKIP_METADATA: &str = "TPU_SKIP_MDS_QUERY";

/// Runs this very command again with the variable set.
fn restart_without_metadata() -> anyhow::Result<ExitCode> {
    let mut command = std::process::Command::new(std::env::current_exe()?);
    let status = command.args(std::env::args_os().skip(1)).env(SKIP_METADATA, "1").status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    anyhow::ensure!(
        code.is_some(),
        "compiling for TPUs ended with {status}; the plugin crashed, try another version of it"
    );
    Ok(ExitCode::from(code.unwrap_or(1)))
}

/// Writes the artifact, and prints what the compilation told and what is in the artifact.
fn write(artifact: &ArtifactBuilder, output: &Path, told: &str) -> anyhow::Result<ExitCode> {
    artifact.write_atomic(output)?;
    let described = describe(artifact.manifest(), output, std::fs::metadata(output)?.len());
    super::print(format!("{told}{described}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn describe(manifest: &Manifest, output: &std::path::Path, size: u64) -> String {
    let weights = manifest.variables.iter().filter(|v| v.role.is_model_weight());
    let parameters: usize = weights.filter_map(|v| v.elements()).sum();
    let mut entries: Vec<String> = Vec::new();
    for program in &manifest.programs {
        let entry =
            program.batch.map_or_else(|| program.entry.to_string(), |b| format!("{} (batch {b})", program.entry));
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    let what = match (manifest.has_model(), parameters) {
        (true, _) => format!("model `{}`, {parameters} parameters,", manifest.name),
        (false, 0) => format!("functions of `{}`:", manifest.name),
        (false, _) => format!("functions of `{}` with {parameters} parameters:", manifest.name),
    };
    let targets: Vec<&str> = manifest.targets.iter().map(|t| t.name.as_str()).collect();
    let compiled = if targets.is_empty() {
        "no executables".to_owned()
    } else {
        format!("executables for {}", targets.join(", "))
    };
    format!(
        "{}: {what} {}; {compiled}; {:.1} MiB",
        output.display(),
        entries.join(", "),
        size as f64 / (1 << 20) as f64
    )
}
