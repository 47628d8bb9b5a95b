//! Traces a model's entry points.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use keramos_ir::{Function, TensorType, as_tuple};

use super::{Entry, EntryKind, Port, PortKind, StateRole, VariableSpec, custom};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::Symbolic;
use crate::keras::graph::Node;
use crate::keras::layer::{LayerObject, layer_of};
use crate::keras::models::Functional;
use crate::keras::variable::{Role, VariableId};
use crate::library::Args;
use crate::trace::Tensor;
use crate::value::Value;

/// The state of a model: its variables in the order of the program.
#[derive(Debug)]
pub(super) struct State {
    pub ids: Vec<VariableId>,
    /// What each is called in the program. Variables may have one path, as Adafactor's of layers that call their
    /// weights alike: the first keeps it, the others are numbered.
    paths: Vec<String>,
    index: HashMap<VariableId, usize>,
}

impl State {
    pub fn new(interp: &Interp, ids: Vec<VariableId>) -> Self {
        let index = ids.iter().enumerate().map(|(i, &id)| (id, i)).collect();
        let own: Vec<&str> = ids.iter().map(|&id| interp.variables.get(id).path.as_str()).collect();
        let mut taken: HashSet<String> = own.iter().map(|&path| path.to_owned()).collect();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        let named = |path| {
            let count = counts.entry(path).or_default();
            let mut name: String = str::to_owned(path);
            while *count > 0 && !taken.insert(name.clone()) {
                name = format!("{path}_{count}");
                *count += 1;
            }
            *count = (*count).max(1);
            name
        };
        let paths = own.into_iter().map(named).collect();
        State { ids, paths, index }
    }

    pub fn index(&self, id: VariableId) -> Result<usize> {
        self.index.get(&id).copied().ok_or_else(|| {
            Error::unsupported("the model reads a variable that none of its layers holds")
                .help("make it a weight of a layer (self.add_weight), or write its value where it is used")
        })
    }

    /// The port of variable number `i`.
    pub fn port(&self, i: usize) -> Port {
        Port { name: self.paths[i].clone(), kind: PortKind::State(i), donated_to: None, below: None }
    }
}

/// The model's weights in the order of Keras's `model.weights`, each once.
pub(super) fn weights(interp: &Interp, model: &LayerObject) -> Vec<VariableId> {
    let mut seen = HashSet::new();
    model.all_weights(interp).into_iter().filter(|id| seen.insert(*id)).collect()
}

/// The seed states that belong to a model, in the order of Keras's `model.variables`, each once.
pub(super) fn seeds(interp: &Interp, model: &LayerObject) -> Vec<VariableId> {
    let mut seen = HashSet::new();
    let mut seeds = model.all_seeds();
    seeds.retain(|&id| interp.variables.get(id).role == Role::Seed && seen.insert(id));
    seeds
}

/// Descriptions of the variables; `trained` are those that an optimizer trains.
pub(super) fn specs(
    interp: &Interp,
    state: &State,
    trained: &[VariableId],
    h5: &HashMap<VariableId, String>,
) -> Vec<VariableSpec> {
    let spec = |(&id, path): (&VariableId, &String)| {
        let variable = interp.variables.get(id);
        let role = match variable.role {
            Role::Weight if trained.contains(&id) => StateRole::Trainable,
            Role::Weight => StateRole::NonTrainable,
            Role::Seed => StateRole::Seed,
            Role::Optimizer => StateRole::Optimizer,
            Role::Metric => StateRole::Metric,
            Role::Array if trained.contains(&id) => StateRole::Trainable,
            Role::Array => StateRole::NonTrainable,
        };
        VariableSpec { path: path.clone(), h5_path: h5.get(&id).cloned(), ty: variable.ty.clone(), role }
    };
    state.ids.iter().zip(&state.paths).map(spec).collect()
}

/// `init() -> state`: every variable's initializer, in order.
pub(super) fn init(interp: &mut Interp, state: &State) -> Result<Entry> {
    let function = traced(interp, "init", &[], |interp, _| {
        interp.state.open([]);
        let values = state.ids.iter().map(|&id| interp.initial_value(id)).collect();
        interp.state.close();
        values
    })?;
    let function = function.0;
    let outputs = (0..state.ids.len()).map(|i| state.port(i)).collect();
    Ok(Entry { kind: EntryKind::Init, batch: None, function, inputs: Vec::new(), outputs, counts_padding: Vec::new() })
}

impl Interp {
    /// The value that a variable starts with, while `init` is traced.
    ///
    /// # Errors
    /// The initializer fails.
    pub(crate) fn initial_value(&mut self, id: VariableId) -> Result<Tensor> {
        if let Some(value) = self.state.peek(id) {
            return Ok(value);
        }
        let value = self.nested(|interp| crate::interp::limits::deeper(|| initial_value(interp, id)))?;
        self.state.give(id, value.clone());
        Ok(value)
    }
}

