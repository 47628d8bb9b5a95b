//! Saving a file so that the previous one survives every failure.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::error::{ArtifactError, Fault};

/// Writes `chunks`, one after the other, as the new content of `path`.
///
/// The bytes go to a temporary file in the same folder, are flushed to the disk, and take the
/// name in one step; on failure the temporary file is removed and the old file stays as it was.
/// A symbolic link is followed. Something that is not a regular file (a pipe, a device) is
/// written to directly, since it must not be replaced.
///
/// # Errors
/// [`Fault::NoSpace`] if the disk is full, [`Fault::Io`] for everything else.
pub fn write<'a>(
    path: &Path,
    chunks: impl IntoIterator<Item = &'a [u8], IntoIter: Clone>,
) -> Result<(), ArtifactError> {
    save(path, chunks, true)
}

/// As [`write()`], without waiting for the disk: for what can be computed again. Only a power failure can tell the
/// difference.
///
/// # Errors
/// As [`write()`].
pub fn write_without_sync<'a>(
    path: &Path,
    chunks: impl IntoIterator<Item = &'a [u8], IntoIter: Clone>,
) -> Result<(), ArtifactError> {
    save(path, chunks, false)
}

fn save<'a>(
    path: &Path,
    chunks: impl IntoIterator<Item = &'a [u8], IntoIter: Clone>,
    sync: bool,
) -> Result<(), ArtifactError> {
    let chunks = chunks.into_iter();
    let bytes = chunks.clone().map(|chunk| chunk.len() as u64).sum();
    let fail =
        |action| move |source| ArtifactError::new(path.display().to_string(), Fault::writing(action, bytes, source));

    let target = resolve(path).map_err(fail("follow the path"))?;
    if fs::metadata(&target).is_ok_and(|meta| !meta.is_file()) {
        let mut device = OpenOptions::new().write(true).open(&target).map_err(fail("open for writing"))?;
        return write_all(&mut device, chunks).map_err(fail("write"));
    }

    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::metadata(folder).map_err(fail("find the folder that it goes to (make the folder first)"))?;
    let mut temporary = tempfile::Builder::new()
        .prefix(".keramos-")
        .suffix(".tmp")
        .permissions(permissions(&target))
        .tempfile_in(folder)
        .map_err(fail("create a file in that folder"))?;
    write_all(temporary.as_file_mut(), chunks).map_err(fail("write"))?;
    if sync {
        temporary.as_file().sync_all().map_err(fail("flush to the disk"))?;
    }
    temporary.persist(&target).map_err(|error| fail("replace the previous file")(error.error))?;
    // The rename itself is durable once the folder is; a file system that cannot flush folders
    // has nothing better to offer, so its refusal is no failure of the save.
    if sync {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

fn write_all<'a>(file: &mut File, chunks: impl Iterator<Item = &'a [u8]>) -> io::Result<()> {
    for chunk in chunks {
        file.write_all(chunk)?;
    }
    file.flush()
}

/// The file that a chain of symbolic links ends at, whether or not it is there yet.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    if fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink()) {
        return fs::canonicalize(path);
    }
    Ok(path.to_path_buf())
}

/// Permissions of the file to be replaced, or what a new file gets (the umask still applies).
fn permissions(target: &Path) -> fs::Permissions {
    fs::metadata(target).map_or_else(|_| fs::Permissions::from_mode(0o666), |meta| meta.permissions())
}
