//! The values of the model language.
//!
//! Three kinds flow through a program: **static** values (everything of Python, evaluated at compile
//! time), **tensors** ([`Value::Tensor`] being traced, [`Value::Symbolic`] standing for a layer's
//! input or output while a functional model is put together) and **host** values that only exist
//! when real data is there ([`Value::Host`]).

pub(crate) mod host;
mod key;
mod object;
pub(crate) mod tree;

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;
use keramos_ir::{Array, DType};
use num_bigint::BigInt;

pub use host::Host;
pub use key::Key;
pub(crate) use key::Name;
pub use object::{Object, ObjectRef, downcast};

use crate::keras::Symbolic;
use crate::library::{ClassDecl, FunctionDecl, MethodDecl, ModuleDecl};
use crate::trace::Tensor;

/// Any value. Cloning is cheap; containers are shared as in Python.
#[derive(Clone, Debug)]
pub enum Value {
    /// `None`.
    None,
    /// `...`.
    Ellipsis,
    /// `True` or `False`.
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// An integer outside the range of [`Value::Int`]; never inside it.
    BigInt(Rc<BigInt>),
    /// A float.
    Float(f64),
    /// A complex number: its real and its imaginary part.
    Complex(f64, f64),
    /// A string.
    Str(Rc<str>),
    /// Bytes.
    Bytes(Rc<[u8]>),
    /// A tuple.
    Tuple(Rc<[Value]>),
    /// A list.
    List(Rc<RefCell<Vec<Value>>>),
    /// A dict; keys are hashable values.
    Dict(Rc<RefCell<IndexMap<Key, Value>>>),
    /// A set.
    Set(Rc<RefCell<IndexMap<Key, ()>>>),
    /// A set that does not change, and so may be a key.
    FrozenSet(Rc<IndexMap<Key, ()>>),
    /// `start:stop:step`.
    Slice(Rc<[Value; 3]>),
    /// A function, lambda or class written in the program, an instance of such a class, an iterator:
    /// whatever the evaluator itself defines.
    User(ObjectRef),
    /// A function of a supported package.
    Function(&'static FunctionDecl),
    /// A method of a native object, bound to it.
    Method(ObjectRef, &'static MethodDecl),
    /// A class of a supported package.
    Class(&'static ClassDecl),
    /// A module of a supported package.
    Module(&'static ModuleDecl),
    /// A native object: a layer, model, optimizer, loss, metric, initializer, …
    Object(ObjectRef),
    /// An element type such as `jnp.float32`.
    DType(DType),
    /// A dense array known at compile time.
    Array(Rc<Array>),
    /// A tensor being traced.
    Tensor(Tensor),
    /// A tensor of a functional model under construction (Keras's `KerasTensor`).
    Symbolic(Symbolic),
    /// A value that only exists at run time.
    Host(Host),
}

impl Value {
    /// A string value.
    pub fn str(text: impl Into<Rc<str>>) -> Value {
        Value::Str(text.into())
    }

    /// A tuple of values.
    pub fn tuple(values: impl Into<Rc<[Value]>>) -> Value {
        Value::Tuple(values.into())
    }

    /// A new list.
    pub fn list(values: Vec<Value>) -> Value {
        Value::List(Rc::new(RefCell::new(values)))
    }

    /// The elements of a set, whether or not it may change.
    pub(crate) fn set_elements(&self) -> Option<Rc<IndexMap<Key, ()>>> {
        match self {
            Value::Set(keys) => Some(Rc::new(keys.borrow().clone())),
            Value::FrozenSet(keys) => Some(keys.clone()),
            _ => None,
        }
    }

    /// Whether this is `None`.
    pub fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    /// The name of the value's Python type, for messages: `int`, `str`, `Dense`, `tensor f32[2,3]`.
    pub fn type_name(&self) -> String {
        match self {
            Value::None => "NoneType".into(),
            Value::Ellipsis => "ellipsis".into(),
            Value::Bool(_) => "bool".into(),
            Value::Int(_) | Value::BigInt(_) => "int".into(),
            Value::Float(_) => "float".into(),
            Value::Complex(..) => "complex".into(),
            Value::Str(_) => "str".into(),
            Value::Bytes(_) => "bytes".into(),
            Value::Tuple(_) => "tuple".into(),
            Value::List(_) => "list".into(),
            Value::Dict(_) => "dict".into(),
            Value::Set(_) => "set".into(),
            Value::FrozenSet(_) => "frozenset".into(),
            Value::Slice(_) => "slice".into(),
            Value::User(object) | Value::Object(object) => object.class_name().to_string(),
            Value::Function(_) | Value::Method(..) => "function".into(),
            Value::Class(_) => "type".into(),
            Value::Module(_) => "module".into(),
            Value::DType(_) => "dtype".into(),
            Value::Array(array) => format!("array {}", array.ty()),
            Value::Tensor(tensor) => format!("tensor {}", tensor.ty()),
            Value::Symbolic(tensor) => format!("tensor {tensor}"),
            Value::Host(_) => "host value".into(),
        }
    }
}
