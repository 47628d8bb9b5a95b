//! Learning-rate schedules.

mod cosine;
mod decay;
mod piecewise;

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use keramos_ir::DType;

use crate::error::Result;
use crate::interp::Interp;
use crate::library::{Args, Bound, ClassDecl, Param, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::{Object, ObjectRef, Value, downcast};

/// The schedule classes.
pub const CLASSES: &[&ClassDecl] = &[
    &cosine::COSINE,
    &cosine::COSINE_RESTARTS,
    &decay::EXPONENTIAL,
    &decay::INVERSE_TIME,
    &decay::POLYNOMIAL,
    &piecewise::PIECEWISE,
];

/// A learning rate as a function of the step.
pub trait Schedule: Any + fmt::Debug {
    /// The rate at `step` (the optimizer's iteration count, `int32`, 0 for the first step).
    ///
    /// # Errors
    /// Nothing is being traced.
    fn value(&self, t: &mut Tracer, step: &Tensor) -> Result<Tensor>;
}

/// A schedule of the program.
#[derive(Debug)]
pub struct ScheduleObject {
    class: &'static ClassDecl,
    args: Bound,
    schedule: Box<dyn Schedule>,
}

/// Whether an object is one of Keras's schedules.
pub(crate) fn is_schedule(object: &ObjectRef) -> bool {
    downcast::<ScheduleObject>(object).is_some()
}

impl ScheduleObject {
    /// The object of a constructor call.
    fn value(class: &'static ClassDecl, args: &Bound, schedule: impl Schedule) -> Result<Value> {
        Ok(Value::Object(Rc::new(ScheduleObject { class, args: args.clone(), schedule: Box::new(schedule) })))
    }

    /// The rate at `step`, a `float32` scalar.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn value_at(&self, t: &mut Tracer, step: &Tensor) -> Result<Tensor> {
        let rate = self.schedule.value(t, step)?;
        t.convert(&rate, DType::F32)
    }
}

impl Object for ScheduleObject {
    fn class_name(&self) -> Rc<str> {
        self.class.name.into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        Some(self.class)
    }

    fn arguments(&self) -> Option<&Bound> {
        Some(&self.args)
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        const SIGNATURE: Signature = Signature::new(&[Param::required("step")]);
        let bound: Bound = SIGNATURE.bind(self.class.name, args)?;
        let step = interp.to_tensor(bound.get("step")?)?;
        self.value_at(&mut interp.tracer, &step).map(Value::Tensor)
    }
}
