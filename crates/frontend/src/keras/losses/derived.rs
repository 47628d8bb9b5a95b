//! `keras.losses.Loss` as the base of classes of the program.

use std::rc::Rc;

use super::{Kind, LossObject, Reduction};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::classes::Instance;
use crate::keras::derived;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
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
    let reduction = Reduction::from_args(args)?;
    let (args, kind) = (Some(args.clone()), Kind::Derived(instance));
    Ok(Value::Object(Rc::new(LossObject { class: Some(&LOSS), name, reduction, args, kind })))
}

/// The program's own `call`.
pub(super) fn function(interp: &mut Interp, instance: &Rc<Instance>) -> Result<Value> {
    derived::overridden(interp, Some(instance), "call")?.ok_or_else(|| {
        Error::new(
            crate::diagnostics::codes::RAISED,
            format!("the loss class `{}` has no method `call`", instance.class.name),
        )
        .help("define `def call(self, y_true, y_pred):` in the class")
    })
}
