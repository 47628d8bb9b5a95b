//! `Reshape`.

use keramos_ir::as_tuple;

use crate::error::{Error, Result};
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common;
use crate::keras::symbolic::SymbolicShape;
use crate::library::{ClassDecl, Param, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static RESHAPE: ClassDecl = ClassDecl {
    name: "Reshape",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::required("target_shape")]).with(COMMON),
    doc: "Another shape of equal size for each row; one −1 stands for what is left.",
    new: |interp, args| {
        let target = common::integers(args, "target_shape")?;
        if target.iter().any(|&n| n < -1) || target.iter().filter(|&&n| n == -1).count() > 1 {
            return Err(Error::argument("`target_shape` of Reshape() may hold sizes and at most one -1"));
        }
        LayerObject::value(interp, &RESHAPE, args, Reshape { target })
    },
    methods: &[],
};

#[derive(Debug)]
struct Reshape {
    target: Vec<i64>,
}

impl Layer for Reshape {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        let batch = x.shape().first().copied().unwrap_or(1) as i64;
        let shape: Vec<i64> = std::iter::once(batch).chain(self.target.iter().copied()).collect();
        Ok(Value::Tensor(cx.interp.tracer.reshape_infer(&x, &shape)?))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        let Some((_, row)) = inputs.first().and_then(|shape| shape.split_first()) else { return Ok(()) };
        let Some(size) = row.iter().copied().try_fold(1, |n: usize, d| Some(n.saturating_mul(d?))) else {
            return Ok(());
        };
        let known: usize = self.target.iter().filter(|&&n| n >= 0).fold(1, |n: usize, &d| n.saturating_mul(d as usize));
        let fits = if self.target.contains(&-1) { known > 0 && size.is_multiple_of(known) } else { known == size };
        if fits {
            return Ok(());
        }
        Err(Error::shape(format!(
            "layer `{}` cannot reshape rows of shape {} to {}",
            layer.name(),
            as_tuple(row),
            as_tuple(&self.target)
        ))
        .note(format!("a row has {size} elements")))
    }
}
