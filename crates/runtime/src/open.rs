//! Opening artifacts.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use keramos_artifact::{Artifact, ArtifactError};
use keramos_pjrt::MappedFile;

/// Opens an artifact and checks its header and manifest. The file is mapped into memory where that is possible: what is
/// not used is not read, what several processes use is there once, and weights are used in place.
///
/// # Errors
/// As [`Artifact::open`].
pub fn open(path: impl AsRef<Path>) -> Result<Artifact, ArtifactError> {
    let path = path.as_ref();
    let is_file = |file: &File| file.metadata().is_ok_and(|meta| meta.is_file());
    let mapped = File::open(path).ok().filter(is_file).and_then(|file| MappedFile::new(&file).ok());
    match mapped {
        Some(mapped) => Artifact::held(path.display().to_string(), Arc::new(mapped)),
        // Reading it says what is wrong, or works where mapping does not.
        None => Artifact::open(path),
    }
}
