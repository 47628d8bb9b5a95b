//! Type promotion.

use keramos_ir::DType;

use crate::trace::Tensor;

/// The element type of a binary operation on operands of types `a` and `b`, and whether it is weak:
/// the join in JAX's promotion lattice. A weak type (from Python scalars) yields to the other operand's
/// unless that is of a lesser kind (`bool` < integers < floats); `int32` and `float32` are the default widths.
pub fn promote_types(a: &Tensor, b: &Tensor) -> (DType, bool) {
    match (a.is_weak(), b.is_weak()) {
        (false, false) => (join(a.dtype(), b.dtype()), false),
        (true, true) => (join(a.dtype(), b.dtype()), true),
        (true, false) => yielding(a.dtype(), b.dtype()),
        (false, true) => yielding(b.dtype(), a.dtype()),
    }
}

/// A weak type meets a strong one.
fn yielding(weak: DType, strong: DType) -> (DType, bool) {
    if kind(weak) <= kind(strong) { (strong, false) } else { (weak, kind(strong) != 0 || weak.is_inexact()) }
}

fn kind(dtype: DType) -> u8 {
    match dtype {
        DType::Bool => 0,
        d if d.is_int() => 1,
        d if d.is_complex() => 3,
        _ => 2,
    }
}

/// The join of two strong types.
fn join(a: DType, b: DType) -> DType {
    use DType::{BF16, F16, F32, I8, I16, I32, I64, U8, U16, U32, U64};
    if a == b {
        return a;
    }
    match (kind(a), kind(b)) {
        (0, _) => b,
        (_, 0) => a,
        (1, 2 | 3) => b,
        (2 | 3, 1) => a,
        // Complex numbers are as wide as the wider parts.
        (2 | 3, 3) | (3, 2) => match a.real() == DType::F64 || b.real() == DType::F64 {
            true => DType::C128,
            false => DType::C64,
        },
        (2, 2) => match (a, b) {
            (F16, BF16) | (BF16, F16) => F32,
            _ => a.max(b),
        },
        _ => {
            let (signed, unsigned) = match (a.is_signed_int(), b.is_signed_int()) {
                (true, false) => (a, b),
                (false, true) => (b, a),
                _ => return a.max(b),
            };
            let wide_enough = match unsigned {
                U8 => I16,
                U16 => I32,
                U32 => I64,
                // JAX joins uint64 with signed integers to a float.
                U64 => return F32,
                _ => I8,
            };
            debug_assert!([I8, I16, I32, I64].contains(&signed));
            signed.max(wide_enough)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::join;
    use keramos_ir::DType::{BF16, Bool, F16, F32, F64, I8, I16, I32, U8, U16, U32};

    #[test]
    fn the_lattice_is_jaxs() {
        // jnp.promote_types of the same pairs.
        let cases = [
            (Bool, I8, I8),
            (U8, I8, I16),
            (U16, I8, I32),
            (U8, I32, I32),
            (U8, U32, U32),
            (I32, BF16, BF16),
            (I8, F16, F16),
            (BF16, F16, F32),
            (F32, F64, F64),
            (BF16, F32, F32),
            (I16, I8, I16),
        ];
        for (a, b, expected) in cases {
            assert_eq!(join(a, b), expected, "{a} with {b}");
            assert_eq!(join(b, a), expected, "{b} with {a}");
        }
    }
}
