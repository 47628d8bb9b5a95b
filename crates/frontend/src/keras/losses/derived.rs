//! `keras.losses.Loss` as the base of classes of the program.

use std::rc::Rc;

use super::{Loss, LossObject};
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::derived;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// `keras.losses.Loss`.
pub static LOSS: ClassDecl = ClassDecl {
    name: "Loss",
    aliases: &[],
    bases: &[],
    signature: Signature::new(&[
        Param::new("name", Default::None),
        Param::new("reduction", Default::Str("sum_over_batch_size")),
        Param::new("dtype", Default::None),
    ]),
    doc: "The base class of losses: derive from it and define `call(self, y_true, y_pred)`, one value per row.",
    new,
    methods: &[],
};

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let Some(instance) = derived::take(interp, &LOSS) else {
        return Err(Error::unsupported("`Loss` is a base class and computes nothing itself")
            .help("derive a class from it that defines `call(self, y_true, y_pred)`"));
    };
    let name = match args.some("name")? {
        Some(_) => args.str("name")?,
        None => interp.names.unique(&instance.class.name),
    };
    LossObject::value(&LOSS, args, &name, Uncomputed(instance.class.name.clone()))
}

/// What a class that derives from `Loss` itself inherits: nothing to compute.
#[derive(Debug)]
struct Uncomputed(Rc<str>);

impl Loss for Uncomputed {
    fn call(&self, _: &mut Tracer, _y_true: &Tensor, _y_pred: &Tensor) -> Result<Tensor> {
        Err(Error::new(codes::RAISED, format!("the loss class `{}` has no method `call`", self.0))
            .help("define `def call(self, y_true, y_pred):` in the class"))
    }
}
