//! The pipeline from source text to artifact.

use std::path::{Path, PathBuf};

use keramos_artifact::{Artifact, ArtifactBuilder};
use keramos_frontend::diagnostics::{Diagnostic, Source, SourceMap};
use keramos_frontend::program::{self, Entry, Program};
use keramos_frontend::{Compilation, syntax};
use keramos_ir::Function;
use keramos_ir::passes::{self, simplify};
use keramos_lowering::{Argument, Format, Lowered, lower};
use keramos_runtime::targets::TargetSpec;
use keramos_runtime::weights;

use crate::{CompileError, Stage, package};

/// Compiles model files; the methods set what differs from the defaults.
#[derive(Clone, Debug, Default)]
pub struct Compiler {
    options: keramos_frontend::Options,
    weights: Option<PathBuf>,
    targets: Vec<Aot>,
}

/// Compiling ahead of time for one target.
#[derive(Clone, Debug)]
struct Aot {
    target: TargetSpec,
    plugin: Option<PathBuf>,
}

impl Compiler {
    /// The defaults: predict at batch sizes 1 and the training batch, training entry points if the
    /// model is compiled, no executables.
    pub fn new() -> Self {
        Compiler::default()
    }

    /// The batch sizes of `predict`; those below the training batch are sizes of `evaluate_step`, too,
    /// and of `train_step_masked` where something counts the padding of a batch.
    #[must_use]
    pub fn batches(mut self, batches: impl Into<Vec<usize>>) -> Self {
        self.options.program.batches = batches.into();
        self
    }

    /// The batch size of training and evaluation; the default is what `fit` says, else 32.
    #[must_use]
    pub fn train_batch(mut self, batch: usize) -> Self {
        self.options.program.train_batch = Some(batch);
        self
    }

    /// Whether the artifact gets training and evaluation entry points (it does by default, if the
    /// file calls `model.compile`).
    #[must_use]
    pub fn training(mut self, training: bool) -> Self {
        self.options.program.training = training;
        self
    }

    /// Whether many equal layers one after the other are trained as a scan over them, which compiles faster
    /// and into less; see [`passes::roll`].
    #[must_use]
    pub fn roll(mut self, roll: passes::Roll) -> Self {
        self.options.program.roll = roll;
        self
    }

    /// Makes a function of the file an entry point, given the types of its arguments:
    /// `f:f32[8,3],(f32[],i32[4]),n=3`. Types are dtype and shape; trees are written as in Python; numbers,
    /// strings, `True`, `False` and `None` are static.
    #[must_use]
    pub fn entry(mut self, function: impl Into<String>) -> Self {
        self.options.program.functions.push(function.into());
        self
    }

    /// The types of what a training step of the file gets from the run, where the file does not tell:
    /// `(f32[32,784],i32[32])`, in the form of an entry's arguments.
    #[must_use]
    pub fn input_shape(mut self, types: impl Into<String>) -> Self {
        self.options.data = Some(types.into());
        self
    }

    /// What a name of the file is whose value only the data tell: `num_classes=10`, or `x_train=f32[60000,28,28]` for
    /// an array whose shape counts.
    #[must_use]
    pub fn value(mut self, text: impl Into<String>) -> Self {
        self.options.values.push(text.into());
        self
    }

    /// The variable of the file that holds the model; by default the model that the file used last.
    #[must_use]
    pub fn model(mut self, name: impl Into<String>) -> Self {
        self.options.model = Some(name.into());
        self
    }

    /// The files that the model file may import; [`crate::files_beside`] finds them.
    #[must_use]
    pub fn files(mut self, files: Vec<keramos_frontend::File>) -> Self {
        self.options.files = files;
        self
    }

    /// Takes the weights from a file (`.weights.h5`, `.keras`, `.safetensors`, `.npz`).
    #[must_use]
    pub fn weights(mut self, path: impl Into<PathBuf>) -> Self {
        self.weights = Some(path.into());
        self
    }

    /// Puts executables for this machine's processor into the artifact.
    #[must_use]
    pub fn ahead_of_time(self, plugin: Option<PathBuf>) -> Self {
        self.target(TargetSpec::host(), plugin)
    }

    /// Puts executables for a target into the artifact, beside those for other targets; compiled by the given plugin or
    /// the one that is found.
    #[must_use]
    pub fn target(mut self, target: TargetSpec, plugin: Option<PathBuf>) -> Self {
        self.targets.push(Aot { target, plugin });
        self
    }

    /// Compiles `source`; `name` is what diagnostics call the file.
    ///
    /// # Errors
    /// [`CompileError`].
    pub fn compile(&self, name: &str, source: &str) -> Result<Artifact, CompileError> {
        let (builder, _) = self.build(name, source)?;
        Ok(Artifact::from_bytes(builder.finish()?)?)
    }

