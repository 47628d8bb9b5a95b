//! `bytes`.

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::codecs::{Codec, Fallback};
use crate::interp::exceptions::{is_raised, raise};
use crate::interp::operators::number;
use crate::library::Bound;
use crate::value::Value;

/// Bytes from text in an encoding, from a length, from other bytes or from integers.
pub(super) fn bytes_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let source = args.get("source")?.clone();
    if let Value::Str(text) = &source {
        if args.get("encoding")?.is_none() {
            return Err(Error::ty("string argument without an encoding"));
        }
        let (codec, fallback) = (Codec::named(&args.str("encoding")?)?, Fallback::named(&args.str("errors")?)?);
        return codec.encode(text, fallback).map(|bytes| Value::Bytes(bytes.into()));
    }
    if let Some(length) = number::index(&source) {
        let length = usize::try_from(length).map_err(|_| raise("ValueError", "negative count"))?;
        interp.spend_length(length)?;
        return Ok(Value::Bytes(vec![0; length].into()));
    }
    bytes_from(interp, &source).map(|bytes| Value::Bytes(bytes.into()))
}

/// The bytes that a value has: its own, or the integers in it.
///
/// # Errors
/// It is not iterable, or holds something else.
pub(crate) fn bytes_from(interp: &mut Interp, value: &Value) -> Result<Vec<u8>> {
    if let Value::Bytes(bytes) = value {
        return Ok(bytes.to_vec());
    }
    let values = match interp.iterate_static(value) {
        Ok(mut iter) => iter.collect(interp)?,
        Err(error) if is_raised(&error, "TypeError") => {
            return Err(Error::ty(format!("cannot convert '{}' object to bytes", value.type_name())));
        }
        Err(error) => return Err(error),
    };
    let byte = |value: &Value| {
        let number = interp.index(value)?;
        u8::try_from(number).map_err(|_| raise("ValueError", "bytes must be in range(0, 256)"))
    };
    values.iter().map(byte).collect()
}
