//! The graph of layer calls behind symbolic tensors.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use keramos_ir::{DType, TensorType, as_tuple};

use super::layer::layer_of;
use super::symbolic::{Symbolic, SymbolicShape, SymbolicTensor};
use crate::diagnostics::Span;
use crate::diagnostics::words::and_list;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::host::reaches;
use crate::library::Args;
use crate::trace::Tensor;
use crate::value::Value;

/// One call of a layer or function on symbolic tensors, or a model input.
///
/// Replaying a node means calling `callee` with `args` in which every symbolic tensor (however deep
/// in lists, tuples and dicts) is replaced by the tensor that it stands for.
#[derive(Debug)]
pub struct Node {
    /// Unique in the compilation, increasing in order of creation.
    pub id: u32,
    /// What is called; `None` for a model input.
    pub callee: Option<Value>,
    /// The arguments.
    pub args: Args,
    /// The layer's or operation's name, as `summary` shows it.
    pub name: Rc<str>,
    /// Shapes and element types of the flattened outputs.
    pub outputs: Vec<(SymbolicShape, DType)>,
    /// The shapes of their implicit masks, where there are any.
    pub masks: Vec<Option<SymbolicShape>>,
    /// Where the call stands in the program.
    pub span: Span,
}

/// The sizes that stand for an unknown dimension while shapes are worked out: a result dimension
/// that differs between the two is unknown itself. Keras on JAX infers shapes in the same way.
const PROBES: [usize; 2] = [83, 89];

/// Larger ones with many divisors, for calls that cut an unknown dimension into equal parts or look for windows in it.
const DIVISIBLE: [usize; 2] = [5040, 10080];

/// Whether a symbolic tensor is anywhere in the arguments.
pub fn has_symbolic(args: &Args) -> bool {
    let mut found = false;
    visit(args, &mut |leaf| found |= matches!(leaf, Value::Symbolic(_)));
    found
}

/// The symbolic tensors in the arguments, in order.
pub fn symbolic_leaves(args: &Args) -> Vec<Symbolic> {
    let mut found = Vec::new();
    visit(args, &mut |leaf| {
        if let Value::Symbolic(symbolic) = leaf {
            found.push(symbolic.clone());
        }
    });
    found
}

fn visit(args: &Args, f: &mut dyn FnMut(&Value)) {
    args.positional.iter().for_each(|v| v.for_each_leaf(f));
    args.keywords.iter().for_each(|(_, v)| v.for_each_leaf(f));
}

/// A model input: a node without callee.
pub fn input(interp: &mut Interp, name: Rc<str>, shape: SymbolicShape, dtype: DType) -> Symbolic {
    let (id, span) = (next_id(interp), interp.span);
    let outputs = vec![(shape.clone(), dtype)];
    let node = Node { id, callee: None, args: Args::default(), name, outputs, masks: vec![None], span };
    Symbolic(Rc::new(SymbolicTensor { shape, dtype, node: Rc::new(node), index: 0 }))
}

