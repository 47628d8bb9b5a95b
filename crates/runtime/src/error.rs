//! Everything that running an artifact can fail with.

use std::io;
use std::path::{Path, PathBuf};

use keramos_artifact::{ArtifactError, DType, Entry, as_tuple};

use crate::call::CallError;
use crate::data::{FormatError, quoted};
use crate::tensor::{CastError, SizeError};
use crate::weights::WeightsMismatch;

/// A failure of the runtime. The message says what, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The artifact cannot be read, or a file cannot be saved.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The plugin is missing or refuses something.
    #[error(transparent)]
    Pjrt(#[from] keramos_pjrt::Error),
    /// The plugin loads and then refuses to start.
    #[error(
        "the PJRT plugin {} does not start: {source}; `keramos-run doctor` looks into it, and `keramos-run plugins install` \
         installs a build that is known to work",
        path.display()
    )]
    PluginRefused {
        /// The plugin's file.
        path: PathBuf,
        /// The plugin's reason.
        #[source]
        source: Box<keramos_pjrt::Error>,
    },
    /// A program cannot be compiled, or fails.
    #[error("`{program}` of `{model}`: {source}")]
    Execution {
        /// Name of the model.
        model: String,
        /// The program, with its batch size.
        program: String,
        /// The plugin's reason.
        #[source]
        source: Box<keramos_pjrt::Error>,
    },
    /// An executable is required, and the artifact has none that fits.
    #[error(
        "`{program}` of `{model}` would have to be compiled, because {why}; compile the model for this machine \
         (`keramos compile` on it), or leave out --require-aot"
    )]
    NotAheadOfTime {
        /// Name of the model.
        model: String,
        /// The program.
        program: String,
        /// Why no executable fits.
        why: String,
    },
    /// A target that is not known, or cannot be compiled for.
    #[error(transparent)]
    Target(Box<crate::targets::TargetError>),
    /// A plugin cannot be installed.
    #[error(transparent)]
    Install(#[from] crate::plugins::InstallError),
    /// A StableHLO module cannot be compiled or called.
    #[error("{}: {source}", path.display())]
    Module {
        /// The module's file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: Box<crate::stablehlo::ModuleError>,
    },
    /// The device has too little memory.
    #[error("`{program}` of `{model}` does not fit into the device's memory: {source}\n{account}")]
    OutOfMemory {
        /// Name of the model.
        model: String,
        /// The program, with its batch size.
        program: String,
        /// The plugin's reason.
        #[source]
        source: Box<keramos_pjrt::Error>,
        /// What the memory goes to, and what would help.
        account: String,
    },
    /// A program needs more memory than there is.
    #[error(
        "`{program}` of `{model}` needs {} at least, and the {of} has {}: it was not run\n{account}",
        crate::memory::size(*needed), crate::memory::size(*available)
    )]
    TooLarge {
        /// Name of the model.
        model: String,
        /// The program, with its batch size.
        program: String,
        /// Bytes that a run takes at least.
        needed: u64,
        /// `machine` or `device`.
        of: &'static str,
        /// Bytes that there are in all.
        available: u64,
        /// What the memory goes to, and what would help.
        account: String,
    },
    /// A run whose numbers are checked made a NaN or an infinity.
    #[error("{0}")]
    NotFinite(Box<crate::numbers::NotFinite>),
    /// The plugin does not do what is asked for.
    #[error("the plugin {}: {reason}", path.display())]
    Plugin {
        /// What it does not do.
        reason: String,
        /// The plugin's file.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("{}: cannot {action}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was tried, such as `open the file`.
        action: &'static str,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The content of a data file is wrong.
    #[error("{}: {source}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: FormatError,
    },
    /// The extension of a file says nothing.
    #[error("{}: the kind of file is told by its extension, and this is none of {known}; rename it or save it as one of them", path.display())]
    UnknownExtension {
        /// The file.
        path: PathBuf,
        /// The extensions that are known here.
        known: &'static str,
    },
    /// Saved weights do not fit the model.
    #[error(transparent)]
    Weights(Box<WeightsMismatch>),
    /// The data do not fit the model.
    #[error(transparent)]
    Data(Box<DataError>),
    /// The artifact has no such program.
    #[error("`{model}` has no entry point `{entry}`; it has {}: {hint}", quoted(available))]
    NoEntry {
        /// Name of the model.
        model: String,
        /// The entry point that is needed.
        entry: Entry,
        /// The entry points that are there.
        available: Vec<String>,
        /// What to do.
        hint: &'static str,
    },
    /// The artifact has no such function.
    #[error("`{model}` has no function `{function}`; {hint}")]
    NoFunction {
        /// Name of the model.
        model: String,
        /// The function asked for.
        function: String,
        /// What there is, or what to do.
        hint: String,
    },
    /// The model has no such variable.
    #[error("`{model}` has no variable `{path}`; it has {}", quoted(available))]
    NoVariable {
        /// Name of the model.
        model: String,
        /// The path asked for.
        path: String,
        /// The paths that there are.
        available: Vec<String>,
    },
    /// The arguments do not fit the function.
    #[error(transparent)]
    Call(Box<CallError>),
    /// The artifact's programs do not fit the use that is made of them.
    #[error("`{model}`: {reason}; compile the model again with this version of keramos")]
    Program {
        /// Name of the model.
        model: String,
        /// What does not fit.
        reason: String,
    },
    /// No compiled batch size serves.
    #[error(
        "batch size {asked} is not possible: `{entry}` was compiled for {}; choose one of these, or compile again with \
         {} {asked}",
        available.iter().map(usize::to_string).collect::<Vec<_>>().join(", "),
        if *entry == Entry::Predict { "--batch" } else { "--train-batch" }
    )]
    BatchSize {
        /// The entry point.
        entry: Entry,
        /// The batch size asked for.
        asked: usize,
        /// The batch sizes that it was compiled for.
        available: Vec<usize>,
    },
    /// An option has a value that means nothing here.
    #[error("{option} {value}: {reason}")]
    Option {
        /// The option, such as `--epochs`.
        option: &'static str,
        /// Its value.
        value: String,
        /// What is wrong, and what to give instead.
        reason: String,
    },
    /// A callback changes the learning rate, and there is no variable for it.
    #[error(
        "{callback} cannot change the learning rate, which a schedule gives; give the optimizer a number, or leave the \
         callback out with --no-callbacks"
    )]
    NoLearningRate {
        /// The callback.
        callback: &'static str,
    },
    /// The loss is no longer a number.
    #[error(
        "the loss became {value} in epoch {epoch}, step {step}; nothing was saved: lower the learning rate, clip the gradients, or check the data for extreme values; --check-nan tells which layer and line it comes from"
    )]
    Diverged {
        /// The loss.
        value: f64,
        /// Epoch, counted from one.
        epoch: usize,
        /// Step of the epoch, counted from one.
        step: usize,
    },
}

