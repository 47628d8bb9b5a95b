//! `functools` and `operator`.

use std::rc::Rc;

use super::partial::Partial;
use super::{Contents, modules};
use crate::error::{Error, Result};
use crate::interp::attribute::user;
use crate::interp::builtins::functions;
use crate::interp::classes::Instance;
use crate::interp::exceptions::raise;
use crate::interp::{Interp, UserFunction};
use crate::jax::transform::keywords;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::syntax::ast::{BinaryOp, CompareOp, UnaryOp};
use crate::value::{Object, Value};

modules! {
    /// `functools`.
    FUNCTOOLS = Contents {
        python: &[FUNCTIONS],
        written: &[include_str!("../packages/python/functools.py")],
        ..Contents::new("functools")
    };
    /// `operator`.
    OPERATOR = Contents { python: &[OPERATORS], values: special, ..Contents::new("operator") };
}

static FUNCTIONS: &[FunctionDecl] = functions! {
    "partial" [(func) (*args) (**keywords)] "The function with some arguments given already." => |_, args| Partial::made(args, false);
    "reduce" [(function) (iterable) (initial = Default::Str(""))] "The elements combined from left to right." => reduce;
    "wraps" [(wrapped) (*rest) (**options)] "A decorator that gives the function the name and attributes of another." => wraps;
};

