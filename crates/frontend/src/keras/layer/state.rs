//! A layer's variables as Keras lists them, and `stateless_call`.

use std::rc::Rc;

use super::LayerObject;
use crate::diagnostics::{Diagnostic, codes};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::keras::models;
use crate::keras::variable::{VariableId, list, pure, values};
use crate::library::{Args, Bound, Default, MethodDecl, Param, Signature};
use crate::value::{Host, ObjectRef, Value, downcast};

/// Attributes of every layer that hold variables.
pub(super) const ATTRIBUTES: &[&str] = &[
    "variables",
    "trainable_variables",
    "non_trainable_variables",
    "weights",
    "trainable_weights",
    "non_trainable_weights",
    "stateless_call",
    "get_weights",
    "set_weights",
];

const METHODS: &[MethodDecl] = &[
    MethodDecl {
        name: "stateless_call",
        signature: Signature::new(&[
            Param::required("trainable_variables"),
            Param::required("non_trainable_variables"),
            Param::variadic("args"),
            Param::keyword("return_losses", Default::Bool(false)),
            Param::keywords("kwargs"),
        ]),
        doc: "Calls the layer with the given values of its variables; returns the outputs and the values that its \
              non-trainable variables have then.",
        call: stateless_call,
    },
    MethodDecl {
        name: "get_weights",
        signature: Signature::EMPTY,
        doc: "The values of the weights: only known at run time.",
        call: |interp, _, _| Ok(Value::Host(Host::new(interp.describe(interp.span), Some(interp.span)))),
    },
    MethodDecl {
        name: "set_weights",
        signature: Signature::new(&[Param::required("weights")]),
        doc: "Sets the values that the weights start with.",
        call: set_weights,
    },
];

impl LayerObject {
    /// Tells data of the run whose types are not known what this layer takes.
    pub(super) fn learn(self: &Rc<Self>, interp: &mut Interp, args: &Args) -> Result<()> {
        let inputs = match interp.tracer.depth() {
            0 => return Ok(()),
            // Nobody knows yet what such a model takes.
            _ if self.kind::<models::Subclassed>().is_some_and(|model| !model.is_ready()) => Vec::new(),
            _ => models::graph_of(interp, self)?.map_or_else(Vec::new, |graph| {
                graph.inputs.iter().map(|input| (input.0.shape.clone(), input.0.dtype)).collect::<Vec<_>>()
            }),
        };
        interp.learn_inputs(args, &inputs)
    }

    /// Keras's `layer.variables`: for each layer its trainable weights, its other weights and the states of its
    /// seed generators, then those of the layers inside; each once.
    pub fn variables(&self, interp: &Interp) -> Vec<VariableId> {
        fn collect(interp: &Interp, layer: &LayerObject, all: &mut Vec<VariableId>) {
            let own = layer.weights.borrow();
            let trainable = |id: &VariableId| interp.variables.get(*id).trainable;
            let ordered = own.iter().filter(|id| trainable(id)).chain(own.iter().filter(|id| !trainable(id)));
            for id in ordered.chain(layer.seeds.borrow().iter()) {
                if !all.contains(id) {
                    all.push(*id);
                }
            }
            layer.sublayers.borrow().iter().for_each(|(_, inner)| collect(interp, inner, all));
        }
        let mut all = Vec::new();
        collect(interp, self, &mut all);
        all
    }

    /// Keras's `layer.trainable_variables`: those whose own layer is trained, unless this one is frozen.
    pub fn trainable_variables(&self, interp: &Interp) -> Vec<VariableId> {
        fn frozen(layer: &LayerObject, all: &mut Vec<VariableId>) {
            if !layer.trainable.get() {
                all.extend(layer.weights.borrow().iter());
            }
            layer.sublayers.borrow().iter().for_each(|(_, inner)| frozen(inner, all));
        }
        if !self.trainable.get() {
            return Vec::new();
        }
        let mut stopped = Vec::new();
        frozen(self, &mut stopped);
        let trained = |id: &VariableId| interp.variables.get(*id).is_trained() && !stopped.contains(id);
        self.variables(interp).into_iter().filter(trained).collect()
    }

    /// Keras's `layer.non_trainable_variables`: the others.
    pub fn non_trainable_variables(&self, interp: &Interp) -> Vec<VariableId> {
        let trained = self.trainable_variables(interp);
        self.variables(interp).into_iter().filter(|id| !trained.contains(id)).collect()
    }
}

