//! Data sets of TensorFlow that are made of arrays whose types are known: what their elements look like.

use keramos_ir::{DType, TensorType};

use super::Interp;
use super::host_results::argument;
use crate::error::{Error, Result};
use crate::library::Args;
use crate::value::host::Known;
use crate::value::{Host, Value};

/// Methods whose results have the same elements, or some of them.
const KEEP: &[&str] = &["cache", "filter", "prefetch", "repeat", "shard", "shuffle", "skip", "take", "with_options"];

impl Interp {
    /// What is known of the data set that `callee`, a function or a method of TensorFlow's, gives.
    pub(super) fn data_set(&mut self, callee: &Host, args: &Args, result: &Host) -> Option<Host> {
        if callee.span().is_none() {
            return match callee.what() {
                "tensorflow.data.Dataset.from_tensor_slices" => {
                    let tensors = args.positional.first()?;
                    Some(result.know(Known::Elements(self.slices(tensors).ok()?)))
                }
                "keras.utils.image_dataset_from_directory" => images(args, result),
                "keras.utils.timeseries_dataset_from_array" => windows(args, result),
                _ => None,
            };
        }
        let Known::Elements(elements) = callee.known() else { return None };
        let result = match callee.batch() {
            Some(batch) => result.with_batch(batch),
            None => result.clone(),
        };
        match callee.member()? {
            "batch" => {
                let named = args.keywords.iter().find(|(name, _)| &**name == "batch_size").map(|(_, value)| value);
                let Value::Int(rows) = named.or(args.positional.first())? else { return None };
                let rows = usize::try_from(*rows).ok().filter(|&rows| rows > 0 && callee.batch().is_none())?;
                let batch = with_rows(elements, rows).ok()?;
                Some(result.with_batch(rows).know(Known::Elements(batch)))
            }
            // Other rows to a batch.
            "rebatch" => {
                let Value::Int(rows) = argument(args, "batch_size", 0)? else { return None };
                let rows = usize::try_from(*rows).ok().filter(|&rows| rows > 0 && callee.batch().is_some())?;
                Some(result.with_batch(rows).know(Known::Elements(with_rows(&one_row(elements).ok()?, rows).ok()?)))
            }
            "unbatch" if callee.batch().is_some() => {
                Some(callee.derived().know(Known::Elements(one_row(elements).ok()?)).without_batch())
            }
            name if KEEP.contains(&name) => Some(result.know(Known::Elements(elements.clone()))),
            _ => None,
        }
    }

    /// Rows of the arrays in a tree.
    fn slices(&mut self, tensors: &Value) -> Result<Value> {
        tensors.map_leaves(&mut |leaf| {
            let leaf = self.plain(leaf)?;
            let (ty, origin) = match &leaf {
                Value::Host(host) if host.member().is_none() => (host.type_in(0), host.clone()),
                Value::Array(array) => (Some(array.ty()), Host::new("a data set", Some(self.span))),
                _ => return Err(unknown()),
            };
            let (dtype, row) = ty.and_then(|ty| Some((ty.dtype, ty.shape.get(1..)?))).ok_or_else(unknown)?;
            Ok(Value::Host(origin.know(Known::Array(TensorType::new(dtype, row)))))
        })
    }
}

/// Images in a folder, with the classes that its folders are, where all sizes are told.
fn images(args: &Args, result: &Host) -> Option<Host> {
    let text = |name: &str, place: usize, otherwise: &str| match argument(args, name, place) {
        None => Some(otherwise.to_owned()),
        Some(Value::Str(text)) => Some(text.to_string()),
        Some(_) => None,
    };
    if argument(args, "subset", 9).is_some_and(|subset| matches!(subset, Value::Str(text) if &**text == "both")) {
        return None;
    }
    let channels = match &*text("color_mode", 4, "rgb")? {
        "rgb" => 3,
        "rgba" => 4,
        "grayscale" => 1,
        _ => return None,
    };
    let sizes = match argument(args, "image_size", 6) {
        None => vec![256, 256],
        Some(sizes) => sizes.elements()?.iter().map(size).collect::<Option<Vec<_>>>()?,
    };
    let shape = match &*text("data_format", usize::MAX, "channels_last")? {
        "channels_last" => [&sizes[..], &[channels]].concat(),
        _ => [&[channels], &sizes[..]].concat(),
    };
    let known = |dtype, shape: &[usize]| Value::Host(result.know(Known::Array(TensorType::new(dtype, shape))));
    let images = known(DType::F32, &shape);
    let unlabelled = [argument(args, "labels", 1), argument(args, "label_mode", 2)].into_iter().flatten();
    let elements = match unlabelled.into_iter().any(Value::is_none) {
        true => images,
        false => {
            let labels = match &*text("label_mode", 2, "int")? {
                "int" => known(DType::I32, &[]),
                "binary" => known(DType::F32, &[1]),
                _ => known(DType::F32, &[argument(args, "class_names", 3)?.elements()?.len()]),
            };
            Value::tuple(vec![images, labels])
        }
    };
    in_batches(&elements, argument(args, "batch_size", 5), 32, result)
}

