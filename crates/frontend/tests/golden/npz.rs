//! Reads the arrays of an `.npz` archive.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use keramos_ir::{Array, DType, TensorType};

/// The arrays of the archive at `path`, by name without `.npy`.
pub fn read(path: &Path) -> Result<BTreeMap<String, Array>, String> {
    let told = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let mut archive = zip::ZipArchive::new(File::open(path).map_err(|e| told(&e))?).map_err(|e| told(&e))?;
    let mut arrays = BTreeMap::new();
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).map_err(|e| told(&e))?;
        let name = entry.name().map_err(|e| told(&e))?.trim_end_matches(".npy").to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(|e| told(&e))?;
        arrays.insert(name.clone(), npy(&bytes).ok_or_else(|| told(&format!("`{name}` cannot be read")))?);
    }
    Ok(arrays)
}

/// An array in NumPy's format, little-endian and in C order.
fn npy(bytes: &[u8]) -> Option<Array> {
    let rest = bytes.strip_prefix(b"\x93NUMPY")?;
    let (start, length) = match rest.first()? {
        1 => (4, usize::from(u16::from_le_bytes([*rest.get(2)?, *rest.get(3)?]))),
        _ => (6, u32::from_le_bytes(rest.get(2..6)?.try_into().ok()?) as usize),
    };
    let header = std::str::from_utf8(rest.get(start..start + length)?).ok()?;
    let after = |key: &str| header.split_once(&format!("'{key}':")).map(|(_, value)| value.trim_start());
    if after("fortran_order")?.starts_with("True") {
        return None;
    }
    let dtype = dtype(after("descr")?.strip_prefix('\'')?.split_once('\'')?.0)?;
    let sizes = after("shape")?.strip_prefix('(')?.split_once(')')?.0;
    let shape = sizes.split(',').map(str::trim).filter(|s| !s.is_empty()).map(|s| s.parse().ok());
    let shape: Vec<usize> = shape.collect::<Option<_>>()?;
    Array::from_le_bytes(&TensorType::new(dtype, shape), rest.get(start + length..)?).ok()
}

fn dtype(descr: &str) -> Option<DType> {
    Some(match descr.trim_start_matches(['<', '|']) {
        "b1" => DType::Bool,
        "i1" => DType::I8,
        "i2" => DType::I16,
        "i4" => DType::I32,
        "i8" => DType::I64,
        "u1" => DType::U8,
        "u2" => DType::U16,
        "u4" => DType::U32,
        "u8" => DType::U64,
        "f2" => DType::F16,
        "f4" => DType::F32,
        "f8" => DType::F64,
        _ => return None,
    })
}
