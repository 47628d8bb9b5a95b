//! Questions about element types.

use std::rc::Rc;

use keramos_ir::DType;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments::dtype_of;
use crate::jax::random::KeyType;
use crate::library::{Bound, Default, FunctionDecl};
use crate::ops::{canonical, largest, result_type, smallest_normal};
use crate::value::{Object, Value};

/// What `jax.dtypes` has, too.
pub(crate) static OF_DTYPES: &[FunctionDecl] = functions! {
    "finfo" [(dtype)] "The limits of a float type." => |i, args| info(i, args, true);
    "iinfo" [(int_type)] "The limits of an integer type." => |i, args| info(i, args, false);
    "result_type" [(*args)] "The element type of operations on all." => |i, args| {
        let values = args.get("args")?.elements().unwrap_or_default();
        let types = values.iter().map(|value| one(i, value)).collect::<Result<Vec<_>>>()?;
        Ok(Value::DType(result_type(types, i.tracer.x64).0))
    };
    "issubdtype" [(arg1) (arg2)] "Whether an element type is of a kind." => |i, args| {
        let (a, b) = (args.get("arg1")?.clone(), args.get("arg2")?.clone());
        if let (Some(inner), Some(outer)) = (kind_of(&a), kind_of(&b)) {
            return Ok(Value::Bool(inner == outer || parents(inner).contains(&outer)));
        }
        let dtype = one(i, &a)?.0;
        Ok(Value::Bool(match kind_of(&b) {
            Some(kind) => is_kind(dtype, kind),
            None => dtype == one(i, &b)?.0,
        }))
    };
};

/// See the module.
pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "dtype" [(dtype)] "An element type." => |i, args| {
        let value = args.get("dtype")?.clone();
        one(i, &value).map(|(dtype, _)| Value::DType(dtype))
    };
    "promote_types" [(a) (b)] "The element type of operations on both." => |i, args| {
        let types = [one(i, &args.get("a")?.clone())?, one(i, &args.get("b")?.clone())?];
        Ok(Value::DType(result_type(types, i.tracer.x64).0))
    };
    "can_cast" [(from_) (to) (casting = Default::Str("safe"))] "Whether every value has an equal in the other type." => |i, args| {
        let (from, to) = (one(i, &args.get("from_")?.clone())?.0, one(i, &args.get("to")?.clone())?.0);
        Ok(Value::Bool(match &*args.str("casting")? {
            "no" | "equiv" => from == to,
            "same_kind" => result_type([(from, false), (to, false)], true).0 == to || rank(from) == rank(to),
            "unsafe" => true,
            _ => safe(from, to),
        }))
    };
    "isdtype" [(dtype) (kind)] "Whether an element type is of a kind." => |i, args| {
        let dtype = one(i, &args.get("dtype")?.clone())?.0;
        let kinds = args.get("kind")?.clone();
        let kinds = kinds.elements().unwrap_or_else(|| vec![kinds.clone()]);
        let mut found = false;
        for kind in &kinds {
            found |= match kind {
                Value::Str(name) => match &**name {
                    "bool" => dtype == DType::Bool,
                    "signed integer" => dtype.is_signed_int(),
                    "unsigned integer" => dtype.is_unsigned_int(),
                    "integral" => dtype.is_int(),
                    "real floating" => dtype.is_float(),
                    "complex floating" => dtype.is_complex(),
                    "numeric" => dtype != DType::Bool,
                    _ => DType::from_numpy_name(name) == Some(dtype),
                },
                other => one(i, other)?.0 == dtype,
            };
        }
        Ok(Value::Bool(found))
    };
    "isscalar" [(element)] "Whether it is a number or a tensor without dimensions." => |i, args| {
        let value = args.get("element")?.clone();
        Ok(Value::Bool(match &value {
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::BigInt(_) | Value::Complex(..) => true,
            Value::Str(_) | Value::Bytes(_) => true,
            Value::Tensor(_) | Value::Array(_) => matches!(i.attribute(&value, "ndim")?, Value::Int(0)),
            _ => false,
        }))
    };
    "iscomplexobj" [(x)] "Whether the element type is complex." => |i, args| Ok(Value::Bool(one(i, &args.get("x")?.clone())?.0.is_complex()));
    "isrealobj" [(x)] "Whether the element type is not complex." => |i, args| Ok(Value::Bool(!one(i, &args.get("x")?.clone())?.0.is_complex()));
    "broadcast_shapes" [(*shapes)] "The shape that shapes broadcast to." => |_, args| {
        let mut found = Vec::new();
        for shape in args.get("shapes")?.elements().unwrap_or_default() {
            let sizes = crate::jax::arguments::integers(&shape).ok_or_else(|| args.invalid("shapes", "shapes"))?;
            let sizes: Vec<usize> = sizes.iter().map(|&n| usize::try_from(n).unwrap_or(0)).collect();
            found = crate::ops::broadcast_shapes(&found, &sizes)?;
        }
        Ok(Value::tuple(found.into_iter().map(|n| Value::Int(n as i64)).collect::<Vec<_>>()))
    };
};

