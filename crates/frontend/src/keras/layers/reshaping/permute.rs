//! `Permute`.

use crate::error::{Error, Result};
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common;
use crate::keras::symbolic::SymbolicShape;
use crate::library::{ClassDecl, Param, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static PERMUTE: ClassDecl = ClassDecl {
    name: "Permute",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::required("dims")]).with(COMMON),
    doc: "The dimensions in another order: `dims` names them, counted from 1, without the batch.",
    new: |interp, args| {
        let dims = common::integers(args, "dims")?;
        let mut sorted = dims.clone();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(1..=dims.len() as i64) {
            let message =
                format!("`dims` of Permute() must hold each number from 1 to {} once, found {dims:?}", dims.len());
            return Err(Error::argument(message));
        }
        let order = std::iter::once(0).chain(dims.iter().map(|&d| d as usize)).collect();
        LayerObject::value(interp, &PERMUTE, args, Permute { order })
    },
    methods: &[],
};

#[derive(Debug)]
struct Permute {
    order: Vec<usize>,
}

impl Layer for Permute {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        Ok(Value::Tensor(cx.interp.tracer.transpose(&x, &self.order)?))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        common::expect_rank(layer, inputs, self.order.len(), "(batch and one per entry of dims)")
    }
}
