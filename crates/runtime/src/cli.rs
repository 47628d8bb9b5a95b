//! The command line. Each command has its file; this one reads the arguments and turns failures
//! into messages and exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted.

mod bench;
mod cache;
mod call;
mod diff;
mod doctor;
mod evaluate;
mod images;
mod inspect;
mod logger;
mod plugins;
mod predict;
mod profile;
mod progress;
mod train;
mod weights;

use std::io;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use keramos_runtime::cache::Cache;
use keramos_runtime::dataset::ArrayNames;
use keramos_runtime::plugins::{DEVICE_VARIABLE, DeviceChoice};
use keramos_runtime::{Error, Model, Session, SessionOptions, table};

/// Runs Keramos artifacts (.kar): no Python, no compiler.
#[derive(Debug, Parser)]
#[command(name = "keramos-run", version, propagate_version = true)]
struct Arguments {
    /// Say nothing but results, warnings and errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say what is done and how long it takes
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train a model on arrays from a file
    Train(train::Options),
    /// Compute loss and metrics on test data
    Evaluate(evaluate::Options),
    /// Compute the model's outputs
    Predict(predict::Options),
    /// Call a function of the artifact on arrays
    Call(call::Options),
    /// Measure latency and throughput
    Bench(bench::Options),
    /// Tell where a program's time goes, by layer and operation, and write a trace
    Profile(profile::Options),
    /// Show layers, entry points, sizes and targets
    Inspect(inspect::Options),
    /// Compare two artifacts
    Diff(diff::Options),
    /// List, export or import the values of a model's variables
    Weights(weights::Options),
    /// List the plugins of this machine, or install one
    Plugins(plugins::Options),
    /// Check this machine, and say what to do about what is wrong
    Doctor(doctor::Options),
    /// List or remove the programs that were compiled on this machine and kept
    Cache(cache::Options),
}

/// Where models run.
#[derive(Debug, Clone, Args)]
struct DeviceOptions {
    /// The device: cpu, cuda, cuda:1, rocm, tpu, oneapi, or auto for the best that there is [default: what
    /// KERAMOS_DEVICE says, or auto]
    #[arg(long, value_name = "DEVICE", value_parser = device)]
    device: Option<DeviceChoice>,
    /// The PJRT plugin's file, instead of looking for one
    #[arg(long, value_name = "FILE")]
    plugin: Option<PathBuf>,
    /// Refuse to compile: run only what the artifact holds an executable of
    #[arg(long)]
    require_aot: bool,
}

/// What is watched for.
#[derive(Debug, Clone, Args)]
struct CheckOptions {
    /// Check every result, and tell the first layer and source line that made a NaN or an infinity; slower, and
    /// takes more memory
    #[arg(long)]
    check_nan: bool,
}

impl CheckOptions {
    fn apply(&self, model: &mut Model) {
        if self.check_nan {
            model.check_numbers();
        }
    }
}

/// Which arrays of a data file are meant.
#[derive(Debug, Clone, Args)]
struct NameOptions {
    /// Name of the array for the model's input; several times for several inputs
    #[arg(long = "x", value_name = "NAME")]
    inputs: Vec<String>,
    /// Name of the array for the target; several times for several outputs
    #[arg(long = "y", value_name = "NAME")]
    targets: Vec<String>,
}

impl NameOptions {
    fn names(&self) -> ArrayNames {
        ArrayNames { inputs: self.inputs.clone(), targets: self.targets.clone() }
    }
}

impl DeviceOptions {
    /// The device that the option names, or the environment.
    fn choice(&self) -> Result<DeviceChoice, Error> {
        if let Some(device) = self.device {
            return Ok(device);
        }
        match std::env::var(DEVICE_VARIABLE) {
            Ok(name) if !name.is_empty() => name.parse::<DeviceChoice>().map_err(|error| Error::Option {
                option: DEVICE_VARIABLE,
                value: name,
                reason: error.to_string(),
            }),
            _ => Ok(DeviceChoice::Auto),
        }
    }

