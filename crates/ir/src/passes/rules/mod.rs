//! The laws of simplification, by family of primitives. One law, one name, one test.

mod arithmetic;
mod contraction;
mod conversion;
mod selection;
mod shape;
#[cfg(test)]
mod tests;
mod window;

use super::graph::Graph;
use crate::ops::{BinaryKind, Comparison, DotGeneral, UnaryKind};
use crate::{Op, Result, Value, ops};

/// One law of simplification.
#[derive(Debug)]
pub struct Law<F> {
    /// Its name.
    pub name: &'static str,
    /// What becomes what.
    pub law: &'static str,
    apply: F,
}

/// The name and the statement of one law, as [`rules()`] lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// What becomes what.
    pub law: &'static str,
}

/// What a law answers: the value that replaces the equation's result, or `None` if it does not apply.
pub(super) type Answer = Result<Option<Value>>;
type UnaryLaws = &'static [Law<fn(&mut Graph<'_>, UnaryKind, Value) -> Answer>];
type BinaryLaws = &'static [Law<fn(&mut Graph<'_>, BinaryKind, Value, Value) -> Answer>];
type CompareLaws = &'static [Law<fn(&mut Graph<'_>, Comparison, Value, Value) -> Answer>];
type SelectLaws = &'static [Law<fn(&mut Graph<'_>, Value, Value, Value) -> Answer>];
type ConstantLaws = &'static [Law<fn(&mut Graph<'_>, &ops::Constant) -> Answer>];
type DotLaws = &'static [Law<fn(&mut Graph<'_>, &DotGeneral, Value, Value) -> Answer>];
/// Laws of a primitive with attributes and any number of operands.
type ManyLaws<P> = &'static [Law<fn(&mut Graph<'_>, &P, &[Value]) -> Answer>];
/// Laws of a primitive with attributes and one operand.
type Laws<P> = &'static [Law<fn(&mut Graph<'_>, &P, Value) -> Answer>];

/// The first answer of the laws that fit `op`.
pub(super) fn apply(g: &mut Graph<'_>, op: &Op, inputs: &[Value]) -> Answer {
    macro_rules! first {
        ($laws:expr, $($arg:expr),*) => {{
            for law in $laws {
                if let Some(value) = (law.apply)(g, $($arg),*)? {
                    #[cfg(test)]
                    g.fired.push(law.name);
                    return Ok(Some(value));
                }
            }
            Ok(None)
        }};
    }
    match (op, inputs) {
        (Op::Unary(ops::Unary(kind)), &[x]) => first!(arithmetic::UNARY, *kind, x),
        (Op::IntegerPow(op), &[x]) => first!(arithmetic::INTEGER_POW, op, x),
        (Op::Binary(ops::Binary(kind)), &[x, y]) => first!(arithmetic::BINARY, *kind, x, y),
        (Op::Compare(ops::Compare(kind)), &[x, y]) => first!(selection::COMPARE, *kind, x, y),
        (Op::Select(_), &[p, x, y]) => first!(selection::SELECT, p, x, y),
        (Op::Convert(op), &[x]) => first!(conversion::CONVERT, op, x),
        (Op::BitcastConvert(op), &[x]) => first!(conversion::BITCAST, op, x),
        (Op::Reshape(op), &[x]) => first!(shape::RESHAPE, op, x),
        (Op::Transpose(op), &[x]) => first!(shape::TRANSPOSE, op, x),
        (Op::BroadcastInDim(op), &[x]) => first!(shape::BROADCAST, op, x),
        (Op::Rev(op), &[x]) => first!(window::REV, op, x),
        (Op::Slice(op), &[x]) => first!(window::SLICE, op, x),
        (Op::Concatenate(op), xs) => first!(window::CONCATENATE, op, xs),
        (Op::Pad(op), xs) => first!(window::PAD, op, xs),
        (Op::Cumulative(op), &[x]) => first!(window::CUMULATIVE, op, x),
        (Op::Sort(op), &[x]) => first!(window::SORT, op, x),
        (Op::DynamicSlice(op), xs) => first!(window::DYNAMIC_SLICE, op, xs),
        (Op::DynamicUpdateSlice(op), xs) => first!(window::DYNAMIC_UPDATE_SLICE, op, xs),
        (Op::Gather(op), xs) => first!(window::GATHER, op, xs),
        (Op::Reduce(op), &[x]) => first!(contraction::REDUCE, op, x),
        (Op::DotGeneral(op), &[x, y]) => first!(contraction::DOT, op, x, y),
        (Op::Constant(op), &[]) => first!(shape::CONSTANT, op),
        _ => Ok(None),
    }
}

/// All laws.
pub fn rules() -> Vec<Rule> {
    let mut all = Vec::new();
    macro_rules! list {
        ($($laws:expr),*) => {
            $(all.extend($laws.iter().map(|law| Rule { name: law.name, law: law.law }));)*
        };
    }
    list!(arithmetic::UNARY, arithmetic::INTEGER_POW, arithmetic::BINARY, selection::COMPARE, selection::SELECT);
    list!(
        conversion::CONVERT,
        conversion::BITCAST,
        shape::CONSTANT,
        shape::RESHAPE,
        shape::TRANSPOSE,
        shape::BROADCAST
    );
    list!(window::REV, window::SLICE, window::CONCATENATE, window::PAD, window::CUMULATIVE, window::SORT);
    list!(window::DYNAMIC_SLICE, window::DYNAMIC_UPDATE_SLICE, window::GATHER, contraction::REDUCE, contraction::DOT);
    all
}

/// Whether `op` is element-wise, so that it may be applied to repeated scalars before repeating them:
/// the shared law of the element-wise families.
fn on_scalars(g: &mut Graph<'_>, op: impl Into<Op>, inputs: &[Value]) -> Answer {
    let shape = match inputs.last() {
        Some(&last) if g.ty(last).rank() > 0 => g.ty(last).shape.clone(),
        _ => return Ok(None),
    };
    let Some(scalars) = inputs.iter().map(|&x| g.scalar_of(x)).collect::<Option<Vec<Value>>>() else {
        return Ok(None);
    };
    let scalar = g.emit1(op, &scalars)?;
    g.repeat(scalar, &shape).map(Some)
}