/// Data that do not fit the model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// None of the names that are looked for is in the file.
    #[error(
        "{file}: no array for the model's {what} `{port}`: looked for {}, the file has {}; rename \
         the array or give its name with {option} NAME",
        quoted(looked_for),
        quoted(found)
    )]
    NoArray {
        /// The data file.
        file: String,
        /// `input` or `target`.
        what: &'static str,
        /// The port's name.
        port: String,
        /// Names that would have been taken.
        looked_for: Vec<String>,
        /// Names in the file.
        found: Vec<String>,
        /// The option that names arrays.
        option: &'static str,
    },
    /// A file of one array, where inputs and targets are needed.
    #[error(
        "{file} holds one array, and more are needed: save inputs and targets in one file, as in \
         np.savez(\"data.npz\", x=x, y=y)"
    )]
    OneArray {
        /// The data file.
        file: String,
    },
    /// An array has another shape than the model takes.
    #[error(
        "{array}: each row is of shape {}, but the model's {what} `{port}` takes {}{hint}",
        as_tuple(found),
        as_tuple(wanted)
    )]
    RowShape {
        /// The array.
        array: String,
        /// `input` or `target`.
        what: &'static str,
        /// The port's name.
        port: String,
        /// Shape of a row in the array.
        found: Vec<usize>,
        /// Shape of a row that the model takes.
        wanted: Vec<usize>,
        /// What to do, starting with `;`, or nothing.
        hint: String,
    },
    /// Arrays that belong together differ in length.
    #[error(
        "{first} has {first_rows} rows and {second} has {second_rows}; arrays of one data set need one row for each example"
    )]
    RowCount {
        /// One array.
        first: String,
        /// Its rows.
        first_rows: usize,
        /// The other array.
        second: String,
        /// Its rows.
        second_rows: usize,
    },
    /// There is nothing to compute on.
    #[error("{array} has no rows{hint}")]
    Empty {
        /// The array, or the part of the data.
        array: String,
        /// What to do, starting with `;`, or nothing.
        hint: &'static str,
    },
    /// A NaN or infinity in the data.
    #[error(
        "{array}: row {row} holds {value}; remove such rows or fill them in before training, for \
         one NaN makes every weight NaN"
    )]
    NotFinite {
        /// The array.
        array: String,
        /// The row, counted from zero.
        row: usize,
        /// The value.
        value: f64,
    },
    /// An index that is out of range.
    #[error(
        "{array}: row {row} holds {value}{}, but the model has room for 0 to {} here; check the numbers, or \
         the units of the last layer or the input_dim of the Embedding in the model file",
        if largest > value { format!(" (the largest is {largest})") } else { String::new() },
        limit.saturating_sub(1)
    )]
    OutOfRange {
        /// The array.
        array: String,
        /// The row, counted from zero.
        row: usize,
        /// The value.
        value: i128,
        /// The largest value of the array.
        largest: i128,
        /// The first value that is too large.
        limit: u64,
    },
    /// Values that the model's type does not have.
    #[error("{array} (element type {found}, the model takes {wanted}): {source}")]
    Type {
        /// The array.
        array: String,
        /// Its element type.
        found: DType,
        /// The port's element type.
        wanted: DType,
        /// The value that does not convert.
        #[source]
        source: CastError,
    },
    /// The wrong number of arrays was given.
    #[error("the number of {what}s is wrong: `{model}` takes {wanted} ({}), {given} given", quoted(names))]
    Count {
        /// Name of the model.
        model: String,
        /// `input` or `target`.
        what: &'static str,
        /// How many it takes.
        wanted: usize,
        /// Their names.
        names: Vec<String>,
        /// How many were given.
        given: usize,
    },
    /// The bytes of a tensor are not as many as it takes.
    #[error(transparent)]
    Size(#[from] SizeError),
}

