//! Files with arrays in them: NumPy, safetensors, and the weights that Keras saves.

pub mod hdf5;
pub mod npy;
pub mod npz;
pub mod safetensors;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use crate::error::Error;
use crate::tensor::HostTensor;

/// Arrays by name.
pub type Arrays = BTreeMap<String, HostTensor>;

/// The name under which [`read`] gives the only array of a file that has no names.
pub const UNNAMED: &str = "";

/// What is wrong with the content of a data file; the path is added by who opened it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FormatError(String);

impl FormatError {
    pub(crate) fn new(message: String) -> FormatError {
        FormatError(message)
    }
}

/// The kinds of array file, told apart by extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// One array, NumPy.
    Npy,
    /// Named arrays, NumPy.
    Npz,
    /// Named arrays, safetensors.
    Safetensors,
}

impl FileKind {
    /// The kind that the extension stands for.
    ///
    /// # Errors
    /// [`Error::UnknownExtension`] if it stands for none.
    pub fn of(path: &Path) -> Result<FileKind, Error> {
        match extension(path).as_deref() {
            Some("npy") => Ok(FileKind::Npy),
            Some("npz") => Ok(FileKind::Npz),
            Some("safetensors") => Ok(FileKind::Safetensors),
            _ => Err(Error::UnknownExtension { path: path.to_owned(), known: ".npy, .npz or .safetensors" }),
        }
    }
}

/// The extension in lower case.
pub(crate) fn extension(path: &Path) -> Option<String> {
    Some(path.extension()?.to_str()?.to_ascii_lowercase())
}

/// Reads all arrays of a `.npy`, `.npz` or `.safetensors` file; the array of a `.npy` file is
/// called [`UNNAMED`].
///
/// # Errors
/// [`Error::UnknownExtension`], [`Error::File`] if it cannot be read, [`Error::Format`] if its
/// content is wrong.
pub fn read(path: &Path) -> Result<Arrays, Error> {
    let parsed = match FileKind::of(path)? {
        FileKind::Npy => npy::parse(&read_bytes(path)?).map(|tensor| Arrays::from([(UNNAMED.to_owned(), tensor)])),
        FileKind::Npz => npz::parse(open(path)?),
        FileKind::Safetensors => safetensors::parse(&read_bytes(path)?),
    };
    parsed.map_err(|error| Error::format(path, error))
}

/// Writes arrays in the format that the extension stands for; a previous file stays as it is
/// until the new one is complete. A `.npy` file takes exactly one array.
///
/// # Errors
/// [`Error::UnknownExtension`], [`Error::Format`] if the format cannot hold the arrays,
/// [`Error::Artifact`] if the file cannot be written.
pub fn write(path: &Path, arrays: &Arrays) -> Result<(), Error> {
    let bytes = match FileKind::of(path)? {
        FileKind::Npy => match arrays.values().next() {
            Some(only) if arrays.len() == 1 => npy::format(only),
            _ => Err(FormatError::new(format!(
                "a .npy file holds one array and there are {}: {}; write a .npz file instead",
                arrays.len(),
                quoted(arrays.keys())
            ))),
        },
        FileKind::Npz => npz::format(arrays),
        FileKind::Safetensors => safetensors::format(arrays),
    };
    let bytes = bytes.map_err(|error| Error::format(path, error))?;
    keramos_artifact::atomic::write_without_sync(path, [bytes.as_slice()])?;
    Ok(())
}

pub(crate) fn open(path: &Path) -> Result<BufReader<File>, Error> {
    let file = File::open(path).map_err(|source| Error::file(path, "open the file", source))?;
    Ok(BufReader::new(file))
}

pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::file(path, "read the file", source))
}

/// Names in backquotes, with commas; cut off after the first dozen.
pub(crate) fn quoted<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    const SHOWN: usize = 12;
    let mut names = names.into_iter();
    let shown: Vec<String> = names.by_ref().take(SHOWN).map(|name| format!("`{}`", name.as_ref())).collect();
    match names.count() {
        0 if shown.is_empty() => "none".to_owned(),
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
