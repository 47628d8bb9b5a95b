//! `keras.layers.Layer`, and the methods that all layers have.

use std::rc::Rc;

use keramos_ir::TensorType;

use super::config;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::variable::{Role, pure};
use crate::keras::variable_object::sizes;
use crate::keras::weights::{Weight, constraints, regularizers};
use crate::keras::{dtype_policy, initializers};
use crate::library::{Args, Bound, ClassDecl, Default, MethodDecl, Param, Signature};
use crate::value::{ObjectRef, Value, downcast};

/// `keras.layers.Layer`.
pub static LAYER: ClassDecl = ClassDecl {
    name: "Layer",
    aliases: &[],
    bases: &[],
    signature: Signature::new(&[]).with(COMMON),
    doc: "The base class of layers: derive from it and define `call`, and `build` to create weights.",
    new: |interp, args| LayerObject::value(interp, &LAYER, args, Bare),
    methods: &[],
};

/// What a layer does that defines nothing itself.
#[derive(Debug)]
pub(crate) struct Bare;

impl Layer for Bare {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        Err(without_call(cx, "layer", "define `def call(self, inputs):` in the class"))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}

/// The error of calling an object of a class without `call`.
pub(in crate::keras) fn without_call(cx: &Call<'_>, what: &str, help: &str) -> Error {
    let (class, name) = (&cx.object.class_name, cx.object.name());
    let message = format!("the class `{class}` of {what} `{name}` has no method `call`");
    Error::new(crate::diagnostics::codes::RAISED, message).help(help)
}

/// The methods of every layer.
pub(in crate::keras) const METHODS: &[MethodDecl] = &[
    MethodDecl {
        name: "add_weight",
        signature: Signature::new(&[
            Param::new("shape", Default::None),
            Param::new("initializer", Default::None),
            Param::new("dtype", Default::None),
            Param::keyword("trainable", Default::Bool(true)),
            Param::keyword("autocast", Default::Bool(true)),
            Param::keyword("regularizer", Default::None),
            Param::keyword("constraint", Default::None),
            Param::keyword("aggregation", Default::Str("none")),
            Param::keyword("overwrite_with_gradient", Default::Bool(false)),
            Param::keyword("name", Default::None),
        ]),
        doc: "Creates a weight of the layer.",
        call: add_weight,
    },
    MethodDecl {
        name: "add_variable",
        signature: Signature::new(&[
            Param::required("shape"),
            Param::required("initializer"),
            Param::new("dtype", Default::None),
            Param::new("trainable", Default::Bool(true)),
            Param::new("autocast", Default::Bool(true)),
            Param::new("regularizer", Default::None),
            Param::new("constraint", Default::None),
            Param::new("name", Default::None),
        ]),
        doc: "Another name of `add_weight`.",
        call: add_weight,
    },
    MethodDecl {
        name: "add_loss",
        signature: Signature::new(&[Param::required("loss")]),
        doc: "Adds to the loss of the models that contain the layer, from within `call`.",
        call: |interp, object, args| {
            let layer = layer(object)?;
            if interp.tracer.depth() == 0 {
                return Err(Error::argument("add_loss() is called outside of `call`")
                    .help("call `self.add_loss(...)` from the layer's `call`, on a tensor"));
            }
            for loss in args.get("loss")?.leaves() {
                if !crate::interp::tensor::is_tensor(&loss) {
                    return Err(args.invalid("loss", "a tensor"));
                }
                let loss = interp.to_tensor(&loss)?;
                interp.reduced(&loss, || format!("the loss that the layer `{}` adds", layer.name()));
                layer.add_loss(interp, loss);
            }
            Ok(Value::None)
        },
    },
    MethodDecl {
        name: "build",
        signature: Signature::new(&[Param::variadic("shapes"), Param::keywords("named")]),
        doc: "Creates the weights for inputs of the given shape, the batch included.",
        call: |interp, object, args| {
            let layer = layer(object)?;
            let positional = args.get("shapes")?.elements().unwrap_or_default();
            let mut given = Args::positional(positional);
            if let Value::Dict(named) = args.get("named")? {
                for (key, value) in named.borrow().iter() {
                    if let Value::Str(name) = key.value() {
                        given.keywords.push((name.clone(), value.clone()));
                    }
                }
            }
            layer.build_by_shapes(interp, given)?;
            Ok(Value::None)
        },
    },
    MethodDecl {
        name: "count_params",
        signature: Signature::EMPTY,
        doc: "The number of weights' elements.",
        call: |interp, object, _| {
            let layer = layer(object)?;
            if !layer.built.get() {
                return Err(Error::argument(format!("count_params() of layer `{}`, which is not built", layer.name()))
                    .help("call the layer first, or `build(input_shape)`"));
            }
            let mut weights = layer.all_weights(interp);
            weights.sort_unstable();
            weights.dedup();
            let count: usize = weights.iter().map(|&id| interp.variables.get(id).ty.size()).sum();
            Ok(Value::Int(count as i64))
        },
    },
    MethodDecl {
        name: "compute_output_shape",
        signature: Signature::new(&[Param::required("input_shape")]),
        doc: "The output's shape for inputs of the given shape.",
        call: |interp, object, args| {
            let layer = layer(object)?;
            let shape = args.get("input_shape")?.clone();
            let output = super::build::symbolic_call(interp, &layer, &shape)?;
            output.map_leaves(&mut |leaf| match leaf {
                Value::Symbolic(symbolic) => Ok(symbolic.shape_value()),
                other => Ok(other.clone()),
            })
        },
    },
    MethodDecl {
        name: "compute_mask",
        signature: Signature::new(&[Param::required("inputs"), Param::new("previous_mask", Default::None)]),
        doc: "The mask that the layer's output has for these inputs, or `None`.",
        call: |interp, object, args| {
            let (layer, inputs) = (layer(object)?, Args::positional(vec![args.get("inputs")?.clone()]));
            pure(interp, args, |interp| {
                Ok(match LayerObject::call(&layer, interp, inputs)? {
                    Value::Tensor(output) => output.mask().cloned().map_or(Value::None, Value::Tensor),
                    _ => Value::None,
                })
            })
        },
    },
    MethodDecl {
        name: "get_config",
        signature: Signature::EMPTY,
        doc: "The arguments of the layer's constructor, as a dict: initializers and their like as dicts, too.",
        call: |interp, object, _| config::get(interp, &layer(object)?),
    },
];

