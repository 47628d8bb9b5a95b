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
    // Elements that are equal keep their order also from the largest to the smallest.
    if reverse {
        pairs.reverse();
    }
    let mut sorted = merge_sort(interp, pairs)?;
    if reverse {
        sorted.reverse();
    }
    Ok(sorted.into_iter().map(|(_, value)| value).collect())
}

type Pair = (Value, Value);

/// Lists that are shorter are sorted by insertion, with the comparisons that CPython makes, and in their order.
const SHORT: usize = 64;

fn merge_sort(interp: &mut Interp, mut left: Vec<Pair>) -> Result<Vec<Pair>> {
    if left.len() < SHORT {
        return insertion_sort(interp, left);
    }
    let right = left.split_off(left.len() / 2);
    let left = merge_sort(interp, left)?;
    let right = merge_sort(interp, right)?;
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        interp.spend(1)?;
        let right_first = interp.less(&b.0, &a.0)?;
        merged.extend(if right_first { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}

/// What is known of the run that a list begins with.
#[derive(PartialEq)]
enum Run {
    /// There are not yet two elements.
    Begins,
    Rises,
    /// Each element is less than the one before.
    Falls,
    Over,
}

/// The run that the list begins with, and then each further element by bisection.
fn insertion_sort(interp: &mut Interp, pairs: Vec<Pair>) -> Result<Vec<Pair>> {
    let mut sorted: Vec<Pair> = Vec::with_capacity(pairs.len());
    let mut run = Run::Begins;
    for pair in pairs {
        interp.spend(1)?;
        if let (Some(last), true) = (sorted.last(), run != Run::Over) {
            let next = if interp.less(&pair.0, &last.0)? { Run::Falls } else { Run::Rises };
            if run == Run::Begins {
                run = next;
            } else if run != next {
                if run == Run::Falls {
                    sorted.reverse();
                }
                run = Run::Over;
            }
        }
        if run != Run::Over {
            sorted.push(pair);
            continue;
        }
        let (mut low, mut high) = (0, sorted.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let before = match sorted.get(middle) {
                Some(other) => interp.less(&pair.0, &other.0)?,
                None => false,
            };
            (low, high) = if before { (low, middle) } else { (middle + 1, high) };
        }
        sorted.insert(low, pair);
    }
    if run == Run::Falls {
        sorted.reverse();
    }
    Ok(sorted)
}