/// The attributes that are about variables, and weights by their names.
pub(super) fn attribute(interp: &mut Interp, layer: &Rc<LayerObject>, name: &str) -> Result<Option<Value>> {
    if let Some(method) = METHODS.iter().find(|method| method.name == name) {
        return Ok(Some(Value::Method(layer.clone(), method)));
    }
    if ATTRIBUTES.contains(&name) && !layer.built.get() {
        // A sequential model with a known input is built by now.
        models::graph_of(interp, layer)?;
    }
    let ids = match name {
        "variables" => layer.variables(interp),
        "trainable_variables" => layer.trainable_variables(interp),
        "non_trainable_variables" => layer.non_trainable_variables(interp),
        "weights" => layer.all_weights(interp),
        "trainable_weights" | "non_trainable_weights" => {
            let trained = layer.trainable_variables(interp);
            let wanted = name == "trainable_weights";
            layer.all_weights(interp).into_iter().filter(|id| trained.contains(id) == wanted).collect()
        }
        // Such a layer's weights are the attributes that its class makes them.
        _ if layer.is_bare() => return Ok(None),
        _ => {
            let named = |id: &&VariableId| *interp.variables.get(**id).name == *name;
            let found = layer.weights.borrow().iter().find(named).copied();
            return Ok(found.map(|id| interp.variable(id)));
        }
    };
    Ok(Some(interp.variable_list(&ids)))
}

fn layer(object: &ObjectRef) -> Result<Rc<LayerObject>> {
    downcast::<LayerObject>(object).ok_or_else(|| Error::internal("a layer's method on another object"))
}

fn stateless_call(interp: &mut Interp, object: &ObjectRef, args: &mut Bound) -> Result<Value> {
    let layer = layer(object)?;
    models::graph_of(interp, &layer)?;
    if !layer.built.get() {
        return Err(raise("ValueError", format!("`{}` is called statelessly before it is built", layer.name()))
            .help("begin the model with keras.Input(shape=...), or call it once on an array of the right shape"));
    }
    if models::is_model(&layer) {
        interp.steps.models.push(layer.clone());
    }
    let args = &*args;
    pure(interp, args, |interp| {
        let (trained, others) = (layer.trainable_variables(interp), layer.non_trainable_variables(interp));
        let mut mapping = values(interp, &trained, args.get("trainable_variables")?, "trainable_variables")?;
        mapping.extend(values(interp, &others, args.get("non_trainable_variables")?, "non_trainable_variables")?);
        let call = args.passed_on();
        let wanted = args.bool("return_losses")?;
        let ((output, losses), last) = interp.stateless(mapping, &others, |interp| {
            let output = layer.call_code(interp, call)?;
            Ok((output, if wanted { Some(layer.losses(interp)?) } else { None }))
        })?;
        let mut results = vec![output, list(last)];
        results.extend(losses.map(list));
        Ok(Value::tuple(results))
    })
}

fn set_weights(interp: &mut Interp, object: &ObjectRef, args: &mut Bound) -> Result<Value> {
    let layer = layer(object)?;
    models::graph_of(interp, &layer)?;
    let given = args.get("weights")?.clone();
    if !matches!(given, Value::Host(_)) && given.elements().is_none() {
        return Err(args.invalid("weights", "a list of arrays"));
    }
    layer.start_from(interp, &given)?;
    Ok(Value::None)
}

impl LayerObject {
    /// Sets the values that the weights start with to the arrays in the list `given`. What only the run knows
    /// is the run's: that is told, and the weights stay as they were.
    ///
    /// # Errors
    /// The arrays do not fit the weights.
    pub(in crate::keras) fn start_from(&self, interp: &mut Interp, given: &Value) -> Result<()> {
        let host = |value: &Value| match value {
            Value::Host(host) => Some(host.clone()),
            _ => None,
        };
        let values = given.elements().unwrap_or_default();
        if let Some(host) = host(given).or_else(|| values.iter().find_map(host)) {
            let message = format!("the weights of layer `{}` only exist at run time: `{}`", self.name(), host.what());
            interp.warn(
                Diagnostic::warning(codes::HOST_VALUE, interp.span, message)
                    .note("they start as the layer's initializers say")
                    .help("save them with numpy or Keras and pass the file with --weights"),
            );
            return Ok(());
        }
        let ids = self.all_weights(interp);
        if values.len() != ids.len() {
            let message = format!("layer `{}` has {} weights, {} are given", self.name(), ids.len(), values.len());
            return Err(raise("ValueError", message));
        }
        for (id, value) in ids.into_iter().zip(values) {
            let variable = interp.variable(id);
            let assign = interp.attribute(&variable, "assign")?;
            interp.call(&assign, Args::positional(vec![value]))?;
        }
        Ok(())
    }
}
