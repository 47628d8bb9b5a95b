//! Primitives that are a function wherever they are not differentiated.

/// The rules that a primitive takes over from its field `function`: transposition, evaluation, and lowering,
/// `inline` or as a `call`.
macro_rules! rules_of_function {
    (inline) => {
        $crate::ops::function_rules::rules_of_function!(@ |e, function, operands| e.inline(function, operands));
    };
    (call) => {
        $crate::ops::function_rules::rules_of_function!(@ |e, function, operands| e.call(function, operands));
    };
    (@ |$e:ident, $function:ident, $operands:ident| $lower:expr) => {
        fn transpose(
            &self,
            b: &mut $crate::Builder,
            cotangents: &[Option<$crate::Value>],
            operands: &[$crate::Operand],
        ) -> $crate::Result<Vec<Option<$crate::Value>>> {
            $crate::transform::transpose_into(b, &self.function, operands, cotangents)
        }

        fn lower(
            &self,
            $e: &mut dyn $crate::stablehlo::Emitter,
            $operands: &[$crate::stablehlo::HloValue],
            _: &[$crate::TensorType],
        ) -> $crate::Result<Vec<$crate::stablehlo::HloValue>> {
            let $function = &self.function;
            $lower
        }

        fn eval(&self, operands: &[&$crate::Array]) -> $crate::Result<Vec<$crate::Array>> {
            $crate::eval(&self.function, operands)
        }
    };
}

pub(crate) use rules_of_function;
