//! The functions that operators, indexing and methods of tensors stand for.

use crate::jax::arguments::{NONE, tensor_functions};
use crate::library::FunctionDecl;
use crate::syntax::ast::{BinaryOp, CompareOp, UnaryOp};
use crate::trace::Tracer;

/// The functions behind operators, as `keras.ops` and `jax.numpy` export them.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "add": [(x1) (x2)] "The sum." => |c| c.binary(Tracer::add);
    "subtract": [(x1) (x2)] "The difference." => |c| c.binary(Tracer::sub);
    "multiply": [(x1) (x2)] "The product." => |c| c.binary(Tracer::mul);
    "true_divide" | "divide": [(x1) (x2)] "The quotient, in floating point." => |c| c.binary(Tracer::div);
    "floor_divide": [(x1) (x2)] "The quotient rounded down." => |c| c.binary(Tracer::floor_divide);
    "mod" | "remainder": [(x1) (x2)] "The remainder with the divisor's sign." => |c| c.binary(Tracer::remainder);
    "power" | "pow": [(x1) (x2)] "A power." => |c| c.binary(Tracer::power_of);
    "matmul": [(x1) (x2) (precision = NONE) (preferred_element_type = NONE)] "The matrix product over the last two dimensions." => |c| {
        let y = c.binary(Tracer::matmul)?;
        super::contractions::preferred(c, y)
    };
    "bitwise_and": [(x) (y)] "Bits of both." => |c| c.binary(Tracer::and);
    "bitwise_or": [(x) (y)] "Bits of either." => |c| c.binary(Tracer::or);
    "bitwise_xor": [(x) (y)] "Bits of one but not the other." => |c| c.binary(Tracer::xor);
    "bitwise_not": [(x)] "The complement of the bits." => |c| c.unary(Tracer::not);
    "negative": [(x)] "The negated tensor." => |c| c.unary(Tracer::neg);
    "equal": [(x1) (x2)] "Whether both are equal." => |c| c.binary(Tracer::eq);
    "not_equal": [(x1) (x2)] "Whether they differ." => |c| c.binary(Tracer::ne);
    "less": [(x1) (x2)] "Whether the first is smaller." => |c| c.binary(Tracer::lt);
    "less_equal": [(x1) (x2)] "Whether the first is not larger." => |c| c.binary(Tracer::le);
    "greater": [(x1) (x2)] "Whether the first is larger." => |c| c.binary(Tracer::gt);
    "greater_equal": [(x1) (x2)] "Whether the first is not smaller." => |c| c.binary(Tracer::ge);
};

/// The declared function of that name.
fn named(list: &'static [&'static FunctionDecl], name: &str) -> Option<&'static FunctionDecl> {
    list.iter().copied().find(|function| function.name == name)
}

/// The function of `x1 op x2`.
pub(crate) fn operator(op: BinaryOp) -> Option<&'static FunctionDecl> {
    let name = match op {
        BinaryOp::Add => "add",
        BinaryOp::Subtract => "subtract",
        BinaryOp::Multiply => "multiply",
        BinaryOp::MatMul => "matmul",
        BinaryOp::Divide => "true_divide",
        BinaryOp::FloorDivide => "floor_divide",
        BinaryOp::Modulo => "mod",
        BinaryOp::Power => "power",
        BinaryOp::BitAnd => "bitwise_and",
        BinaryOp::BitOr => "bitwise_or",
        BinaryOp::BitXor => "bitwise_xor",
        BinaryOp::ShiftLeft => return named(super::elementwise::SHARED, "left_shift"),
        BinaryOp::ShiftRight => return named(super::elementwise::SHARED, "right_shift"),
    };
    named(FUNCTIONS, name)
}

/// The function of a comparison.
pub(crate) fn comparison(op: CompareOp) -> Option<&'static FunctionDecl> {
    let name = match op {
        CompareOp::Equal => "equal",
        CompareOp::NotEqual => "not_equal",
        CompareOp::Less => "less",
        CompareOp::LessEqual => "less_equal",
        CompareOp::Greater => "greater",
        CompareOp::GreaterEqual => "greater_equal",
        _ => return None,
    };
    named(FUNCTIONS, name)
}

/// The function of `op x`.
pub(crate) fn unary(op: UnaryOp) -> Option<&'static FunctionDecl> {
    match op {
        UnaryOp::Negate => named(FUNCTIONS, "negative"),
        UnaryOp::Invert => named(FUNCTIONS, "bitwise_not"),
        _ => None,
    }
}

/// The function of `x[index]`.
pub(crate) fn getitem() -> Option<&'static FunctionDecl> {
    named(super::indexing::FUNCTIONS, "get_item")
}
