//! What can be wrong with an artifact.

use std::io;

use crate::header::FORMAT_VERSION;

/// A fault together with the file (or `memory`) that it was found in.
#[derive(Debug, thiserror::Error)]
#[error("{origin}: {fault}")]
pub struct ArtifactError {
    /// The path of the file, or a word for where the bytes came from.
    pub origin: String,
    /// What is wrong.
    #[source]
    pub fault: Fault,
}

impl ArtifactError {
    pub(crate) fn new(origin: impl Into<String>, fault: Fault) -> Self {
        let origin = origin.into();
        ArtifactError { origin, fault }
    }
}

/// One way in which reading or writing an artifact fails.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The operating system refused an operation.
    #[error("cannot {action}: {source}")]
    Io {
        /// What was tried, as a verb phrase such as `open the file`.
        action: &'static str,
        /// The system's own reason.
        #[source]
        source: io::Error,
    },
    /// The disk (or the user's quota or file size limit) has no room for the file.
    #[error(
        "no space left for {bytes} bytes ({source}); the previous file, if there was one, is \
         unchanged: free some space, or write to another disk with -o"
    )]
    NoSpace {
        /// Size of the file that was to be written.
        bytes: u64,
        /// The system's own reason.
        #[source]
        source: io::Error,
    },
    /// The first bytes are not those of an artifact.
    #[error("not a Keramos artifact: {found}; give a .kar file, as `keramos compile model.py -o model.kar` writes it")]
    NotAnArtifact {
        /// What the file looks like instead.
        found: &'static str,
    },
    /// Written by an older compiler in a format that is no longer read.
    #[error(
        "artifact format {found} is too old for this runtime, which reads format {FORMAT_VERSION}; \
         compile the model again with this version of keramos"
    )]
    OlderFormat {
        /// The version in the file.
        found: u32,
    },
    /// Written by a newer compiler.
    #[error(
        "artifact format {found} is newer than this runtime, which reads up to format \
         {FORMAT_VERSION}; update keramos-run, or compile the model again with this version"
    )]
    NewerFormat {
        /// The version in the file.
        found: u32,
    },
    /// The artifact needs something that this reader does not know.
    #[error(
        "the artifact needs the feature `{feature}`, which this runtime (format \
         {FORMAT_VERSION}) does not have; update keramos-run"
    )]
    UnknownFeature {
        /// The feature's name.
        feature: String,
    },
    /// The file ends too early.
    #[error(
        "truncated: {expected} bytes are needed and {actual} are there; the copy or download was \
         cut off, fetch the file again"
    )]
    Truncated {
        /// Bytes that the header asks for.
        expected: u64,
        /// Bytes that there are.
        actual: u64,
    },
    /// There are bytes after the end that the header gives.
    #[error(
        "{extra} bytes too many after the end of the artifact; something was appended to the \
         file, fetch it again"
    )]
    TrailingBytes {
        /// How many bytes are too many.
        extra: u64,
    },
    /// A checksum does not fit its bytes.
    #[error(
        "{part} is damaged (checksum {actual:08x}, expected {expected:08x}); fetch the file again \
         or compile the model again"
    )]
    Checksum {
        /// The damaged part, such as `the header` or `section 2 (program)`.
        part: String,
        /// The checksum in the file.
        expected: u32,
        /// The checksum of the bytes that are there.
        actual: u32,
    },
    /// The header contradicts itself although its checksum is right.
    #[error("malformed header: {reason}; the program that wrote this file is at fault, compile the model again")]
    Header {
        /// Which rule is broken, and where.
        reason: String,
    },
    /// The manifest is not the JSON that it should be.
    #[error("the manifest cannot be read: {source}; compile the model again with this version of keramos")]
    ManifestSyntax {
        /// Where and what, from the JSON parser.
        #[source]
        source: serde_json::Error,
    },
    /// The manifest contradicts itself or the sections.
    #[error("the manifest is inconsistent: {reason}; compile the model again")]
    Manifest {
        /// Which rule is broken, and where.
        reason: String,
    },
    /// Stored weights do not fit the variable that they are for.
    #[error(
        "weights do not fit variable {index} `{path}`: it is {wanted} and takes {expected} bytes, \
         {actual} are given; use weights that were saved from this model"
    )]
    WeightSize {
        /// Index of the variable in the manifest.
        index: usize,
        /// Path of the variable.
        path: String,
        /// Type and shape of the variable.
        wanted: String,
        /// Bytes that the variable takes.
        expected: u64,
        /// Bytes that were found.
        actual: u64,
    },
}

impl Fault {
    /// An I/O failure, told apart from a full disk; `bytes` is what was to be written.
    pub(crate) fn writing(action: &'static str, bytes: u64, source: io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match source.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Fault::NoSpace { bytes, source },
            _ => Fault::Io { action, source },
        }
    }
}
