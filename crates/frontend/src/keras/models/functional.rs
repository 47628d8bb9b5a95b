//! Functional models.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use indexmap::IndexMap;

use super::METHODS;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::Symbolic;
use crate::keras::graph::{self, Node};
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::library::{Bound, ClassDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{Key, Value, downcast};

/// `keras.Model(inputs, outputs)`.
pub static MODEL: ClassDecl = ClassDecl {
    name: "Functional",
    aliases: &["Model"],
    bases: &["Model", "Layer"],
    signature: Signature::new(&[Param::required("inputs"), Param::required("outputs")]).with(COMMON),
    doc: "A model given by symbolic inputs and the outputs computed from them.",
    new,
    methods: &[METHODS],
};

/// The graph of a functional model.
#[derive(Debug)]
pub struct Functional {
    /// The inputs, flattened.
    pub inputs: Vec<Symbolic>,
    /// The inputs in the structure that the program gave.
    pub input_structure: Value,
    /// The outputs in the structure that the program gave.
    pub outputs: Value,
    /// The calls between them, in order.
    pub nodes: Vec<Rc<Node>>,
}

/// The layer side of a functional model.
#[derive(Debug)]
pub(super) struct FunctionalLayer(pub Rc<Functional>);

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (inputs, outputs) = (args.get("inputs")?.clone(), args.get("outputs")?.clone());
    let graph = Rc::new(Functional::new(inputs, outputs)?);
    let layers = graph.layers();
    let object = LayerObject::create(interp, &MODEL, args, FunctionalLayer(graph))?;
    object.built.set(true);
    *object.sublayers.borrow_mut() = layers.into_iter().map(|l| ("layers".into(), l)).collect();
    Ok(Value::Object(object))
}

impl Functional {
    /// The graph between `inputs` and `outputs`.
    ///
    /// # Errors
    /// They are not symbolic tensors, or an output depends on an input that is not listed.
    pub fn new(inputs: Value, outputs: Value) -> Result<Functional> {
        let (inputs, outputs) = (sorted(&inputs), sorted(&outputs));
        let input_list = symbolic(&inputs, "inputs")?;
        let output_list = symbolic(&outputs, "outputs")?;
        let nodes = graph::nodes_between(&input_list, &output_list);
        if let Some(missing) = nodes.iter().find(|n| n.callee.is_none()) {
            return Err(Error::argument(format!(
                "the outputs depend on the input `{}`, which is not among `inputs`",
                missing.name
            ))
            .help("list every keras.Input that the outputs depend on in `inputs=`"));
        }
        let mut functional = Functional { inputs: input_list, input_structure: inputs, outputs, nodes };
        functional.nodes = functional.depths().nodes;
        Ok(functional)
    }

    /// The layers in the order of Keras's `model.layers`: by depth (the longest way to an output),
    /// deepest first, then in order of a depth-first walk from the outputs.
    pub fn layers(&self) -> Vec<Rc<LayerObject>> {
        self.depths().layers
    }

    fn depths(&self) -> Depths {
        let mut walk = Walk { finished: HashSet::new(), order: Vec::new(), first_seen: HashMap::new() };
        let in_graph: HashSet<u32> = self.nodes.iter().map(|n| n.id).collect();
        for output in self.outputs.leaves() {
            if let Value::Symbolic(s) = output {
                walk.visit(&s.0.node, &in_graph);
            }
        }
        let mut depths: IndexMap<u32, usize> = IndexMap::new();
        let mut layer_depths: HashMap<usize, (usize, Rc<LayerObject>)> = HashMap::new();
        for node in walk.order.iter().rev() {
            let mut depth = depths.get(&node.id).copied().unwrap_or(0);
            if let Some(layer) = layer_of(node) {
                let known = layer_depths.entry(address(&layer)).or_insert((depth, layer));
                depth = depth.max(known.0);
                known.0 = depth;
            }
            depths.insert(node.id, depth);
            for parent in graph::symbolic_leaves(&node.args) {
                let parent_depth = depths.entry(parent.0.node.id).or_insert(0);
                *parent_depth = (*parent_depth).max(depth + 1);
            }
        }
        let mut layers: Vec<(usize, usize, Rc<LayerObject>)> = layer_depths
            .into_iter()
            .map(|(address, (depth, layer))| (depth, walk.first_seen.get(&address).copied().unwrap_or(0), layer))
            .collect();
        layers.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut nodes = self.nodes.clone();
        let place = |node: &Rc<Node>| depths.get_full(&node.id).map_or((0, 0), |(place, _, &depth)| (depth, place));
        nodes.sort_by_key(|node| (std::cmp::Reverse(place(node).0), place(node).1));
        Depths { nodes, layers: layers.into_iter().map(|(_, _, layer)| layer).collect() }
    }

