//! `keras.layers.add` and the other functions that make a merging layer and call it at once.

use super::{ADD, AVERAGE, CONCATENATE, DOT, MAXIMUM, MINIMUM, MULTIPLY, SUBTRACT};
use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layers::common::flag;
use crate::library::{Args, Bound, ClassDecl, Default, FunctionDecl, Param, Signature};
use crate::value::Value;

/// The functions of `keras.layers`.
pub(in crate::keras::layers) const FUNCTIONS: &[&FunctionDecl] =
    &[&FN_ADD, &FN_AVERAGE, &FN_CONCATENATE, &FN_DOT, &FN_MAXIMUM, &FN_MINIMUM, &FN_MULTIPLY, &FN_SUBTRACT];

macro_rules! functions {
    ($($constant:ident $name:literal $class:ident [$($params:expr),*] $doc:literal;)*) => {
        $(static $constant: FunctionDecl = FunctionDecl {
            name: $name,
            signature: Signature::new(&[
                Param::required("inputs"), $($params,)* Param::keyword("name", Default::None),
            ]),
            doc: $doc,
            call: |interp, args| call(interp, args, &$class),
        };)*
    };
}

functions! {
    FN_ADD "add" ADD [] "The sum of the inputs.";
    FN_SUBTRACT "subtract" SUBTRACT [] "The first input less the second.";
    FN_MULTIPLY "multiply" MULTIPLY [] "The product of the inputs.";
    FN_AVERAGE "average" AVERAGE [] "The mean of the inputs.";
    FN_MAXIMUM "maximum" MAXIMUM [] "The largest of the inputs, element by element.";
    FN_MINIMUM "minimum" MINIMUM [] "The smallest of the inputs, element by element.";
    FN_CONCATENATE "concatenate" CONCATENATE [Param::new("axis", Default::Int(-1))]
        "The inputs one after the other along `axis`.";
    FN_DOT "dot" DOT [Param::new("axes", Default::Int(-1)), flag("normalize", false)]
        "The product of each row of two inputs, summed over an axis of each.";
}

fn call(interp: &mut Interp, args: &mut Bound, class: &'static ClassDecl) -> Result<Value> {
    let keywords = args.iter().filter(|(p, _)| p.name != "inputs").map(|(p, v)| (p.name.into(), v.clone())).collect();
    let layer = interp.call(&Value::Class(class), Args { positional: Vec::new(), keywords })?;
    let inputs = args.get("inputs")?.clone();
    interp.call(&layer, Args::positional(vec![inputs]))
}
