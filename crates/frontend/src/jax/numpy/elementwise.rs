//! Element by element.

use crate::error::Result;
use crate::interp::Interp;
use crate::jax::arguments::{dtype, tensor};
use crate::keras::activations;
use crate::library::{Bound, Default, FunctionDecl, Param, Signature};
use crate::value::Value;

const ONE: Signature = Signature::new(&[Param::required("x")]);
const TWO: Signature = Signature::new(&[Param::required("x1"), Param::required("x2")]);

macro_rules! unary {
    ($($constant:ident = $name:literal, $doc:literal, $method:ident;)*) => {
        $(pub(crate) static $constant: FunctionDecl = FunctionDecl {
            name: $name,
            signature: ONE,
            doc: $doc,
            call: |interp, args| {
                let x = tensor(interp, args, "x")?;
                interp.tracer.$method(&x).map(Value::Tensor)
            },
        };)*
    };
}

macro_rules! binary {
    ($($constant:ident = $name:literal, $doc:literal, $method:ident;)*) => {
        $(pub(crate) static $constant: FunctionDecl = FunctionDecl {
            name: $name,
            signature: TWO,
            doc: $doc,
            call: |interp, args| {
                let (a, b) = (tensor(interp, args, "x1")?, tensor(interp, args, "x2")?);
                interp.tracer.$method(&a, &b).map(Value::Tensor)
            },
        };)*
    };
}

unary! {
    ABS = "abs", "The absolute value.", abs;
    ABSOLUTE = "absolute", "The absolute value.", abs;
    CEIL = "ceil", "Rounded up.", ceil;
    COS = "cos", "The cosine.", cos;
    ERF = "erf", "The error function.", erf;
    ERFINV = "erfinv", "The inverse of the error function.", erf_inv;
    EXP = "exp", "e to the power x.", exp;
    EXPM1 = "expm1", "exp(x) - 1.", expm1;
    FLOOR = "floor", "Rounded down.", floor;
    LOG = "log", "The natural logarithm.", log;
    LOG1P = "log1p", "log(1 + x).", log1p;
    RSQRT = "rsqrt", "One over the square root.", rsqrt;
    SIGN = "sign", "-1, 0 or 1.", sign;
    SIN = "sin", "The sine.", sin;
    SQRT = "sqrt", "The square root.", sqrt;
    SQUARE = "square", "The square.", square;
    STOP_GRADIENT = "stop_gradient", "The value, taken as a constant by derivatives.", stop_gradient;
    TANH = "tanh", "The hyperbolic tangent.", tanh;
}

binary! {
    DIVIDE = "divide", "The quotient.", div;
    LOGICAL_AND = "logical_and", "Whether both are true.", and;
    LOGICAL_OR = "logical_or", "Whether one is true.", or;
    MAXIMUM = "maximum", "The larger of two.", maximum;
    MINIMUM = "minimum", "The smaller of two.", minimum;
}

static LOGICAL_NOT: FunctionDecl = FunctionDecl {
    name: "logical_not",
    signature: ONE,
    doc: "Whether it is false.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let x = interp.tracer.to_bool(&x)?;
        interp.tracer.not(&x).map(Value::Tensor)
    },
};

static WHERE: FunctionDecl = FunctionDecl {
    name: "where",
    signature: Signature::new(&[Param::required("condition"), Param::required("x1"), Param::required("x2")]),
    doc: "Elements of the first where the condition holds, of the second elsewhere.",
    call: |interp, args| {
        let condition = tensor(interp, args, "condition")?;
        let (a, b) = (tensor(interp, args, "x1")?, tensor(interp, args, "x2")?);
        interp.tracer.select(&condition, &a, &b).map(Value::Tensor)
    },
};

static CLIP: FunctionDecl = FunctionDecl {
    name: "clip",
    signature: Signature::new(&[Param::required("x"), Param::required("x_min"), Param::required("x_max")]),
    doc: "Limited to a range.",
    call: |interp, args| {
        let mut x = tensor(interp, args, "x")?;
        if !args.get("x_min")?.is_none() {
            let low = tensor(interp, args, "x_min")?;
            x = interp.tracer.maximum(&x, &low)?;
        }
        if !args.get("x_max")?.is_none() {
            let high = tensor(interp, args, "x_max")?;
            x = interp.tracer.minimum(&x, &high)?;
        }
        Ok(Value::Tensor(x))
    },
};

static CAST: FunctionDecl = FunctionDecl {
    name: "cast",
    signature: Signature::new(&[Param::required("x"), Param::required("dtype")]),
    doc: "With another element type.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let dtype = dtype(interp, args, "dtype")?.unwrap_or(x.dtype());
        interp.tracer.convert(&x, dtype).map(Value::Tensor)
    },
};

pub(crate) static GELU: FunctionDecl = FunctionDecl {
    name: "gelu",
    signature: Signature::new(&[Param::required("x"), Param::new("approximate", Default::Bool(true))]),
    doc: "The Gaussian error linear unit, by its tanh approximation unless told otherwise.",
    call: |interp, args| activation(interp, args, "gelu"),
};

pub(crate) static ONE_HOT: FunctionDecl = FunctionDecl {
    name: "one_hot",
    signature: Signature::new(&[
        Param::required("x"),
        Param::required("num_classes"),
        Param::new("axis", Default::Int(-1)),
        Param::new("dtype", Default::None),
    ]),
    doc: "One at the place that each integer names, zero elsewhere.",
    call: |interp, args| {
        let x = tensor(interp, args, "x")?;
        let axis = crate::ops::axis_index(args.i64("axis")?, x.rank() + 1)?;
        let dtype = dtype(interp, args, "dtype")?.unwrap_or(keramos_ir::DType::F32);
        interp.tracer.one_hot(&x, args.usize("num_classes")?, axis, dtype).map(Value::Tensor)
    },
};

/// Calls the activation of `keras.activations` that takes the same arguments.
fn activation(interp: &mut Interp, args: &mut Bound, name: &str) -> Result<Value> {
    match activations::FUNCTIONS.iter().find(|function| function.name == name) {
        Some(function) => (function.call)(interp, args),
        None => Err(crate::error::Error::internal(format!("there is no activation `{name}`"))),
    }
}

/// All of these functions.
pub(super) static FUNCTIONS: &[&FunctionDecl] = &[
    &ABS,
    &ABSOLUTE,
    &CEIL,
    &COS,
    &ERF,
    &ERFINV,
    &EXP,
    &EXPM1,
    &FLOOR,
    &LOG,
    &LOG1P,
    &RSQRT,
    &SIGN,
    &SIN,
    &SQRT,
    &SQUARE,
    &STOP_GRADIENT,
    &TANH,
    &DIVIDE,
    &LOGICAL_AND,
    &LOGICAL_OR,
    &MAXIMUM,
    &MINIMUM,
    &LOGICAL_NOT,
    &WHERE,
    &CLIP,
    &CAST,
    &GELU,
    &ONE_HOT,
];
