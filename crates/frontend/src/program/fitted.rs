//! What is known of the data that `fit` is given: whether they can be the model's.

use keramos_ir::{DType, TensorType, as_tuple};

use crate::error::{Error, Result};
use crate::interp::host_sets::fed;
use crate::keras::models::Functional;
use crate::library::Bound;
use crate::value::Value;

/// Compares arrays of the program, as far as `fit` is given some, with the model's inputs and targets.
///
/// # Errors
/// K0401: their rows have other shapes, or there are not as many rows of one as of the other.
pub(super) fn check(graph: &Functional, targets: &[Option<TensorType>], fit: &Bound) -> Result<()> {
    let inputs: Vec<(String, Vec<Option<usize>>)> = graph
        .inputs
        .iter()
        .map(|input| (input.0.node.name.to_string(), input.0.shape.get(1..).unwrap_or_default().to_vec()))
        .collect();
    let row = |ty: &TensorType| ty.shape.iter().skip(1).map(|&n| Some(n)).collect();
    let targets: Vec<Vec<Option<usize>>> = targets.iter().flatten().map(row).collect();
    let (x, y) = fed(fit.get("x")?, fit.get("y")?);
    let (x, y) = (arrays(&x), arrays(&y));
    if x.len() == inputs.len() {
        for ((array, known), (name, wanted)) in x.iter().zip(&inputs) {
            rows_fit(array, *known, wanted, &format!("input `{name}`"), false)?;
        }
    }
    if y.len() == targets.len() {
        for ((array, known), wanted) in y.iter().zip(&targets) {
            rows_fit(array, *known, wanted, "the targets", true)?;
        }
    }
    let rows = |(array, known): &(TensorType, bool)| array.shape.first().copied().filter(|_| *known);
    let all: Vec<usize> = x.iter().chain(&y).filter_map(rows).collect();
    match all.iter().find(|&&n| Some(&n) != all.first()) {
        Some(other) => Err(Error::shape(format!("fit() is given {} rows of one array and {other} of another", all[0]))
            .help("inputs and targets are paired row by row: give as many of each")),
        None => Ok(()),
    }
}

/// The types of the arrays in an argument, and whether their numbers of rows are known; none if there is anything else in it, or names tell which is which.
fn arrays(value: &Value) -> Vec<(TensorType, bool)> {
    if matches!(value, Value::Dict(_)) {
        return Vec::new();
    }
    let ty = |leaf: &Value| match leaf {
        Value::Array(array) if array.ty().rank() > 0 => Some((array.ty().clone(), true)),
        Value::Host(host) if host.member().is_none() => {
            let ty = host.type_in(0).filter(|ty| ty.rank() > 0)?;
            Some((ty.clone(), !host.has_unknown_rows()))
        }
        _ => None,
    };
    value.leaves().iter().map(ty).collect::<Option<_>>().unwrap_or_default()
}

/// Keras adds or drops a last dimension of size 1; sizes that are 1 may broadcast in losses.
fn rows_fit(
    array: &TensorType,
    rows_known: bool,
    wanted: &[Option<usize>],
    what: &str,
    broadcasts: bool,
) -> Result<()> {
    let mut row = array.shape[1..].to_vec();
    if row.len() == wanted.len() + 1 && row.last() == Some(&1) {
        row.pop();
    } else if row.len() + 1 == wanted.len() && wanted.last() == Some(&Some(1)) {
        row.push(1);
    }
    let size_fits = |(found, wanted): (&usize, &Option<usize>)| {
        wanted.is_none_or(|n| n == *found || (broadcasts && (n == 1 || *found == 1)))
    };
    if row.len() == wanted.len() && row.iter().zip(wanted).all(size_fits) {
        return Ok(());
    }
    let found = as_tuple(&array.shape[1..]);
    let message =
        format!("fit() is given rows of shape {found}, and {what} must have rows of shape {}", as_tuple(wanted));
    let help = match broadcasts {
        true if wanted.len() == row.len() + 1 && array.dtype != DType::F32 => {
            "class numbers go with a sparse loss (sparse_categorical_crossentropy); others take keras.utils.to_categorical(y)"
        }
        true => "reshape the targets, or give the last layer as many units as a target has numbers",
        false => "reshape the data, or write their shape into keras.Input(shape=...)",
    };
    let mut shape: Vec<Option<usize>> = array.shape.iter().map(|&n| Some(n)).collect();
    shape.iter_mut().take(1).filter(|_| !rows_known).for_each(|rows| *rows = None);
    Err(Error::shape(message).note(format!("the array has the shape {}", as_tuple(&shape))).help(help))
}
