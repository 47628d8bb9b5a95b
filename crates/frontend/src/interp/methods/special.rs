//! The special methods of Python's own types, for those who call them by name: `super().__getitem__(key)`.

use super::{ValueMethod, methods};
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::iterate::IterObject;
use crate::library::Bound;
use crate::syntax::ast::{BinaryOp, CompareOp};
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

fn comparison(interp: &mut Interp, this: &Value, args: &Bound, op: CompareOp) -> Result<Value> {
    interp.compare(op, this, &args.get("other")?.clone())
}
