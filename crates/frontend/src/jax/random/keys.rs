//! Keys.

use std::fmt::Write;
use std::rc::Rc;

use keramos_ir::{Array, Buffer, DType, as_tuple, elements};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::jax::arguments::{integers, to_tensor};
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::tree::{ObjectNode, PathKey};
use crate::value::{Object, Value, downcast};

/// An array of typed keys (`jax.random.key`): in trees, a node whose one leaf is the raw keys, `u32[…,2]`.
#[derive(Debug)]
pub(crate) struct KeyArray {
    data: Value,
}

/// The element type of typed keys.
#[derive(Debug)]
pub(crate) struct KeyType;

/// A method of a key array.
#[derive(Debug)]
struct KeyMethod {
    keys: Rc<KeyArray>,
    name: &'static str,
}

const METHODS: &[&str] = &["__getitem__", "__iter__", "__len__", "flatten", "ravel", "reshape"];

impl KeyArray {
    /// Typed keys of raw ones.
    pub(crate) fn value(data: Value) -> Value {
        Value::User(Rc::new(KeyArray { data }))
    }

    /// The key array, if the value is one.
    pub(crate) fn of(value: &Value) -> Option<Rc<KeyArray>> {
        match value {
            Value::User(object) => downcast::<KeyArray>(object),
            _ => None,
        }
    }

    /// The raw keys.
    pub(crate) fn data(&self) -> &Value {
        &self.data
    }

    fn shape(&self, interp: &Interp) -> Vec<usize> {
        let mut shape = interp.type_of_array(&self.data).map(|ty| ty.shape).unwrap_or_default();
        shape.pop();
        shape
    }

    fn item(&self, interp: &mut Interp, index: Value) -> Result<Value> {
        let mut parts = match &index {
            Value::Tuple(parts) => parts.to_vec(),
            other => vec![other.clone()],
        };
        // The last dimension of the raw keys is no dimension of the typed ones.
        if !parts.iter().any(|part| matches!(part, Value::Ellipsis)) {
            parts.push(Value::Ellipsis);
        }
        parts.push(Value::Slice(Rc::new([Value::None, Value::None, Value::None])));
        interp.get_item(&self.data, &Value::tuple(parts)).map(KeyArray::value)
    }

    fn reshaped(&self, interp: &mut Interp, mut shape: Vec<Value>) -> Result<Value> {
        shape.push(Value::Int(2));
        let method = interp.attribute(&self.data, "reshape")?;
        interp.call(&method, Args::positional(vec![Value::tuple(shape)])).map(KeyArray::value)
    }
}

impl Object for KeyArray {
    fn node(self: Rc<Self>) -> Option<ObjectNode> {
        Some(ObjectNode {
            class: "PRNGKeyArray".into(),
            keys: vec![PathKey::Attribute("_base_array".into())],
            children: vec![self.data.clone()],
            metadata: Vec::new(),
            rebuild: Box::new(|mut data| KeyArray::value(data.pop().unwrap_or(Value::None))),
        })
    }

    fn class_name(&self) -> Rc<str> {
        "key array".into()
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        let shape = self.shape(interp);
        Ok(Some(match name {
            "shape" => Value::tuple(shape.iter().map(|&n| Value::Int(n as i64)).collect::<Vec<_>>()),
            "ndim" => Value::Int(shape.len() as i64),
            "size" => Value::Int(elements(&shape) as i64),
            "dtype" => Value::User(Rc::new(KeyType)),
            _ => match METHODS.iter().find(|method| **method == name) {
                Some(name) => Value::User(Rc::new(KeyMethod { keys: self, name })),
                None => return Ok(None),
            },
        }))
    }

    fn attributes(&self) -> Vec<String> {
        ["shape", "ndim", "size", "dtype"].iter().chain(METHODS).map(|&name| name.to_owned()).collect()
    }

    fn repr(&self) -> String {
        let mut shape = match &self.data {
            Value::Array(array) => array.ty().shape.clone(),
            Value::Tensor(tensor) => tensor.shape().to_vec(),
            _ => Vec::new(),
        };
        shape.pop();
        let mut text = format!("Array({}, dtype=key<fry>)", as_tuple(&shape));
        if let Value::Array(array) = &self.data
            && let Buffer::U32(words) = array.data()
        {
            let width = words.iter().map(|w| w.to_string().len()).max().unwrap_or(1);
            text.push_str(" overlaying:\n");
            write_rows(&mut text, words, &array.ty().shape, width, 1);
        }
        text
    }
}

