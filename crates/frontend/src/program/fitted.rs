//! What is known of the data that `fit` is given: whether they can be the model's.

use std::collections::BTreeMap;
use std::rc::Rc;

use keramos_ir::{Array, Buffer, DType, TensorType, as_tuple};

use super::training::Compiled;
use crate::diagnostics::{Diagnostic, codes, suggest};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::host_sets::fed;
use crate::keras::losses::{LossObject, Predictions};
use crate::keras::models::Functional;
use crate::library::Bound;
use crate::value::{Key, Value};

/// Compares arrays of the program, as far as `fit` is given some, with the model's inputs and targets.
///
/// # Errors
/// K0401: their rows have other shapes, or there are not as many rows of one as of the other. K0801: there are no targets, not
/// one array for each, or ones that the loss cannot mean.
pub(super) fn check(interp: &mut Interp, graph: &Functional, compiled: &Compiled, fit: &Bound) -> Result<()> {
    let inputs: Vec<(String, Vec<Option<usize>>)> = graph
        .inputs
        .iter()
        .map(|input| (input.0.node.name.to_string(), input.0.shape.get(1..).unwrap_or_default().to_vec()))
        .collect();
    let (x, y) = fed(fit.get("x")?, fit.get("y")?);
    let (x, y) = (x.map_leaves(&mut |leaf| interp.plain(leaf))?, y.map_leaves(&mut |leaf| interp.plain(leaf))?);
    let expected: Vec<(&LossObject, &TensorType)> = compiled.expected().collect();
    keys(&x, graph)?;
    count(&x, &y, graph, &expected)?;
    let (known_x, known_y) = (arrays(&x), arrays(&y));
    if known_x.len() == inputs.len() {
        for ((array, known), (name, wanted)) in known_x.iter().zip(&inputs) {
            rows_fit(array, *known, wanted, &format!("input `{name}`"), None)?;
        }
    }
    if known_y.len() == expected.len() {
        for ((array, known), &(loss, wanted)) in known_y.iter().zip(&expected) {
            let wanted: Vec<Option<usize>> = wanted.shape.iter().skip(1).map(|&n| Some(n)).collect();
            rows_fit(array, *known, &wanted, "the targets", Some(loss))?;
            warn_of_repeats(interp, array, &wanted, loss);
        }
        for (leaf, &(loss, _)) in y.leaves().iter().zip(&expected) {
            if let Value::Array(array) = leaf {
                values_fit(interp, array, loss, compiled.classes_of(loss))?;
            }
        }
    }
    let weights = fit.some("sample_weight")?.map(arrays).unwrap_or_default();
    let rows = |(array, known): &(TensorType, bool)| array.shape.first().copied().filter(|_| *known);
    let all: Vec<usize> = known_x.iter().chain(&known_y).chain(&weights).filter_map(rows).collect();
    match all.iter().find(|&&n| Some(&n) != all.first()) {
        Some(other) => Err(Error::shape(format!("fit() is given {} rows of one array and {other} of another", all[0]))
            .help("inputs, targets and weights are paired row by row: give as many of each")),
        None => Ok(()),
    }
}

/// Warns of weights of classes that the output does not have.
pub(super) fn warn_of_weights(interp: &mut Interp, weights: &BTreeMap<i64, f64>, classes: Option<u64>) {
    let beyond = |class: &i64| classes.is_some_and(|n| u64::try_from(*class).is_ok_and(|class| class >= n));
    if let (Some(class), Some(classes)) = (weights.keys().find(|class| beyond(class)), classes) {
        let message = format!("class_weight has a weight for class {class}, and the last layer has {classes} units");
        interp.warn(
            Diagnostic::warning(codes::TRAINING_CONFIG, interp.span, message)
                .help("classes are counted from 0, and the largest is one less than the units"),
        );
    }
}