fn initial_value(interp: &mut Interp, id: VariableId) -> Result<Tensor> {
    let variable = interp.variables.get(id).clone();
    let value = match &variable.weight.initializer {
        initializer @ (Value::Object(_) | Value::User(_) | Value::Function(_)) => {
            let shape = variable.ty.shape.iter().map(|&n| Value::Int(n as i64)).collect::<Vec<_>>();
            let keywords = vec![("dtype".into(), Value::str(variable.ty.dtype.numpy_name()))];
            interp.call(initializer, Args { positional: vec![Value::tuple(shape)], keywords })?
        }
        other => other.clone(),
    };
    let tensor = interp.to_tensor(&value)?;
    let tensor = interp.tracer.convert(&tensor, variable.ty.dtype)?;
    if tensor.shape().is_empty() && !variable.ty.shape.is_empty() {
        return interp.tracer.broadcast_to(&tensor, &variable.ty.shape);
    }
    if tensor.ty() != &variable.ty {
        let message =
            format!("the initializer of `{}` made {}, the variable is {}", variable.path, tensor.ty(), variable.ty);
        return Err(Error::shape(message));
    }
    Ok(tensor)
}

/// `predict(variables, inputs) -> outputs` for one batch size.
pub(super) fn predict(
    interp: &mut Interp,
    state: &State,
    model: &Rc<LayerObject>,
    graph: &Functional,
    batch: usize,
) -> Result<Entry> {
    let types = input_types(&graph.inputs, batch)?;
    let own = custom::method(interp, model, "predict_step")?;
    let (mut reads, mut assigned) = (Vec::new(), Vec::new());
    let (function, _) = traced(interp, "predict", &types, |interp, inputs| {
        interp.state.open([]);
        let mut results = match &own {
            Some(own) => custom::predicted(interp, model, own, graph, inputs)?,
            None => tensors(&graph.replay(interp, inputs)?)?,
        };
        let closed = interp.state.close();
        reads = closed.params.into_iter().map(|(id, _)| id).collect();
        // The next batch goes on from what layers assigned, such as the state of a seed generator.
        for (id, value) in closed.assigned {
            assigned.push(id);
            results.push(value);
        }
        Ok(results)
    })?;
    let reads = reads.into_iter().map(|id| state.index(id)).collect::<Result<Vec<_>>>()?;
    let (function, mut inputs) = state_first(function, state, reads);
    inputs.extend(data_ports(graph));
    let count = function.results.len() - assigned.len();
    let mut names = output_names(graph);
    if names.len() != count {
        names = (0..count).map(|i| format!("output_{i}")).collect();
    }
    let outputs = distinct(names).into_iter().enumerate();
    let mut outputs: Vec<Port> =
        outputs.map(|(i, name)| Port { name, kind: PortKind::Output(i), donated_to: None, below: None }).collect();
    for id in assigned {
        let index = state.index(id)?;
        let read = inputs.iter_mut().find(|port| matches!(port.kind, PortKind::State(i) if i == index));
        if let Some(port) = read {
            port.donated_to = Some(outputs.len());
        }
        outputs.push(state.port(index));
    }
    let mut entry =
        Entry { kind: EntryKind::Predict, batch: Some(batch), function, inputs, outputs, counts_padding: Vec::new() };
    if own.is_some() {
        super::steps::drop_unused_state(&mut entry);
    }
    Ok(entry)
}

/// Puts the parameters for variables (the trailing ones, one per entry of `reads`) in front, in the
/// order of the state.
pub(super) fn state_first(mut function: Function, state: &State, reads: Vec<usize>) -> (Function, Vec<Port>) {
    let data = function.params.len() - reads.len();
    let mut order: Vec<(usize, usize)> = reads.into_iter().enumerate().map(|(k, i)| (i, data + k)).collect();
    order.sort_unstable();
    let front = order.iter().map(|&(_, k)| function.params[k]);
    function.params = front.chain(function.params[..data].iter().copied()).collect();
    (function, order.into_iter().map(|(i, _)| state.port(i)).collect())
}

/// Traces `code` into a function with parameters of the given types.
pub(super) fn traced(
    interp: &mut Interp,
    name: &str,
    params: &[TensorType],
    code: impl FnOnce(&mut Interp, &[Tensor]) -> Result<Vec<Tensor>>,
) -> Result<(Function, Vec<Tensor>)> {
    let (frames, scopes) = (interp.tracer.depth(), interp.state.depth());
    let params = interp.tracer.enter(name, params);
    let result = code(interp, &params).and_then(|results| interp.tracer.leave(&results));
    if result.is_err() {
        interp.tracer.unwind(frames);
        interp.state.unwind(scopes);
    }
    result.map(|traced| (traced.function, traced.captures))
}

