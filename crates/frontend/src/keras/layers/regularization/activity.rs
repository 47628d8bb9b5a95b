//! `ActivityRegularization`.

use std::rc::Rc;

use crate::error::Result;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::weights::regularizers;
use crate::library::{Args, ClassDecl, Default, Param, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static ACTIVITY_REGULARIZATION: ClassDecl = ClassDecl {
    name: "ActivityRegularization",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::new("l1", Default::Float(0.0)), Param::new("l2", Default::Float(0.0))])
        .with(COMMON),
    doc: "Leaves its input as it is and adds l1·Σ|x| + l2·Σx², over the number of rows, to the loss.",
    new: |interp, args| {
        let keywords = ["l1", "l2"].map(|name| Ok((Rc::from(name), args.get(name)?.clone())));
        let keywords = keywords.into_iter().collect::<Result<Vec<_>>>()?;
        let penalty = Value::Class(regularizers::L1L2);
        let penalty = interp.call(&penalty, Args { positional: Vec::new(), keywords })?;
        let layer = LayerObject::create(interp, &ACTIVITY_REGULARIZATION, args, ActivityRegularization)?;
        *layer.activity_regularizer.borrow_mut() = Some(penalty);
        Ok(Value::Object(layer))
    },
    methods: &[],
};

#[derive(Debug)]
struct ActivityRegularization;

impl Layer for ActivityRegularization {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        Ok(Value::Tensor(cx.input()?))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}
