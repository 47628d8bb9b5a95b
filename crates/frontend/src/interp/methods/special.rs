//! The special methods of Python's own types, for those who call them by name: `super().__getitem__(key)`.

use super::{ValueMethod, methods};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::interp::iterate::IterObject;
use crate::library::{Args, Bound, Default};
use crate::syntax::ast::{BinaryOp, CompareOp, UnaryOp};
use crate::value::Value;

pub(super) static CONTAINER: &[ValueMethod] = methods! {
    "__len__" [] "The number of elements." => |interp, this, _| Ok(Value::Int(interp.collect(this)?.len() as i64));
    "__contains__" [(key)] "Whether it is among the elements." => |interp, this, args| {
        interp.contains(this, &args.get("key")?.clone()).map(Value::Bool)
    };
    "__iter__" [] "An iterator over the elements." => |interp, this, _| {
        Ok(IterObject::value(interp.iterate_static(this)?, "iterator"))
    };
    "__getitem__" [(key)] "The element at a place or of a key." => |interp, this, args| {
        interp.get_item(this, &args.get("key")?.clone())
    };
    "__eq__" [(other)] "Whether both are equal." => |interp, this, args| comparison(interp, this, args, CompareOp::Equal);
    "__ne__" [(other)] "Whether they differ." => |interp, this, args| comparison(interp, this, args, CompareOp::NotEqual);
    "__repr__" [] "The value as it is written in a program." => |interp, this, _| interp.repr_of(this).map(Value::str);
    "__str__" [] "The value as text." => |interp, this, _| interp.str_of(this).map(Value::str);
    "__format__" [(spec)] "The value formatted." => |interp, this, args| {
        let spec = args.str("spec")?;
        interp.format(this, &spec).map(Value::str)
    };
};

pub(super) static SEQUENCE: &[ValueMethod] = methods! {
    "__add__" [(other)] "Both, one after the other." => |interp, this, args| binary(interp, this, args, BinaryOp::Add);
    "__mul__" [(other)] "The elements so many times." => |interp, this, args| binary(interp, this, args, BinaryOp::Multiply);
    "__lt__" [(other)] "Whether it comes before." => |interp, this, args| comparison(interp, this, args, CompareOp::Less);
    "__le__" [(other)] "Whether it does not come behind." => |interp, this, args| comparison(interp, this, args, CompareOp::LessEqual);
    "__gt__" [(other)] "Whether it comes behind." => |interp, this, args| comparison(interp, this, args, CompareOp::Greater);
    "__ge__" [(other)] "Whether it does not come before." => |interp, this, args| comparison(interp, this, args, CompareOp::GreaterEqual);
};

pub(super) static SLICE: &[ValueMethod] = methods! {
    "indices" [(length)] "Start, stop and step in a sequence of that length." => |interp, this, args| {
        let length = interp.index(&args.get("length")?.clone())?;
        let Ok(length) = usize::try_from(length) else {
            return Err(raise("ValueError", "length should not be negative"));
        };
        let Value::Slice(bounds) = this else {
            let found = this.type_name();
            return Err(Error::ty(format!("descriptor 'indices' for 'slice' objects doesn't apply to a '{found}' object")));
        };
        let selection = interp.selection(bounds, length)?;
        Ok(Value::tuple([selection.start, selection.stop, selection.step].map(Value::Int).to_vec()))
    };
};

/// The parts of a slice.
pub(super) fn slice_attribute(value: &Value, name: &str) -> Option<Value> {
    let Value::Slice(bounds) = value else { return None };
    let [start, stop, step] = &**bounds;
    match name {
        "start" => Some(start.clone()),
        "stop" => Some(stop.clone()),
        "step" => Some(step.clone()),
        _ => None,
    }
}

pub(super) static MUTABLE: &[ValueMethod] = methods! {
    "__setitem__" [(key) (value)] "Sets an element." => |interp, this, args| {
        interp.set_item(this, &args.get("key")?.clone(), args.get("value")?.clone()).map(|()| Value::None)
    };
    "__delitem__" [(key)] "Removes an element." => |interp, this, args| {
        interp.delete_item(this, &args.get("key")?.clone()).map(|()| Value::None)
    };
};