    /// As [`Compiler::compile`], up to an artifact that is ready to be written, and tells what the
    /// frontend had to say beside errors.
    ///
    /// # Errors
    /// [`CompileError`].
    pub fn build(&self, name: &str, source: &str) -> Result<(ArtifactBuilder, Notes), CompileError> {
        let (program, notes) = self.trace(name, source)?;
        let mut builder = self.package(name, &program).map_err(|error| error.placed(&notes.sources))?;
        if let Some(path) = &self.weights {
            let values = weights::load(path, &builder.manifest().variables)?;
            builder.set_weights(values.iter().map(|(index, value)| (*index, value.bytes())))?;
        }
        for aot in &self.targets {
            builder = aot.target.compile(&Artifact::from_bytes(builder.finish()?)?, aot.plugin.as_deref())?;
        }
        Ok((builder, notes))
    }

    /// The text of one stage.
    ///
    /// # Errors
    /// [`CompileError`].
    pub fn emit(&self, name: &str, source: &str, stage: Stage) -> Result<String, CompileError> {
        if stage == Stage::Ast {
            let source = Source::new(name, source);
            let (module, diagnostics) = syntax::parse(&source);
            if diagnostics.iter().any(Diagnostic::is_error) {
                return Err(CompileError::source(&SourceMap::single(source), &diagnostics));
            }
            return Ok(syntax::print(&module, &source));
        }
        let (program, notes) = self.trace(name, source)?;
        let mut text = String::new();
        for entry in &program.entries {
            text += &match stage {
                Stage::Ast | Stage::Ir => titled(entry, &entry.function).to_string(),
                Stage::IrOpt => titled(entry, &optimize(entry)?).to_string(),
                Stage::StableHlo => {
                    let lowered = optimize(entry).and_then(|function| lower_entry(entry, &function, Format::Text));
                    let lowered = lowered.map_err(|error| error.placed(&notes.sources))?;
                    format!("// {}\n{}", title(entry), lowered.text().unwrap_or_default())
                }
            };
            text.push('\n');
        }
        Ok(text)
    }

    /// Parses, evaluates and traces.
    fn trace(&self, name: &str, source: &str) -> Result<(Program, Notes), CompileError> {
        let Compilation { program, diagnostics, sources, summaries, output, .. } =
            keramos_frontend::compile(Source::new(name, source), &self.options);
        match program {
            Some(program) if !diagnostics.iter().any(Diagnostic::is_error) => {
                Ok((program, Notes { diagnostics, sources, output, summaries }))
            }
            _ => Err(CompileError::source(&sources, &diagnostics)),
        }
    }

    fn package(&self, name: &str, program: &Program) -> Result<ArtifactBuilder, CompileError> {
        let file = Path::new(name).file_name().map(|file| file.to_string_lossy().into_owned());
        let functions = program.entries.iter().map(optimize).collect::<Result<Vec<Function>, _>>()?;
        let mut builder = ArtifactBuilder::new(package::build_info(), package::manifest(program, &functions, file));
        for (entry, function) in program.entries.iter().zip(&functions) {
            let lowered = lower_entry(entry, function, Format::Bytecode)?;
            builder.add_program(package::program(entry), lowered.code);
        }
        Ok(builder)
    }
}

/// What a successful compilation has to say.
#[derive(Debug)]
pub struct Notes {
    /// Warnings and remarks.
    pub diagnostics: Vec<Diagnostic>,
    /// What they point into.
    pub sources: SourceMap,
    /// What the file printed, as far as it is known at compile time.
    pub output: String,
    /// The layer tables that the file asked for by `model.summary()`.
    pub summaries: Vec<String>,
}

/// Simplifies one entry point for the CPU; nobody differentiates it any more.
fn optimize(entry: &Entry) -> Result<Function, CompileError> {
    let options = passes::Options { target: passes::Target::Cpu, differentiable: false, ..passes::Options::default() };
    let donated = entry.inputs.iter().enumerate().filter_map(|(input, port)| Some((input, port.donated_to?)));
    Ok(passes::order_donated(&simplify(&entry.function, &options)?, &donated.collect::<Vec<_>>())?)
}

/// Lowers one entry point, given its optimized function.
fn lower_entry(entry: &Entry, function: &Function, format: Format) -> Result<Lowered, CompileError> {
    let argument = |port: &program::Port| Argument { name: port.name.clone(), donated_to: port.donated_to };
    let arguments: Vec<Argument> = entry.inputs.iter().map(argument).collect();
    let results: Vec<String> = entry.outputs.iter().map(|port| port.name.clone()).collect();
    let program = keramos_lowering::Program {
        name: entry.name(),
        function,
        arguments: &arguments,
        results: &results,
        partitions: 1,
        replicas: 1,
    };
    Ok(lower(&program, &keramos_lowering::Options { format, locations: true })?)
}

fn title(entry: &Entry) -> String {
    match entry.batch {
        Some(batch) => format!("{}_b{batch}", entry.name()),
        None => entry.name().to_owned(),
    }
}

fn titled(entry: &Entry, function: &Function) -> Function {
    let mut function = function.clone();
    function.name = title(entry);
    function
}
