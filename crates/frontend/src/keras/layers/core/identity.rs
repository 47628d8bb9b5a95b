//! `Identity`.

use crate::error::Result;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::library::{ClassDecl, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static IDENTITY: ClassDecl = ClassDecl {
    name: "Identity",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[]).with(COMMON),
    doc: "Returns its input.",
    new: |interp, args| LayerObject::value(interp, &IDENTITY, args, Identity),
    methods: &[],
};

#[derive(Debug)]
struct Identity;

impl Layer for Identity {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        Ok(cx.args.positional.first().cloned().unwrap_or(Value::None))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}
