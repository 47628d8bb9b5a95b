//! The safetensors format.

use keramos_artifact::DType;
use safetensors::tensor::{Dtype, SafeTensors, View};

use super::{Arrays, FormatError};
use crate::tensor::HostTensor;

/// The element types that both sides have.
const DTYPES: &[(Dtype, DType)] = &[
    (Dtype::BOOL, DType::Bool),
    (Dtype::I8, DType::I8),
    (Dtype::I16, DType::I16),
    (Dtype::I32, DType::I32),
    (Dtype::I64, DType::I64),
    (Dtype::U8, DType::U8),
    (Dtype::U16, DType::U16),
    (Dtype::U32, DType::U32),
    (Dtype::U64, DType::U64),
    (Dtype::F8_E4M3, DType::F8E4M3FN),
    (Dtype::F8_E5M2, DType::F8E5M2),
    (Dtype::F16, DType::F16),
    (Dtype::BF16, DType::BF16),
    (Dtype::F32, DType::F32),
    (Dtype::F64, DType::F64),
    (Dtype::C64, DType::C64),
];

/// Reads every tensor of a file.
///
/// # Errors
/// [`FormatError`] if the file is damaged or holds elements of an unknown type.
pub fn parse(bytes: &[u8]) -> Result<Arrays, FormatError> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|error| FormatError::new(format!("not a valid safetensors file ({error}); save it again")))?;
    let mut arrays = Arrays::new();
    for (name, view) in file.iter() {
        let known = DTYPES.iter().find(|(dtype, _)| *dtype == view.dtype());
        let (_, dtype) = known.ok_or_else(|| {
            FormatError::new(format!(
                "tensor `{name}` has elements of type {:?}, which are not read; save it as F32",
                view.dtype()
            ))
        })?;
        let tensor = HostTensor::new(*dtype, view.shape().to_vec(), view.data().to_vec())
            .map_err(|error| FormatError::new(format!("tensor `{name}`: {error}")))?;
        arrays.insert(name.to_owned(), tensor);
    }
    Ok(arrays)
}

/// The bytes of a file of all tensors.
///
/// # Errors
/// [`FormatError`] if the format has no such element type.
pub fn format(arrays: &Arrays) -> Result<Vec<u8>, FormatError> {
    for (name, tensor) in arrays {
        dtype_of(tensor).ok_or_else(|| {
            FormatError::new(format!("safetensors has no {} for `{name}`; write a .npz file instead", tensor.dtype()))
        })?;
    }
    let views = arrays.iter().map(|(name, tensor)| (name, Stored(tensor)));
    safetensors::serialize(views, None).map_err(|error| FormatError::new(format!("the file cannot be made: {error}")))
}

fn dtype_of(tensor: &HostTensor) -> Option<Dtype> {
    let known = DTYPES.iter().find(|(_, dtype)| *dtype == tensor.dtype());
    known.map(|(dtype, _)| *dtype)
}

struct Stored<'a>(&'a HostTensor);

impl View for Stored<'_> {
    fn dtype(&self) -> Dtype {
        // `format` has refused types that are not in the table.
        dtype_of(self.0).unwrap_or(Dtype::U8)
    }

    fn shape(&self) -> &[usize] {
        self.0.shape()
    }

    fn data(&self) -> std::borrow::Cow<'_, [u8]> {
        self.0.bytes().into()
    }

    fn data_len(&self) -> usize {
        self.0.bytes().len()
    }
}
