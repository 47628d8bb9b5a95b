//! Shapes without values: `jax.ShapeDtypeStruct`, `jax.eval_shape` and `jax.make_jaxpr`.

use std::rc::Rc;

use keramos_ir::{DType, TensorType, as_tuple};

use super::callee::{name_of, signature};
use super::marked::{Marked, Place};
use super::selection::Selected;
use super::stage::{Others, Staging};
use super::transformed::{Transform, Transformed, check_callable};
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Args, Bound, ClassDecl, Default, FunctionDecl, Param, Signature};
use crate::value::{Object, Value, downcast};

/// Shape and element type of an array that is not there.
#[derive(Debug)]
pub(crate) struct ShapeDtypeStruct {
    ty: TensorType,
    weak: bool,
}

/// `jax.ShapeDtypeStruct`.
pub(crate) static SHAPE_DTYPE_STRUCT: ClassDecl = ClassDecl {
    name: "ShapeDtypeStruct",
    aliases: &[],
    bases: &[],
    signature: Signature::new(&[
        Param::required("shape"),
        Param::required("dtype"),
        Param::keyword("sharding", Default::None),
        Param::keyword("weak_type", Default::Bool(false)),
    ]),
    doc: "Shape and element type of an array, without its elements.",
    new: |interp, args| {
        let given = crate::jax::arguments::shape(args, "shape")?;
        let shape: Option<Vec<usize>> = given.iter().map(|&n| usize::try_from(n).ok()).collect();
        let shape = shape.ok_or_else(|| args.invalid("shape", "a tuple of sizes"))?;
        let dtype = crate::jax::arguments::dtype(interp, args, "dtype")?.unwrap_or(DType::F32);
        Ok(ShapeDtypeStruct::value(TensorType::new(dtype, shape), args.bool("weak_type")?))
    },
    methods: &[],
};

/// The classes of this file.
pub(crate) static CLASSES: &[&ClassDecl] = &[&SHAPE_DTYPE_STRUCT];

pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "eval_shape" [(fun) (*args) (**kwargs)] "The shapes and element types of a function's results." => eval_shape;
    "make_jaxpr" [(fun) (static_argnums = Default::Ints(&[])) (axis_env = Default::None) (return_shape = Default::Bool(false))]
        "The function that shows the operations of a function as text." => |_, args| {
            Transformed::value(args.get("fun")?, MakeJaxpr(Marked::new(args, "static")?))
        };
};

impl ShapeDtypeStruct {
    /// The value that describes a type.
    /// The described type.
    pub(super) fn ty(&self) -> &TensorType {
        &self.ty
    }

    pub(crate) fn value(ty: TensorType, weak: bool) -> Value {
        Value::Object(Rc::new(ShapeDtypeStruct { ty, weak }))
    }
}

impl Object for ShapeDtypeStruct {
    fn class_name(&self) -> Rc<str> {
        "ShapeDtypeStruct".into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        Some(&SHAPE_DTYPE_STRUCT)
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "shape" => Some(sizes(&self.ty.shape)),
            "dtype" => Some(Value::DType(self.ty.dtype)),
            "ndim" => Some(Value::Int(self.ty.rank() as i64)),
            "size" => Some(Value::Int(self.ty.size() as i64)),
            "weak_type" => Some(Value::Bool(self.weak)),
            "sharding" => Some(Value::None),
            _ => None,
        })
    }

    fn attributes(&self) -> Vec<String> {
        ["shape", "dtype", "ndim", "size", "weak_type"].map(String::from).to_vec()
    }

    fn repr(&self) -> String {
        let weak = if self.weak { ", weak_type=True" } else { "" };
        format!("ShapeDtypeStruct(shape={}, dtype={}{weak})", as_tuple(&self.ty.shape), self.ty.dtype.numpy_name())
    }
}

fn sizes(shape: &[usize]) -> Value {
    Value::tuple(shape.iter().map(|&n| Value::Int(n as i64)).collect::<Vec<_>>())
}

