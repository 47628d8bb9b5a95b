//! `keras.Input`.

use keramos_ir::DType;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::keras::symbolic::{Symbolic, SymbolicShape};
use crate::keras::{dtype_policy, graph};
use crate::library::{Args, Bound, ClassDecl, Default, FunctionDecl, Param, Signature};
use crate::value::Value;

/// What of an input is told, in the order of both `Input` and `InputLayer`.
const DESCRIBED: &[Param] = &[
    Param::new("shape", Default::None),
    Param::new("batch_size", Default::None),
    Param::new("dtype", Default::None),
    Param::new("sparse", Default::None),
    Param::new("ragged", Default::None),
    Param::new("batch_shape", Default::None),
];

/// `keras.Input`: a symbolic tensor that stands for one input of a model.
pub static INPUT: FunctionDecl = FunctionDecl {
    name: "Input",
    signature: Signature::new(DESCRIBED).with(&[
        Param::new("name", Default::None),
        Param::new("tensor", Default::None),
        Param::new("optional", Default::Bool(false)),
    ]),
    doc: "A symbolic tensor that stands for one input of a model.",
    call: new,
};

/// `keras.layers.InputLayer`: the layer behind a symbolic tensor that stands for an input.
pub static INPUT_LAYER: ClassDecl = ClassDecl {
    name: "InputLayer",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(DESCRIBED).with(&[
        Param::new("input_tensor", Default::None),
        Param::new("optional", Default::Bool(false)),
        Param::new("name", Default::None),
        Param::keyword("tensor", Default::None),
        Param::keyword("trainable", Default::Bool(true)),
        Param::keyword("activity_regularizer", Default::None),
        Param::keyword("input_shape", Default::None),
        Param::keyword("batch_input_shape", Default::None),
    ]),
    doc: "The layer behind a keras.Input, which makes one itself; `input_shape` and `batch_input_shape` are old names.",
    new: |interp, args| {
        for (old, name) in [("input_shape", "shape"), ("batch_input_shape", "batch_shape")] {
            if let Some(shape) = args.some(old)?.cloned() {
                args.set(name, shape);
            }
        }
        match (args.some("input_tensor")?.cloned(), new(interp, args)?) {
            (None, Value::Symbolic(tensor)) => layer(interp, &tensor),
            _ => {
                Err(Error::unsupported("`input_tensor` of InputLayer() is not supported")
                    .help("leave the argument out"))
            }
        }
    },
    methods: &[],
};

/// The layer behind the input that a symbolic tensor stands for.
#[derive(Debug)]
pub(in crate::keras) struct InputLayer(pub Symbolic);

impl Layer for InputLayer {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        Err(Error::ty(format!("the input layer `{}` is not called; use its `output`", cx.object.name())))
    }
}

/// The layer behind `input`.
pub(super) fn layer(interp: &mut Interp, input: &Symbolic) -> Result<Value> {
    const COMMON_ONLY: Signature = Signature::new(COMMON);
    let name = vec![("name".into(), Value::Str(input.0.node.name.clone()))];
    let args = COMMON_ONLY.bind("InputLayer", Args { positional: Vec::new(), keywords: name })?;
    let object = LayerObject::create(interp, &INPUT_LAYER, &args, InputLayer(input.clone()))?;
    object.built.set(true);
    Ok(Value::Object(object))
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    for name in ["sparse", "ragged", "tensor"] {
        if args.some(name)?.is_some_and(|v| !matches!(v, Value::Bool(false))) {
            return Err(Error::unsupported(format!("`{name}` of Input() is not supported")));
        }
    }
    let shape = match (args.some("shape")?, args.some("batch_shape")?) {
        (Some(shape), None) => {
            let batch = match args.some("batch_size")? {
                None => None,
                Some(_) => Some(args.usize("batch_size")?),
            };
            let rest = dims(args, "shape", shape)?;
            std::iter::once(batch).chain(rest).collect()
        }
        (None, Some(shape)) => dims(args, "batch_shape", shape)?,
        (None, None) => {
            return Err(
                Error::argument("Input() needs `shape`").help("write the shape of one row: Input(shape=(28, 28, 1))")
            );
        }
        (Some(_), Some(_)) => return Err(Error::argument("Input() takes either `shape` or `batch_shape`, not both")),
    };
    let dtype = match args.some("dtype")? {
        Some(Value::Str(name)) if &**name == "string" => {
            return Err(Error::unsupported("an input of strings: Keras itself takes one on TensorFlow only").help(
                "turn the strings into integers in the data, and take those: Input(shape=..., dtype=\"int32\")",
            ));
        }
        _ => dtype_policy::element_type(interp, args, DType::F32)?,
    };
    let automatic = interp.names.unique("InputLayer");
    let name = if args.some("name")?.is_some() { args.str("name")? } else { automatic };
    Ok(Value::Symbolic(graph::input(interp, name, shape, dtype)))
}

pub(super) fn dims(args: &Bound, name: &str, shape: &Value) -> Result<SymbolicShape> {
    let wrong = || {
        let error = args.invalid(name, "a tuple of sizes such as (28, 28, 1)");
        match shape {
            Value::Int(n) => error.help(format!("a shape of one dimension is written ({n},)")),
            Value::Float(_) | Value::Str(_) => error.help("a shape of one dimension is written (784,)"),
            _ => error,
        }
    };
    let dim = |value: &Value| match value {
        Value::None => Ok(None),
        Value::Int(n) => usize::try_from(*n).map(Some).map_err(|_| wrong()),
        _ => Err(wrong()),
    };
    shape.elements().ok_or_else(wrong)?.iter().map(dim).collect()
}
