//! `Flatten`.

use crate::error::Result;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, DATA_FORMAT};
use crate::library::{ClassDecl, Signature};
use crate::value::Value;
use keramos_ir::elements;

pub(in crate::keras::layers) static FLATTEN: ClassDecl = ClassDecl {
    name: "Flatten",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[DATA_FORMAT]).with(COMMON),
    doc: "All dimensions but the batch in one.",
    new: |interp, args| {
        let channels_last = common::channels_last(args)?;
        LayerObject::value(interp, &FLATTEN, args, Flatten { channels_last })
    },
    methods: &[],
};

#[derive(Debug)]
struct Flatten {
    channels_last: bool,
}

impl Layer for Flatten {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let mut x = cx.input()?;
        let t = &mut cx.interp.tracer;
        if !self.channels_last && x.rank() > 1 {
            x = t.move_axis(&x, 1, x.rank() - 1)?;
        }
        let Some((&batch, rest)) = x.shape().split_first() else { return Ok(Value::Tensor(x)) };
        Ok(Value::Tensor(t.reshape(&x, &[batch, elements(rest)])?))
    }
}
