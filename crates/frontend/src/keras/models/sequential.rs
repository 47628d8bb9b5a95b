//! Sequential models.

use std::cell::RefCell;
use std::rc::Rc;

use keramos_ir::DType;

use super::METHODS;
use super::functional::Functional;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::{Symbolic, graph};
use crate::library::{Args, Bound, ClassDecl, Default, MethodDecl, Param, Signature};
use crate::value::{ObjectRef, Value, downcast};

/// `keras.Sequential(layers)`.
pub static SEQUENTIAL: ClassDecl = ClassDecl {
    name: "Sequential",
    aliases: &[],
    bases: &["Model", "Layer"],
    signature: Signature::new(&[Param::new("layers", Default::None)]).with(COMMON),
    doc: "A model that is a stack of layers, each with one input and one output.",
    new,
    methods: &[OWN_METHODS, METHODS],
};

const OWN_METHODS: &[MethodDecl] = &[
    MethodDecl {
        name: "add",
        signature: Signature::new(&[Param::required("layer"), Param::new("rebuild", Default::Bool(true))]),
        doc: "Puts a layer on top of the stack.",
        call: |interp, object, args| {
            let model = model(object)?;
            let layer = args.get("layer")?.clone();
            add(interp, &model, &layer)?;
            rebuild(interp, &model)?;
            Ok(Value::None)
        },
    },
    MethodDecl {
        name: "build",
        signature: Signature::new(&[Param::new("input_shape", Default::None)]),
        doc: "Creates the weights for inputs of the given shape, the batch included.",
        call: |interp, object, args| {
            let model = model(object)?;
            let sequential = kind(&model)?;
            if args.some("input_shape")?.is_none() || sequential.input.borrow().is_some() {
                return Ok(Value::None);
            }
            let dim = |v: &Value| match v {
                Value::None => Some(None),
                Value::Int(n) => usize::try_from(*n).ok().map(Some),
                _ => None,
            };
            let shape = args.get("input_shape")?.elements().and_then(|v| v.iter().map(dim).collect());
            let shape: SymbolicShape =
                shape.ok_or_else(|| args.invalid("input_shape", "a tuple of sizes such as (None, 784)"))?;
            let name = interp.names.unique("InputLayer");
            *sequential.input.borrow_mut() = Some(graph::input(interp, name, shape, model.variable_dtype()));
            rebuild(interp, &model)?;
            Ok(Value::None)
        },
    },
    MethodDecl {
        name: "pop",
        signature: Signature::new(&[Param::new("rebuild", Default::Bool(true))]),
        doc: "Removes the topmost layer and returns it.",
        call: |interp, object, _| {
            let model = model(object)?;
            let layer = model.sublayers.borrow_mut().pop();
            let (_, layer) = layer.ok_or_else(|| Error::argument("pop() of a Sequential without layers"))?;
            rebuild(interp, &model)?;
            Ok(layer.as_value())
        },
    },
];

/// The stack's input and, once that is known, its graph. The layers are the object's sublayers.
#[derive(Debug, Default)]
pub struct Sequential {
    input: RefCell<Option<Symbolic>>,
    graph: RefCell<Option<Rc<Functional>>>,
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let model = LayerObject::create(interp, &SEQUENTIAL, args, Sequential::default())?;
    if let Some(layers) = args.some("layers")? {
        let layers = layers.elements().ok_or_else(|| args.invalid("layers", "a list of layers"))?;
        for layer in &layers {
            add(interp, &model, layer)?;
        }
        rebuild(interp, &model)?;
    }
    Ok(Value::Object(model))
}

fn model(object: &ObjectRef) -> Result<Rc<LayerObject>> {
    downcast::<LayerObject>(object).ok_or_else(|| Error::internal("a Sequential method on another object"))
}

