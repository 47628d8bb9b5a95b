//! `Rescaling`.

use keramos_ir::Array;

use crate::error::Result;
use crate::keras::arrays;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static RESCALING: ClassDecl = ClassDecl {
    name: "Rescaling",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::required("scale"), Param::new("offset", Default::Float(0.0))]).with(COMMON),
    doc: "x·scale + offset; scale and offset may hold one number per feature.",
    new: |interp, args| {
        let (scale, offset) = (numbers(args, "scale")?, numbers(args, "offset")?);
        LayerObject::value(interp, &RESCALING, args, Rescaling { scale, offset })
    },
    methods: &[],
};

fn numbers(args: &Bound, name: &str) -> Result<Array> {
    arrays::array(args.get(name)?).ok_or_else(|| args.invalid(name, "a number or a list of numbers"))
}

#[derive(Debug)]
struct Rescaling {
    scale: Array,
    offset: Array,
}

impl Layer for Rescaling {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = common::float_input(cx)?;
        let t = &mut cx.interp.tracer;
        let (scale, offset) = (t.constant(self.scale.clone())?, t.constant(self.offset.clone())?);
        let (scale, offset) = (t.convert(&scale, x.dtype())?, t.convert(&offset, x.dtype())?);
        let scaled = t.mul(&x, &scale)?;
        Ok(Value::Tensor(t.add(&scaled, &offset)?))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}
