//! `build` of layers of the program: which shapes it gets.

use std::rc::Rc;

use keramos_ir::DType;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::function::{ParameterNames, parameter_names};
use crate::keras::graph;
use crate::keras::layer::LayerObject;
use crate::keras::models::Subclassed;
use crate::keras::symbolic::SymbolicShape;
use crate::library::Args;
use crate::value::Value;

/// Calls the program's own `build` for a call with the given arguments. A `build` with one parameter gets the
/// shape of the call's first tensor (or tensors); one with several gets those of the arguments that its
/// parameters name: `query_shape` is the shape of `query`.
///
/// # Errors
/// The parameters name no arguments of `call`, or `build` fails.
pub(in crate::keras) fn build(
    interp: &mut Interp,
    layer: &Rc<LayerObject>,
    function: &Value,
    args: &Args,
) -> Result<()> {
    let named = name_arguments(interp, layer, args)?;
    let shapes: Vec<(Rc<str>, Value)> = named
        .iter()
        .filter(|(name, _)| !matches!(&**name, "mask" | "args" | "kwargs"))
        .filter_map(|(name, value)| Some((name.clone(), shape_of(value)?)))
        .collect();
    let parameters = parameter_names(function).map(|p| p.all()).unwrap_or_else(|| vec!["input_shape".to_owned()]);
    let keywords = match parameters.as_slice() {
        [] => Vec::new(),
        [only] => vec![(only.as_str().into(), shapes.first().map_or(Value::None, |(_, shape)| shape.clone()))],
        several => {
            let mut keywords = Vec::new();
            for parameter in several {
                let argument = parameter.strip_suffix("_shape");
                let known = argument.is_some_and(|a| known_argument(interp, layer, a));
                if !known {
                    return Err(mismatch(layer, parameter, argument));
                }
                if let Some((_, shape)) = shapes.iter().find(|(name, _)| Some(&**name) == argument) {
                    keywords.push((parameter.as_str().into(), shape.clone()));
                }
            }
            keywords
        }
    };
    finish(interp, layer, |interp| interp.call(function, Args { positional: Vec::new(), keywords }).map(drop))
}

fn mismatch(layer: &LayerObject, parameter: &str, argument: Option<&str>) -> Error {
    let class = &layer.class_name;
    let message = match argument {
        None => format!("`{class}.build` has several parameters, and `{parameter}` does not end in `_shape`"),
        Some(argument) => {
            format!("`{class}.build` has the parameter `{parameter}`, but `call` has no argument `{argument}`")
        }
    };
    Error::argument(message).help(
        "a `build` with several parameters takes the shape of one argument of `call` in each: `query_shape` for `query`",
    )
}

/// Runs the code of a `build` in the layer's scope; then the layer is built and takes no more state.
fn finish(interp: &mut Interp, layer: &Rc<LayerObject>, code: impl FnOnce(&mut Interp) -> Result<()>) -> Result<()> {
    let entered = layer.open_scope(interp);
    let result = code(interp);
    layer.close_scope(interp, entered);
    result?;
    layer.built.set(true);
    layer.lock();
    Ok(())
}

/// The arguments of a call of `layer` by the names of `call`'s parameters, in their order.
pub(super) fn name_arguments(
    interp: &mut Interp,
    layer: &Rc<LayerObject>,
    args: &Args,
) -> Result<Vec<(Rc<str>, Value)>> {
    let parameters = call_parameters(interp, layer)?;
    let mut named: Vec<(Rc<str>, Value)> = Vec::new();
    let mut positional = args.positional.iter();
    for name in &parameters.positional {
        if let Some(value) = positional.next() {
            named.push((name.as_str().into(), value.clone()));
        } else if let Some((_, value)) = args.keywords.iter().find(|(n, _)| **n == **name) {
            named.push((name.as_str().into(), value.clone()));
        }
    }
    for name in &parameters.keyword_only {
        if let Some((_, value)) = args.keywords.iter().find(|(n, _)| **n == **name) {
            named.push((name.as_str().into(), value.clone()));
        }
    }
    Ok(named)
}

/// The parameters of the layer's `call`, without `self`.
pub(super) fn call_parameters(interp: &mut Interp, layer: &Rc<LayerObject>) -> Result<ParameterNames> {
    let function = super::overridden(interp, layer.instance.get(), "call")?;
    Ok(function.as_ref().and_then(parameter_names).unwrap_or_else(ParameterNames::native))
}

fn known_argument(interp: &mut Interp, layer: &Rc<LayerObject>, name: &str) -> bool {
    call_parameters(interp, layer).is_ok_and(|p| p.all().iter().any(|n| n == name))
}

/// The shape of a tensor, or the shapes of a structure of nothing but tensors; `None` for anything else.
fn shape_of(value: &Value) -> Option<Value> {
    let dim = |d: Option<usize>| d.map_or(Value::None, |n| Value::Int(n as i64));
    let known = |shape: &[usize]| {
        // The first dimension is the batch, whose size does not count.
        let sizes = shape.iter().enumerate().map(|(i, &n)| dim((i > 0).then_some(n)));
        Value::tuple(sizes.collect::<Vec<_>>())
    };
    let leaf_shape = |leaf: &Value| match leaf {
        Value::Symbolic(symbolic) => Some(symbolic.shape_value()),
        Value::Tensor(tensor) => Some(known(tensor.shape())),
        Value::Array(array) => Some(known(&array.ty().shape)),
        _ => None,
    };
    let mut leaves = 0;
    let mut tensors = true;
    value.for_each_leaf(&mut |leaf| {
        leaves += usize::from(!leaf.is_none());
        tensors &= leaf.is_none() || leaf_shape(leaf).is_some();
    });
    if leaves == 0 || !tensors {
        return None;
    }
    value.map_leaves(&mut |leaf| Ok(leaf_shape(leaf).unwrap_or(Value::None))).ok()
}