impl Error {
    /// The error with the epoch and the step, both counted from 1, if it is about numbers.
    pub(crate) fn in_step(mut self, epoch: usize, step: usize) -> Error {
        if let Error::NotFinite(report) = &mut self {
            report.step = Some((epoch, step));
        }
        self
    }

    /// The error of what was done for a program; if memory ran out, with what it goes to.
    pub(crate) fn of_program(self, artifact: &keramos_artifact::Artifact, program: usize) -> Error {
        match self {
            Error::Pjrt(source) if source.is_out_of_memory() => crate::session::in_program(artifact, program, source),
            error => error,
        }
    }

    pub(crate) fn file(path: &Path, action: &'static str, source: io::Error) -> Error {
        let path = path.to_owned();
        Error::File { path, action, source }
    }

    pub(crate) fn write(path: &Path, source: io::Error) -> Error {
        Error::file(path, "write the file", source)
    }

    pub(crate) fn format(path: &Path, source: FormatError) -> Error {
        let path = path.to_owned();
        Error::Format { path, source }
    }
}

impl From<DataError> for Error {
    fn from(error: DataError) -> Error {
        Error::Data(Box::new(error))
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Error {
        Error::Call(Box::new(error))
    }
}

impl From<SizeError> for Error {
    fn from(error: SizeError) -> Error {
        DataError::from(error).into()
    }
}
