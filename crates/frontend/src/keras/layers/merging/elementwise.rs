//! `Add`, `Subtract`, `Multiply`, `Average`, `Maximum`, `Minimum`.

use keramos_ir::as_tuple;

use crate::error::{Error, Result};
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{ClassDecl, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

macro_rules! merge {
    ($($constant:ident $class:literal $doc:literal;)*) => {
        $(pub(in crate::keras::layers) static $constant: ClassDecl = ClassDecl {
            name: $class,
            aliases: &[],
            bases: &["Merge", "Layer"],
            signature: Signature::new(&[]).with(COMMON),
            doc: $doc,
            new: |interp, args| LayerObject::value(interp, &$constant, args, Merge::$constant),
            methods: &[],
        };)*
    };
}

merge! {
    ADD "Add" "The sum of its inputs.";
    SUBTRACT "Subtract" "The first input less the second.";
    MULTIPLY "Multiply" "The product of its inputs.";
    AVERAGE "Average" "The mean of its inputs.";
    MAXIMUM "Maximum" "The largest of its inputs, element by element.";
    MINIMUM "Minimum" "The smallest of its inputs, element by element.";
}

/// Which operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::upper_case_acronyms, reason = "named after the declarations")]
enum Merge {
    ADD,
    SUBTRACT,
    MULTIPLY,
    AVERAGE,
    MAXIMUM,
    MINIMUM,
}

impl Layer for Merge {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let inputs = aligned(cx)?;
        let t = &mut cx.interp.tracer;
        let Some((first, rest)) = inputs.split_first() else { return Ok(Value::None) };
        let mut y = match self {
            Merge::MULTIPLY => only_marked(t, first, &Fill::One)?,
            _ => first.clone(),
        };
        let mut so_far = first.mask().cloned();
        for x in rest {
            y = match self {
                Merge::ADD | Merge::AVERAGE => t.add(&y, x)?,
                Merge::SUBTRACT => t.sub(&y, x)?,
                Merge::MULTIPLY => {
                    let x = only_marked(t, x, &Fill::One)?;
                    t.mul(&y, &x)?
                }
                // A masked step leaves the other input's value.
                Merge::MAXIMUM | Merge::MINIMUM => {
                    let other = only_marked(t, x, &Fill::With(&y))?;
                    let y = only_marked(t, &y.with_mask(so_far.clone()), &Fill::With(&other))?;
                    if *self == Merge::MAXIMUM { t.maximum(&y, &other)? } else { t.minimum(&y, &other)? }
                }
            };
            so_far = match (so_far, x.mask()) {
                (Some(a), Some(b)) => Some(t.or(&a, b)?),
                _ => None,
            };
        }
        if *self == Merge::AVERAGE {
            y = t.div_scalar(&y, inputs.len() as f64)?;
        }
        // A product is 0 where no input counts.
        if *self == Merge::MULTIPLY && so_far.is_some() {
            y = only_marked(t, &y.with_mask(so_far.clone()), &Fill::Zero)?;
        }
        Ok(Value::Tensor(y.with_mask(so_far)))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        let at_least = if *self == Merge::SUBTRACT { 2 } else { 1 };
        if inputs.len() < at_least || (*self == Merge::SUBTRACT && inputs.len() > 2) {
            let wanted = if *self == Merge::SUBTRACT { "two tensors" } else { "tensors" };
            let message =
                format!("layer `{}` must be called on a list of {wanted}, found {}", layer.name(), inputs.len());
            return Err(Error::argument(message));
        }
        let Some((first, rest)) = inputs.split_first() else { return Ok(()) };
        for other in rest {
            if !broadcasts(first, other) {
                return Err(Error::shape(format!(
                    "layer `{}` cannot combine inputs of shapes {} and {}",
                    layer.name(),
                    as_tuple(first),
                    as_tuple(other)
                ))
                .help("sizes must be equal or 1; make them equal with a convolution, Dense or Reshape in front"));
            }
        }
        Ok(())
    }

    fn masks(&self) -> Masks {
        Masks::Own
    }
}

/// Whether rows of the two shapes broadcast together, as far as sizes are known.
fn broadcasts(a: &SymbolicShape, b: &SymbolicShape) -> bool {
    let (Some((_, a)), Some((_, b))) = (a.split_first(), b.split_first()) else { return true };
    let pairs = a.iter().rev().zip(b.iter().rev());
    pairs.into_iter().all(|pair| match pair {
        (Some(m), Some(n)) => m == n || *m == 1 || *n == 1,
        _ => true,
    })
}

/// The inputs with equal ranks: dimensions of size 1 are put in after the batch.
fn aligned(cx: &mut Call<'_>) -> Result<Vec<Tensor>> {
    let inputs = cx.inputs()?;
    let rank = inputs.iter().map(Tensor::rank).max().unwrap_or(0);
    let t = &mut cx.interp.tracer;
    let align = |x: Tensor| {
        let missing: Vec<usize> = (1..=rank - x.rank()).collect();
        if missing.is_empty() {
            return Ok(x);
        }
        let mask = x.mask().cloned();
        Ok(t.expand_dims(&x, &missing)?.with_mask(mask))
    };
    inputs.into_iter().map(align).collect()
}

/// What stands in for the steps that a mask excludes.
enum Fill<'a> {
    Zero,
    One,
    With(&'a Tensor),
}

/// `x` with something else in place of the steps that its mask excludes.
fn only_marked(t: &mut Tracer, x: &Tensor, fill: &Fill<'_>) -> Result<Tensor> {
    let Some(mask) = x.mask() else { return Ok(x.clone()) };
    let fill = match fill {
        Fill::Zero => t.weak(0.0)?,
        Fill::One => t.weak(1.0)?,
        Fill::With(other) => (*other).clone(),
    };
    let mask = t.expand_dims(mask, &[mask.rank()])?;
    t.select(&mask, x, &fill)
}
