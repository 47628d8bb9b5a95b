//! `Softmax`.

use keramos_ir::DType;

use crate::error::Result;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::ops::axes_indices;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

pub(in crate::keras::layers) static SOFTMAX: ClassDecl = ClassDecl {
    name: "Softmax",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::new("axis", Default::Int(-1))]).with(COMMON),
    doc: "Exponentials that sum to 1 along the axis (or axes); elements that a mask excludes are 0.",
    new: |interp, args| {
        let axes = common::integers(args, "axis")?;
        LayerObject::value(interp, &SOFTMAX, args, Softmax { axes })
    },
    methods: &[],
};

#[derive(Debug)]
struct Softmax {
    axes: Vec<i64>,
}

impl Layer for Softmax {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = common::float_input(cx)?;
        let mask = match cx.optional(1, "mask") {
            Some(mask) => Some(cx.interp.to_tensor(&mask)?),
            None => x.mask().cloned(),
        };
        let axes = axes_indices(Some(&self.axes), x.rank())?;
        let y = masked_softmax(&mut cx.interp.tracer, &x, mask.as_ref(), &axes)?;
        Ok(Value::Tensor(y))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}

/// Softmax over `axes` of the elements that `mask` (broadcast to `x`) marks; the others are 0.
pub(in crate::keras::layers) fn masked_softmax(
    t: &mut Tracer,
    x: &Tensor,
    mask: Option<&Tensor>,
    axes: &[usize],
) -> Result<Tensor> {
    let Some(mask) = mask else { return t.softmax_over(x, axes) };
    let mask = match mask.dtype() {
        DType::Bool => mask.clone(),
        dtype => {
            let half = t.scalar(dtype, 0.5)?;
            t.gt(mask, &half)?
        }
    };
    let excluded = t.weak(if x.dtype() == DType::F16 { -3e4 } else { -1e9 })?;
    let kept = t.select(&mask, x, &excluded)?;
    let y = t.softmax_over(&kept, axes)?;
    let zero = t.weak(0.0)?;
    t.select(&mask, &y, &zero)
}
