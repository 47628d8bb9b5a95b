//! Python's built-in types, as values that make and test objects.

use std::rc::Rc;

use indexmap::IndexMap;

use super::bytes::bytes_of;
use super::complex::complex_of;
use super::containers::{
    dict_of, enumerate_of, filter_of, frozen_set_of, list_of, map_of, range_of, reversed_of, set_of, slice_of,
    tuple_from, zip_of,
};
use super::scalars::{bool_of, float_of, int_of, str_of};
use super::{call_declared, functions};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::classes::{ClassMethod, Instance, Property, StaticMethod, UserClass, plain_of};
use crate::interp::compare::{same, tuple_of};
use crate::interp::methods;
use crate::keras::derived;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::modules::typing::Union;
use crate::value::{Object, Value};

/// Python's own types; calling one makes or converts an object.
pub(super) static TYPES: &[FunctionDecl] = functions! {
    "object" [] "An object without attributes." => object;
    "type" [(object)] "The type of an object." => type_of;
    "bool" [(x = Default::Bool(false))] "The truth of a value." => bool_of;
    "int" [(x = Default::Int(0)) (base = Default::None)] "An integer from a number or text." => int_of;
    "float" [(x = Default::Float(0.0))] "A float from a number or text." => float_of;
    "complex" [(real = Default::Int(0)) (imag = Default::None)] "A complex number from its parts, a number or text." => complex_of;
    "str" [(object = Default::Str("")) (encoding = Default::None) (errors = Default::None)] "The value as text." => str_of;
    "bytes" [(source = Default::Ints(&[])) (encoding = Default::None) (errors = Default::Str("strict"))] "Bytes from integers, a length or text." => bytes_of;
    "list" [(iterable = Default::Ints(&[]))] "A list of the elements." => list_of;
    "tuple" [(iterable = Default::Ints(&[]))] "A tuple of the elements." => tuple_from;
    "dict" [(iterable = Default::None) (**entries)] "A dict from pairs, another dict, or keyword arguments." => dict_of;
    "set" [(iterable = Default::Ints(&[]))] "The set of the elements." => set_of;
    "frozenset" [(iterable = Default::Ints(&[]))] "The set of the elements, which does not change." => frozen_set_of;
    "slice" [(start) (stop = Default::Str("")) (step = Default::None)] "A slice for indexing." => slice_of;
    "range" [(start) (stop = Default::None) (step = Default::Int(1))] "Integers from start to before stop." => range_of;
    "enumerate" [(iterable) (start = Default::Int(0))] "Pairs of number and element." => enumerate_of;
    "zip" [(*iterables) (strict = Default::Bool(false))] "Tuples of elements at equal places." => zip_of;
    "map" [(function) (*iterables)] "The function applied to each element." => map_of;
    "filter" [(function) (iterable)] "The elements for which the function is true." => filter_of;
    "reversed" [(sequence)] "The elements from the last to the first." => reversed_of;
    "property" [(fget = Default::None) (fset = Default::None) (fdel = Default::None) (doc = Default::None)] "A computed attribute." => property_of;
    "staticmethod" [(function)] "A function in a class that takes no instance." => static_method;
    "classmethod" [(function)] "A function in a class that takes the class." => class_method;
};

/// A built-in type.
#[derive(Debug)]
pub(crate) struct BuiltinType(pub(super) &'static FunctionDecl);

impl BuiltinType {
    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.0.name
    }

    fn has(&self, value: &Value) -> bool {
        match self.0.name {
            "object" => true,
            "type" => {
                matches!(value, Value::Class(_))
                    || user::<UserClass>(value).is_some()
                    || user::<BuiltinType>(value).is_some()
            }
            "int" => {
                matches!(value, Value::Bool(_) | Value::Int(_) | Value::BigInt(_))
                    || plain_of(value).is_some_and(|plain| self.has(&plain))
            }
            "tuple" => tuple_of(value).is_some(),
            name => *value.type_name() == *name || plain_of(value).is_some_and(|plain| self.has(&plain)),
        }
    }
}

impl Object for BuiltinType {
    fn class_name(&self) -> Rc<str> {
        "type".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        if let ("type", [Value::Str(name), bases, members]) = (self.0.name, args.positional.as_slice()) {
            return interp.make_class(name, bases, members);
        }
        call_declared(interp, self.0, args)
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match (self.0.name, name) {
            (_, "__name__" | "__qualname__") => Some(Value::str(self.0.name)),
            (_, "__doc__") => Some(Value::str(self.0.doc)),
            ("object", "__setattr__" | "__delattr__" | "__init__" | "__repr__") => {
                super::attributes::OF_OBJECT.iter().find(|decl| decl.name == name).map(super::Builtin::value)
            }
            ("dict", "fromkeys") | ("str", "maketrans") | ("bytes", "fromhex") => {
                Some(methods::unbound(self.0.name, name))
            }
            ("int", "from_bytes") | ("float", "fromhex") => Some(methods::unbound("number", name)),
            ("object", name) => crate::interp::classes::of_object(name),
            (kind, name) => methods::of_type(kind, name),
        })
    }

    fn repr(&self) -> String {
        format!("<class '{}'>", self.0.name)
    }
}

