//! Arrays of which the number of rows alone is unknown: parts of others by a mask or up to a computed place, and what is
//! made of these.
//!
//! Such an array has one type for each of two numbers of rows, [`ROWS`]. What is made of it is found once with either: sizes
//! that come out equal are known, and a first size that does not is a number of rows again. A number that differs, such as
//! `len(x)`, is known by what it is with either, so that `x.reshape(len(x), 4)` finds its way.

use keramos_ir::{DType, TensorType};

use super::Interp;
use crate::error::Error;
use crate::library::Args;
use crate::value::host::Known;
use crate::value::{Host, Value};

/// The numbers of rows that stand for all: what divides data in practice divides both.
const ROWS: [usize; 2] = [9600, 14_400];

/// An array of rows of that shape, nobody knows how many.
pub(super) fn rows_of(dtype: DType, row: &[usize]) -> Known {
    Known::Rows(ROWS.map(|rows| TensorType::new(dtype, [&[rows], row].concat())).into())
}

/// An array that has these types with either number of rows; nothing is known if more than the rows differ.
pub(super) fn either(first: TensorType, second: TensorType) -> Known {
    match (first.shape.as_slice(), second.shape.as_slice()) {
        _ if first == second => Known::Array(first),
        ([_, row @ ..], [_, other @ ..]) if row == other && first.dtype == second.dtype => {
            Known::Rows([first, second].into())
        }
        _ => Known::Nothing,
    }
}

/// What is known of a value that is `first` or `second`, by how many rows there are. Numbers that are equal although they
/// are `counted` from the rows may be so by chance.
pub(super) fn join(first: &Value, second: &Value, counted: bool, result: &Host) -> Value {
    let unknown = || Value::Host(result.clone());
    let known = |known: Known| Value::Host(result.know(known));
    match (first, second) {
        (Value::Tuple(a), Value::Tuple(b)) if a.len() == b.len() => {
            Value::tuple(a.iter().zip(b.iter()).map(|(a, b)| join(a, b, counted, result)).collect::<Vec<_>>())
        }
        (Value::List(a), Value::List(b)) if a.borrow().len() == b.borrow().len() => {
            Value::list(a.borrow().iter().zip(b.borrow().iter()).map(|(a, b)| join(a, b, counted, result)).collect())
        }
        (Value::Host(a), Value::Host(b)) => match (a.array(), b.array()) {
            (Some(a), Some(b)) => known(either(a.clone(), b.clone())),
            _ => unknown(),
        },
        (Value::Array(a), Value::Array(b)) => known(either(a.ty().clone(), b.ty().clone())),
        (Value::Int(a), Value::Int(b)) if a != b => known(Known::Counted([first.clone(), second.clone()].into())),
        (Value::Float(a), Value::Float(b)) if a != b => known(Known::Counted([first.clone(), second.clone()].into())),
        (Value::Int(_), Value::Int(_)) | (Value::Float(_), Value::Float(_)) | (Value::Bool(_), Value::Bool(_))
            if counted =>
        {
            unknown()
        }
        (Value::Int(_), Value::Int(_)) | (Value::Float(_), Value::Float(_)) => first.clone(),
        (Value::Bool(a), Value::Bool(b)) if a == b => first.clone(),
        (Value::DType(a), Value::DType(b)) if a == b => first.clone(),
        (Value::None, Value::None) => Value::None,
        _ => unknown(),
    }
}

/// How many elements of the first dimension an index takes.
enum Taken {
    /// That many, unless the data end before.
    Rows(usize),
    /// As many as only the data tell, of so many dimensions of a mask.
    Unknown { rank: usize },
}

impl Interp {
    /// `host[index]`, if `index` takes rows whose number the data tell: by a mask, or between places that only the run has.
    pub(super) fn some_rows(&mut self, host: &Host, index: &Value) -> Option<Value> {
        if host.type_in(0).is_none_or(|ty| ty.rank() == 0) || host.member().is_some() {
            return None;
        }
        let (first, rest) = match index {
            Value::Tuple(all) => all.split_first()?,
            one => (one, &[][..]),
        };
        let taken = match first {
            Value::Slice(bounds) => slice_takes(bounds, host.array().is_some())?,
            Value::Host(mask) => {
                mask.type_in(0).filter(|ty| ty.dtype == DType::Bool && mask.member().is_none() && ty.rank() > 0)?;
                Taken::Unknown { rank: mask.type_in(0)?.rank() }
            }
            _ => return None,
        };
        // Arrays among the other indices move the dimension; a mask of several dimensions leaves fewer.
        let plain = |value: &Value| matches!(value, Value::Int(_) | Value::Slice(_) | Value::Ellipsis | Value::None);
        let rank = if let Taken::Unknown { rank } = taken { rank } else { 1 };
        if !rest.iter().all(plain) || (rank > 1 && !rest.is_empty()) {
            return Some(Value::Host(host.derived()));
        }
        let whole = Value::Slice(std::rc::Rc::new([Value::None, Value::None, Value::None]));
        let rest = Value::tuple(std::iter::once(whole).chain(rest.iter().cloned()).collect::<Vec<_>>());
        let found =
            self.of_type(host.derived(), vec![Value::Host(host.clone()), rest], |interp, of| match of.as_slice() {
                [array, index] => interp.get_item(array, index),
                _ => Err(Error::internal("an index without an array")),
            });
        let Value::Host(found) = found else { return Some(found) };
        let Some(row) = found.type_in(0).and_then(|ty| Some((ty.dtype, ty.shape.get(rank..)?.to_vec()))) else {
            return Some(Value::Host(found));
        };
        let (dtype, row) = row;
        Some(Value::Host(found.know(match taken {
            Taken::Rows(rows) => Known::Array(TensorType::new(dtype, [&[rows], &row[..]].concat())),
            Taken::Unknown { .. } => rows_of(dtype, &row),
        })))
    }
}