static OPERATORS: &[FunctionDecl] = functions! {
    "add" [(a) (b)] "a + b." => |i, args| arithmetic(i, args, BinaryOp::Add);
    "sub" [(a) (b)] "a - b." => |i, args| arithmetic(i, args, BinaryOp::Subtract);
    "mul" [(a) (b)] "a * b." => |i, args| arithmetic(i, args, BinaryOp::Multiply);
    "matmul" [(a) (b)] "a @ b." => |i, args| arithmetic(i, args, BinaryOp::MatMul);
    "truediv" [(a) (b)] "a / b." => |i, args| arithmetic(i, args, BinaryOp::Divide);
    "floordiv" [(a) (b)] "a // b." => |i, args| arithmetic(i, args, BinaryOp::FloorDivide);
    "mod" [(a) (b)] "a % b." => |i, args| arithmetic(i, args, BinaryOp::Modulo);
    "pow" [(a) (b)] "a ** b." => |i, args| arithmetic(i, args, BinaryOp::Power);
    "and_" [(a) (b)] "a & b." => |i, args| arithmetic(i, args, BinaryOp::BitAnd);
    "or_" [(a) (b)] "a | b." => |i, args| arithmetic(i, args, BinaryOp::BitOr);
    "xor" [(a) (b)] "a ^ b." => |i, args| arithmetic(i, args, BinaryOp::BitXor);
    "eq" [(a) (b)] "a == b." => |i, args| comparison(i, args, CompareOp::Equal);
    "ne" [(a) (b)] "a != b." => |i, args| comparison(i, args, CompareOp::NotEqual);
    "lt" [(a) (b)] "a < b." => |i, args| comparison(i, args, CompareOp::Less);
    "le" [(a) (b)] "a <= b." => |i, args| comparison(i, args, CompareOp::LessEqual);
    "gt" [(a) (b)] "a > b." => |i, args| comparison(i, args, CompareOp::Greater);
    "ge" [(a) (b)] "a >= b." => |i, args| comparison(i, args, CompareOp::GreaterEqual);
    "neg" [(a)] "-a." => |i, args| i.unary(UnaryOp::Negate, &args.get("a")?.clone());
    "pos" [(a)] "+a." => |i, args| i.unary(UnaryOp::Plus, &args.get("a")?.clone());
    "invert" [(a)] "~a." => |i, args| i.unary(UnaryOp::Invert, &args.get("a")?.clone());
    "not_" [(a)] "not a." => |i, args| i.is_true(&args.get("a")?.clone()).map(|b| Value::Bool(!b));
    "truth" [(a)] "Whether a is true." => |i, args| i.is_true(&args.get("a")?.clone()).map(Value::Bool);
    "lshift" [(a) (b)] "a << b." => |i, args| arithmetic(i, args, BinaryOp::ShiftLeft);
    "rshift" [(a) (b)] "a >> b." => |i, args| arithmetic(i, args, BinaryOp::ShiftRight);
    "abs" [(a)] "The absolute value." => |i, args| {
        let abs = i.eval.builtins.get("abs").unwrap_or(Value::None);
        i.call(&abs, Args::positional(vec![args.get("a")?.clone()]))
    };
    "inv" [(a)] "~a." => |i, args| i.unary(UnaryOp::Invert, &args.get("a")?.clone());
    "call" [(obj) (*args) (**keywords)] "The object called with the arguments." => |i, args| {
        let given = Args { positional: args.get("args")?.elements().unwrap_or_default(), keywords: keywords(args.get("keywords")?) };
        i.call(&args.get("obj")?.clone(), given)
    };
    "length_hint" [(obj) (default = Default::Int(0))] "How many elements there are, or may be." => |i, args| {
        let object = args.get("obj")?.clone();
        for name in ["__len__", "__length_hint__"] {
            if let Some(method) = i.special(&object, name)? {
                return i.call(&method, Args::default());
            }
        }
        match object.elements() {
            Some(elements) => Ok(Value::Int(elements.len() as i64)),
            None => Ok(args.get("default")?.clone()),
        }
    };
    "isub" [(a) (b)] "a -= b." => |i, args| augmented(i, args, BinaryOp::Subtract);
    "itruediv" [(a) (b)] "a /= b." => |i, args| augmented(i, args, BinaryOp::Divide);
    "ifloordiv" [(a) (b)] "a //= b." => |i, args| augmented(i, args, BinaryOp::FloorDivide);
    "imod" [(a) (b)] "a %= b." => |i, args| augmented(i, args, BinaryOp::Modulo);
    "ipow" [(a) (b)] "a **= b." => |i, args| augmented(i, args, BinaryOp::Power);
    "imatmul" [(a) (b)] "a @= b." => |i, args| augmented(i, args, BinaryOp::MatMul);
    "iand" [(a) (b)] "a &= b." => |i, args| augmented(i, args, BinaryOp::BitAnd);
    "ior" [(a) (b)] "a |= b." => |i, args| augmented(i, args, BinaryOp::BitOr);
    "ixor" [(a) (b)] "a ^= b." => |i, args| augmented(i, args, BinaryOp::BitXor);
    "ilshift" [(a) (b)] "a <<= b." => |i, args| augmented(i, args, BinaryOp::ShiftLeft);
    "irshift" [(a) (b)] "a >>= b." => |i, args| augmented(i, args, BinaryOp::ShiftRight);
    "iconcat" [(a) (b)] "a += b of sequences." => |i, args| augmented(i, args, BinaryOp::Add);
    "concat" [(a) (b)] "a + b of sequences." => |i, args| arithmetic(i, args, BinaryOp::Add);
    "iadd" [(a) (b)] "a += b." => |i, args| augmented(i, args, BinaryOp::Add);
    "imul" [(a) (b)] "a *= b." => |i, args| augmented(i, args, BinaryOp::Multiply);
    "is_" [(a) (b)] "a is b." => |i, args| comparison(i, args, CompareOp::Is);
    "is_not" [(a) (b)] "a is not b." => |i, args| comparison(i, args, CompareOp::IsNot);
    "contains" [(a) (b)] "b in a." => |i, args| i.contains(&args.get("a")?.clone(), &args.get("b")?.clone()).map(Value::Bool);
    "setitem" [(a) (b) (c)] "a[b] = c." => |i, args| {
        i.set_item(&args.get("a")?.clone(), &args.get("b")?.clone(), args.get("c")?.clone()).map(|()| Value::None)
    };
    "delitem" [(a) (b)] "del a[b]." => |i, args| {
        i.delete_item(&args.get("a")?.clone(), &args.get("b")?.clone()).map(|()| Value::None)
    };
    "index" [(a)] "a as an integer." => |i, args| i.index(&args.get("a")?.clone()).map(Value::Int);
    "countOf" [(a) (b)] "How often b is in a." => count_of;
    "indexOf" [(a) (b)] "Where b is in a." => index_of;
    "methodcaller" [(name) (*args) (**keywords)] "A function that calls a method." => |_, args| {
        let given = Args { positional: args.get("args")?.elements().unwrap_or_default(), keywords: keywords(args.get("keywords")?) };
        Ok(Value::User(Rc::new(MethodCaller { name: args.str("name")?, args: given })))
    };
    "getitem" [(a) (b)] "a[b]." => |i, args| i.get_item(&args.get("a")?.clone(), &args.get("b")?.clone());
    "itemgetter" [(*items)] "A function that reads items." => |_, args| getter(args, "items", Reads::Items);
    "attrgetter" [(*attrs)] "A function that reads attributes." => |_, args| getter(args, "attrs", Reads::Attributes);
};

/// The functions under the names of the methods that they stand for: `operator.__add__`.
fn special(name: &str) -> Option<Value> {
    let name = name.strip_prefix("__")?.strip_suffix("__")?;
    let found = OPERATORS.iter().find(|function| function.name.trim_end_matches('_') == name);
    found.map(crate::interp::builtins::Builtin::value)
}