    /// Traces the model on tensors, one per input, in the mode of a step: as in Keras it goes before a `training=`
    /// with which the graph calls a layer.
    ///
    /// # Errors
    /// A layer cannot take what it gets.
    pub fn replay(&self, interp: &mut Interp, inputs: &[Tensor]) -> Result<Value> {
        self.replay_as(interp, inputs, true)
    }

    /// As [`Functional::replay`]; unless the mode is `told`, a `training=` in the graph goes before it.
    ///
    /// # Errors
    /// As [`Functional::replay`].
    pub fn replay_as(&self, interp: &mut Interp, inputs: &[Tensor], told: bool) -> Result<Value> {
        let outer = std::mem::replace(&mut interp.training_given, true);
        let outputs = graph::replay(interp, (&self.inputs, inputs), &self.nodes, &self.outputs, told);
        interp.training_given = outer;
        outputs
    }
}

/// The order in which Keras runs a graph's nodes and lists its layers: both deepest first.
struct Depths {
    /// Nodes of equal depth come in the order in which the walk back from the outputs met them, the
    /// last first. It counts where a layer that draws random numbers is called more than once.
    nodes: Vec<Rc<Node>>,
    layers: Vec<Rc<LayerObject>>,
}

/// A depth-first walk from outputs to inputs, as Keras orders operations.
struct Walk {
    finished: HashSet<u32>,
    order: Vec<Rc<Node>>,
    first_seen: HashMap<usize, usize>,
}

impl Walk {
    /// Visits `node` and what it depends on, dependencies first; iterative, for deep models.
    fn visit(&mut self, node: &Rc<Node>, in_graph: &HashSet<u32>) {
        let mut stack = vec![(node.clone(), false)];
        while let Some((node, expanded)) = stack.pop() {
            if !in_graph.contains(&node.id) || self.finished.contains(&node.id) {
                continue;
            }
            if expanded {
                self.finished.insert(node.id);
                self.order.push(node);
                continue;
            }
            if let Some(layer) = layer_of(&node) {
                let next = self.first_seen.len();
                self.first_seen.entry(address(&layer)).or_insert(next);
            }
            stack.push((node.clone(), true));
            for parent in graph::symbolic_leaves(&node.args).into_iter().rev() {
                stack.push((parent.0.node.clone(), false));
            }
        }
    }
}

fn layer_of(node: &Node) -> Option<Rc<LayerObject>> {
    match &node.callee {
        Some(Value::Object(object)) => downcast::<LayerObject>(object),
        _ => None,
    }
}

fn address(layer: &Rc<LayerObject>) -> usize {
    Rc::as_ptr(layer) as usize
}

/// A structure with its dicts in the order of their keys, in which Keras flattens them.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Tuple(values) => Value::tuple(values.iter().map(sorted).collect::<Vec<_>>()),
        Value::List(values) => Value::list(values.borrow().iter().map(sorted).collect()),
        Value::Dict(entries) => {
            let mut entries: IndexMap<Key, Value> =
                entries.borrow().iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            entries.sort_by_cached_key(|key, _| match key.value() {
                Value::Str(name) => name.to_string(),
                _ => String::new(),
            });
            Value::Dict(Rc::new(entries.into()))
        }
        leaf => leaf.clone(),
    }
}

fn symbolic(value: &Value, what: &str) -> Result<Vec<Symbolic>> {
    let leaf = |leaf: Value| match leaf {
        Value::Symbolic(s) => Ok(s),
        other => {
            Err(Error::argument(format!("`{what}` of Model() must be symbolic tensors, found {}", other.type_name()))
                .help("start from keras.Input(...) and call layers on it"))
        }
    };
    value.leaves().into_iter().map(leaf).collect()
}

impl Layer for FunctionalLayer {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let given = cx.args.positional.first().cloned().unwrap_or(Value::None);
        // A dict of inputs is matched by input name, whatever its order.
        let leaves = match &given {
            Value::Dict(entries) => {
                let entries = entries.borrow();
                let find = |s: &Symbolic| entries.get(&Key::name(s.0.node.name.clone())).cloned();
                self.0.inputs.iter().map(find).collect::<Option<Vec<_>>>().unwrap_or_else(|| given.leaves())
            }
            other => other.leaves(),
        };
        if leaves.len() != self.0.inputs.len() {
            let message = format!(
                "model `{}` takes {} inputs, {} were given",
                cx.object.name(),
                self.0.inputs.len(),
                leaves.len()
            );
            return Err(Error::shape(message));
        }
        let tensors = leaves.iter().map(|v| cx.interp.to_tensor(v)).collect::<Result<Vec<_>>>()?;
        let told = cx.interp.training_given;
        self.0.replay_as(cx.interp, &tensors, told)
    }
}