/// That a dict of inputs has what the model takes.
fn keys(x: &Value, graph: &Functional) -> Result<()> {
    let Value::Dict(given) = x else { return Ok(()) };
    let given = given.borrow();
    let of_inputs: Vec<Rc<str>> = match &graph.input_structure {
        Value::Dict(entries) => entries.borrow().keys().filter_map(named).collect(),
        _ => graph.inputs.iter().map(|input| input.0.node.name.clone()).collect(),
    };
    let names: Vec<Rc<str>> = given.keys().filter_map(named).collect();
    let Some(missing) = of_inputs.iter().find(|name| !names.contains(name)) else { return Ok(()) };
    let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let error = Error::new(codes::TRAINING_CONFIG, format!("fit() is given no data for input `{missing}`"))
        .note(format!("the dict has {}", shown.join(", ")));
    Err(match suggest::did_you_mean(missing, names.iter().map(|name| &**name)) {
        Some(near) => error.help(near),
        None => error.help("give the dict the names of the inputs, or keras.Input(name=...) those of the dict"),
    })
}

fn named(key: &Key) -> Option<Rc<str>> {
    match key.value() {
        Value::Str(name) => Some(name.clone()),
        _ => None,
    }
}

/// That there are targets, and one array for each output.
fn count(x: &Value, y: &Value, graph: &Functional, expected: &[(&LossObject, &TensorType)]) -> Result<()> {
    let Some((loss, _)) = expected.first() else { return Ok(()) };
    if y.is_none() {
        return match arrays(x).is_empty() {
            // What else there may be, such as a data set, brings its own.
            true => Ok(()),
            false => Err(Error::new(
                codes::TRAINING_CONFIG,
                format!("fit() is given no targets, and the loss `{}` compares with some", loss.name),
            )
            .help("pass them as the second argument, model.fit(x, y); a model that learns its inputs takes model.fit(x, x)")),
        };
    }
    let outputs = graph.outputs.leaves().len();
    let given = match y {
        Value::List(_) | Value::Tuple(_) => y.elements().unwrap_or_default().len(),
        Value::Array(_) => 1,
        Value::Host(_) if !arrays(y).is_empty() => 1,
        _ => return Ok(()),
    };
    if given == outputs || outputs == 0 {
        return Ok(());
    }
    let (arrays, plural) = (if given == 1 { "array" } else { "arrays" }, if outputs == 1 { "" } else { "s" });
    let message = format!("fit() is given {given} {arrays} of targets, and the model has {outputs} output{plural}");
    Err(Error::new(codes::TRAINING_CONFIG, message).help("give one array for each output, in their order: y=[y1, y2]"))
}

/// That the targets are numbers that the loss can mean; `classes`: how many there are, where targets are class numbers.
fn values_fit(interp: &mut Interp, array: &Array, loss: &LossObject, classes: Option<u64>) -> Result<()> {
    let values = numbers(array.data());
    if let Some(row) = values.iter().position(|value| !value.is_finite()) {
        let message =
            format!("the targets of fit() hold {}, in element {row}", values.get(row).copied().unwrap_or(f64::NAN));
        return Err(Error::new(codes::TRAINING_CONFIG, message).help(
            "one of them makes the loss and then every weight NaN: drop such rows, or fill them in (np.nan_to_num)",
        ));
    }
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
    if let Some(classes) = classes.filter(|_| !values.is_empty()) {
        let wrong = [largest, smallest].into_iter().find(|value| !(0.0..classes as f64).contains(value));
        if let Some(wrong) = wrong {
            let message = format!("the targets of fit() hold class {wrong}, and the last layer has {classes} units");
            return Err(Error::new(codes::TRAINING_CONFIG, message)
                .note("classes are counted from 0, and the largest is one less than the units")
                .help(format!("give the last layer {} units, or renumber the classes", largest.max(0.0) + 1.0)));
        }
    }
    let probabilities = loss.predictions() != Predictions::Any && !loss.is_sparse();
    if let Some(wrong) =
        [largest, smallest].into_iter().find(|value| probabilities && value.is_finite() && !(0.0..=1.0).contains(value))
    {
        let message = format!(
            "the targets of fit() hold {wrong}, and the loss `{}` compares probabilities, from 0 to 1",
            loss.name
        );
        interp.warn(
            Diagnostic::warning(codes::TRAINING_CONFIG, interp.span, message)
                .help("scale or renumber the targets, or take a loss that compares numbers, such as \"mse\""),
        );
    }
    Ok(())
}

