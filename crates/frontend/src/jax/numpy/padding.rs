//! Tensors with elements added around.

use super::shapes::first;
use crate::error::{Error, Result};
use crate::interp::operators::number;
use crate::jax::arguments::{Call, to_tensor};
use crate::ops::{PadMode, axis_index};
use crate::trace::Tensor;
use crate::value::Value;

/// Pairs of sizes per dimension, from one number, one pair, or a pair (or number) per dimension.
pub(super) fn pairs(value: &Value, rank: usize) -> Option<Vec<[Value; 2]>> {
    if value.elements().is_none() && !matches!(value, Value::Array(_)) {
        return Some(vec![[value.clone(), value.clone()]; rank]);
    }
    let rows = match value {
        Value::Array(array) if array.ty().rank() == 1 => {
            (0..array.ty().size()).filter_map(|at| crate::interp::tensor::element(array, at)).collect()
        }
        other => other.elements()?,
    };
    let pair = |row: &Value| -> Option<[Value; 2]> {
        match row.elements() {
            None => Some([row.clone(), row.clone()]),
            Some(ends) => match ends.as_slice() {
                [one] => Some([one.clone(), one.clone()]),
                [low, high] => Some([low.clone(), high.clone()]),
                _ => None,
            },
        }
    };
    let nested = rows.iter().any(|row| row.elements().is_some());
    match (rows.as_slice(), nested) {
        ([one], _) => pair(one).map(|pair| vec![pair; rank]),
        ([low, high], false) => Some(vec![[low.clone(), high.clone()]; rank]),
        (rows, _) if rows.len() == rank => rows.iter().map(pair).collect(),
        _ => None,
    }
}

/// `pad` of either library.
pub(crate) fn pad(
    c: &mut Call<'_>,
    constants: Option<Value>,
    ends: Option<Value>,
    lengths: Option<Value>,
    reflect: Option<Value>,
) -> Result<Tensor> {
    let x = first(c)?;
    let widths = c.value("pad_width")?;
    let widths = match &widths {
        Value::Dict(entries) => {
            let mut rows = vec![Value::Int(0); x.rank()];
            for (axis, width) in entries.borrow().iter() {
                let axis = number::index(axis.value()).ok_or_else(|| c.invalid("pad_width", "a dict of axes"))?;
                rows[axis_index(axis, x.rank())?] = width.clone();
            }
            Value::tuple(rows)
        }
        other => other.clone(),
    };
    let bad = || c.invalid("pad_width", "an integer, a pair, or a pair per dimension");
    let widths = pairs(&widths, x.rank()).ok_or_else(bad)?;
    let size = |v: &Value| crate::jax::arguments::integer(v).and_then(|n| usize::try_from(n).ok());
    let widths: Option<Vec<(usize, usize)>> =
        widths.iter().map(|[low, high]| Some((size(low)?, size(high)?))).collect();
    let widths = widths.ok_or_else(bad)?;
    let mode = c.args.one_of(
        "mode",
        &["constant", "edge", "linear_ramp", "maximum", "mean", "minimum", "reflect", "symmetric", "wrap", "empty"],
    )?;
    let mut values = |given: Option<Value>| -> Result<Vec<[Tensor; 2]>> {
        let given = given.unwrap_or(Value::Int(0));
        let rows = pairs(&given, x.rank())
            .ok_or_else(|| Error::argument("values to pad with: a number, a pair, or a pair per dimension"))?;
        rows.iter().map(|[low, high]| Ok([to_tensor(c.interp, low)?, to_tensor(c.interp, high)?])).collect()
    };
    let odd = matches!(&reflect, Some(Value::Str(kind)) if &**kind == "odd");
    let mode = match mode {
        "constant" | "empty" => PadMode::Constant(values(constants)?),
        "edge" => PadMode::Edge,
        "linear_ramp" => PadMode::Ramp(values(ends)?),
        "reflect" => PadMode::Reflect { odd },
        "symmetric" => PadMode::Symmetric { odd },
        "wrap" => PadMode::Wrap,
        name => {
            if lengths.is_some() {
                return Err(Error::unsupported("`stat_length` of pad()"));
            }
            match name {
                "maximum" => PadMode::Maximum,
                "minimum" => PadMode::Minimum,
                _ => PadMode::Mean,
            }
        }
    };
    c.t().pad_with(&x, &widths, &mode)
}