/// Calls `callee` on symbolic tensors: works out the outputs' shapes by tracing the call into a
/// function that is thrown away, and records the call as a node called `name`.
///
/// # Errors
/// The call fails; the message tells the input shapes.
pub fn call(interp: &mut Interp, callee: &Value, args: Args, name: &str) -> Result<Value> {
    let leaves = symbolic_leaves(&args);
    let unknown = leaves.iter().any(|s| s.0.shape.contains(&None));
    let mut probes = PROBES;
    let first = match probe(interp, callee, &args, &leaves, PROBES[0]) {
        Err(error) if unknown => match probe(interp, callee, &args, &leaves, DIVISIBLE[0]) {
            Ok(first) => {
                probes = DIVISIBLE;
                first
            }
            Err(_) => {
                // The sizes that stood for unknown ones are nobody's business.
                let other = probe(interp, callee, &args, &leaves, PROBES[1]).err();
                let error = match other {
                    Some(other) => error.without_sizes_unlike(&other),
                    None => error,
                };
                return Err(error.without_size(PROBES[0]));
            }
        },
        first => first?,
    };
    let mut shapes: Vec<(SymbolicShape, DType)> = Vec::new();
    let mut masks: Vec<Option<SymbolicShape>> = Vec::new();
    for leaf in first.leaves() {
        if let Value::Host(host) = &leaf {
            return Err(reaches(host, &format!("the output of `{name}`"))
                .note("Keras itself takes nothing but tensors of its backend, here JAX, from a layer"));
        }
        let Value::Tensor(t) = &leaf else {
            return Err(Error::ty(format!("`{name}` returned {}, not a tensor", leaf.type_name())));
        };
        shapes.push((known(t), t.dtype()));
        masks.push(t.mask().map(known));
    }
    if unknown {
        let second = probe(interp, callee, &args, &leaves, probes[1]).map_err(|e| e.without_size(probes[1]))?;
        let common = |shape: &mut SymbolicShape, other: &Tensor| {
            shape.iter_mut().zip(known(other)).for_each(|(dim, n)| *dim = dim.filter(|_| *dim == n));
        };
        for (((shape, _), mask), leaf) in shapes.iter_mut().zip(&mut masks).zip(second.leaves()) {
            if let Value::Tensor(t) = leaf {
                common(shape, &t);
                if let (Some(mask), Some(other)) = (mask, t.mask()) {
                    common(mask, other);
                }
            }
        }
    }
    let (id, span) = (next_id(interp), interp.span);
    let callee = Some(callee.clone());
    let node = Rc::new(Node { id, callee, args, name: name.into(), outputs: shapes, masks, span });
    let mut index = 0;
    first.map_leaves(&mut |_| {
        let (shape, dtype) = node.outputs[index].clone();
        let tensor = SymbolicTensor { shape, dtype, node: node.clone(), index };
        index += 1;
        Ok(Value::Symbolic(Symbolic(Rc::new(tensor))))
    })
}

fn known(tensor: &Tensor) -> SymbolicShape {
    tensor.shape().iter().map(|&n| Some(n)).collect()
}

/// Traces the call with every unknown dimension set to `fill`. The tensors in the result are only
/// good for their types.
fn probe(interp: &mut Interp, callee: &Value, args: &Args, leaves: &[Symbolic], fill: usize) -> Result<Value> {
    let filled = |shape: &SymbolicShape| shape.iter().map(|d| d.unwrap_or(fill)).collect::<Vec<_>>();
    let tensors = leaves.iter().map(|s| TensorType::new(s.0.dtype, filled(&s.0.shape)));
    let masks = leaves.iter().filter_map(|s| s.mask_shape().map(|shape| TensorType::new(DType::Bool, filled(shape))));
    let types: Vec<TensorType> = tensors.chain(masks).collect();
    let (frames, scopes) = (interp.tracer.depth(), interp.state.depth());
    let mut params = interp.tracer.enter("shapes", &types);
    interp.state.open([]);
    let mut masks = params.split_off(leaves.len()).into_iter();
    let mut next = params.into_iter();
    let concrete = substitute(args, &mut |s| {
        let mask = s.mask_shape().and_then(|_| masks.next());
        next.next().map(|tensor| Value::Tensor(tensor.with_mask(mask)))
    });
    let unknown = leaves.iter().any(|s| s.0.shape.first() == Some(&None));
    let outer = std::mem::replace(&mut interp.tracer.filled, Some(fill).filter(|_| unknown));
    let result = concrete.and_then(|args| interp.call(callee, args));
    interp.tracer.filled = outer;
    interp.tracer.unwind(frames);
    interp.state.unwind(scopes);
    result.map_err(|error| {
        // A layer tells its inputs itself.
        if layer_of(callee).is_some() {
            return error;
        }
        let shapes: Vec<String> = leaves.iter().map(|s| as_tuple(&s.0.shape).to_string()).collect();
        error.note(format!("called on {}", and_list(&shapes)))
    })
}

/// The arguments with every symbolic tensor replaced.
///
/// # Errors
/// `replace` has nothing for one of them.
fn substitute(args: &Args, replace: &mut dyn FnMut(&Symbolic) -> Option<Value>) -> Result<Args> {
    let mut leaf = |value: &Value| match value {
        Value::Symbolic(symbolic) => replace(symbolic).ok_or_else(|| {
            let node = &symbolic.0.node;
            Error::ty(format!(
                "`{}` returns fewer values than when the model was made, which were {}",
                node.name,
                node.outputs.len()
            ))
            .help("return as many values in training as outside of it")
        }),
        other => Ok(other.clone()),
    };
    let positional = args.positional.iter().map(|v| v.map_leaves(&mut leaf)).collect::<Result<Vec<_>>>()?;
    let keywords = args.keywords.iter().map(|(n, v)| Ok((n.clone(), v.map_leaves(&mut leaf)?)));
    Ok(Args { positional, keywords: keywords.collect::<Result<Vec<_>>>()? })
}

