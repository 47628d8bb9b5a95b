//! `RepeatVector`.

use crate::error::Result;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common;
use crate::keras::symbolic::SymbolicShape;
use crate::library::{ClassDecl, Param, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static REPEAT_VECTOR: ClassDecl = ClassDecl {
    name: "RepeatVector",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::required("n")]).with(COMMON),
    doc: "Each row n times: (batch, features) becomes (batch, n, features).",
    new: |interp, args| {
        let n = args.usize("n")?;
        LayerObject::value(interp, &REPEAT_VECTOR, args, RepeatVector { n })
    },
    methods: &[],
};

#[derive(Debug)]
struct RepeatVector {
    n: usize,
}

impl Layer for RepeatVector {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        let shape = [x.shape()[0], self.n, x.shape()[1]];
        let t = &mut cx.interp.tracer;
        let x = t.expand_dims(&x, &[1])?;
        Ok(Value::Tensor(t.broadcast_to(&x, &shape)?))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        common::expect_rank(layer, inputs, 2, "(batch, features)")
    }
}