/// A tree in which every description of an array is a tensor of zeros.
///
/// # Errors
/// Nothing is being traced.
pub(crate) fn placeholder(interp: &mut Interp, tree: &Value) -> Result<Value> {
    let (leaves, def) = interp.flatten(tree)?;
    let mut filled = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        filled.push(match described(&leaf) {
            Some(description) => {
                let zeros = interp.tracer.full(&description.ty, 0.0)?;
                Value::Tensor(if description.weak { zeros.into_weak() } else { zeros })
            }
            None => leaf,
        });
    }
    interp.unflatten(&def, filled)
}

/// The description of an array that a value is.
pub(crate) fn described(value: &Value) -> Option<Rc<ShapeDtypeStruct>> {
    match value {
        Value::Object(object) => downcast::<ShapeDtypeStruct>(object),
        _ => None,
    }
}

fn eval_shape(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let function = args.get("fun")?.clone();
    check_callable("jax.eval_shape", &function)?;
    let positional = args.get("args")?.elements().unwrap_or_default();
    let keywords = keywords(args.get("kwargs")?);
    let call = Args { positional, keywords };
    outputs(interp, &function, call)
}

/// The names and values of `**kwargs`.
pub(crate) fn keywords(dict: &Value) -> Vec<(Rc<str>, Value)> {
    let Value::Dict(entries) = dict else { return Vec::new() };
    let name = |key: &Value| match key {
        Value::Str(name) => Some(name.clone()),
        _ => None,
    };
    entries.borrow().iter().filter_map(|(key, value)| Some((name(key.value())?, value.clone()))).collect()
}

/// The tree of descriptions of what `function` returns.
pub(super) fn outputs(interp: &mut Interp, function: &Value, mut call: Args) -> Result<Value> {
    let mark = interp.mark();
    interp.tracer.enter("eval_shape", &[]);
    interp.state.open([]);
    let name = name_of(function);
    let result = (|| {
        for value in call.positional.iter_mut().chain(call.keywords.iter_mut().map(|(_, value)| value)) {
            *value = placeholder(interp, value)?;
        }
        let positions = (0..call.positional.len()).collect();
        let selected = Selected::new(interp, "eval_shape", function, call, positions)?;
        let staging = Staging {
            what: "jax.eval_shape",
            name: &name,
            differentiated: false,
            others: Others::Convert,
            point: None,
        };
        let staged =
            interp.stage(staging, &selected.avals(), |interp, leaves| selected.call(interp, function, leaves))?;
        let avals = staged.out.avals().into_iter();
        interp.unflatten(
            &staged.out.def,
            avals.map(|aval| ShapeDtypeStruct::value(aval.ty, aval.weak)).collect::<Vec<_>>(),
        )
    })();
    interp.reset(mark);
    result
}

/// `jax.make_jaxpr(f)`: calling it gives the text of Keramos's own IR, of which only people make use.
/// It knows which arguments are part of the function.
#[derive(Debug)]
struct MakeJaxpr(Marked);

impl Transform for MakeJaxpr {
    fn name(&self) -> &'static str {
        "make_jaxpr"
    }

    fn check(&self, function: &Value) -> Result<()> {
        self.0.check("make_jaxpr", function)
    }

    fn call(&self, interp: &mut Interp, function: &Value, mut args: Args) -> Result<Value> {
        let (known, count) = (signature(function).unwrap_or_default(), args.positional.len());
        let mut positions = Vec::new();
        for (index, value) in args.positional.iter_mut().enumerate() {
            if !self.0.has(&known, Place::Position(index), count) {
                *value = placeholder(interp, value)?;
                positions.push(index);
            }
        }
        let selected = Selected::new(interp, "make_jaxpr", function, args, positions)?;
        let name = name_of(function);
        let staging = Staging {
            what: "jax.make_jaxpr",
            name: &name,
            differentiated: false,
            others: Others::Convert,
            point: None,
        };
        let staged =
            interp.stage(staging, &selected.avals(), |interp, leaves| selected.call(interp, function, leaves))?;
        Ok(Value::str(staged.function.to_string()))
    }
}