/// Whether a value is a shape: a tuple or list of sizes and `None`.
fn is_shape(value: &Value) -> bool {
    value.elements().is_some_and(|sizes| sizes.iter().all(|s| matches!(s, Value::Int(_) | Value::None)))
}

fn symbolic_shape(value: &Value) -> Option<SymbolicShape> {
    let dim = |v: &Value| match v {
        Value::None => Some(None),
        Value::Int(n) => usize::try_from(*n).ok().map(Some),
        _ => None,
    };
    value.elements()?.iter().map(dim).collect()
}

/// The value with `f` applied to every shape in it.
fn map_shapes(value: &Value, f: &mut dyn FnMut(SymbolicShape) -> Value) -> Option<Value> {
    if is_shape(value) {
        return symbolic_shape(value).map(f);
    }
    Some(match value {
        Value::List(list) => {
            let inner = list.borrow().clone();
            Value::list(inner.iter().map(|v| map_shapes(v, f)).collect::<Option<Vec<_>>>()?)
        }
        Value::Tuple(elements) => Value::tuple(elements.iter().map(|v| map_shapes(v, f)).collect::<Option<Vec<_>>>()?),
        Value::Dict(entries) => {
            let inner = entries.borrow().clone();
            let mapped = inner.into_iter().map(|(k, v)| Some((k, map_shapes(&v, f)?)));
            Value::Dict(Rc::new(mapped.collect::<Option<indexmap::IndexMap<_, _>>>()?.into()))
        }
        _ => return None,
    })
}

/// Calls the layer on symbolic inputs of the given shape (or structure of shapes).
///
/// # Errors
/// `shape` is no shape, or the call fails.
pub(super) fn symbolic_call(interp: &mut Interp, layer: &Rc<LayerObject>, shape: &Value) -> Result<Value> {
    let mut count = 0;
    let inputs = map_shapes(shape, &mut |shape| {
        count += 1;
        Value::Symbolic(graph::input(interp, format!("input_{count}").into(), shape, DType::F32))
    });
    let inputs = inputs.ok_or_else(|| {
        Error::argument(format!("layer `{}` is built for something that is no shape", layer.name()))
            .help("write the sizes, the batch included: build((None, 784))")
    })?;
    layer.call(interp, Args::positional(vec![inputs]))
}

impl LayerObject {
    /// Builds the layer as `layer.build(input_shape)` of the program does.
    ///
    /// # Errors
    /// The arguments are no shapes, or building fails.
    pub(crate) fn build_by_shapes(self: &Rc<Self>, interp: &mut Interp, args: Args) -> Result<()> {
        if self.built.get() {
            return Ok(());
        }
        if let Some(function) = super::overridden(interp, self.instance.get(), "build")? {
            if let (Some(subclassed), [shape]) = (self.kind::<Subclassed>(), args.positional.as_slice()) {
                let shapes = map_shapes(shape, &mut |shape| {
                    Value::Symbolic(graph::input(interp, "input".into(), shape, DType::F32))
                });
                subclassed.record(shapes.as_ref());
            }
            return finish(interp, self, |interp| interp.call(&function, args).map(drop));
        }
        let shape = args.positional.first().or_else(|| args.keywords.first().map(|(_, v)| v)).cloned();
        let Some(shape) = shape else {
            return Err(Error::argument(format!("build() of layer `{}` needs the shape of its input", self.name())));
        };
        if self.instance.get().is_some() {
            return symbolic_call(interp, self, &shape).map(drop);
        }
        let shapes = flat_shapes(&Args::positional(vec![shape]))?;
        self.build(interp, &shapes)
    }

    /// From here on the layer takes no more state.
    pub(in crate::keras) fn lock(&self) {
        self.locked.set(self.instance.get().is_some() && !crate::keras::models::is_functional(self));
    }
}

/// Notes what a subclassed model is called on, which decides the inputs of its entry points.
pub(in crate::keras) fn record(layer: &LayerObject, args: &Args) {
    if let Some(subclassed) = layer.kind::<Subclassed>() {
        let first = args
            .positional
            .first()
            .or_else(|| args.keywords.iter().find(|(name, _)| !matches!(&**name, "training" | "mask")).map(|(_, v)| v));
        subclassed.record(first);
    }
}

/// The name of the first parameter of the layer's `call`.
///
/// # Errors
/// The method cannot be read.
pub(in crate::keras) fn first_parameter(interp: &mut Interp, layer: &Rc<LayerObject>) -> Result<String> {
    Ok(call_parameters(interp, layer)?.positional.into_iter().next().unwrap_or_else(|| "inputs".to_owned()))
}

/// The shapes in the arguments of `super().build(input_shape)`.
///
/// # Errors
/// An argument is no shape.
pub(super) fn flat_shapes(args: &Args) -> Result<Vec<SymbolicShape>> {
    let mut shapes = Vec::new();
    for value in args.positional.iter().chain(args.keywords.iter().map(|(_, v)| v)) {
        map_shapes(value, &mut |shape| {
            shapes.push(shape);
            Value::None
        })
        .ok_or_else(|| Error::argument("build() takes shapes such as (None, 784)"))?;
    }
    Ok(shapes)
}