fn layer(object: &ObjectRef) -> Result<Rc<LayerObject>> {
    downcast::<LayerObject>(object).ok_or_else(|| Error::internal("a layer's method on another object"))
}

fn add_weight(interp: &mut Interp, object: &ObjectRef, args: &mut Bound) -> Result<Value> {
    let layer = layer(object)?;
    let shape = match args.get("shape")? {
        Value::None => Vec::new(),
        Value::Str(name) => {
            let message = format!("add_weight() takes a shape first, found the text \"{name}\"");
            return Err(Error::argument(message).help(format!("write add_weight(shape=..., name=\"{name}\")")));
        }
        given => sizes(given).ok_or_else(|| unknown_shape(&layer, given))?,
    };
    let dtype = dtype_policy::element_type(interp, args, layer.variable_dtype())?;
    let identifier = match args.get("initializer")? {
        Value::None if dtype.is_float() => Value::str("glorot_uniform"),
        Value::None => Value::str("zeros"),
        given => given.clone(),
    };
    let initializer = initializers::get(interp, &identifier)?;
    let regularizer = regularizers::get(interp, &args.get("regularizer")?.clone())?;
    let constraint = constraints::get(interp, &args.get("constraint")?.clone())?;
    let weight = Weight { initializer, regularizer, constraint };
    let name = match args.some("name")? {
        Some(_) => args.str("name")?,
        None => interp.names.unique("Variable"),
    };
    layer.check_unlocked(&name)?;
    let entered = layer.open_scope(interp);
    let id = interp.add_variable(&name, TensorType::new(dtype, shape), weight, Role::Weight);
    layer.close_scope(interp, entered);
    let variable = interp.variables.get_mut(id);
    (variable.trainable, variable.autocast) = (args.bool("trainable")?, args.bool("autocast")?);
    layer.weights.borrow_mut().push(id);
    Ok(interp.variable(id))
}

fn unknown_shape(layer: &LayerObject, given: &Value) -> Error {
    let unknown = given.elements().is_some_and(|sizes| sizes.iter().any(Value::is_none));
    let class = &layer.class_name;
    if unknown {
        let text = given.elements().map(|sizes| {
            let size = |v: &Value| match v {
                Value::Int(n) => n.to_string(),
                _ => "None".to_owned(),
            };
            sizes.iter().map(size).collect::<Vec<_>>().join(", ")
        });
        let message = format!("a weight of `{class}` has the shape ({}), which is not known", text.unwrap_or_default());
        return Error::shape(message).help(
            "a weight's shape may not depend on the batch or on another size that is None: use `input_shape[-1]`, or give the input that size",
        );
    }
    Error::argument(format!(
        "the `shape` of a weight of `{class}` must be a tuple of sizes, found {}",
        given.type_name()
    ))
}
