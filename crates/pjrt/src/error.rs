//! What can go wrong, and what to do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::discover::NotFound;
use crate::element::{ArrayType, ElementType};
use crate::value::Value;

/// The result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure to find, load or use a PJRT plugin.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// No plugin for the platform in any of the places searched.
    #[error(transparent)]
    PluginNotFound(Box<NotFound>),

    /// The plugin's file cannot be read.
    #[error("cannot read the PJRT plugin {}: {source}; name the file of one, or install one with `keramos-run plugins install`", path.display())]
    PluginUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// The file is empty, cut short, or not a shared library at all.
    #[error("{} is not a usable shared library: {reason}; install the plugin again, for this machine", path.display())]
    NotALibrary {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// The system's loader refuses the library.
    #[error(
        "the system cannot load the PJRT plugin {}: {reason}; check that it was built for this machine and that the \
         libraries it names are installed",
        path.display()
    )]
    LibraryNotLoadable {
        /// The file.
        path: PathBuf,
        /// The loader's words.
        reason: String,
    },

    /// A shared library, but not a plugin.
    #[error(
        "{} is a shared library but not a PJRT plugin: it does not export `GetPjrtApi`; name a plugin's file instead",
        path.display()
    )]
    NotAPlugin {
        /// The file.
        path: PathBuf,
    },

    /// The plugin's entry point gave no function table.
    #[error("the PJRT plugin {} gave no function table: its `GetPjrtApi` returned null; use another build", path.display())]
    NoFunctionTable {
        /// The file.
        path: PathBuf,
    },

    /// The plugin speaks a version of the API that this crate does not.
    #[error(
        "the PJRT plugin {} speaks API {}.{}, but {supported_major}.{minimum_minor} or a later {supported_major}.x is \
         needed; install a newer plugin",
        path.display(), found.0, found.1
    )]
    ApiVersion {
        /// The file.
        path: PathBuf,
        /// The plugin's version: major and minor.
        found: (i32, i32),
        /// The major version that this crate speaks.
        supported_major: i32,
        /// The oldest minor version that it speaks.
        minimum_minor: i32,
    },

    /// A client option of the wrong kind.
    #[error("the client option `{name}` takes {expected}, not `{found}`")]
    OptionKind {
        /// The option.
        name: &'static str,
        /// The kind of value that it takes.
        expected: &'static str,
        /// The value given.
        found: Value,
    },

    /// The plugin has no such function.
    #[error(
        "the PJRT plugin {} (API {}.{}, {functions} functions) does not have {function}; install a newer plugin",
        path.display(), version.0, version.1
    )]
    MissingFunction {
        /// The C function.
        function: &'static str,
        /// The plugin's file.
        path: PathBuf,
        /// The plugin's version: major and minor.
        version: (i32, i32),
        /// How many functions its table has.
        functions: usize,
    },

    /// A call failed; code and message are the plugin's.
    #[error("{function} failed ({code}): {message}")]
    Call {
        /// The C function.
        function: &'static str,
        /// The class of failure.
        code: ErrorCode,
        /// The plugin's message.
        message: String,
        /// The plugin's file.
        path: PathBuf,
    },

    /// The plugin's profiler failed.
    #[error("the profiler of the PJRT plugin {}: {message}", path.display())]
    Profiler {
        /// The plugin's message.
        message: String,
        /// The plugin's file.
        path: PathBuf,
    },

    /// A call succeeded without returning what it must return.
    #[error("{function} of the PJRT plugin {} returned nothing; use another build of the plugin", path.display())]
    NullResult {
        /// The C function.
        function: &'static str,
        /// The plugin's file.
        path: PathBuf,
    },

    /// Host data of a length that does not fit the shape.
    #[error("{element} data of shape {dims:?} takes {expected} bytes, but {actual} bytes were given")]
    HostSize {
        /// Element type of the buffer.
        element: ElementType,
        /// Dimensions of the buffer.
        dims: Vec<i64>,
        /// Bytes that the shape takes.
        expected: usize,
        /// Bytes given.
        actual: usize,
    },

    /// The host has too little memory for a copy of an array.
    #[error("the host has too little memory for a copy of {bytes} bytes ({element}{dims:?})")]
    HostMemory {
        /// Bytes that the copy takes.
        bytes: usize,
        /// Element type of the array.
        element: ElementType,
        /// Dimensions of the array.
        dims: Vec<i64>,
    },

    /// A shape with a negative dimension, or larger than memory can be.
    #[error("{dims:?} is not a shape: dimensions must be zero or more, and the whole must fit into memory")]
    InvalidShape {
        /// The dimensions given.
        dims: Vec<i64>,
    },

    /// The buffer holds another type than the one asked for.
    #[error("the buffer holds {actual} elements, but {requested} elements were asked for")]
    ElementMismatch {
        /// What was asked for.
        requested: ElementType,
        /// What the buffer holds.
        actual: ElementType,
    },

    /// An element type that has no byte-addressable form on the host.
    #[error("{element} elements cannot be moved between host and device; convert them to another type first")]
    UnsupportedElement {
        /// The type.
        element: ElementType,
    },

    /// An element type code that this crate does not know.
    #[error("the plugin reports element type {code}, which this version of Keramos does not know")]
    UnknownElement {
        /// The code of `PJRT_Buffer_Type`.
        code: i32,
    },

    /// A device number that the client does not have.
    #[error("there is no device {index}: the client has {available} of its own, numbered from 0")]
    NoSuchDevice {
        /// The number asked for.
        index: usize,
        /// How many there are.
        available: usize,
    },

    /// A buffer, device or executable of one client used with another.
    #[error("the {what} belongs to another client; copy its data to this one first")]
    ForeignHandle {
        /// What was given: `buffer` or `device`.
        what: &'static str,
    },

    /// More or fewer arguments than the program has.
    #[error("the program takes {expected} arguments, but {actual} were given")]
    ArgumentCount {
        /// Arguments of the program.
        expected: usize,
        /// Arguments given.
        actual: usize,
    },

    /// An argument of another type or shape than the program's.
    #[error("argument {index} of the program is {expected}, but {actual} was given")]
    ArgumentType {
        /// Position of the argument, from 0.
        index: usize,
        /// What the program takes.
        expected: ArrayType,
        /// What was given.
        actual: ArrayType,
    },

    /// The argument lists of an execution do not fit the executable's devices or each other.
    #[error(
        "the execution needs one list of arguments for each of {devices} devices, all of one length; got lists of {lengths:?}"
    )]
    ArgumentLists {
        /// Devices that the executable runs on.
        devices: usize,
        /// Lengths of the lists given.
        lengths: Vec<usize>,
    },
}

