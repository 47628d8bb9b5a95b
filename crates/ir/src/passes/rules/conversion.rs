//! Conversions of the element type.

use super::{Answer, Law, Laws, on_scalars};
use crate::ops::{BitcastConvert, Convert};
use crate::passes::graph::Graph;
use crate::{DType, Equation, Op, Value};

pub(super) const CONVERT: Laws<Convert> = &[
    Law {
        name: "convert_same",
        law: "convert to the type that it has → x",
        apply: |g, op, x| Ok((g.ty(x).dtype == op.dtype).then_some(x)),
    },
    Law {
        name: "convert_convert",
        law: "convert(convert(x)) → convert(x) if the inner one loses nothing",
        apply: convert_convert,
    },
    Law {
        name: "convert_on_scalars",
        law: "convert(repeat(s)) → repeat(convert(s))",
        apply: |g, op, x| on_scalars(g, *op, &[x]),
    },
];

pub(super) const BITCAST: Laws<BitcastConvert> = &[
    Law {
        name: "bitcast_same",
        law: "bitcast to the type that it has → x",
        apply: |g, op, x| Ok((g.ty(x).dtype == op.dtype).then_some(x)),
    },
    Law { name: "bitcast_bitcast", law: "bitcast(bitcast(x)) → bitcast(x)", apply: bitcast_bitcast },
];

fn convert_convert(g: &mut Graph<'_>, op: &Convert, x: Value) -> Answer {
    let Some(Equation { op: Op::Convert(inner), inputs, .. }) = g.def(x) else { return Ok(None) };
    let (Some(&x), through) = (inputs.first(), inner.dtype) else { return Ok(None) };
    let from = g.ty(x).dtype;
    // Integers wrap where floats saturate, so an integer must not reach an integer through a float.
    let same_way = !(from.is_int() && through.is_float() && op.dtype.is_int());
    if loses_nothing(from, through) && same_way { g.emit1(*op, &[x]).map(Some) } else { Ok(None) }
}

/// Whether every number of one element type is a number of the other.
fn loses_nothing(from: DType, to: DType) -> bool {
    if from.is_complex() || to.is_complex() {
        return false;
    }
    // Bits that whole numbers may have, sign excluded, and the range of exponents for floats.
    let digits = |dtype: DType| match dtype {
        DType::Bool => 1,
        DType::F8E5M2 => 3,
        DType::F8E4M3FN => 4,
        DType::F16 => 11,
        DType::BF16 => 8,
        DType::F32 => 24,
        DType::F64 => 53,
        int if int.is_signed_int() => int.bits() - 1,
        int => int.bits(),
    };
    let exponents = |dtype: DType| match dtype {
        DType::F8E4M3FN => 4,
        DType::F8E5M2 | DType::F16 => 5,
        DType::BF16 | DType::F32 => 8,
        DType::F64 => 11,
        _ => 0,
    };
    let sign = to.is_float() || to.is_signed_int() || !(from.is_float() || from.is_signed_int());
    // The least signed number has one digit more than the others, but that digit is a power of two.
    sign && digits(from) <= digits(to) && exponents(from) <= exponents(to) && (to != DType::Bool || from == DType::Bool)
}

fn bitcast_bitcast(g: &mut Graph<'_>, op: &BitcastConvert, x: Value) -> Answer {
    let Some(Equation { op: Op::BitcastConvert(_), inputs, .. }) = g.def(x) else { return Ok(None) };
    let Some(&x) = inputs.first() else { return Ok(None) };
    g.emit1(*op, &[x]).map(Some)
}
