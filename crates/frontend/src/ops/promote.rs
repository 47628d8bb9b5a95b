//! Type promotion: the join in JAX's lattice of element types.

use keramos_ir::DType;

use crate::trace::{Tensor, Tracer};

/// A point of the lattice: an element type, or a weak kind, which is what a Python scalar has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Strong(DType),
    WeakInt,
    WeakFloat,
    WeakComplex,
}

impl Node {
    fn of(dtype: DType, weak: bool) -> Node {
        match dtype {
            DType::Bool => Node::Strong(dtype),
            _ if !weak => Node::Strong(dtype),
            d if d.is_int() => Node::WeakInt,
            d if d.is_complex() => Node::WeakComplex,
            _ => Node::WeakFloat,
        }
    }

    /// The points right above this one.
    fn above(self) -> &'static [Node] {
        use DType::{BF16, Bool, C64, C128, F8E4M3FN, F8E5M2, F16, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64};
        use Node::{Strong, WeakComplex, WeakFloat, WeakInt};
        match self {
            Strong(Bool) => &[WeakInt],
            WeakInt => &[Strong(U8), Strong(I8)],
            Strong(U8) => &[Strong(I16), Strong(U16)],
            Strong(U16) => &[Strong(I32), Strong(U32)],
            Strong(U32) => &[Strong(I64), Strong(U64)],
            Strong(I8) => &[Strong(I16)],
            Strong(I16) => &[Strong(I32)],
            Strong(I32) => &[Strong(I64)],
            Strong(I64 | U64) => &[WeakFloat],
            WeakFloat => &[Strong(F8E4M3FN), Strong(F8E5M2), Strong(F16), Strong(BF16), WeakComplex],
            Strong(F8E4M3FN | F8E5M2) => &[Strong(F16), Strong(BF16)],
            Strong(F16 | BF16) => &[Strong(F32)],
            Strong(F32) => &[Strong(F64), Strong(C64)],
            Strong(F64) => &[Strong(C128)],
            WeakComplex => &[Strong(C64)],
            Strong(C64) => &[Strong(C128)],
            Strong(_) => &[],
        }
    }

    /// Whether `self` is below or at `other`.
    fn reaches(self, other: Node) -> bool {
        self == other || self.above().iter().any(|up| up.reaches(other))
    }

    /// The least point that both reach, by climbing from `self`; the lattice has one for every pair.
    fn join(self, other: Node) -> Node {
        let mut level = vec![self];
        while !level.is_empty() {
            if let Some(found) = level.iter().find(|node| other.reaches(**node)) {
                return *found;
            }
            level = level.iter().flat_map(|node| node.above()).copied().collect();
        }
        self
    }
}

/// The width that `dtype` has without JAX's 64-bit mode; `dtype` itself with it.
pub fn canonical(dtype: DType, x64: bool) -> DType {
    match dtype {
        DType::F64 if !x64 => DType::F32,
        DType::I64 if !x64 => DType::I32,
        DType::C128 if !x64 => DType::C64,
        DType::U64 if !x64 => DType::U32,
        other => other,
    }
}

/// The element type of an operation on operands of the given types (each with whether it is weak), and
/// whether the result is weak: the join in JAX's promotion lattice.
pub fn result_type(operands: impl IntoIterator<Item = (DType, bool)>, x64: bool) -> (DType, bool) {
    let operands: Vec<(DType, bool)> = operands.into_iter().collect();
    // Weak types alone are joined as if they were strong: a weak int16 stays one.
    let weak = operands.iter().all(|(_, weak)| *weak);
    let nodes = operands.iter().map(|&(dtype, w)| Node::of(dtype, w && !weak));
    let joined = nodes.reduce(Node::join).unwrap_or(Node::WeakFloat);
    let (dtype, yielding) = match joined {
        Node::Strong(dtype) => (dtype, weak),
        Node::WeakInt => (DType::I64, true),
        Node::WeakFloat => (DType::F64, true),
        Node::WeakComplex => (DType::C128, true),
    };
    // Wide types that are there stay: computations inside the library may use them in any mode.
    let wide = operands.contains(&(dtype, false));
    let dtype = if wide { dtype } else { canonical(dtype, x64) };
    (dtype, yielding && dtype != DType::Bool)
}

impl Tracer {
    /// [`result_type`] of tensors.
    pub fn promoted<'a>(&self, operands: impl IntoIterator<Item = &'a Tensor>) -> (DType, bool) {
        result_type(operands.into_iter().map(|t| (t.dtype(), t.is_weak())), self.x64)
    }

    /// The element type of Python floats and of what integers become in floating point.
    pub fn default_float(&self) -> DType {
        canonical(DType::F64, self.x64)
    }

    /// The element type of Python integers and of indices.
    pub fn default_int(&self) -> DType {
        canonical(DType::I64, self.x64)
    }
}

#[cfg(test)]
mod tests {
    use super::result_type;
    use keramos_ir::DType::{BF16, Bool, F16, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64};

    #[test]
    fn the_lattice_is_jaxs() {
        // jnp.promote_types of the same pairs in 64-bit mode.
        let cases = [
            (Bool, I8, I8),
            (U8, I8, I16),
            (U16, I8, I32),
            (U32, I8, I64),
            (U8, I32, I32),
            (U8, U32, U32),
            (I32, BF16, BF16),
            (I64, F16, F16),
            (I8, F16, F16),
            (BF16, F16, F32),
            (F32, F64, F64),
            (BF16, F32, F32),
            (I16, I8, I16),
            (U64, I8, F64),
        ];
        for (a, b, expected) in cases {
            assert_eq!(result_type([(a, false), (b, false)], true).0, expected, "{a} with {b}");
            assert_eq!(result_type([(b, false), (a, false)], true).0, expected, "{b} with {a}");
        }
    }

    #[test]
    fn weak_types_yield() {
        // (operand, Python scalar) → jnp.add of both.
        let cases = [
            ((I8, false), (I32, true), (I8, false)),
            ((U8, false), (F32, true), (F32, true)),
            ((BF16, false), (F32, true), (BF16, false)),
            ((Bool, false), (I32, true), (I32, true)),
            ((Bool, false), (F32, true), (F32, true)),
            ((I32, true), (F32, true), (F32, true)),
            ((F16, false), (I32, true), (F16, false)),
        ];
        for (a, b, expected) in cases {
            assert_eq!(result_type([a, b], false), expected, "{a:?} with {b:?}");
        }
        assert_eq!(result_type([(U64, false), (I64, false)], false), (F32, true));
        assert_eq!(result_type([(F64, false), (F32, false)], false), (F64, false));
        assert_eq!(result_type([(U32, false), (I32, false)], false), (I32, false));
    }
}
