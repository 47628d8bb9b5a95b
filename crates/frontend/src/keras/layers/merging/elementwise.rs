//! `Add`, `Subtract`, `Multiply`, `Average`, `Maximum`, `Minimum`.

use crate::error::{Error, Result};
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::symbolic::{DisplayShape, SymbolicShape};
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
    fn build(&self, _: &mut Build<'_>, _: &[SymbolicShape]) -> Result<()> {
        Ok(())
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let inputs = aligned(cx)?;
        let t = &mut cx.interp.tracer;
        let Some((first, rest)) = inputs.split_first() else { return Ok(Value::None) };
        let mut y = first.clone();
        for x in rest {
            y = match self {
                Merge::ADD | Merge::AVERAGE => t.add(&y, x)?,
                Merge::SUBTRACT => t.sub(&y, x)?,
                Merge::MULTIPLY => t.mul(&y, x)?,
                Merge::MAXIMUM => t.maximum(&y, x)?,
                Merge::MINIMUM => t.minimum(&y, x)?,
            };
        }
        if *self == Merge::AVERAGE {
            y = t.div_scalar(&y, inputs.len() as f64)?;
        }
        let mask = either_mask(t, &inputs)?;
        Ok(Value::Tensor(y.with_mask(mask)))
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
                    DisplayShape(first),
                    DisplayShape(other)
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

/// Steps that count in any of the inputs; no mask if one input has none.
fn either_mask(t: &mut Tracer, inputs: &[Tensor]) -> Result<Option<Tensor>> {
    let Some(masks) = inputs.iter().map(|x| x.mask().cloned()).collect::<Option<Vec<_>>>() else { return Ok(None) };
    let mut masks = masks.into_iter();
    let Some(first) = masks.next() else { return Ok(None) };
    masks.try_fold(first, |all, mask| t.or(&all, &mask)).map(Some)
}