/// Kinds of element types, each with those that it belongs to: NumPy's, and those of JAX's own types.
const KINDS: &[(&str, &[&str])] = &[
    ("generic", &[]),
    ("number", &["generic"]),
    ("integer", &["number", "generic"]),
    ("signedinteger", &["integer", "number", "generic"]),
    ("unsignedinteger", &["integer", "number", "generic"]),
    ("inexact", &["number", "generic"]),
    ("floating", &["inexact", "number", "generic"]),
    ("complexfloating", &["inexact", "number", "generic"]),
    ("extended", &["generic"]),
    ("prng_key", &["extended", "generic"]),
];

/// Those that NumPy does not have.
const OWN_KINDS: &[&str] = &["extended", "prng_key"];

/// A kind of element types, such as `jnp.floating`.
#[derive(Debug)]
struct Kind(&'static str);

impl Object for Kind {
    fn class_name(&self) -> Rc<str> {
        "type".into()
    }

    fn repr(&self) -> String {
        format!("<class 'numpy.{}'>", self.0)
    }
}

/// The kind of that name, as `jax.numpy` has it.
pub(crate) fn kind(name: &str) -> Option<Value> {
    if OWN_KINDS.contains(&name) { None } else { named(name) }
}

/// The kind of that name among those that only `jax.dtypes` has.
pub(crate) fn own_kind(name: &str) -> Option<Value> {
    if OWN_KINDS.contains(&name) { named(name) } else { None }
}

fn named(name: &str) -> Option<Value> {
    KINDS.iter().find(|(kind, _)| *kind == name).map(|(kind, _)| Value::User(Rc::new(Kind(kind))))
}

fn kind_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::User(object) if crate::value::downcast::<KeyType>(object).is_some() => Some("prng_key"),
        Value::User(object) => crate::value::downcast::<Kind>(object).map(|kind| kind.0),
        _ => None,
    }
}

fn parents(kind: &str) -> &'static [&'static str] {
    KINDS.iter().find(|(name, _)| *name == kind).map_or(&[], |(_, parents)| parents)
}

fn is_kind(dtype: DType, kind: &str) -> bool {
    match kind {
        "generic" => true,
        "number" => dtype != DType::Bool,
        "integer" => dtype.is_int(),
        "signedinteger" => dtype.is_signed_int(),
        "unsignedinteger" => dtype.is_unsigned_int(),
        "inexact" => dtype.is_inexact(),
        "floating" => dtype.is_float(),
        "complexfloating" => dtype.is_complex(),
        _ => false,
    }
}

