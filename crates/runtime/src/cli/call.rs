//! `keramos-run call`.

use std::path::{Path, PathBuf};

use clap::Args;
use keramos_artifact::{Artifact, DType, Port, Program};
use keramos_runtime::data::{self, Arrays, FileKind};
use keramos_runtime::stablehlo::Module;
use keramos_runtime::{Error, HostTensor, Model};

use super::predict::rows;
use super::{CheckOptions, DeviceOptions, Failure, prepare_weights, print};

/// Arguments of `call`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The artifact that holds the function, or a StableHLO module (MLIR text or bytecode) with a function `main`
    artifact: PathBuf,
    /// The function
    function: String,
    /// An argument, by position or by name: 0=x.npy, x=x.npy, "params['w']=w.npy", or a number for a
    /// scalar: 2=0.5; several times for several arguments
    #[arg(long = "arg", value_name = "WHICH=VALUE", allow_hyphen_values = true)]
    arguments: Vec<String>,
    /// A .npz or .safetensors file with arguments under their names or positions
    #[arg(long, value_name = "FILE")]
    args: Option<PathBuf>,
    /// Where the results go, as arrays 0, 1, …: .npz or .safetensors, or .npy for a single result; by
    /// default their first rows are printed
    #[arg(short, long, value_name = "FILE", conflicts_with = "out_dir")]
    output: Option<PathBuf>,
    /// Write the results to 0.npy, 1.npy, … in this folder, which is made if need be
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// Write bfloat16 and float8 results as raw bytes into NumPy files; by default they become float32
    #[arg(long)]
    raw: bool,
    /// Use these weights, if the function reads a model's variables
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    #[command(flatten)]
    check: CheckOptions,
    #[command(flatten)]
    device: DeviceOptions,
}

/// The file that is called.
enum Callee {
    Artifact(Box<Artifact>),
    Module(Module),
}

impl Callee {
    fn open(options: &Options) -> Result<Callee, Error> {
        let Some(module) = Module::open(&options.artifact)? else {
            return Ok(Callee::Artifact(Box::new(keramos_runtime::open(&options.artifact)?)));
        };
        module.check_function(&options.function)?;
        Ok(Callee::Module(module))
    }
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    if let Some(path) = &options.output {
        FileKind::of(path)?;
    }
    // The files are read while the plugin starts.
    let (session, callee) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| Callee::open(options));
        (options.device.open(), super::predict::join(reader))
    });
    let mut model = match callee? {
        Callee::Artifact(artifact) => session?.load(*artifact),
        Callee::Module(module) => session?.load_module(&module)?,
    };
    options.check.apply(&mut model);
    let arguments = arguments(&model, options)?;
    let reads_state = model.functions(&options.function)?.iter().any(|(_, p)| p.arguments().count() < p.inputs.len());
    if reads_state || options.weights.is_some() {
        prepare_weights(&mut model, options.weights.as_ref())?;
    }
    let results = model.call(&options.function, &arguments)?;
    deliver(&model, options, results)
}

/// The arguments in order, by the names of the first signature of the function that has all of them. Which signature
/// they fit is found when the function is called.
fn arguments(model: &Model, options: &Options) -> Result<Vec<HostTensor>, Error> {
    let named = options.args.as_ref().map(|path| data::read(path)).transpose()?.unwrap_or_default();
    let mut first_error = None;
    for (_, program) in model.functions(&options.function)? {
        match resolve(program, options, &named) {
            Ok(arguments) => return Ok(arguments),
            Err(error) => _ = first_error.get_or_insert(error),
        }
    }
    Err(first_error.unwrap_or_else(|| usage("--arg", "", "the function has no program".to_owned())))
}

/// The arguments in the order in which one signature takes them.
fn resolve(program: &Program, options: &Options, named: &Arrays) -> Result<Vec<HostTensor>, Error> {
    let ports: Vec<&Port> = program.arguments().map(|(_, port)| port).collect();
    let keys: Vec<[String; 3]> =
        ports.iter().enumerate().map(|(i, port)| [port.name.clone(), i.to_string(), format!("arr_{i}")]).collect();
    if let Some(key) = named.keys().find(|key| !keys.iter().flatten().any(|known| known == *key)) {
        let path = options.args.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        let reason = format!("it holds `{key}`, but `{}` takes {}", options.function, known(&ports));
        return Err(usage("--args", &path, reason));
    }
    let mut values: Vec<Option<HostTensor>> =
        keys.iter().map(|keys| keys.iter().find_map(|key| named.get(key)).cloned()).collect();
    let mut given = vec![false; ports.len()];
    for text in &options.arguments {
        let (index, value) = which(&options.function, &ports, text)?;
        let (Some(slot), Some(port), Some(given)) = (values.get_mut(index), ports.get(index), given.get_mut(index))
        else {
            continue;
        };
        if std::mem::replace(given, true) {
            let reason = format!("argument {index} (`{}`) is given twice", port.name);
            return Err(usage("--arg", text, reason));
        }
        *slot = Some(read_value(port, text, value)?);
    }
    let missing: Vec<String> = ports
        .iter()
        .zip(&values)
        .enumerate()
        .filter(|(_, (_, value))| value.is_none())
        .map(|(i, (port, _))| format!("--arg {i}=FILE for `{}` ({}{:?})", port.name, port.dtype, port.shape))
        .collect();
    if !missing.is_empty() {
        let reason = format!("these arguments are missing: {}", missing.join(", "));
        return Err(usage("call", &options.function, reason));
    }
    Ok(values.into_iter().flatten().collect())
}