fn reduce(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let function = args.get("function")?.clone();
    let mut iter = interp.iterate_static(&args.get("iterable")?.clone())?;
    let first = if args.is_given("initial") { Some(args.get("initial")?.clone()) } else { iter.next(interp)? };
    let Some(mut result) = first else {
        return Err(Error::ty("reduce() of empty iterable with no initial value"));
    };
    while let Some(value) = iter.next(interp)? {
        result = interp.call(&function, Args::positional(vec![result, value]))?;
    }
    Ok(result)
}

/// `functools.wraps(wrapped)`.
#[derive(Debug)]
struct Wraps(Value);

impl Object for Wraps {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let Some(wrapper) = args.positional.into_iter().next() else {
            return Err(Error::ty("a decorator takes a function"));
        };
        if user::<UserFunction>(&wrapper).is_none() && user::<Instance>(&wrapper).is_none() {
            return Ok(wrapper);
        }
        for name in ["__name__", "__qualname__", "__doc__", "__module__"] {
            if let Some(value) = interp.find_attribute(&self.0, name)? {
                interp.set_attribute(&wrapper, name, value)?;
            }
        }
        if let Some(function) = user::<UserFunction>(&self.0) {
            for (name, value) in function.own_attributes() {
                interp.set_attribute(&wrapper, &name, value)?;
            }
        }
        interp.set_attribute(&wrapper, "__wrapped__", self.0.clone())?;
        Ok(wrapper)
    }
}

fn wraps(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    Ok(Value::User(Rc::new(Wraps(args.get("wrapped")?.clone()))))
}

fn count_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (values, wanted) = (interp.collect(&args.get("a")?.clone())?, args.get("b")?.clone());
    let mut count = 0;
    for value in values {
        count += i64::from(interp.equal(&value, &wanted)?);
    }
    Ok(Value::Int(count))
}

fn index_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (values, wanted) = (interp.collect(&args.get("a")?.clone())?, args.get("b")?.clone());
    for (at, value) in values.iter().enumerate() {
        if interp.equal(value, &wanted)? {
            return Ok(Value::Int(at as i64));
        }
    }
    Err(raise("ValueError", "sequence.index(x): x not in sequence"))
}

/// `operator.methodcaller`.
#[derive(Debug)]
struct MethodCaller {
    name: Rc<str>,
    args: Args,
}

impl Object for MethodCaller {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let [object] = args.positional.as_slice() else { return Err(Error::ty("methodcaller takes one argument")) };
        let method = interp.attribute(object, &self.name)?;
        interp.call(&method, self.args.clone())
    }
}

fn arithmetic(interp: &mut Interp, args: &mut Bound, op: BinaryOp) -> Result<Value> {
    interp.binary(op, &args.get("a")?.clone(), &args.get("b")?.clone())
}

fn augmented(interp: &mut Interp, args: &mut Bound, op: BinaryOp) -> Result<Value> {
    interp.augment(op, &args.get("a")?.clone(), &args.get("b")?.clone())
}

fn comparison(interp: &mut Interp, args: &mut Bound, op: CompareOp) -> Result<Value> {
    interp.compare(op, &args.get("a")?.clone(), &args.get("b")?.clone())
}

/// `operator.itemgetter` and `operator.attrgetter`.
#[derive(Debug)]
struct Getter {
    keys: Vec<Value>,
    reads: Reads,
}

#[derive(Clone, Copy, Debug)]
enum Reads {
    Items,
    Attributes,
}

impl Object for Getter {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let [object] = args.positional.as_slice() else { return Err(Error::ty("a getter takes one argument")) };
        let mut found = Vec::with_capacity(self.keys.len());
        for key in &self.keys {
            found.push(match (self.reads, key) {
                (Reads::Items, key) => interp.get_item(object, key)?,
                (Reads::Attributes, Value::Str(path)) => {
                    let mut value = object.clone();
                    for name in path.split('.') {
                        value = interp.attribute(&value, name)?;
                    }
                    value
                }
                (Reads::Attributes, _) => return Err(Error::ty("attribute name must be a string")),
            });
        }
        match <[Value; 1]>::try_from(found) {
            Ok([only]) => Ok(only),
            Err(found) if found.is_empty() => Err(raise("TypeError", "a getter needs a key")),
            Err(found) => Ok(Value::tuple(found)),
        }
    }
}

fn getter(args: &mut Bound, name: &str, reads: Reads) -> Result<Value> {
    let keys = args.get(name)?.elements().unwrap_or_default();
    Ok(Value::User(Rc::new(Getter { keys, reads })))
}