impl Error {
    /// Whether memory ran out, of the device or of the host.
    #[must_use]
    pub fn is_out_of_memory(&self) -> bool {
        matches!(self, Error::HostMemory { .. } | Error::Call { code: ErrorCode::ResourceExhausted, .. })
    }
}

/// The class of a plugin's failure (the canonical status codes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// The operation was cancelled.
    Cancelled,
    /// No class fits, or the plugin gave a code that is not known.
    Unknown,
    /// An argument is wrong, whatever the state of the system.
    InvalidArgument,
    /// Time ran out.
    DeadlineExceeded,
    /// Something asked for does not exist.
    NotFound,
    /// Something to be made exists already.
    AlreadyExists,
    /// Not allowed.
    PermissionDenied,
    /// Memory or another resource ran out.
    ResourceExhausted,
    /// The system is not in the state that the operation needs.
    FailedPrecondition,
    /// The operation was aborted.
    Aborted,
    /// Past the valid range.
    OutOfRange,
    /// The plugin does not implement it.
    Unimplemented,
    /// A fault of the plugin's own.
    Internal,
    /// Not available at the moment.
    Unavailable,
    /// Data was lost or damaged.
    DataLoss,
    /// Not authenticated.
    Unauthenticated,
}

impl ErrorCode {
    /// The code behind the C API's number.
    pub(crate) fn from_raw(code: i32) -> Self {
        match code {
            1 => Self::Cancelled,
            3 => Self::InvalidArgument,
            4 => Self::DeadlineExceeded,
            5 => Self::NotFound,
            6 => Self::AlreadyExists,
            7 => Self::PermissionDenied,
            8 => Self::ResourceExhausted,
            9 => Self::FailedPrecondition,
            10 => Self::Aborted,
            11 => Self::OutOfRange,
            12 => Self::Unimplemented,
            13 => Self::Internal,
            14 => Self::Unavailable,
            15 => Self::DataLoss,
            16 => Self::Unauthenticated,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
            Self::InvalidArgument => "invalid argument",
            Self::DeadlineExceeded => "deadline exceeded",
            Self::NotFound => "not found",
            Self::AlreadyExists => "already exists",
            Self::PermissionDenied => "permission denied",
            Self::ResourceExhausted => "resource exhausted",
            Self::FailedPrecondition => "failed precondition",
            Self::Aborted => "aborted",
            Self::OutOfRange => "out of range",
            Self::Unimplemented => "unimplemented",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::DataLoss => "data loss",
            Self::Unauthenticated => "unauthenticated",
        })
    }
}