/// How many rows a slice takes, where that does not follow from the type of the array: `None` if it does. `told` arrays have
/// as many rows as is known.
fn slice_takes(bounds: &[Value; 3], told: bool) -> Option<Taken> {
    if bounds.iter().any(|bound| matches!(bound, Value::Host(_))) {
        return Some(Taken::Unknown { rank: 1 });
    }
    let number = |value: &Value| match value {
        Value::Int(n) => Some(*n),
        _ => None,
    };
    let rows = match bounds {
        _ if told => return None,
        [Value::None, Value::None, _] => return None,
        [Value::None, stop, Value::None] => number(stop).filter(|&n| n > 0),
        [start, Value::None, Value::None] => number(start).filter(|&n| n < 0).map(|n| n.saturating_neg()),
        [start, stop, Value::None] => match (number(start), number(stop)) {
            (Some(start), Some(stop)) if start >= 0 && stop > start => Some(stop - start),
            _ => None,
        },
        _ => None,
    };
    let rows = rows.and_then(|n| usize::try_from(n).ok());
    Some(rows.map_or(Taken::Unknown { rank: 1 }, Taken::Rows))
}

/// How many of so many elements are between two known places.
pub(super) fn taken_of(rows: usize, bounds: &[Value; 3]) -> Option<usize> {
    let place = |bound: &Value, otherwise: usize| match bound {
        Value::None => Some(otherwise),
        Value::Int(place) => {
            let distance = usize::try_from(place.unsigned_abs()).ok()?;
            Some(if *place < 0 { rows.saturating_sub(distance) } else { distance.min(rows) })
        }
        _ => None,
    };
    let [start, stop, Value::None] = bounds else { return None };
    Some(place(stop, rows)?.saturating_sub(place(start, 0)?))
}

/// What a function of NumPy gives whose sizes only the data tell: places where something holds, and distinct elements.
pub(super) fn sized_by_data(name: &str, args: &Args, result: &Host) -> Option<Value> {
    let [Value::Host(of)] = args.positional.as_slice() else { return None };
    let ty = of.type_in(0).filter(|_| of.member().is_none() && args.keywords.is_empty())?;
    let rows = |dtype, row: &[usize]| Value::Host(result.know(rows_of(dtype, row)));
    Some(match name {
        "where" | "nonzero" => Value::tuple(vec![rows(DType::I32, &[]); ty.rank()]),
        "flatnonzero" => rows(DType::I32, &[]),
        "argwhere" => rows(DType::I32, &[ty.rank()]),
        "unique" => rows(ty.dtype, &[]),
        _ => return None,
    })
}

/// The parts that `train_test_split` of scikit-learn makes of arrays: two of each, of known rows if the size of one is.
pub(super) fn split(args: &Args, result: &Host) -> Option<Value> {
    let named = |name: &str| args.keywords.iter().find(|(known, _)| &**known == name).map(|(_, value)| value);
    let mut parts = Vec::new();
    for array in &args.positional {
        let Value::Host(host) = array else { return None };
        let Some(ty) = host.type_in(0).filter(|ty| ty.rank() > 0 && host.member().is_none()) else {
            parts.extend([Value::Host(result.clone()), Value::Host(result.clone())]);
            continue;
        };
        let count = host.array().and_then(|ty| ty.shape.first().copied()).filter(|_| named("train_size").is_none());
        let test = count.and_then(|rows| match named("test_size") {
            None | Some(Value::None) => Some(fraction(rows, 0.25)),
            Some(Value::Float(x)) if *x > 0.0 && *x < 1.0 => Some(fraction(rows, *x)),
            Some(Value::Int(n)) => usize::try_from(*n).ok().filter(|&n| n > 0 && n < rows),
            Some(_) => None,
        });
        let row = &ty.shape[1..];
        parts.extend(match (count, test) {
            (Some(rows), Some(test)) => [rows - test, test]
                .map(|rows| Known::Array(TensorType::new(ty.dtype, [&[rows], row].concat())))
                .map(|known| Value::Host(result.know(known))),
            _ => [rows_of(ty.dtype, row), rows_of(ty.dtype, row)].map(|known| Value::Host(result.know(known))),
        });
    }
    Some(Value::list(parts))
}

/// A part of so many rows, rounded up as scikit-learn does.
fn fraction(rows: usize, of: f64) -> usize {
    ((rows as f64 * of).ceil() as usize).min(rows)
}