fn add(interp: &mut Interp, model: &Rc<LayerObject>, layer: &Value) -> Result<()> {
    let sequential = kind(model)?;
    match layer {
        Value::Symbolic(s) if s.0.node.callee.is_none() => {
            if !model.sublayers.borrow().is_empty() || sequential.input.borrow().is_some() {
                return Err(Error::argument(format!("Sequential `{}` has an input already", model.name()))
                    .help("an Input can only be the first element"));
            }
            *sequential.input.borrow_mut() = Some(s.clone());
            Ok(())
        }
        Value::Object(object) if downcast::<LayerObject>(object).is_some() => {
            let Some(layer) = downcast::<LayerObject>(object) else { return Ok(()) };
            if let Some(input) = layer.kind::<super::InputLayer>() {
                return add(interp, model, &Value::Symbolic(input.0.clone()));
            }
            if model.sublayers.borrow().iter().any(|(_, l)| l.name() == layer.name()) {
                return Err(Error::argument(format!(
                    "two layers of Sequential `{}` are named `{}`",
                    model.name(),
                    layer.name()
                ))
                .help("give one of them another `name=`"));
            }
            // A layer that was told the shape of its input, or a model in front brings the input.
            if model.sublayers.borrow().is_empty()
                && sequential.input.borrow().is_none()
                && let Some(shape) = input_shape(&layer)?
            {
                let name = interp.names.unique("InputLayer");
                *sequential.input.borrow_mut() = Some(graph::input(interp, name, shape, DType::F32));
            }
            if model.sublayers.borrow().is_empty()
                && sequential.input.borrow().is_none()
                && let Some(inner) = super::graph_of(interp, &layer)?
                && let [input] = inner.inputs.as_slice()
            {
                let name = interp.names.unique("InputLayer");
                *sequential.input.borrow_mut() = Some(graph::input(interp, name, input.0.shape.clone(), input.0.dtype));
            }
            model.sublayers.borrow_mut().push(("layers".into(), layer));
            Ok(())
        }
        Value::Class(decl) => Err(Error::ty(format!("Sequential takes layer objects, found the class {}", decl.name))
            .help(format!("call it: {}(...)", decl.name))),
        other => Err(Error::ty(format!("Sequential takes layers, found {}", other.type_name()))),
    }
}

/// The shape of inputs that the first layer's arguments `input_shape` or `input_dim` tell.
fn input_shape(layer: &LayerObject) -> Result<Option<SymbolicShape>> {
    let own = |name: &str| layer.class.is_some_and(|class| class.signature.params.iter().any(|p| p.name == name));
    for name in ["input_shape", "input_dim"] {
        if layer.args.has(name)
            && !own(name)
            && let Some(shape) = layer.args.some(name)?
        {
            let row = super::input::dims(&layer.args, name, shape)?;
            return Ok(Some(std::iter::once(None).chain(row).collect()));
        }
    }
    Ok(None)
}

/// Puts the graph together again after the stack changed, as far as the input is known.
fn rebuild(interp: &mut Interp, model: &Rc<LayerObject>) -> Result<()> {
    let sequential = kind(model)?;
    *sequential.graph.borrow_mut() = None;
    let input = sequential.input.borrow().clone();
    match input {
        Some(input) if !model.sublayers.borrow().is_empty() => sequential.connect(interp, model, input),
        _ => Ok(()),
    }
}

fn kind(model: &LayerObject) -> Result<&Sequential> {
    model.kind::<Sequential>().ok_or_else(|| Error::internal("a Sequential method on another model"))
}

impl Sequential {
    /// The stack's input, if it is known.
    pub(super) fn input(&self) -> Option<Symbolic> {
        self.input.borrow().clone()
    }

    /// The graph, if the input's shape is known.
    ///
    /// # Errors
    /// None today.
    pub(super) fn graph(&self, _: &mut Interp) -> Result<Option<Rc<Functional>>> {
        Ok(self.graph.borrow().clone())
    }

    /// Calls the stack on `input` under the model's name, which is part of the weights' paths.
    fn connect(&self, interp: &mut Interp, model: &Rc<LayerObject>, input: Symbolic) -> Result<()> {
        let layers = super::layers(model);
        interp.tracer.push_scope(model.name());
        let start = Value::Symbolic(input.clone());
        let result = through(interp, &layers, start.clone());
        interp.tracer.pop_scope();
        let functional = Functional::new(start, result?)?;
        // Keras builds a functional model inside, which takes a name of its own.
        interp.names.unique("Functional");
        *self.graph.borrow_mut() = Some(Rc::new(functional));
        model.built.set(true);
        Ok(())
    }
}

/// Calls one layer after the other. Each is at the place where it was made: the stack itself has but one place.
fn through(interp: &mut Interp, layers: &[Rc<LayerObject>], x: Value) -> Result<Value> {
    let outer = interp.span;
    let result = layers.iter().try_fold(x, |x, layer| {
        interp.at(layer.made_at);
        layer.call(interp, Args::positional(vec![x])).map_err(|error| error.at(layer.made_at))
    });
    interp.at(outer);
    result
}

impl Layer for Sequential {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let ([shape], None) = (inputs, &*self.graph.borrow()) else { return Ok(()) };
        let name = build.interp.names.unique("InputLayer");
        let input = graph::input(build.interp, name, shape.clone(), build.object.variable_dtype());
        *self.input.borrow_mut() = Some(input);
        Ok(())
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        let graph = self.graph.borrow().clone();
        match graph {
            Some(graph) => {
                let told = cx.interp.training_given;
                graph.replay_as(cx.interp, &[x], told)
            }
            None => through(cx.interp, &super::layers(cx.object), Value::Tensor(x)),
        }
    }
}