/// As [`traced`], with variables read and assigned in a scope of their own: also returns the
/// variables that became trailing parameters, and those assigned with their last values.
pub(super) fn traced_with_state(
    interp: &mut Interp,
    name: &str,
    params: &[TensorType],
    code: impl FnOnce(&mut Interp, &[Tensor]) -> Result<Vec<Tensor>>,
) -> Result<(Function, Vec<VariableId>, Vec<VariableId>)> {
    let (mut reads, mut assigned) = (Vec::new(), Vec::new());
    let (function, _) = traced(interp, name, params, |interp, inputs| {
        interp.state.open([]);
        let results = code(interp, inputs)?;
        let closed = interp.state.close();
        reads = closed.params.into_iter().map(|(id, _)| id).collect();
        assigned = closed.assigned.into_iter().map(|(id, _)| id).collect();
        Ok(results)
    })?;
    Ok((function, reads, assigned))
}

/// The types of the model's inputs with the batch dimension set.
pub(super) fn input_types(inputs: &[Symbolic], batch: usize) -> Result<Vec<TensorType>> {
    inputs.iter().map(|input| symbolic_type(input, batch)).collect()
}

fn symbolic_type(symbolic: &Symbolic, batch: usize) -> Result<TensorType> {
    let shape = symbolic.0.shape.iter().enumerate().map(|(i, dim)| match (i, dim) {
        (0, None) => Ok(batch),
        (_, Some(n)) => Ok(*n),
        (_, None) => {
            Err(Error::shape(format!("`{}` has the shape {}", symbolic.0.node.name, as_tuple(&symbolic.0.shape)))
                .note("a program is compiled for one batch, all of whose sizes are known")
                .help("write every size but the batch's into Input(shape=...)")
                .help(format!("or tell the type of a batch when compiling: --input-shape \"{}\"", example(symbolic))))
        }
    });
    Ok(TensorType::new(symbolic.0.dtype, shape.collect::<Result<Vec<_>>>()?))
}

/// A type that an input with unknown sizes may have.
fn example(symbolic: &Symbolic) -> String {
    let unknown = if symbolic.0.shape.len() > 3 { 224 } else { 100 };
    let size = |(i, dim): (usize, &Option<usize>)| dim.unwrap_or(if i == 0 { 32 } else { unknown }).to_string();
    let sizes: Vec<String> = symbolic.0.shape.iter().enumerate().map(size).collect();
    format!("{}[{}]", symbolic.0.dtype, sizes.join(","))
}

/// The types of the model's outputs with the batch dimension set.
pub(super) fn output_types(graph: &Functional, batch: usize) -> Result<Vec<TensorType>> {
    let ty = |leaf: &Value| match leaf {
        Value::Symbolic(s) => symbolic_type(s, batch),
        other => Err(Error::ty(format!("a model's output must be a tensor, found {}", other.type_name()))),
    };
    // What is not known of the outputs is not known of the inputs: that is where to tell it.
    input_types(&graph.inputs, batch)?;
    graph.outputs.leaves().iter().map(ty).collect()
}

pub(super) fn data_ports(graph: &Functional) -> Vec<Port> {
    let port = |(i, s): (usize, &Symbolic)| Port {
        name: s.0.node.name.to_string(),
        kind: PortKind::Data(i),
        donated_to: None,
        below: rows_taken(graph, s),
    };
    graph.inputs.iter().enumerate().map(port).collect()
}

/// How many vectors the `Embedding` has that takes an input as it is.
fn rows_taken(graph: &Functional, input: &Symbolic) -> Option<u64> {
    let rows = |node: &Rc<Node>| {
        let layer = node.callee.as_ref().and_then(layer_of).filter(|layer| &*layer.class_name == "Embedding")?;
        let takes =
            matches!(node.args.positional.first(), Some(Value::Symbolic(s)) if Rc::ptr_eq(&s.0.node, &input.0.node));
        match layer.layer.attribute("input_dim").filter(|_| takes)? {
            Value::Int(rows) => u64::try_from(rows).ok(),
            _ => None,
        }
    };
    graph.nodes.iter().filter_map(rows).min()
}

/// The names of the outputs: the layers that make them, as in Keras's `model.output_names`.
pub(super) fn output_names(graph: &Functional) -> Vec<String> {
    let name = |leaf: &Value| match leaf {
        Value::Symbolic(s) => s.0.node.name.to_string(),
        _ => String::from("output"),
    };
    graph.outputs.leaves().iter().map(name).collect()
}

/// The names with numbers behind those that stand before already: a layer may make several outputs.
pub(super) fn distinct(names: Vec<String>) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for name in names {
        let numbered = std::iter::once(name.clone()).chain((1..).map(|i| format!("{name}_{i}")));
        taken.extend(numbered.into_iter().find(|name| !taken.contains(name)));
    }
    taken
}

pub(super) fn tensors(value: &Value) -> Result<Vec<Tensor>> {
    let tensor = |leaf: Value| match leaf {
        Value::Tensor(t) => Ok(t),
        other => Err(Error::ty(format!("a model's output must be a tensor, found {}", other.type_name()))),
    };
    value.leaves().into_iter().map(tensor).collect()
}
