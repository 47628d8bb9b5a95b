//! What helps against a bad value, by the operation that made it.

use super::{Bad, Phase, Summary};

/// What helps, for XLA's name of the operation.
pub(super) fn help(opcode: &str, bad: Bad, phase: Phase, operands: &[Summary]) -> String {
    let low = operands.first().and_then(|operand| operand.range).map(|(low, _)| low);
    let backward = phase == Phase::Backward;
    let where_both = "; with `where`, replace the argument as well as the result: the gradient of the branch not taken \
                      counts too";
    match (opcode, bad) {
        ("log" | "log-plus-one", Bad::NaN) if low.is_some_and(|low| low < 0.0) => {
            "keep the argument of the logarithm above 0, for instance with `maximum(x, 1e-7)`".to_owned()
        }
        ("log" | "log-plus-one", _) => {
            "keep the argument of the logarithm above 0: add a small number to it, or compute \
             the loss from logits (`from_logits=True`, `log_softmax`)"
                .to_owned()
        }
        ("divide" | "rsqrt" | "power" | "sqrt" | "cbrt", _) if backward => {
            format!(
                "the derivative has no value at 0: add a small number before the root, norm, power or quotient{where_both}"
            )
        }
        ("divide" | "remainder", _) => "keep the divisor from 0: add a small number to it".to_owned(),
        ("rsqrt" | "sqrt" | "power", _) => {
            "keep the argument above 0: add a small number to it, or take `maximum` of it and one".to_owned()
        }
        ("exponential" | "exponential-minus-one", _) => {
            "exp overflows above 88 in float32 (11 in float16): subtract the \
             largest argument first, as softmax and logsumexp do"
                .to_owned()
        }
        (_, Bad::NaN) if operands.iter().any(|operand| operand.infinities > 0) => {
            format!("an infinity went in; use a large finite number, such as -1e9, where a mask is meant{where_both}")
        }
        (_, Bad::Infinity) => {
            "the numbers have grown beyond the type's range: lower the learning rate, clip the gradients \
             (`clipnorm`), scale the data, or use a wider type"
                .to_owned()
        }
        _ => "look at the numbers that go in".to_owned(),
    }
}
