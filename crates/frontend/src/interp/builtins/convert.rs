//! Built-in functions that turn values into text or order them.

use super::functions;
use crate::error::Result;
use crate::interp::Interp;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::value::Value;

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "repr" [(obj)] "The value as it is written in a program." => repr;
    "ascii" [(obj)] "As `repr`, with other characters than ASCII escaped." => ascii;
    "format" [(value) (format_spec = Default::Str(""))] "The value as text by a format specification." => format_value;
};

fn repr(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    interp.repr_of(&args.get("obj")?.clone()).map(Value::str)
}

fn ascii(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let value = args.get("obj")?.clone();
    interp.converted(&value, Some(crate::syntax::ast::Conversion::Ascii), "").map(Value::str)
}

fn format_value(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let spec = args.str("format_spec")?;
    interp.format(&args.get("value")?.clone(), &spec).map(Value::str)
}

/// The values in order by `key`; equal ones keep their order, also when reversed.
pub(crate) fn sort_values(
    interp: &mut Interp,
    values: Vec<Value>,
    key: Option<&Value>,
    reverse: bool,
) -> Result<Vec<Value>> {
    let mut pairs = Vec::with_capacity(values.len());
    for value in values {
        let by = match key {
            Some(key) => interp.call(key, Args::positional(vec![value.clone()]))?,
            None => value.clone(),
        };
        pairs.push((by, value));
    }
    let sorted = merge_sort(interp, pairs, reverse)?;
    Ok(sorted.into_iter().map(|(_, value)| value).collect())
}

type Pair = (Value, Value);

fn merge_sort(interp: &mut Interp, mut left: Vec<Pair>, reverse: bool) -> Result<Vec<Pair>> {
    if left.len() < 2 {
        return Ok(left);
    }
    let right = left.split_off(left.len() / 2);
    let left = merge_sort(interp, left, reverse)?;
    let right = merge_sort(interp, right, reverse)?;
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        interp.spend(1)?;
        let right_first = if reverse { interp.less(&a.0, &b.0)? } else { interp.less(&b.0, &a.0)? };
        merged.extend(if right_first { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}
