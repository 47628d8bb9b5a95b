//! NumPy's `.npy`: a header in Python notation, then the raw elements.

use keramos_artifact::DType;

use super::FormatError;
use crate::tensor::HostTensor;

const MAGIC: &[u8] = b"\x93NUMPY";
/// The data starts at a multiple of this, as NumPy writes it.
const ALIGNMENT: usize = 64;

/// Reads an array. Big-endian elements are swapped and column-major ones are put in row order.
///
/// # Errors
/// [`FormatError`] saying what is wrong with the bytes.
pub fn parse(bytes: &[u8]) -> Result<HostTensor, FormatError> {
    let (header, data) = split(bytes)?;
    let header = Header::parse(header)?;
    let expected = header.dtype.byte_len(&header.shape);
    if expected != Some(data.len()) {
        return Err(FormatError::new(format!(
            "the header announces {}{:?}, and {} bytes of data follow; the file is cut off or \
             damaged, save it again",
            header.dtype,
            header.shape,
            data.len()
        )));
    }
    let mut data = data.to_vec();
    if header.big_endian {
        data.chunks_exact_mut(header.part_size).for_each(<[u8]>::reverse);
    }
    if header.fortran_order {
        data = row_major(&data, header.dtype.size(), &header.shape);
    }
    HostTensor::new(header.dtype, header.shape, data).map_err(|error| FormatError::new(error.to_string()))
}

/// The bytes of an array file. bfloat16 is written as two raw bytes (`<V2`) and float8 as one (`|V1`), as
/// NumPy itself does for `ml_dtypes` arrays.
///
/// # Errors
/// [`FormatError`] if NumPy has no name for the element type.
pub fn format(tensor: &HostTensor) -> Result<Vec<u8>, FormatError> {
    let descr = descr(tensor.dtype())?;
    let dims = tensor.shape().iter().map(|dim| format!("{dim}, "));
    let shape = match tensor.shape() {
        [] => "()".to_owned(),
        [only] => format!("({only},)"),
        _ => format!("({})", dims.collect::<String>().trim_end_matches(", ")),
    };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    let prefix = MAGIC.len() + 4;
    let padded = (prefix + header.len() + 1).next_multiple_of(ALIGNMENT) - prefix;
    header.extend(std::iter::repeat_n(' ', padded - 1 - header.len()));
    header.push('\n');
    let length = u16::try_from(header.len())
        .map_err(|_| FormatError::new("the shape has too many axes for NumPy".to_owned()))?;
    let mut bytes = Vec::with_capacity(prefix + header.len() + tensor.bytes().len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[1, 0]);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(tensor.bytes());
    Ok(bytes)
}

struct Header {
    dtype: DType,
    big_endian: bool,
    /// Bytes whose order a big-endian file reverses: an element, or each half of a complex one.
    part_size: usize,
    fortran_order: bool,
    shape: Vec<usize>,
}

/// Takes the file apart into header text and data.
fn split(bytes: &[u8]) -> Result<(&str, &[u8]), FormatError> {
    let cut = || FormatError::new("the file ends inside its header; save it again".to_owned());
    let rest = bytes
        .strip_prefix(MAGIC)
        .ok_or_else(|| FormatError::new("not a NumPy array; write it with numpy.save".to_owned()))?;
    let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
    let (length, rest) = match version {
        [1, _] => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(cut)?;
            (u16::from_le_bytes(*length) as usize, rest)
        }
        [2 | 3, _] => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(cut)?;
            (u32::from_le_bytes(*length) as usize, rest)
        }
        [major, minor] => {
            return Err(FormatError::new(format!(
                "version {major}.{minor} of the npy format is not known; save it with version 1"
            )));
        }
    };
    let (header, data) = rest.split_at_checked(length).ok_or_else(cut)?;
    let header = std::str::from_utf8(header)
        .map_err(|_| FormatError::new("the header is not text; save it again".to_owned()))?;
    Ok((header, data))
}

impl Header {
    fn parse(text: &str) -> Result<Header, FormatError> {
        let missing = |key: &str| FormatError::new(format!("the header has no valid `{key}`: {}", text.trim()));
        let descr = field(text, "descr").ok_or_else(|| missing("descr"))?;
        let descr =
            descr.strip_prefix(['\'', '"']).and_then(|rest| rest.split(['\'', '"']).next()).ok_or_else(|| {
                FormatError::new("a structured array with named fields; save each field as an array".to_owned())
            })?;
        let order = field(text, "fortran_order").ok_or_else(|| missing("fortran_order"))?;
        let shape = field(text, "shape")
            .and_then(|rest| rest.strip_prefix('('))
            .and_then(|rest| rest.split(')').next())
            .ok_or_else(|| missing("shape"))?;
        let dims = shape.split(',').map(str::trim).filter(|dim| !dim.is_empty());
        let shape = dims.map(str::parse).collect::<Result<Vec<usize>, _>>();
        let (dtype, big_endian) = parse_descr(descr)?;
        let is_complex = matches!(dtype, DType::C64 | DType::C128);
        Ok(Header {
            dtype,
            big_endian,
            part_size: dtype.size() / if is_complex { 2 } else { 1 },
            fortran_order: order.starts_with("True"),
            shape: shape.map_err(|_| missing("shape"))?,
        })
    }
}

