//! `jax.numpy`: functions on tensors, many of which `keras.ops` and the methods of tensors share.

pub(crate) mod contractions;
pub(crate) mod creation;
pub(crate) mod elementwise;
pub(crate) mod fft;
pub(crate) mod functional;
pub(crate) mod indexing;
mod inserting;
mod joining;
pub(crate) mod linalg;
pub(crate) mod operators;
mod padding;
mod places;
mod polynomials;
pub(crate) mod reductions;
pub(crate) mod searching;
pub(crate) mod sets;
pub(crate) mod shapes;
pub(crate) mod types;

use std::rc::Rc;

use keramos_ir::DType;

use crate::library::{FunctionDecl, Refused};
use crate::modules::{Contents, math, modules};
use crate::value::{Host, Value};

modules! {
    /// `jax.numpy`.
    NUMPY = Contents {
        tensor_functions: TABLES,
        python: &[shapes::STATIC, functional::PYTHON, types::OF_DTYPES, types::FUNCTIONS],
        values: value,
        value_names: &["c_", "e", "euler_gamma", "inf", "mgrid", "nan", "ndarray", "newaxis", "ogrid", "pi", "r_"],
        refused: REFUSED,
        ..Contents::new("jax.numpy")
    };
}

const NARROW: &str = "stock plugins do not compute with it; use a wider type";
const KIND: &str = "there are no arrays of such elements";
const VECTORIZE: &str = "write the function with jnp, or give it to jnp.vectorize";
const TEXT: &str = "write the array's text with repr(), or print it";

const REFUSED: &[Refused] = &[
    Refused { name: "ComplexWarning", why: "a compiled program warns of nothing" },
    Refused { name: "array_repr", why: TEXT },
    Refused { name: "array_str", why: TEXT },
    Refused { name: "character", why: KIND },
    Refused { name: "flexible", why: KIND },
    Refused { name: "object_", why: KIND },
    Refused { name: "einsum_path", why: "jnp.einsum chooses the order itself" },
    Refused { name: "float4_e2m1fn", why: NARROW },
    Refused { name: "float6_e2m3fn", why: NARROW },
    Refused { name: "float6_e3m2fn", why: NARROW },
    Refused { name: "float8_e3m4", why: NARROW },
    Refused { name: "float8_e4m3", why: NARROW },
    Refused { name: "float8_e4m3b11fnuz", why: NARROW },
    Refused { name: "float8_e4m3fnuz", why: NARROW },
    Refused { name: "float8_e5m2fnuz", why: NARROW },
    Refused { name: "float8_e8m0fnu", why: NARROW },
    Refused { name: "int1", why: NARROW },
    Refused { name: "int2", why: NARROW },
    Refused { name: "int4", why: NARROW },
    Refused { name: "uint1", why: NARROW },
    Refused { name: "uint2", why: NARROW },
    Refused { name: "uint4", why: NARROW },
    Refused { name: "frompyfunc", why: VECTORIZE },
    Refused { name: "ufunc", why: VECTORIZE },
    Refused { name: "iterable", why: "isinstance(x, (list, tuple)) says it of what is no array" },
];

/// Functions of `jax.numpy` that read and write files, and settings of how arrays are printed: the run's.
const HOST: &[&str] = &[
    "from_dlpack",
    "frombuffer",
    "fromfile",
    "fromiter",
    "fromstring",
    "get_printoptions",
    "load",
    "printoptions",
    "save",
    "savez",
    "set_printoptions",
];

/// All functions of `jax.numpy`.
const TABLES: &[&[&FunctionDecl]] = &[
    operators::FUNCTIONS,
    elementwise::SHARED,
    elementwise::FUNCTIONS,
    elementwise::PARTS,
    reductions::FUNCTIONS,
    shapes::SHARED,
    shapes::NUMPY,
    creation::FUNCTIONS,
    creation::NUMPY,
    indexing::LOOKUP,
    searching::FUNCTIONS,
    sets::FUNCTIONS,
    places::FUNCTIONS,
    polynomials::FUNCTIONS,
    contractions::SHARED,
    contractions::NUMPY,
    functional::FUNCTIONS,
];

/// Constants and element types of `jax.numpy`.
fn value(name: &str) -> Option<Value> {
    if let Some(constant) = math::constant(name) {
        return Some(constant);
    }
    if HOST.contains(&name) {
        return Some(Value::Host(Host::new(format!("jax.numpy.{name}"), None)));
    }
    match name {
        "newaxis" => Some(Value::None),
        "mgrid" => Some(Value::User(Rc::new(functional::Grid { sparse: false }))),
        "ogrid" => Some(Value::User(Rc::new(functional::Grid { sparse: true }))),
        "r_" => Some(Value::User(Rc::new(functional::Joined { columns: false }))),
        "c_" => Some(Value::User(Rc::new(functional::Joined { columns: true }))),
        "ndarray" => crate::jax::transform::misc::array_type("Array"),
        "s_" | "index_exp" => Some(Value::User(Rc::new(functional::IndexExpression))),
        "euler_gamma" => Some(Value::Float(0.577_215_664_901_532_9)),
        "csingle" => Some(Value::DType(DType::C64)),
        "cdouble" | "complex_" => Some(Value::DType(DType::C128)),
        "single" => Some(Value::DType(DType::F32)),
        "double" | "float_" => Some(Value::DType(DType::F64)),
        "int_" => Some(Value::DType(DType::I64)),
        "uint" => Some(Value::DType(DType::U64)),
        _ => types::kind(name).or_else(|| DType::from_numpy_name(name.trim_end_matches('_')).map(Value::DType)),
    }
}

/// Functions behind the syntax and methods of tensors, beside those of `jax.numpy`.
pub(crate) static METHOD_ONLY: &[&[&FunctionDecl]] = &[shapes::METHODS, indexing::FUNCTIONS, creation::CAST];

/// The function of that name.
pub(crate) fn function(name: &str) -> Option<&'static FunctionDecl> {
    TABLES.iter().flat_map(|list| list.iter()).copied().find(|function| function.name == name)
}

/// The function behind a method of tensors.
pub(crate) fn method(name: &str) -> Option<&'static FunctionDecl> {
    const METHODS: &[&str] = &[
        "all",
        "any",
        "argmax",
        "argmin",
        "argpartition",
        "argsort",
        "astype",
        "choose",
        "clip",
        "compress",
        "conj",
        "conjugate",
        "copy",
        "cumprod",
        "cumsum",
        "diagonal",
        "dot",
        "flatten",
        "max",
        "mean",
        "min",
        "nonzero",
        "prod",
        "real",
        "imag",
        "ptp",
        "ravel",
        "repeat",
        "round",
        "searchsorted",
        "sort",
        "squeeze",
        "std",
        "sum",
        "swapaxes",
        "take",
        "trace",
        "var",
    ];
    if let Some(own) = shapes::METHODS.iter().copied().find(|function| function.name == name) {
        return Some(own);
    }
    let name = match name {
        "abs" | "__abs__" => "absolute",
        "flatten" => "ravel",
        name if METHODS.contains(&name) => name,
        _ => return None,
    };
    TABLES.iter().flat_map(|list| list.iter()).copied().find(|function| function.name == name)
}
