//! Named values: client options on the way in, attributes on the way out.
#![allow(unsafe_code, reason = "reads and fills the tagged union of the C API")]

use std::collections::BTreeMap;

use super::structs::{RawNamedValue, RawValue, VALUE_BOOL, VALUE_FLOAT, VALUE_INT, VALUE_INT_LIST, VALUE_STRING};
use super::table::{borrow_slice, copy_text};
use crate::value::Value;

/// Options laid out for the plugin; borrows the text and lists of the values it was made from.
pub(crate) struct RawOptions<'a> {
    values: Vec<RawNamedValue>,
    _source: std::marker::PhantomData<&'a Value>,
}

impl<'a> RawOptions<'a> {
    pub(crate) fn new(options: impl IntoIterator<Item = (&'a String, &'a Value)>) -> Self {
        let values = options
            .into_iter()
            .map(|(name, value)| {
                let (kind, raw, value_size) = match value {
                    Value::String(text) => (VALUE_STRING, RawValue { string: text.as_ptr().cast() }, text.len()),
                    Value::Int(int) => (VALUE_INT, RawValue { int: *int }, 1),
                    Value::IntList(ints) => (VALUE_INT_LIST, RawValue { ints: ints.as_ptr() }, ints.len()),
                    Value::Float(float) => (VALUE_FLOAT, RawValue { float: *float }, 1),
                    Value::Bool(boolean) => (VALUE_BOOL, RawValue { boolean: *boolean }, 1),
                };
                RawNamedValue {
                    name: name.as_ptr().cast(),
                    name_size: name.len(),
                    kind,
                    value: raw,
                    value_size,
                    ..Default::default()
                }
            })
            .collect();
        Self { values, _source: std::marker::PhantomData }
    }

    pub(crate) fn as_ptr(&self) -> *const RawNamedValue {
        self.values.as_ptr()
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }
}

/// Copies a plugin's named values; kinds that this crate does not know are left out.
///
/// # Safety
///
/// `values` must point to `count` well-formed values, or be null.
pub(crate) unsafe fn read_named_values(values: *const RawNamedValue, count: usize) -> BTreeMap<String, Value> {
    // SAFETY: the caller vouches for the array.
    let values = unsafe { borrow_slice(values, count) };
    values
        .iter()
        .filter_map(|raw| {
            // SAFETY: name and size belong together.
            let name = unsafe { copy_text(raw.name.cast(), raw.name_size) };
            // SAFETY: `kind` tells which member of the union the plugin set, and `value_size` its length.
            let value = unsafe {
                match raw.kind {
                    VALUE_STRING => Value::String(copy_text(raw.value.string.cast(), raw.value_size)),
                    VALUE_INT => Value::Int(raw.value.int),
                    VALUE_INT_LIST => Value::IntList(borrow_slice(raw.value.ints, raw.value_size).to_vec()),
                    VALUE_FLOAT => Value::Float(raw.value.float),
                    VALUE_BOOL => Value::Bool(raw.value.boolean),
                    _ => return None,
                }
            };
            Some((name, value))
        })
        .collect()
}