/// The element type that a value has or names, and whether it is weak.
fn one(interp: &mut Interp, value: &Value) -> Result<(DType, bool)> {
    let x64 = interp.tracer.x64;
    match value {
        Value::Int(_) => return Ok((interp.tracer.default_int(), true)),
        Value::Float(_) => return Ok((interp.tracer.default_float(), true)),
        Value::Bool(_) => return Ok((DType::Bool, false)),
        Value::Complex(..) => return Ok((canonical(DType::C128, x64), true)),
        Value::Tensor(t) => return Ok((t.dtype(), t.is_weak())),
        Value::Array(a) => return Ok((canonical(a.ty().dtype, x64), interp.eval.arrays.is_weak(a))),
        Value::Symbolic(s) => return Ok((s.0.dtype, false)),
        _ => {}
    }
    // What has an element type, such as arrays whose values are not computed yet and descriptions of arrays.
    if !matches!(value, Value::DType(_) | Value::Str(_) | Value::Function(_) | Value::Class(_))
        && let Some(Value::DType(dtype)) = interp.find_attribute(value, "dtype")?
    {
        let weak = matches!(interp.find_attribute(value, "weak_type")?, Some(Value::Bool(true)));
        return Ok((canonical(dtype, x64), weak));
    }
    // Python's own types are weak.
    let weak = !matches!(value, Value::DType(_) | Value::Str(_));
    match dtype_of(interp, value)? {
        Some(dtype) => Ok((canonical(dtype, x64), weak && dtype != DType::Bool)),
        None => Err(Error::argument(format!("{} is no element type", value.type_name()))),
    }
}

fn rank(dtype: DType) -> u8 {
    match dtype {
        DType::Bool => 0,
        d if d.is_int() => 1,
        d if d.is_float() => 2,
        _ => 3,
    }
}

/// Whether every value of the first type has an equal in the second, as NumPy counts.
fn safe(from: DType, to: DType) -> bool {
    let bits = |d: DType| d.real().size() * 8;
    match (rank(from), rank(to)) {
        (0, _) => true,
        (1, 1) => match (from.is_signed_int(), to.is_signed_int()) {
            (a, b) if a == b => bits(from) <= bits(to),
            (false, true) => bits(from) < bits(to),
            _ => false,
        },
        (1, 2 | 3) => match bits(to) {
            16 => bits(from) <= 8,
            32 => bits(from) <= 16,
            _ => true,
        },
        (2, 2) | (3, 3) => from == to || bits(from) < bits(to),
        (2, 3) => bits(from) <= bits(to),
        _ => false,
    }
}

/// What `finfo` and `iinfo` give.
#[derive(Debug)]
struct Info {
    class: &'static str,
    values: Vec<(&'static str, Value)>,
}

impl Object for Info {
    fn class_name(&self) -> Rc<str> {
        self.class.into()
    }

    fn get_attr(self: Rc<Self>, _: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()))
    }

    fn attributes(&self) -> Vec<String> {
        self.values.iter().map(|(name, _)| (*name).to_owned()).collect()
    }
}

fn info(interp: &mut Interp, args: &mut Bound, float: bool) -> Result<Value> {
    let value = args.get(if float { "dtype" } else { "int_type" })?.clone();
    let dtype = one(interp, &value)?.0.real();
    let bits = dtype.size() as i64 * 8;
    let common = vec![("bits", Value::Int(bits)), ("dtype", Value::DType(dtype))];
    let own = match (float, dtype.is_float(), dtype.is_int()) {
        (true, true, _) => {
            let (max, tiny) = (largest(dtype), smallest_normal(dtype));
            vec![
                ("max", Value::Float(max)),
                ("min", Value::Float(-max)),
                ("eps", Value::Float(dtype.epsilon())),
                ("epsneg", Value::Float(dtype.epsilon() / 2.0)),
                ("tiny", Value::Float(tiny)),
                ("smallest_normal", Value::Float(tiny)),
                ("smallest_subnormal", Value::Float(tiny * dtype.epsilon())),
                ("nmant", Value::Int(-(dtype.epsilon().log2() as i64))),
                ("resolution", Value::Float(10f64.powi(dtype.epsilon().log10().ceil() as i32))),
            ]
        }
        (false, _, true) => {
            use num_bigint::BigInt;
            let number = crate::interp::operators::number::from_big;
            let one = BigInt::from(1);
            match dtype.is_signed_int() {
                true => vec![("max", number((one.clone() << (bits - 1)) - 1)), ("min", number(-(one << (bits - 1))))],
                false => vec![("max", number((one << bits) - 1)), ("min", Value::Int(0))],
            }
        }
        _ => {
            let wanted = if float { "a float type" } else { "an integer type" };
            return Err(Error::argument(format!("{}() needs {wanted}, found {}", args.function(), dtype.numpy_name())));
        }
    };
    let class = if float { "finfo" } else { "iinfo" };
    Ok(Value::User(Rc::new(Info { class, values: own.into_iter().chain(common).collect() })))
}
