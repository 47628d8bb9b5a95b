//! Weights that Keras saved: `.weights.h5`, and `.keras` with such a file inside.

use std::io::{Read, Seek};

use hdf5_pure::{AttrValue, Datatype, DatatypeByteOrder, File, Group};
use keramos_artifact::DType;
use zip::ZipArchive;

use super::{Arrays, FormatError};
use crate::tensor::HostTensor;

/// The member of a `.keras` archive that holds the weights.
const WEIGHTS_MEMBER: &str = "model.weights.h5";
/// Deeper than any model nests; a file that links groups in a circle ends here.
const MAX_DEPTH: usize = 64;

/// The datasets of a weights file, and what Keras called their owners.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KerasWeights {
    /// Each dataset by its path without a leading slash, such as `layers/conv2d/vars/0`.
    pub datasets: Arrays,
    /// Names (attribute `name`) of the objects that own a `vars` group, by the path of that group.
    pub owners: std::collections::BTreeMap<String, String>,
}

/// Reads a `.weights.h5` file.
///
/// # Errors
/// [`FormatError`] if it is not HDF5, is damaged, or holds something else than numbers.
pub fn parse(bytes: Vec<u8>) -> Result<KerasWeights, FormatError> {
    let file = File::from_bytes(bytes).map_err(|error| {
        FormatError::new(format!("not a readable HDF5 file ({error}); save it again with model.save_weights"))
    })?;
    let mut weights = KerasWeights::default();
    walk(&file.root(), "", 0, &mut weights)?;
    Ok(weights)
}

/// Reads the weights inside a `.keras` archive.
///
/// # Errors
/// [`FormatError`] as [`parse`], or if there are no weights inside.
pub fn parse_archive<R: Read + Seek>(reader: R) -> Result<KerasWeights, FormatError> {
    let mut archive = ZipArchive::new(reader).map_err(|error| {
        FormatError::new(format!("not a complete .keras archive ({error}); save it again with model.save"))
    })?;
    let mut bytes = Vec::new();
    let mut member = archive.by_name(WEIGHTS_MEMBER).map_err(|error| {
        FormatError::new(format!("there is no {WEIGHTS_MEMBER} in the archive ({error}); save it with model.save"))
    })?;
    member.read_to_end(&mut bytes).map_err(|error| {
        FormatError::new(format!("{WEIGHTS_MEMBER} in the archive is damaged ({error}); save it again"))
    })?;
    drop(member);
    parse(bytes)
}

fn walk(group: &Group, path: &str, depth: usize, weights: &mut KerasWeights) -> Result<(), FormatError> {
    let wrong = |path: &str, what: &dyn std::fmt::Display| {
        FormatError::new(format!("`{path}`: {what}; save the weights again"))
    };
    if depth > MAX_DEPTH {
        return Err(wrong(path, &"the groups are nested too deeply"));
    }
    let child = |name: &str| match path {
        "" => name.to_owned(),
        _ => format!("{path}/{name}"),
    };
    let is_vars = path == "vars" || path.ends_with("/vars");
    if is_vars {
        let attributes = group.attrs().map_err(|error| wrong(path, &error))?;
        if let Some(name) = attributes.get("name").and_then(text) {
            weights.owners.insert(path.to_owned(), name);
        }
    }
    for name in group.datasets().map_err(|error| wrong(path, &error))? {
        let path = child(&name);
        let dataset = group.dataset(&name).map_err(|error| wrong(&path, &error))?;
        let tensor = read_dataset(&dataset).map_err(|error| wrong(&path, &error))?;
        weights.datasets.insert(path, tensor);
    }
    for name in group.groups().map_err(|error| wrong(path, &error))? {
        let path = child(&name);
        let group = group.group(&name).map_err(|error| wrong(&path, &error))?;
        walk(&group, &path, depth + 1, weights)?;
    }
    Ok(())
}

fn text(value: &AttrValue) -> Option<String> {
    match value {
        AttrValue::String(text) | AttrValue::AsciiString(text) => Some(text.clone()),
        _ => None,
    }
}

fn read_dataset(dataset: &hdf5_pure::Dataset) -> Result<HostTensor, String> {
    let datatype = dataset.datatype().map_err(|error| error.to_string())?;
    let (dtype, big_endian) =
        element(&datatype).ok_or_else(|| format!("elements of type {datatype:?} are not read"))?;
    let shape = dataset.shape().map_err(|error| error.to_string())?;
    let shape = shape
        .into_iter()
        .map(|dim| usize::try_from(dim).map_err(|error| error.to_string()))
        .collect::<Result<Vec<_>, _>>()?;
    let mut bytes = dataset.read_raw().map_err(|error| error.to_string())?;
    if big_endian {
        bytes.chunks_exact_mut(dtype.size()).for_each(<[u8]>::reverse);
    }
    HostTensor::new(dtype, shape, bytes).map_err(|error| error.to_string())
}

/// The element type, and whether its bytes are in big-endian order.
fn element(datatype: &Datatype) -> Option<(DType, bool)> {
    let (dtype, order) = match datatype {
        Datatype::FloatingPoint { size, byte_order, .. } => {
            let dtype = match size {
                2 => DType::F16,
                4 => DType::F32,
                8 => DType::F64,
                _ => return None,
            };
            (dtype, byte_order)
        }
        Datatype::FixedPoint { size, byte_order, layout } => {
            let dtype = match (size, layout.signed) {
                (1, true) => DType::I8,
                (2, true) => DType::I16,
                (4, true) => DType::I32,
                (8, true) => DType::I64,
                (1, false) => DType::U8,
                (2, false) => DType::U16,
                (4, false) => DType::U32,
                (8, false) => DType::U64,
                _ => return None,
            };
            (dtype, byte_order)
        }
        // h5py stores NumPy booleans as an enumeration of one byte.
        Datatype::Enumeration { size: 1, .. } => return Some((DType::Bool, false)),
        // Keras stores bfloat16 as two raw bytes.
        Datatype::Opaque { size: 2, .. } => return Some((DType::BF16, false)),
        _ => return None,
    };
    match order {
        DatatypeByteOrder::LittleEndian => Some((dtype, false)),
        DatatypeByteOrder::BigEndian => Some((dtype, true)),
        _ => None,
    }
}