impl Interp {
    /// `type(value)`, if it is a value that the evaluator defines.
    pub(crate) fn type_of(&mut self, value: &Value) -> Option<Value> {
        match value {
            Value::User(_) => match user::<Instance>(value) {
                Some(instance) => Some(Value::User(instance.class.clone())),
                None => self.eval.builtins.get(&value.type_name()).or_else(|| named_type(value)),
            },
            Value::Object(object) => object.class().map(Value::Class).or_else(|| named_type(value)),
            Value::Host(host) => Some(Value::Host(host.derived())),
            _ => self.eval.builtins.get(&value.type_name()).or_else(|| named_type(value)),
        }
    }

    /// Whether `value` is an instance of `classes`; `None` if only run time can tell.
    pub(crate) fn is_instance(&mut self, value: &Value, classes: &Value) -> Result<Option<bool>> {
        if let Value::Tuple(all) = classes {
            let mut known = Some(false);
            for class in all.iter() {
                match self.is_instance(value, class)? {
                    Some(true) => return Ok(Some(true)),
                    Some(false) => {}
                    None => known = None,
                }
            }
            return Ok(known);
        }
        if let Value::Host(_) = value {
            return Ok(None);
        }
        if let Some(union) = user::<Union>(classes) {
            return self.is_instance(value, &Value::Tuple(union.types.clone()));
        }
        match classes {
            // Nothing that is known here is an instance of a class of a host package, but for tensors.
            Value::Host(_) => Ok((!crate::interp::tensor::is_tensor(value)).then_some(false)),
            Value::Class(decl) => Ok(Some(match value {
                Value::Object(object) => object.class().is_some_and(|class| derived::is_native_subclass(class, decl)),
                Value::User(_) => user::<Instance>(value).is_some_and(|i| derived::is_native_instance(&i, decl)),
                Value::Symbolic(_) => decl.name == "KerasTensor",
                _ => false,
            })),
            Value::None => Ok(Some(value.is_none())),
            _ => {
                if let Some(class) = user::<UserClass>(classes) {
                    return Ok(Some(user::<Instance>(value).is_some_and(|i| i.class.is_subclass(&class))));
                }
                if let Some(builtin) = user::<BuiltinType>(classes) {
                    return Ok(Some(builtin.has(value)));
                }
                if let Some(named) = user::<NamedType>(classes) {
                    return Ok(Some(value.type_name() == named.0));
                }
                let plain = plain_of(value);
                match crate::modules::typing::is_instance(plain.as_ref().unwrap_or(value), classes) {
                    Some(known) => Ok(Some(known)),
                    None => Err(Error::ty("isinstance() arg 2 must be a type, a tuple of types, or a union")),
                }
            }
        }
    }

    /// Whether `class` is or derives from one of `classes`.
    pub(crate) fn is_subclass(&mut self, class: &Value, classes: &Value) -> Result<bool> {
        if let Value::Tuple(all) = classes {
            for other in all.iter() {
                if self.is_subclass(class, other)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        if let Some(union) = user::<Union>(classes) {
            return self.is_subclass(class, &Value::Tuple(union.types.clone()));
        }
        if matches!(class, Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_)) {
            return Err(Error::ty("issubclass() arg 1 must be a class"));
        }
        if let (Some(class), Some(other)) = (user::<UserClass>(class), user::<UserClass>(classes)) {
            return Ok(class.is_subclass(&other));
        }
        if let (Value::Class(class), Value::Class(other)) = (class, classes) {
            return Ok(derived::is_native_subclass(class, other));
        }
        if let (Some(class), Value::Class(other)) = (user::<UserClass>(class), classes) {
            return Ok(derived::derives(&class, other));
        }
        if let (Some(class), Some(other)) = (user::<UserClass>(class), user::<BuiltinType>(classes))
            && class.builtin == Some(other.name())
        {
            return Ok(true);
        }
        let is_object = user::<BuiltinType>(classes).is_some_and(|t| t.name() == "object");
        let bool_is_int = matches!(
            (user::<BuiltinType>(class), user::<BuiltinType>(classes)),
            (Some(a), Some(b)) if a.name() == "bool" && b.name() == "int"
        );
        Ok(is_object || bool_is_int || same(class, classes))
    }
}

/// A type that has a name and nothing else, such as that of `None`.
#[derive(Debug)]
pub(crate) struct NamedType(pub(crate) String);

impl Object for NamedType {
    fn class_name(&self) -> Rc<str> {
        "type".into()
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok((name == "__name__").then(|| Value::str(self.0.as_str())))
    }

    fn repr(&self) -> String {
        format!("<class '{}'>", self.0)
    }
}

fn named_type(value: &Value) -> Option<Value> {
    Some(Value::User(Rc::new(NamedType(value.type_name()))))
}

fn object(_interp: &mut Interp, _args: &mut Bound) -> Result<Value> {
    let class = UserClass::new("object".into(), &[], IndexMap::new())?;
    Ok(Value::User(Rc::new(Instance::new(Rc::new(class)))))
}

fn type_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let value = args.get("object")?.clone();
    Ok(interp.type_of(&value).unwrap_or(Value::None))
}

fn property_of(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (getter, setter) = (args.some("fget")?.cloned(), args.some("fset")?.cloned());
    let deleter = args.some("fdel")?.cloned();
    Ok(Value::User(Rc::new(Property { getter, setter, deleter })))
}

fn static_method(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    Ok(Value::User(Rc::new(StaticMethod(args.get("function")?.clone()))))
}

fn class_method(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    Ok(Value::User(Rc::new(ClassMethod(args.get("function")?.clone()))))
}