/// The elements, where they are numbers that a program may write.
fn numbers(data: &Buffer) -> Vec<f64> {
    match data {
        Buffer::I8(v) => v.iter().map(|&x| f64::from(x)).collect(),
        Buffer::I32(v) => v.iter().map(|&x| f64::from(x)).collect(),
        Buffer::I64(v) => v.iter().map(|&x| x as f64).collect(),
        Buffer::U8(v) => v.iter().map(|&x| f64::from(x)).collect(),
        Buffer::F32(v) => v.iter().map(|&x| f64::from(x)).collect(),
        Buffer::F64(v) => v.clone(),
        _ => Vec::new(),
    }
}

/// Warns of rows of targets that count several times, or of which one prediction is compared with all.
fn warn_of_repeats(interp: &mut Interp, array: &TensorType, wanted: &[Option<usize>], loss: &LossObject) {
    let found = &array.shape[1..];
    let differ =
        found.len() == wanted.len() && found.iter().zip(wanted).any(|(&n, wanted)| wanted.is_some_and(|w| w != n));
    if !differ {
        return;
    }
    let message = format!(
        "fit() is given targets of shape {} for outputs of shape {}: the loss `{}` repeats one for the other",
        as_tuple(found),
        as_tuple(wanted),
        loss.name
    );
    interp.warn(
        Diagnostic::warning(codes::TRAINING_CONFIG, interp.span, message)
            .note("`keramos-run` takes targets of the outputs' shape only")
            .help("give the last layer as many units as a target has numbers"),
    );
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

/// Keras adds or drops a last dimension of size 1; sizes that are 1 may broadcast in losses that compare numbers.
fn rows_fit(
    array: &TensorType,
    rows_known: bool,
    wanted: &[Option<usize>],
    what: &str,
    loss: Option<&LossObject>,
) -> Result<()> {
    let mut row = array.shape[1..].to_vec();
    if row.len() == wanted.len() + 1 && row.last() == Some(&1) {
        row.pop();
    } else if row.len() + 1 == wanted.len() && wanted.last() == Some(&Some(1)) {
        row.push(1);
    }
    let broadcasts = loss.is_some_and(|loss| loss.predictions() == Predictions::Any);
    let size_fits = |(found, wanted): (&usize, &Option<usize>)| {
        wanted.is_none_or(|n| n == *found || (broadcasts && (n == 1 || *found == 1)))
    };
    if row.len() == wanted.len() && row.iter().zip(wanted).all(size_fits) {
        return Ok(());
    }
    let found = as_tuple(&array.shape[1..]);
    let message =
        format!("fit() is given rows of shape {found}, and {what} must have rows of shape {}", as_tuple(wanted));
    let help = match loss {
        None => "reshape the data, or write their shape into keras.Input(shape=...)",
        Some(loss) if loss.is_sparse() && row.len() == wanted.len() + 1 => {
            "a sparse loss takes class numbers: y.argmax(-1); rows with a number for each class go with categorical_crossentropy"
        }
        Some(loss)
            if loss.chooses_classes()
                && !loss.is_sparse()
                && wanted.len() == row.len() + 1
                && array.dtype != DType::F32 =>
        {
            "class numbers go with a sparse loss (sparse_categorical_crossentropy); others take keras.utils.to_categorical(y)"
        }
        Some(_) if wanted.len() > row.len() + 1 || row.is_empty() && wanted.len() > 1 => {
            "the output has a number for each place: put layers.Flatten() or a pooling layer before the last layers"
        }
        Some(loss) if loss.predictions() != Predictions::Any && matches!(&row[..], [] | [1]) => {
            "one yes or no for each row takes one unit with sigmoid; class numbers take a softmax and sparse_categorical_crossentropy"
        }
        Some(_) => "reshape the targets, or give the last layer as many units as a target has numbers",
    };
    let mut shape: Vec<Option<usize>> = array.shape.iter().map(|&n| Some(n)).collect();
    shape.iter_mut().take(1).filter(|_| !rows_known).for_each(|rows| *rows = None);
    Err(Error::shape(message).note(format!("the array has the shape {}", as_tuple(&shape))).help(help))
}
