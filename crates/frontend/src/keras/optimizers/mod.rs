//! Optimizers.

mod adagrad;
mod adam;
mod apply;
mod derived;
mod lion;
mod loss_scale;
mod object;
mod rmsprop;
mod sgd;
mod stateless;

use std::any::Any;
use std::fmt;
use std::rc::Rc;

pub use derived::OPTIMIZER;
pub use loss_scale::{LOSS_SCALE, scaled};
pub use object::{COMMON, OptimizerObject};

use crate::diagnostics::suggest;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::{Args, ClassDecl};
use crate::modules::keras::OPTIMIZERS;
use crate::modules::written;
use crate::trace::{Tensor, Tracer};
use crate::value::{Value, downcast};

/// The optimizer classes.
pub const CLASSES: &[&ClassDecl] =
    &[&adagrad::ADAGRAD, &adam::ADAM, &adam::ADAMW, &lion::LION, &LOSS_SCALE, &rmsprop::RMSPROP, &sgd::SGD];

/// One slot variable that an optimizer keeps per trained variable.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// The last part of its name, such as `momentum`.
    pub name: &'static str,
    /// Its first value.
    pub initial: f64,
}

impl Slot {
    /// A slot that starts at zero.
    pub const fn zero(name: &'static str) -> Self {
        Slot { name, initial: 0.0 }
    }
}

/// The rule of one kind of optimizer.
pub trait Optimizer: Any + fmt::Debug {
    /// The slots in groups: within a group the slots of one variable stand together (Keras's order of
    /// `optimizer.variables`), the groups follow each other.
    fn slots(&self) -> Vec<Vec<Slot>>;

    /// Computes the new weight and updates `step.slots` (in the order of [`Optimizer::slots`], flattened).
    ///
    /// # Errors
    /// Nothing is being traced.
    fn step(&self, step: &mut Step<'_>) -> Result<Tensor>;
}

/// One variable's update.
#[derive(Debug)]
pub struct Step<'a> {
    /// Where operations go.
    pub t: &'a mut Tracer,
    /// The gradient, clipped.
    pub gradient: Tensor,
    /// The weight, decayed.
    pub weight: Tensor,
    /// The learning rate, a scalar of the weight's type.
    pub lr: Tensor,
    /// The number of this step counted from 1, a scalar of the weight's type.
    pub number: Tensor,
    /// The slots' values.
    pub slots: Vec<Tensor>,
}

/// That a string names an optimizer.
///
/// # Errors
/// K0303: no optimizer has that name; the nearest is suggested.
pub(crate) fn check_name(name: &str) -> Result<()> {
    if names().any(|class| class.eq_ignore_ascii_case(name)) { Ok(()) } else { Err(unknown(name)) }
}

fn names() -> impl Iterator<Item = &'static str> {
    CLASSES.iter().map(|class| class.name).chain(written::names(OPTIMIZERS.written))
}

fn unknown(name: &str) -> Error {
    let names: Vec<String> = names().map(str::to_lowercase).collect();
    let error = Error::argument(format!("there is no optimizer \"{name}\""));
    match suggest::nearest(name, names.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean \"{near}\"?")),
        None => error.help(format!("the optimizers are {}", names.join(", "))),
    }
}

/// The optimizer that a `compile(optimizer=…)` argument names: an object or a string.
///
/// # Errors
/// K0303: no optimizer has that name; the nearest is suggested.
pub fn get(interp: &mut Interp, identifier: &Value) -> Result<Rc<OptimizerObject>> {
    match identifier {
        Value::Object(object) if downcast::<OptimizerObject>(object).is_some() => {
            downcast::<OptimizerObject>(object).ok_or_else(|| Error::internal("an optimizer changed its kind"))
        }
        Value::Str(name) => {
            let native = CLASSES.iter().find(|class| class.name.eq_ignore_ascii_case(name));
            let written = || written::names(OPTIMIZERS.written);
            let class = match (native, written().find(|class| class.eq_ignore_ascii_case(name))) {
                (Some(class), _) => Some(Value::Class(class)),
                (None, Some(class)) => interp.written_member(&OPTIMIZERS, class)?,
                (None, None) => None,
            };
            let Some(class) = class else {
                return Err(unknown(name));
            };
            let object = interp.call(&class, Args::default())?;
            get(interp, &object)
        }
        Value::User(_) => {
            let native = crate::keras::derived::native_of(identifier);
            native.and_then(|native| downcast::<OptimizerObject>(&native)).ok_or_else(|| {
                Error::ty(format!("an optimizer is needed here, found {}", identifier.type_name()))
                    .help("derive the class from keras.optimizers.Optimizer")
            })
        }
        Value::Class(class) => Err(Error::ty(format!("an optimizer object is needed, found the class {}", class.name))
            .help(format!("call it: {}()", class.name))),
        other => Err(Error::ty(format!("an optimizer is needed here, found {}", other.type_name()))),
    }
}
