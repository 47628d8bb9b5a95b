//! Piecewise constant rates.

use keramos_ir::DType;

use super::{Schedule, ScheduleObject};
use crate::error::Result;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// `values[i]` up to and including step `boundaries[i]`.
#[derive(Debug)]
struct Piecewise {
    boundaries: Vec<f64>,
    values: Vec<f64>,
}

/// `keras.optimizers.schedules.PiecewiseConstantDecay`.
pub static PIECEWISE: ClassDecl = ClassDecl {
    name: "PiecewiseConstantDecay",
    aliases: &[],
    bases: &["LearningRateSchedule"],
    signature: Signature::new(&[
        Param::required("boundaries"),
        Param::required("values"),
        Param::new("name", Default::Str("PiecewiseConstant")),
    ]),
    doc: "One rate up to and including each boundary step, another after it.",
    new: |_, args| {
        let schedule = Piecewise { boundaries: numbers(args, "boundaries")?, values: numbers(args, "values")? };
        if schedule.boundaries.is_empty() || schedule.values.len() != schedule.boundaries.len() + 1 {
            return Err(args.invalid("values", "a list with one number more than `boundaries`"));
        }
        ScheduleObject::value(&PIECEWISE, args, schedule)
    },
    methods: &[],
};

fn numbers(args: &Bound, name: &str) -> Result<Vec<f64>> {
    let wrong = || args.invalid(name, "a list of numbers");
    let number = |value: &Value| match value {
        Value::Int(i) => Ok(*i as f64),
        Value::Float(x) => Ok(*x),
        _ => Err(wrong()),
    };
    args.get(name)?.elements().ok_or_else(wrong)?.iter().map(number).collect()
}

impl Schedule for Piecewise {
    fn value(&self, t: &mut Tracer, step: &Tensor) -> Result<Tensor> {
        let last = self.values.last().copied().unwrap_or_default();
        let mut rate = t.scalar(DType::F32, last)?;
        for (&boundary, &value) in self.boundaries.iter().zip(&self.values).rev() {
            let boundary = t.scalar(step.dtype(), boundary)?;
            let before = t.le(step, &boundary)?;
            let value = t.scalar(DType::F32, value)?;
            rate = t.select(&before, &value, &rate)?;
        }
        Ok(rate)
    }
}