/// What follows `'key':` in a Python dictionary of literals.
fn field<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let quoted = [format!("'{key}'"), format!("\"{key}\"")];
    let rest = quoted.iter().find_map(|key| text.split_once(key))?.1;
    Some(rest.trim_start().strip_prefix(':')?.trim_start())
}

/// The kinds and sizes of NumPy's type strings.
const DESCRS: &[(&str, DType)] = &[
    ("b1", DType::Bool),
    ("i1", DType::I8),
    ("i2", DType::I16),
    ("i4", DType::I32),
    ("i8", DType::I64),
    ("u1", DType::U8),
    ("u2", DType::U16),
    ("u4", DType::U32),
    ("u8", DType::U64),
    ("f2", DType::F16),
    ("f4", DType::F32),
    ("f8", DType::F64),
    ("c8", DType::C64),
    ("c16", DType::C128),
    ("V2", DType::BF16),
];
/// How float8 is written, as NumPy itself does for `ml_dtypes` arrays. It is not read: two types go by
/// this name.
const RAW_BYTE: &str = "V1";

fn parse_descr(descr: &str) -> Result<(DType, bool), FormatError> {
    let (order, kind) = match descr.strip_prefix(['<', '>', '|', '=']) {
        Some(kind) => (descr.chars().next(), kind),
        None => (None, descr),
    };
    if kind.starts_with('O') {
        return Err(FormatError::new(
            "an array of Python objects (a pickle), which is not read; save numbers, such as \
             array.astype('float32')"
                .to_owned(),
        ));
    }
    let known = DESCRS.iter().find(|(name, _)| *name == kind);
    let (_, dtype) = known.ok_or_else(|| {
        FormatError::new(format!(
            "elements of NumPy type `{descr}` are not read; save numbers, such as \
             array.astype('float32')"
        ))
    })?;
    Ok((*dtype, order == Some('>')))
}

fn descr(dtype: DType) -> Result<String, FormatError> {
    let known = match dtype {
        DType::F8E4M3FN | DType::F8E5M2 => Some(RAW_BYTE),
        _ => DESCRS.iter().find(|(_, known)| *known == dtype).map(|(name, _)| *name),
    };
    let name =
        known.ok_or_else(|| FormatError::new(format!("NumPy has no {dtype}; write a .safetensors file instead")))?;
    let order = if dtype.size() == 1 { '|' } else { '<' };
    Ok(format!("{order}{name}"))
}

/// Puts column-major elements in row-major order.
fn row_major(data: &[u8], size: usize, shape: &[usize]) -> Vec<u8> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = size;
    for &dim in shape {
        strides.push(stride);
        stride *= dim;
    }
    let mut ordered = Vec::with_capacity(data.len());
    let mut index = vec![0usize; shape.len()];
    while ordered.len() < data.len() {
        let terms = index.iter().zip(&strides);
        let at: usize = terms.map(|(place, stride)| place * stride).sum();
        ordered.extend_from_slice(data.get(at..at + size).unwrap_or_default());
        for (place, &dim) in index.iter_mut().zip(shape).rev() {
            *place += 1;
            if *place < dim {
                break;
            }
            *place = 0;
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Scalar;
    use proptest::prelude::*;

    fn file(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        [MAGIC, &[1, 0], &length, header.as_bytes(), data].concat()
    }

    fn floats(values: &[f32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        for shape in [vec![], vec![3], vec![2, 3], vec![0, 5]] {
            let tensor = HostTensor::zeros(DType::F32, shape).unwrap();
            let bytes = format(&tensor).unwrap();
            assert_eq!((bytes.len() - tensor.bytes().len()) % ALIGNMENT, 0);
            assert_eq!(parse(&bytes).unwrap(), tensor);
        }
    }

    #[test]
    fn big_endian_elements_are_swapped() {
        let read = parse(&file(">i4", "False", "(2,)", &[0, 0, 0, 1, 0, 0, 1, 0])).unwrap();
        assert_eq!(read.values::<i32>().unwrap(), [1, 256]);
    }

    #[test]
    fn column_major_arrays_are_put_in_row_order() {
        let data = floats(&[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        let read = parse(&file("<f4", "True", "(2, 3)", &data)).unwrap();
        assert_eq!(read.values::<f32>().unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (bytes, words) in [
            (file("|O", "False", "(2,)", b"pickle"), "Python objects"),
            (file("<U5", "False", "(1,)", &[0; 20]), "`<U5`"),
            (file("<f4", "False", "(3,)", &[0; 8]), "cut off"),
            (file("<f4", "False", "(99999999999999999999,)", &[]), "valid `shape`"),
            (file("<f4", "False", "(4611686018427387904, 8)", &[]), "cut off"),
            (b"PK\x03\x04".to_vec(), "numpy.save"),
            (b"\x93NUMPY\x01\0\xff\xff{".to_vec(), "ends inside"),
        ] {
            let message = parse(&bytes).unwrap_err().to_string();
            assert!(message.contains(words), "{message}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(tail in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = parse(&[MAGIC, &[1, 0], &tail].concat());
            let _ = parse(&file("<f4", "True", "(2, 3)", &tail));
        }

        #[test]
        fn integers_round_trip(values in prop::collection::vec(any::<i64>(), 0..20)) {
            let tensor = HostTensor::from_values(vec![values.len()], &values).unwrap();
            let back = parse(&format(&tensor).unwrap()).unwrap();
            prop_assert_eq!(back.dtype(), i64::DTYPE);
            prop_assert_eq!(back.values::<i64>().unwrap(), values);
        }
    }
}
