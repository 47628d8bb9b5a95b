//! `Activation`.

use crate::error::Result;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common;
use crate::library::{ClassDecl, Param, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static ACTIVATION: ClassDecl = ClassDecl {
    name: "Activation",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::required("activation")]).with(COMMON),
    doc: "Applies an activation function, given by name or as a function.",
    new: |interp, args| {
        let activation = common::activation(args)?;
        LayerObject::value(interp, &ACTIVATION, args, Activation(activation))
    },
    methods: &[],
};

#[derive(Debug)]
struct Activation(Option<Value>);

impl Layer for Activation {
    fn ends_with_activation(&self) -> bool {
        true
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        Ok(Value::Tensor(cx.activate(self.0.as_ref(), x)?))
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        (name == "activation").then(|| self.0.clone().unwrap_or(Value::None))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}
