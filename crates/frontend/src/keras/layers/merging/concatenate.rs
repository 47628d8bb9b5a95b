//! `Concatenate`.

use keramos_ir::{DType, as_tuple};

use crate::error::{Error, Result};
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::ops::axis_index;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

pub(in crate::keras::layers) static CONCATENATE: ClassDecl = ClassDecl {
    name: "Concatenate",
    aliases: &[],
    bases: &["Merge", "Layer"],
    signature: Signature::new(&[Param::new("axis", Default::Int(-1))]).with(COMMON),
    doc: "Its inputs one after the other along `axis`.",
    new: |interp, args| {
        let axis = args.i64("axis")?;
        LayerObject::value(interp, &CONCATENATE, args, Concatenate { axis })
    },
    methods: &[],
};

#[derive(Debug)]
struct Concatenate {
    axis: i64,
}

impl Layer for Concatenate {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let inputs = cx.inputs()?;
        let axis = axis_index(self.axis, inputs.first().map_or(0, Tensor::rank))?;
        let t = &mut cx.interp.tracer;
        let y = t.concatenate(&inputs, axis)?;
        let mask = joined_mask(t, &inputs, axis)?;
        Ok(Value::Tensor(y.with_mask(mask)))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        let Some((first, rest)) = inputs.split_first() else {
            return Err(Error::argument(format!("layer `{}` must be called on a list of tensors", layer.name())));
        };
        let axis = axis_index(self.axis, first.len())?;
        for other in rest {
            let fits = first.len() == other.len()
                && first.iter().zip(other).enumerate().all(|(d, pair)| match pair {
                    (Some(m), Some(n)) => d == axis || m == n,
                    _ => true,
                });
            if !fits {
                return Err(Error::shape(format!(
                    "layer `{}` cannot join inputs of shapes {} and {} along axis {}",
                    layer.name(),
                    as_tuple(first),
                    as_tuple(other),
                    self.axis
                ))
                .note("all other sizes must be equal")
                .help("crop, pad or resize one of them, or choose another `axis`"));
            }
        }
        Ok(())
    }

    fn masks(&self) -> Masks {
        Masks::Own
    }
}

/// The inputs' masks joined in the same way; an input without one counts everywhere.
fn joined_mask(t: &mut Tracer, inputs: &[Tensor], axis: usize) -> Result<Option<Tensor>> {
    if inputs.iter().all(|x| x.mask().is_none()) {
        return Ok(None);
    }
    let whole = |t: &mut Tracer, x: &Tensor| match x.mask() {
        None => t.full(&x.ty().with_dtype(DType::Bool), 1.0),
        Some(mask) if mask.rank() < x.rank() => {
            let mask = t.expand_dims(mask, &[mask.rank()])?;
            t.broadcast_to(&mask, x.shape())
        }
        Some(mask) => Ok(mask.clone()),
    };
    let masks = inputs.iter().map(|x| whole(t, x)).collect::<Result<Vec<_>>>()?;
    let joined = t.concatenate(&masks, axis)?;
    t.any(&joined, &[joined.rank() - 1], false).map(Some)
}