/// The nodes that `outputs` depend on, in order of creation, stopping at `inputs`.
pub fn nodes_between(inputs: &[Symbolic], outputs: &[Symbolic]) -> Vec<Rc<Node>> {
    let mut found: HashMap<u32, Rc<Node>> = HashMap::new();
    let stop: Vec<(u32, usize)> = inputs.iter().map(|s| (s.0.node.id, s.0.index)).collect();
    let mut todo: Vec<Symbolic> = outputs.to_vec();
    while let Some(symbolic) = todo.pop() {
        let node = &symbolic.0.node;
        if !stop.contains(&(node.id, symbolic.0.index)) && found.insert(node.id, node.clone()).is_none() {
            todo.extend(symbolic_leaves(&node.args));
        }
    }
    let mut nodes: Vec<_> = found.into_values().collect();
    nodes.sort_by_key(|node| node.id);
    nodes
}

/// The symbolic tensors that a call gave.
pub fn outputs(node: &Rc<Node>) -> Vec<Symbolic> {
    let tensor = |(index, (shape, dtype)): (usize, &(SymbolicShape, DType))| {
        Symbolic(Rc::new(SymbolicTensor { shape: shape.clone(), dtype: *dtype, node: node.clone(), index }))
    };
    node.outputs.iter().enumerate().map(tensor).collect()
}

/// The model inputs that a symbolic tensor comes from, in order of creation.
pub fn sources(tensor: &Symbolic) -> Vec<Symbolic> {
    let mut found: Vec<Symbolic> = Vec::new();
    let (mut todo, mut seen) = (vec![tensor.clone()], HashSet::new());
    while let Some(symbolic) = todo.pop() {
        let node = &symbolic.0.node;
        if !seen.insert((node.id, symbolic.0.index)) {
            continue;
        }
        match node.callee {
            Some(_) => todo.extend(symbolic_leaves(&node.args)),
            None => found.push(symbolic),
        }
    }
    found.sort_by_key(|symbolic| symbolic.0.node.id);
    found
}

/// Replays the graph between inputs and `outputs` on the given tensors. If the mode is `told`, a `training=` with
/// which the graph calls a layer does not count.
///
/// # Errors
/// A call fails, or an output depends on an input that is not among `inputs`.
pub fn replay(
    interp: &mut Interp,
    (inputs, tensors): (&[Symbolic], &[Tensor]),
    nodes: &[Rc<Node>],
    outputs: &Value,
    told: bool,
) -> Result<Value> {
    let mut values: HashMap<(u32, usize), Value> = HashMap::new();
    for (symbolic, tensor) in inputs.iter().zip(tensors) {
        values.insert((symbolic.0.node.id, symbolic.0.index), Value::Tensor(tensor.clone()));
    }
    let outer = interp.span;
    for node in nodes {
        let Some(callee) = &node.callee else { continue };
        let mut args = substitute(&node.args, &mut |s| values.get(&(s.0.node.id, s.0.index)).cloned())?;
        interp.at(node.span);
        // Layers enter their scope themselves.
        let operation = layer_of(callee).is_none();
        if told && !operation {
            args.keywords.retain(|(name, _)| &**name != "training");
        }
        let depth = interp.tracer.scope_depth();
        if operation {
            interp.tracer.push_scope(node.name.clone());
        }
        let result = interp.call(callee, args);
        interp.tracer.unwind_scopes(depth);
        let result = result.map_err(|e| e.at(node.span))?;
        values.extend(result.leaves().into_iter().enumerate().map(|(index, leaf)| ((node.id, index), leaf)));
    }
    interp.at(outer);
    let found =
        substitute(&Args::positional(vec![outputs.clone()]), &mut |s| values.get(&(s.0.node.id, s.0.index)).cloned());
    Ok(found?.positional.into_iter().next().unwrap_or(Value::None))
}

fn next_id(interp: &mut Interp) -> u32 {
    interp.nodes += 1;
    interp.nodes
}