/// Parts of a series of known rows, each with the target that belongs to its start.
fn windows(args: &Args, result: &Host) -> Option<Host> {
    let length = size(argument(args, "sequence_length", 2)?)?;
    let row = |value: &Value| match value {
        Value::Host(host) if host.member().is_none() => {
            let ty = host.type_in(0).filter(|ty| ty.rank() > 0)?;
            Some((ty.dtype, ty.shape[1..].to_vec()))
        }
        _ => None,
    };
    let known = |dtype, shape: &[usize]| Value::Host(result.know(Known::Array(TensorType::new(dtype, shape))));
    let (dtype, shape) = row(argument(args, "data", 0)?)?;
    let series = known(dtype, &[&[length], &shape[..]].concat());
    let elements = match argument(args, "targets", 1)? {
        Value::None => series,
        targets => {
            let (dtype, shape) = row(targets)?;
            Value::tuple(vec![series, known(dtype, &shape)])
        }
    };
    in_batches(&elements, argument(args, "batch_size", 5), 128, result)
}

/// A data set of such elements, so many of which are in a batch.
fn in_batches(elements: &Value, batch: Option<&Value>, otherwise: usize, result: &Host) -> Option<Host> {
    let rows = match batch {
        Some(Value::None) => return Some(result.know(Known::Elements(elements.clone()))),
        Some(rows) => size(rows)?,
        None => otherwise,
    };
    Some(result.with_batch(rows).know(Known::Elements(with_rows(elements, rows).ok()?)))
}

fn size(value: &Value) -> Option<usize> {
    match value {
        Value::Int(n) => usize::try_from(*n).ok().filter(|&n| n > 0),
        _ => None,
    }
}

/// The elements of batches.
fn one_row(elements: &Value) -> Result<Value> {
    elements.map_leaves(&mut |leaf| match leaf {
        Value::Host(host) => {
            let ty = host.array().filter(|ty| ty.rank() > 0).ok_or_else(unknown)?;
            Ok(Value::Host(host.know(Known::Array(TensorType::new(ty.dtype, &ty.shape[1..])))))
        }
        other => Ok(other.clone()),
    })
}

fn with_rows(elements: &Value, rows: usize) -> Result<Value> {
    elements.map_leaves(&mut |leaf| match leaf {
        Value::Host(host) => {
            let ty = host.array().ok_or_else(unknown)?;
            Ok(Value::Host(host.know(Known::Array(TensorType::new(ty.dtype, [&[rows], &ty.shape[..]].concat())))))
        }
        other => Ok(other.clone()),
    })
}

/// Never told: nothing is known then.
fn unknown() -> Error {
    Error::internal("an element without a type")
}

/// What `fit` and its relatives take out of `x` and `y`: the parts of the elements of a data set that comes in batches, if
/// their types are known.
pub(crate) fn fed(x: &Value, y: &Value) -> (Value, Value) {
    let elements = match x {
        Value::Host(host) if host.batch().is_some() => host.elements(),
        _ => None,
    };
    match elements {
        Some(Value::Tuple(parts)) => {
            let part = |i: usize| parts.get(i).cloned().unwrap_or(Value::None);
            (part(0), part(1))
        }
        Some(one) => (one.clone(), Value::None),
        None => (x.clone(), y.clone()),
    }
}