    fn open(&self) -> Result<Session, Error> {
        let start = std::time::Instant::now();
        let session = Session::open(&SessionOptions {
            device: self.choice()?,
            plugin: self.plugin.clone(),
            cache: Cache::of_user(),
            require_aot: self.require_aot,
        })?;
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        log::debug!("plugin and client ready in {milliseconds:.1} ms: {}", session.fingerprint());
        Ok(session)
    }
}

fn device(name: &str) -> Result<DeviceChoice, String> {
    name.parse::<DeviceChoice>().map_err(|error| error.to_string())
}

/// Why a command ends without having done its work.
#[derive(Debug)]
enum Failure {
    /// To be told and answered with its exit code.
    Error(Error),
    /// Standard output is gone (a pipe whose reader has had enough).
    Output(io::Error),
    /// What was looked for was found, and told.
    Found,
    /// The user stopped it, and what could be saved has been saved.
    Interrupted,
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::Error(error.into())
    }
}

const SUCCESS: u8 = 0;
const FAILURE: u8 = 1;

/// Runs the command that the arguments name; gives the exit code.
pub(crate) fn main() -> u8 {
    let arguments = Arguments::parse();
    logger::install(arguments.quiet, arguments.verbose);
    let result = match &arguments.command {
        Command::Train(options) => train::run(options, arguments.quiet),
        Command::Evaluate(options) => evaluate::run(options),
        Command::Predict(options) => predict::run(options),
        Command::Call(options) => call::run(options),
        Command::Bench(options) => bench::run(options),
        Command::Profile(options) => profile::run(options),
        Command::Inspect(options) => inspect::run(options),
        Command::Diff(options) => diff::run(options),
        Command::Weights(options) => weights::run(options),
        Command::Plugins(options) => plugins::run(options),
        Command::Doctor(options) => doctor::run(options),
        Command::Cache(options) => cache::run(options),
    };
    match result {
        Ok(()) => SUCCESS,
        Err(Failure::Interrupted) => 130,
        Err(Failure::Found) => FAILURE,
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => SUCCESS,
        Err(Failure::Output(error)) => {
            tell(format_args!("error: cannot write to standard output: {error}"));
            FAILURE
        }
        Err(Failure::Error(error)) => {
            tell(format_args!("error: {error}"));
            match error {
                Error::Option { .. } => 2,
                _ => FAILURE,
            }
        }
    }
}

/// Writes to standard output; a failure is an error rather than a panic.
fn print(text: &str) -> Result<(), Failure> {
    use io::Write;
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(Failure::Output)
}

/// Writes a line to standard error, if there is one that takes it.
fn tell(line: impl std::fmt::Display) {
    use io::Write;
    let _ = writeln!(io::stderr(), "{line}");
}

/// Gives the model the weights of a file, or warns if it would run with initial values.
fn prepare_weights(model: &mut Model, file: Option<&PathBuf>) -> Result<(), Error> {
    if let Some(file) = file {
        let values = keramos_runtime::weights::load(file, &model.manifest().variables)?;
        return model.set_variables(values);
    }
    if !model.manifest().has_all_weights() {
        log::warn!(
            "{} carries no trained weights: the model runs with its initial values; train it with `keramos-run train`, \
             or give --weights FILE",
            model.artifact().origin()
        );
    }
    Ok(())
}

/// Loss and metrics on one line, as Keras prints them.
fn logs_line(logs: &keramos_runtime::Logs) -> String {
    let parts: Vec<String> = logs.iter().map(|(name, value)| format!("{name}: {}", number(*value))).collect();
    parts.join(" - ")
}

/// Four significant places; scientific where that would say nothing.
fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || (1e-3..1e6).contains(&size) { format!("{value:.4}") } else { format!("{value:.4e}") }
}