fn usage(option: &'static str, value: &str, reason: String) -> Error {
    Error::Option { option, value: value.to_owned(), reason }
}

/// The argument that `WHICH=VALUE` is for, and the value. Names may contain `=` themselves.
fn which<'a>(function: &str, ports: &[&Port], text: &'a str) -> Result<(usize, &'a str), Error> {
    let value_of = |port: &&Port| text.strip_prefix(&port.name)?.strip_prefix('=');
    if let Some(found) = ports.iter().enumerate().find_map(|(i, port)| Some((i, value_of(port)?))) {
        return Ok(found);
    }
    let Some((key, value)) = text.split_once('=') else {
        return Err(usage("--arg", text, "write it as 0=FILE, NAME=FILE or 0=NUMBER".to_owned()));
    };
    if let Some(index) = key.trim().parse().ok().filter(|&index| index < ports.len()) {
        return Ok((index, value));
    }
    Err(usage("--arg", text, format!("`{function}` has no argument `{key}`; it takes {}", known(ports))))
}

/// The arguments' positions and names.
fn known(ports: &[&Port]) -> String {
    let known: Vec<String> = ports.iter().enumerate().map(|(i, port)| format!("{i} (`{}`)", port.name)).collect();
    if known.is_empty() { "no arguments".to_owned() } else { known.join(", ") }
}

/// A number, or the array of a file.
fn read_value(port: &Port, text: &str, value: &str) -> Result<HostTensor, Error> {
    if let Some(number) = scalar(value) {
        if !port.shape.is_empty() {
            let reason = format!(
                "`{}` is {}{:?} and a number stands for a scalar; save the array as a .npy file",
                port.name, port.dtype, port.shape
            );
            return Err(usage("--arg", text, reason));
        }
        return number.cast(port.dtype).map_err(|error| usage("--arg", text, error.to_string()));
    }
    let path = Path::new(value);
    let arrays = data::read(path)?;
    let count = arrays.len();
    match arrays.into_values().next() {
        Some(only) if count == 1 => Ok(only),
        _ => Err(usage("--arg", text, format!("{value} holds {count} arrays; give them with --args {value}"))),
    }
}

/// A number or truth value as a scalar.
fn scalar(text: &str) -> Option<HostTensor> {
    let text = text.trim();
    let value = match text {
        "true" | "True" => HostTensor::from_values(Vec::new(), &[true]),
        "false" | "False" => HostTensor::from_values(Vec::new(), &[false]),
        _ => match (text.parse::<i64>(), text.parse::<u64>(), text.parse::<f64>()) {
            (Ok(int), _, _) => HostTensor::from_values(Vec::new(), &[int]),
            (_, Ok(int), _) => HostTensor::from_values(Vec::new(), &[int]),
            (_, _, Ok(float)) => HostTensor::from_values(Vec::new(), &[float]),
            _ => return None,
        },
    };
    value.ok()
}

/// Writes or prints the results.
fn deliver(model: &Model, options: &Options, results: Vec<HostTensor>) -> Result<(), Failure> {
    let native = options.output.as_ref().map(|path| FileKind::of(path)).transpose()? == Some(FileKind::Safetensors);
    let to_file = options.output.is_some() || options.out_dir.is_some();
    let mut written = Vec::with_capacity(results.len());
    for (index, result) in results.into_iter().enumerate() {
        let narrow = matches!(result.dtype(), DType::BF16 | DType::F8E4M3FN | DType::F8E5M2);
        if !narrow || options.raw || native || !to_file {
            written.push(result);
            continue;
        }
        log::info!(
            "result {index} is {}, which NumPy does not have, and is written as float32 (the same values); \
             --raw writes the bytes as they are",
            result.dtype()
        );
        written.push(result.cast(DType::F32).map_err(|error| usage("result", &index.to_string(), error.to_string()))?);
    }
    if let Some(path) = &options.output {
        let arrays: Arrays = written.into_iter().enumerate().map(|(i, array)| (i.to_string(), array)).collect();
        data::write(path, &arrays)?;
        return Ok(());
    }
    if let Some(folder) = &options.out_dir {
        std::fs::create_dir_all(folder).map_err(|source| Error::File {
            path: folder.clone(),
            action: "make the folder",
            source,
        })?;
        for (index, array) in written.into_iter().enumerate() {
            data::write(&folder.join(format!("{index}.npy")), &Arrays::from([(index.to_string(), array)]))?;
        }
        return Ok(());
    }
    let names = model.functions(&options.function)?.first().map(|(_, program)| program.outputs.clone());
    let names = names.unwrap_or_default();
    names.iter().zip(&written).try_for_each(|(port, result)| print(&rows(&port.name, result)))
}