pub(super) static NUMBER: &[ValueMethod] = methods! {
    "__add__" [(other)] "The sum." => |interp, this, args| binary(interp, this, args, BinaryOp::Add);
    "__sub__" [(other)] "The difference." => |interp, this, args| binary(interp, this, args, BinaryOp::Subtract);
    "__mul__" [(other)] "The product." => |interp, this, args| binary(interp, this, args, BinaryOp::Multiply);
    "__truediv__" [(other)] "The quotient." => |interp, this, args| binary(interp, this, args, BinaryOp::Divide);
    "__floordiv__" [(other)] "The quotient rounded down." => |interp, this, args| binary(interp, this, args, BinaryOp::FloorDivide);
    "__mod__" [(other)] "The remainder." => |interp, this, args| binary(interp, this, args, BinaryOp::Modulo);
    "__pow__" [(other)] "The power." => |interp, this, args| binary(interp, this, args, BinaryOp::Power);
    "__radd__" [(other)] "The sum." => |interp, this, args| reflected(interp, this, args, BinaryOp::Add);
    "__rsub__" [(other)] "The difference from another number." => |interp, this, args| reflected(interp, this, args, BinaryOp::Subtract);
    "__rmul__" [(other)] "The product." => |interp, this, args| reflected(interp, this, args, BinaryOp::Multiply);
    "__rtruediv__" [(other)] "The quotient of another number." => |interp, this, args| reflected(interp, this, args, BinaryOp::Divide);
    "__neg__" [] "The number with the other sign." => |interp, this, _| interp.unary(UnaryOp::Negate, this);
    "__pos__" [] "The number itself." => |interp, this, _| interp.unary(UnaryOp::Plus, this);
    "__abs__" [] "The magnitude." => |interp, this, _| converted(interp, "abs", this);
    "__bool__" [] "Whether it is not zero." => |interp, this, _| converted(interp, "bool", this);
    "__int__" [] "The whole part." => |interp, this, _| converted(interp, "int", this);
    "__float__" [] "The number as a float." => |interp, this, _| converted(interp, "float", this);
    "__hash__" [] "What equal numbers share." => |interp, this, _| converted(interp, "hash", this);
    "__round__" [(ndigits = Default::None)] "Rounded to so many digits, half to even." => |interp, this, args| {
        let round = interp.eval.builtins.get("round").unwrap_or(Value::None);
        interp.call(&round, Args::positional(vec![this.clone(), args.get("ndigits")?.clone()]))
    };
    "__index__" [] "The integer itself." => |_, this, _| match this {
        Value::Float(_) => Err(Error::ty("'float' object cannot be interpreted as an integer")),
        _ => Ok(this.clone()),
    };
    "__eq__" [(other)] "Whether both are equal." => |interp, this, args| comparison(interp, this, args, CompareOp::Equal);
    "__lt__" [(other)] "Whether it is smaller." => |interp, this, args| comparison(interp, this, args, CompareOp::Less);
    "__le__" [(other)] "Whether it is not larger." => |interp, this, args| comparison(interp, this, args, CompareOp::LessEqual);
    "__gt__" [(other)] "Whether it is larger." => |interp, this, args| comparison(interp, this, args, CompareOp::Greater);
    "__ge__" [(other)] "Whether it is not smaller." => |interp, this, args| comparison(interp, this, args, CompareOp::GreaterEqual);
    "__repr__" [] "The number as it is written in a program." => |interp, this, _| interp.repr_of(this).map(Value::str);
    "__str__" [] "The number as text." => |interp, this, _| interp.str_of(this).map(Value::str);
    "__format__" [(spec)] "The number formatted." => |interp, this, args| {
        let spec = args.str("spec")?;
        interp.format(this, &spec).map(Value::str)
    };
};

fn binary(interp: &mut Interp, this: &Value, args: &Bound, op: BinaryOp) -> Result<Value> {
    interp.binary(op, this, &args.get("other")?.clone())
}

fn reflected(interp: &mut Interp, this: &Value, args: &Bound, op: BinaryOp) -> Result<Value> {
    interp.binary(op, &args.get("other")?.clone(), this)
}

/// What the built-in function of that name makes of the number.
fn converted(interp: &mut Interp, function: &str, this: &Value) -> Result<Value> {
    let function = interp.eval.builtins.get(function).unwrap_or(Value::None);
    interp.call(&function, Args::positional(vec![this.clone()]))
}

fn comparison(interp: &mut Interp, this: &Value, args: &Bound, op: CompareOp) -> Result<Value> {
    interp.compare(op, this, &args.get("other")?.clone())
}
