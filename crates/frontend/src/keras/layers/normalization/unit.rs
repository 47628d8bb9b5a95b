//! `UnitNormalization`.

use crate::error::Result;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::ops::axes_indices;
use crate::value::Value;

pub(in crate::keras::layers) static UNIT_NORMALIZATION: ClassDecl = ClassDecl {
    name: "UnitNormalization",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::new("axis", Default::Int(-1))]).with(COMMON),
    doc: "Divides each row by its length over the given axes.",
    new: |interp, args| {
        let axes = common::integers(args, "axis")?;
        LayerObject::value(interp, &UNIT_NORMALIZATION, args, UnitNormalization { axes })
    },
    methods: &[],
};

#[derive(Debug)]
struct UnitNormalization {
    axes: Vec<i64>,
}

impl Layer for UnitNormalization {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = common::float_input(cx)?;
        let axes = axes_indices(Some(&self.axes), x.rank())?;
        Ok(Value::Tensor(cx.interp.tracer.l2_normalise(&x, &axes, 1e-12)?))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}
