//! `keras.constraints`: where weights are moved after each optimizer step.

use super::rule::{self, Rule, RuleObject};
use crate::error::Result;
use crate::interp::Interp;
use crate::keras::EPSILON;
use crate::library::{Bound, ClassDecl, Default, FunctionDecl, Param, Signature};
use crate::ops::axes_indices;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// The classes of `keras.constraints`.
pub const CLASSES: &[&ClassDecl] = &[&MAX_NORM, &MIN_MAX_NORM, &NON_NEG, &UNIT_NORM];

/// The functions of `keras.constraints`.
pub const FUNCTIONS: &[&FunctionDecl] = &[&GET];

static GET: FunctionDecl = FunctionDecl {
    name: "get",
    signature: Signature::new(&[Param::required("identifier")]),
    doc: "The constraint of the given name; objects are returned as they are.",
    call: |interp, args| {
        let identifier = args.get("identifier")?.clone();
        Ok(get(interp, &identifier)?.unwrap_or(Value::None))
    },
};

/// The constraint that an argument names; `None` is none.
///
/// # Errors
/// K0303: no constraint has that name, or the value cannot be called.
pub fn get(interp: &mut Interp, identifier: &Value) -> Result<Option<Value>> {
    rule::get(interp, identifier, "constraint", CLASSES)
}

const BASES: &[&str] = &["Constraint"];
const AXIS: Param = Param::new("axis", Default::Int(0));

static MAX_NORM: ClassDecl = ClassDecl {
    name: "MaxNorm",
    aliases: &["max_norm"],
    bases: BASES,
    signature: Signature::new(&[Param::new("max_value", Default::Int(2)), AXIS]),
    doc: "Shortens what is longer than `max_value` along `axis`.",
    new: |_, args| {
        let range = Range { low: 0.0, high: args.f64("max_value")?, rate: None, axes: axes(args)? };
        RuleObject::value(&MAX_NORM, args, range)
    },
    methods: &[],
};

static MIN_MAX_NORM: ClassDecl = ClassDecl {
    name: "MinMaxNorm",
    aliases: &["min_max_norm"],
    bases: BASES,
    signature: Signature::new(&[
        Param::new("min_value", Default::Float(0.0)),
        Param::new("max_value", Default::Float(1.0)),
        Param::new("rate", Default::Float(1.0)),
        AXIS,
    ]),
    doc: "Moves lengths along `axis` towards the range from `min_value` to `max_value`.",
    new: |_, args| {
        let (low, high) = (args.f64("min_value")?, args.f64("max_value")?);
        let range = Range { low, high, rate: Some(args.f64("rate")?), axes: axes(args)? };
        RuleObject::value(&MIN_MAX_NORM, args, range)
    },
    methods: &[],
};

static NON_NEG: ClassDecl = ClassDecl {
    name: "NonNeg",
    aliases: &["non_neg"],
    bases: BASES,
    signature: Signature::EMPTY,
    doc: "Replaces negative values by 0.",
    new: |_, args| RuleObject::value(&NON_NEG, args, NonNeg),
    methods: &[],
};

static UNIT_NORM: ClassDecl = ClassDecl {
    name: "UnitNorm",
    aliases: &["unit_norm"],
    bases: BASES,
    signature: Signature::new(&[AXIS]),
    doc: "Gives everything along `axis` length 1.",
    new: |_, args| RuleObject::value(&UNIT_NORM, args, UnitNorm { axes: axes(args)? }),
    methods: &[],
};

/// The axes of a length: all for `None`.
fn axes(args: &Bound) -> Result<Option<Vec<i64>>> {
    let int = |v: &Value| match v {
        Value::Int(i) => Some(*i),
        _ => None,
    };
    let Some(value) = args.some("axis")? else { return Ok(None) };
    let found = match value.elements() {
        Some(elements) => elements.iter().map(int).collect::<Option<Vec<_>>>(),
        None => int(value).map(|i| vec![i]),
    };
    found.map(Some).ok_or_else(|| args.invalid("axis", "an integer or a tuple of integers"))
}

/// √Σw² over `axes`, which are kept with size 1.
fn norms(t: &mut Tracer, w: &Tensor, axes: Option<&[i64]>) -> Result<Tensor> {
    let axes = axes_indices(axes, w.rank())?;
    let squares = t.square(w)?;
    let sums = t.sum(&squares, &axes, true)?;
    t.sqrt(&sums)
}

/// w·wanted/(ε + ‖w‖), wanted being ‖w‖ brought into a range, or nearer to it if there is a rate.
#[derive(Debug)]
struct Range {
    low: f64,
    high: f64,
    rate: Option<f64>,
    axes: Option<Vec<i64>>,
}

impl Rule for Range {
    fn apply(&self, interp: &mut Interp, w: &Tensor) -> Result<Tensor> {
        let t = &mut interp.tracer;
        let norms = norms(t, w, self.axes.as_deref())?;
        let mut wanted = t.clip(&norms, self.low, self.high)?;
        if let Some(rate) = self.rate {
            let (inside, rest) = (t.mul_scalar(&wanted, rate)?, t.mul_scalar(&norms, 1.0 - rate)?);
            wanted = t.add(&inside, &rest)?;
        }
        let shifted = t.add_scalar(&norms, EPSILON)?;
        let scale = t.div(&wanted, &shifted)?;
        t.mul(w, &scale)
    }
}

#[derive(Debug)]
struct NonNeg;

impl Rule for NonNeg {
    fn apply(&self, interp: &mut Interp, w: &Tensor) -> Result<Tensor> {
        interp.tracer.max_scalar(w, 0.0)
    }
}

#[derive(Debug)]
struct UnitNorm {
    axes: Option<Vec<i64>>,
}

impl Rule for UnitNorm {
    fn apply(&self, interp: &mut Interp, w: &Tensor) -> Result<Tensor> {
        let t = &mut interp.tracer;
        let norms = norms(t, w, self.axes.as_deref())?;
        let shifted = t.add_scalar(&norms, EPSILON)?;
        t.div(w, &shifted)
    }
}
