//! Dense constants, bit for bit.

use keramos_ir::{Array, Buffer};
use melior::ir::attribute::DenseElementsAttribute;
use melior::ir::{Attribute, Type};

/// The attribute that holds `array`, whose MLIR type is `ty`.
///
/// The elements travel as raw bytes, so that NaN payloads, infinities and signed zeros arrive as they
/// are; equal elements become a splat, which is stored and printed as one. MLIR keeps truth values
/// in a layout of its own and takes them one by one.
pub(crate) fn dense<'c>(array: &Array, ty: Type<'c>) -> Attribute<'c> {
    if let Buffer::Bool(values) = array.data() {
        return match values.as_slice() {
            [first, rest @ ..] if rest.iter().all(|b| b == first) => DenseElementsAttribute::bool_splat(ty, *first),
            values => {
                let values: Vec<i32> = values.iter().map(|&b| b.into()).collect();
                DenseElementsAttribute::bool_values(ty, &values)
            }
        }
        .into();
    }
    // MLIR's raw buffers are in host order; all hosts that XLA runs on are little endian.
    let bytes = array.to_le_bytes();
    let width = array.ty().dtype.size();
    DenseElementsAttribute::raw_buffer(ty, splat_element(&bytes, width).unwrap_or(&bytes)).into()
}

/// The one element that all of `bytes` repeats, if there are several of the same bits.
fn splat_element(bytes: &[u8], width: usize) -> Option<&[u8]> {
    // A buffer repeats its first element exactly if it equals itself shifted by one element.
    (bytes.len() > width && bytes[width..] == bytes[..bytes.len() - width]).then(|| &bytes[..width])
}