/// Rows of numbers in brackets, aligned as NumPy does.
fn write_rows(out: &mut String, words: &[u32], shape: &[usize], width: usize, indent: usize) {
    out.push('[');
    match shape {
        [] | [_] => {
            for (i, word) in words.iter().enumerate() {
                let gap = if i == 0 { "" } else { " " };
                // Writing to a string does not fail.
                let _ = write!(out, "{gap}{word:>width$}");
            }
        }
        [rows, rest @ ..] => {
            let size = elements(rest).max(1);
            for (i, row) in words.chunks(size).take(*rows).enumerate() {
                if i > 0 {
                    out.push_str(&"\n".repeat(rest.len()));
                    out.push_str(&" ".repeat(indent));
                }
                write_rows(out, row, rest, width, indent + 1);
            }
        }
    }
    out.push(']');
}

impl Object for KeyType {
    fn class_name(&self) -> Rc<str> {
        "KeyTy".into()
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok((name == "name").then(|| Value::str("key<fry>")))
    }

    fn repr(&self) -> String {
        "key<fry>".into()
    }
}

impl Object for KeyMethod {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let keys = &self.keys;
        let first = args.positional.first();
        match self.name {
            "__getitem__" => keys.item(interp, first.cloned().unwrap_or(Value::Ellipsis)),
            "__len__" | "__iter__" => {
                let Some(&length) = keys.shape(interp).first() else {
                    let what = if self.name == "__len__" {
                        "len() of unsized object"
                    } else {
                        "iteration over a 0-d key array"
                    };
                    return Err(Error::ty(what).help("`jax.random.split(key)` gives several keys"));
                };
                if self.name == "__len__" {
                    return Ok(Value::Int(length as i64));
                }
                let items = (0..length).map(|i| keys.item(interp, Value::Int(i as i64)));
                items.collect::<Result<Vec<_>>>().map(Value::list)
            }
            "reshape" => {
                let shape = match first.and_then(Value::elements) {
                    Some(shape) => shape,
                    None => args.positional,
                };
                keys.reshaped(interp, shape)
            }
            _ => keys.reshaped(interp, vec![Value::Int(-1)]),
        }
    }
}

/// Argument `name` as raw keys of any number of dimensions, and whether they were typed.
pub(super) fn keys(interp: &mut Interp, args: &Bound, name: &str) -> Result<(Tensor, bool)> {
    let value = args.get(name)?.clone();
    if let Some(keys) = KeyArray::of(&value) {
        return Ok((interp.to_tensor(keys.data())?, true));
    }
    if !matches!(value, Value::Tensor(_) | Value::Array(_)) {
        let message = format!("unexpected PRNG key type {}", value.type_name());
        return Err(Error::ty(message).help("make a key with jax.random.key(seed)"));
    }
    let raw = interp.to_tensor(&value)?;
    if raw.dtype() == DType::U32 && raw.shape().last() == Some(&2) {
        return Ok((raw, false));
    }
    let message = format!(
        "{}() needs a key, which is a uint32 array with a last dimension of 2; found {}",
        args.function(),
        raw.ty()
    );
    Err(Error::ty(message).help("make a key with jax.random.key(seed)"))
}

/// Argument `name` as one raw key, and whether it was typed.
pub(super) fn one_key(interp: &mut Interp, args: &Bound, name: &str) -> Result<(Tensor, bool)> {
    let (key, typed) = keys(interp, args, name)?;
    match key.shape() {
        [_] => Ok((key, typed)),
        [outer @ .., _] => {
            let message = format!(
                "{} accepts a single key, but was given a key array of shape {} != (). Use jax.vmap for batching.",
                args.function(),
                as_tuple(outer)
            );
            Err(raise("ValueError", message))
        }
        [] => Err(Error::internal("raw keys have a dimension")),
    }
}

/// The argument `key` of a sampler.
pub(crate) fn key(interp: &mut Interp, args: &Bound) -> Result<Tensor> {
    one_key(interp, args, "key").map(|(key, _)| key)
}

/// Keys as the caller's were: typed or raw.
fn wrapped(keys: Tensor, typed: bool) -> Value {
    if typed { KeyArray::value(Value::Tensor(keys)) } else { Value::Tensor(keys) }
}

/// Refuses other generators than the default one.
fn check_impl(args: &Bound) -> Result<()> {
    for name in ["impl", "dtype"] {
        let Ok(Some(value)) = args.some(name) else { continue };
        match value {
            Value::Str(text) if &**text == "threefry2x32" => {}
            Value::User(object) if downcast::<KeyType>(object).is_some() => {}
            Value::Str(text) => {
                let message = format!("the random number generator `{text}` is not compiled");
                return Err(Error::unsupported(message).help("leave `impl` out: the default is threefry2x32"));
            }
            _ => return Err(args.invalid(name, "the name of a random number generator")),
        }
    }
    Ok(())
}

