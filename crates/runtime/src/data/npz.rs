//! NumPy's `.npz`: a zip archive with one `.npy` member for each array.

use std::io::{Cursor, Read, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Arrays, FormatError, npy};

/// Reads every array of an archive, stored or deflated.
///
/// # Errors
/// [`FormatError`] naming the member that is wrong.
pub fn parse<R: Read + Seek>(reader: R) -> Result<Arrays, FormatError> {
    let mut archive = ZipArchive::new(reader).map_err(|error| {
        FormatError::new(format!("not a complete zip archive ({error}); write it with numpy.savez"))
    })?;
    let mut arrays = Arrays::new();
    for index in 0..archive.len() {
        let (name, bytes) = member(&mut archive, index)?;
        let Some(name) = name.strip_suffix(".npy") else {
            continue;
        };
        let tensor = npy::parse(&bytes).map_err(|error| FormatError::new(format!("array `{name}`: {error}")))?;
        arrays.insert(name.to_owned(), tensor);
    }
    Ok(arrays)
}

fn member<R: Read + Seek>(archive: &mut ZipArchive<R>, index: usize) -> Result<(String, Vec<u8>), FormatError> {
    let mut member = archive
        .by_index(index)
        .map_err(|error| FormatError::new(format!("member {index} of the zip archive cannot be read: {error}")))?;
    let name = match member.name() {
        Ok(name) => name.into_owned(),
        Err(_) => return Err(FormatError::new(format!("the name of member {index} is not text; save the file again"))),
    };
    let mut bytes = Vec::new();
    member
        .read_to_end(&mut bytes)
        .map_err(|error| FormatError::new(format!("member `{name}` is damaged ({error}); save the file again")))?;
    Ok((name, bytes))
}

/// The bytes of an archive of all arrays, stored without compression, in name order and without
/// times, so that equal arrays are equal bytes.
///
/// # Errors
/// [`FormatError`] if NumPy has no name for an element type.
pub fn format(arrays: &Arrays) -> Result<Vec<u8>, FormatError> {
    let failed = |error: &dyn std::fmt::Display| FormatError::new(format!("the zip archive cannot be made: {error}"));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, tensor) in arrays {
        let bytes = npy::format(tensor)?;
        let large = bytes.len() as u64 >= u64::from(u32::MAX);
        writer.start_file(format!("{name}.npy"), options.large_file(large)).map_err(|error| failed(&error))?;
        writer.write_all(&bytes).map_err(|error| failed(&error))?;
    }
    let cursor = writer.finish().map_err(|error| failed(&error))?;
    Ok(cursor.into_inner())
}
