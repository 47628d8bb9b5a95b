//! Orders and choices.

use keramos_ir::ops::OutOfBounds;
use keramos_ir::{DType, TensorType, as_tuple, elements};

use super::arguments::{shape, shape_of};
use super::continuous::tails;
use super::keys::key;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::interp::operators::number;
use crate::jax::arguments::tensor;
use crate::library::{Bound, Default, FunctionDecl};
use crate::ops::axis_index;
use crate::trace::Tensor;
use crate::value::Value;

/// What is permuted or chosen from: a tensor, or the integers below a number.
enum Population {
    Below(usize),
    Of(Tensor),
}

fn population(interp: &mut Interp, args: &Bound, name: &str) -> Result<Population> {
    match number::index(args.get(name)?) {
        Some(count) => match usize::try_from(count) {
            Ok(count) => {
                interp.spend_length(count)?;
                Ok(Population::Below(count))
            }
            Err(_) => Ok(Population::Below(0)),
        },
        None => {
            let x = tensor(interp, args, name)?;
            if x.rank() > 0 {
                return Ok(Population::Of(x));
            }
            if !x.dtype().is_int() {
                return Err(Error::ty(format!("{name} must be an integer or at least 1-dimensional")));
            }
            let message = format!("`{name}` of {}() is a number that is only known at run time", args.function());
            Err(Error::argument(message).help("pass a Python integer"))
        }
    }
}

fn permutation(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let x = match population(interp, args, "x")? {
        Population::Below(count) => interp.tracer.iota(DType::I32, &[count], 0)?,
        Population::Of(x) => x,
    };
    let axis = axis_index(args.i64("axis")?, x.rank())?;
    let independent = args.bool("independent")?;
    interp.tracer.random_permutation(&key, &x, axis, independent).map(Value::Tensor)
}

fn choice(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    if args.get("shape")?.elements().is_none() {
        let found = args.get("shape")?.type_name();
        return Err(Error::ty(format!("shape argument of jax.random.choice must be a sequence, got {found}")));
    }
    let shape = shape(args)?;
    let draws = elements(&shape);
    let replace = args.bool("replace")?;
    let population = population(interp, args, "a")?;
    let (size, axis) = match &population {
        Population::Below(count) => (*count, 0),
        Population::Of(x) => {
            let axis = axis_index(args.i64("axis")?, x.rank())?;
            (x.shape().get(axis).copied().unwrap_or(0), axis)
        }
    };
    if draws == 0 {
        let dtype = match &population {
            Population::Below(_) => DType::I32,
            Population::Of(x) => x.dtype(),
        };
        return interp.tracer.full(&TensorType::new(dtype, shape), 0.0).map(Value::Tensor);
    }
    if size == 0 {
        return Err(raise("ValueError", "a must be greater than 0 unless no samples are taken"));
    }
    if !replace && draws > size {
        let message =
            format!("Cannot take a larger sample (size {draws}) than population (size {size}) when 'replace=False'");
        return Err(raise("ValueError", message));
    }
    let weights = match args.some("p")? {
        None => None,
        Some(_) => {
            let p = tensor(interp, args, "p")?;
            let p = interp.tracer.to_float(&p)?;
            if p.shape() != [size] {
                let message = format!(
                    "p must be None or a 1D vector with the same size as a.shape[axis]. p has shape {} and a.shape[axis] is {size}.",
                    as_tuple(p.shape())
                );
                return Err(raise("ValueError", message));
            }
            Some(p)
        }
    };
    let tails = tails(args)?;
    let t = &mut interp.tracer;
    let flat = [draws];
    let places = match (&weights, replace) {
        (None, true) => {
            let (low, high) = (t.scalar(DType::I32, 0.0)?, t.scalar(DType::I32, size as f64)?);
            t.random_integers(&key, &flat, &low, &high, DType::I32)?
        }
        (None, false) => {
            let ordered = match &population {
                Population::Below(count) => t.iota(DType::I32, &[*count], 0)?,
                Population::Of(x) => x.clone(),
            };
            let shuffled = t.random_permutation(&key, &ordered, axis, false)?;
            let chosen = t.slice_axis(&shuffled, axis, 0, draws)?;
            return result(interp, &chosen, &population, axis, &shape);
        }
        (Some(p), true) => t.random_places(&key, &flat, p)?,
        (Some(p), false) => {
            let gumbel = t.random_gumbel(&key, p.ty(), tails)?;
            let scores = t.formula(|f| f.of(&gumbel) + f.of(p).log())?;
            t.build1(&[&scores], |b, v| b.top_k(v[0], draws).map(|(_, places)| places))?
        }
    };
    let chosen = match &population {
        Population::Below(_) => places,
        Population::Of(x) => t.build1(&[x, &places], |b, v| b.take(v[0], v[1], axis, OutOfBounds::Fill))?,
    };
    result(interp, &chosen, &population, axis, &shape)
}

/// The chosen elements, with the axis of draws in the shape that was asked for.
fn result(
    interp: &mut Interp,
    chosen: &Tensor,
    population: &Population,
    axis: usize,
    shape: &[usize],
) -> Result<Value> {
    let sizes = match population {
        Population::Below(_) => shape.to_vec(),
        Population::Of(x) => [&x.shape()[..axis], shape, &x.shape()[axis + 1..]].concat(),
    };
    interp.tracer.reshape(chosen, &sizes).map(Value::Tensor)
}

fn categorical(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = key(interp, args)?;
    let logits = tensor(interp, args, "logits")?;
    let axis = axis_index(args.i64("axis")?, logits.rank())?;
    let mut batch = logits.shape().to_vec();
    let classes = batch.remove(axis);
    let shape = shape_of(args, &[&batch])?;
    let prefix = shape[..shape.len() - batch.len()].to_vec();
    let replace = args.bool("replace")?;
    let tails = tails(args)?;
    let t = &mut interp.tracer;
    let logits = t.to_float(&logits)?;
    if replace {
        let mut full = shape.clone();
        full.insert(prefix.len() + axis, classes);
        let gumbel = t.random_gumbel(&key, &TensorType::new(logits.dtype(), full), tails)?;
        let scores = t.add(&gumbel, &logits)?;
        return t.argmax(&scores, prefix.len() + axis).map(Value::Tensor);
    }
    let draws = elements(&prefix);
    if draws > classes {
        let message =
            format!("Number of samples without replacement ({draws}) cannot exceed number of categories ({classes}).");
        return Err(raise("ValueError", message));
    }
    let gumbel = t.random_gumbel(&key, logits.ty(), tails)?;
    let scores = t.add(&logits, &gumbel)?;
    let scores = t.move_axis(&scores, axis, batch.len())?;
    let places = t.build1(&[&scores], |b, v| b.top_k(v[0], draws).map(|(_, places)| places))?;
    let places = t.move_axis(&places, batch.len(), 0)?;
    t.reshape(&places, &shape).map(Value::Tensor)
}

const NONE: Default = Default::None;
const ZERO: Default = Default::Int(0);

/// Orders and choices.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "permutation" [(key) (x) (axis = ZERO) (independent = Default::Bool(false)) (out_sharding = NONE)] "A random order." => permutation;
    "choice" [(key) (a) (shape = Default::Ints(&[])) (replace = Default::Bool(true)) (p = NONE) (axis = ZERO) (mode = NONE)]
        "Elements chosen at random." => choice;
    "categorical" [(key) (logits) (axis = Default::Int(-1)) (shape = NONE) (replace = Default::Bool(true)) (mode = NONE) (out_sharding = NONE)]
        "Classes with probabilities given by logits." => categorical;
};