/// The key of argument `seed`.
fn seeded(interp: &mut Interp, args: &Bound) -> Result<Tensor> {
    check_impl(args)?;
    let seed = args.get("seed")?.clone();
    match &seed {
        Value::Int(seed) => interp.tracer.constant(Array::new([2], Buffer::U32(vec![0, *seed as u32]))?),
        Value::Bool(seed) => interp.tracer.constant(Array::new([2], Buffer::U32(vec![0, u32::from(*seed)]))?),
        Value::BigInt(_) => Err(raise("OverflowError", "Python int too large to convert to C long")),
        Value::Float(_) => Err(Error::ty(format!("PRNG key seed must be an integer; got {}", seed.type_name()))),
        other => {
            if KeyArray::of(other).is_some() {
                let message = format!("{} accepts a scalar seed, but was given a PRNG key.", args.function());
                return Err(Error::ty(message));
            }
            let seed = interp.to_tensor(other)?;
            if seed.rank() != 0 {
                let message = format!(
                    "{} accepts a scalar seed, but was given an array of shape {} != (). Use jax.vmap for batching",
                    args.function(),
                    as_tuple(seed.shape())
                );
                return Err(Error::ty(message));
            }
            if !seed.dtype().is_int() {
                return Err(Error::ty(format!("PRNG key seed must be an integer; got {}", seed.ty())));
            }
            interp.tracer.key_of_seed(&seed)
        }
    }
}

fn split(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (key, typed) = one_key(interp, args, "key")?;
    let num = args.get("num")?.clone();
    let sizes = integers(&num).ok_or_else(|| args.invalid("num", "an integer or a tuple of integers"))?;
    let mut sizes = args.sizes_of("num", &sizes, "a non-negative number of keys")?;
    let count = elements(&sizes);
    interp.spend_length(count)?;
    let keys = interp.tracer.split_key(&key, count)?;
    sizes.push(2);
    interp.tracer.reshape(&keys, &sizes).map(|keys| wrapped(keys, typed))
}

fn fold_in(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (key, typed) = one_key(interp, args, "key")?;
    let data = args.get("data")?.clone();
    let data = match &data {
        Value::Int(i) => {
            let Ok(word) = u32::try_from(*i) else {
                return Err(raise("OverflowError", format!("Python integer {i} out of bounds for uint32")));
            };
            interp.tracer.constant(Array::new([], Buffer::U32(vec![word]))?)?
        }
        other => {
            let data = to_tensor(interp, other)?;
            if data.rank() != 0 {
                let message = format!(
                    "fold_in accepts a scalar, but was given an array of shape {} != (). Use jax.vmap for batching.",
                    as_tuple(data.shape())
                );
                return Err(Error::ty(message));
            }
            interp.tracer.convert(&data, DType::U32)?
        }
    };
    interp.tracer.fold_in_key(&key, &data).map(|key| wrapped(key, typed))
}

/// Functions on keys.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "key" [(seed) (impl = Default::None) (dtype = Default::None)] "A typed key from an integer." =>
        |interp, args| seeded(interp, args).map(|key| wrapped(key, true));
    "PRNGKey" [(seed) (impl = Default::None)] "A raw key from an integer." =>
        |interp, args| seeded(interp, args).map(Value::Tensor);
    "split" [(key) (num = Default::Int(2))] "New keys from one." => split;
    "fold_in" [(key) (data)] "A new key from a key and an integer." => fold_in;
    "key_data" [(keys)] "The raw keys inside typed ones." =>
        |interp, args| keys(interp, args, "keys").map(|(keys, _)| Value::Tensor(keys));
    "wrap_key_data" [(key_bits_array) (impl = Default::None) (dtype = Default::None)] "Typed keys of raw ones." =>
        |interp, args| {
            check_impl(args)?;
            keys(interp, args, "key_bits_array").map(|(keys, _)| wrapped(keys, true))
        };
    "clone" [(key)] "The same key, as one to be used again." =>
        |interp, args| keys(interp, args, "key").map(|(keys, typed)| wrapped(keys, typed));
    "key_impl" [(keys)] "The name of the generator that keys are for." =>
        |interp, args| keys(interp, args, "keys").map(|_| Value::str("threefry2x32"));
};
