//! Traces a function with given argument types.

use std::rc::Rc;

use keramos_ir::{Function, TensorType};

use super::argument::Argument;
use super::{Wanted, argument};
use crate::error::{Error, Result};
use crate::interp::{Interp, UserFunction};
use crate::jax::transform::callee;
use crate::keras::variable::{VariableId, behind};
use crate::library::Args;
use crate::program::assemble::{State, state_first, traced_with_state};
use crate::program::{Entry, EntryKind, Port, PortKind};
use crate::trace::Tensor;
use crate::value::tree::{Path, TreeDef};
use crate::value::{Key, Value, downcast};

/// A traced function, before the order of the program's state is known.
#[derive(Debug)]
pub struct Traced {
    function: Function,
    /// Names of the arguments' leaves, one for each parameter that is no variable, and whether their
    /// memory may go to results.
    arguments: Vec<(String, bool)>,
    results: Vec<String>,
    /// The variables that the function reads: its last parameters.
    pub reads: Vec<VariableId>,
    /// The variables that it changes.
    assigned: Vec<VariableId>,
    statics: Vec<Static>,
}

/// A static argument.
#[derive(Clone, Debug, PartialEq)]
struct Static {
    /// Such as `n=3`.
    text: String,
    /// The value, if it is hashable.
    key: Option<Key>,
}

/// Whether two entry points are of one function with the same argument types and static arguments.
pub fn same(a: &Traced, b: &Traced) -> bool {
    let types = |f: &Traced| f.function.param_types().into_iter().take(f.arguments.len()).collect::<Vec<_>>();
    a.function.name == b.function.name && types(a) == types(b) && a.statics == b.statics
}

/// Gives functions that were traced with several choices of static arguments a name for each choice, such
/// as `f[n=3]`: types could not tell them apart.
pub fn name_apart(traced: &mut [Traced]) {
    let all: Vec<(String, Vec<Static>)> = traced.iter().map(|f| (f.function.name.clone(), f.statics.clone())).collect();
    let mut named: Vec<(String, Vec<Static>)> = Vec::new();
    for function in traced {
        let differs =
            |(name, statics): &(String, Vec<Static>)| *name == function.function.name && *statics != function.statics;
        if function.statics.is_empty() || !all.iter().any(differs) {
            continue;
        }
        let texts: Vec<&str> = function.statics.iter().map(|s| s.text.as_str()).collect();
        let plain = format!("{}[{}]", function.function.name, texts.join(", "));
        // Objects may be different and look alike.
        let mut name = plain.clone();
        for number in 2.. {
            match named.iter().find(|(known, _)| *known == name) {
                Some((_, statics)) if *statics != function.statics => name = format!("{plain}#{number}"),
                _ => break,
            }
        }
        named.push((name.clone(), function.statics.clone()));
        function.function.name = name;
    }
}

/// Traces a function. Its parameters are the tensors in the arguments in the order of
/// `jax.tree.leaves`, by position and then by name; its results are the leaves of what it returns.
///
/// # Errors
/// The arguments do not fit the function, it fails, or returns something that is no array.
pub fn trace(interp: &mut Interp, wanted: &Wanted) -> Result<Traced> {
    wanted.meanings.during(|| trace_now(interp, wanted))
}

fn trace_now(interp: &mut Interp, wanted: &Wanted) -> Result<Traced> {
    let mut leaves = Leaves::default();
    let (by_position, by_name) = wanted.donated();
    let (mut positional, mut statics) = (Vec::new(), Vec::new());
    for (i, (value, donated)) in wanted.args.positional.iter().zip(by_position).enumerate() {
        let shown = positional_name(&wanted.function, i);
        statics.extend(static_argument(interp, &shown, value)?);
        positional.push(leaves.add(interp, &shown, value, donated)?);
    }
    let mut order: Vec<usize> = (0..wanted.args.keywords.len()).collect();
    order.sort_by(|&a, &b| wanted.args.keywords[a].0.cmp(&wanted.args.keywords[b].0));
    let mut keywords = Vec::new();
    for i in order {
        let (name, value) = &wanted.args.keywords[i];
        let shown = keyword_name(&wanted.function, name);
        statics.extend(static_argument(interp, &shown, value)?);
        keywords.push((name.clone(), leaves.add(interp, &shown, value, by_name[i])?));
    }
    let types: Vec<TensorType> = leaves.tensors.iter().map(|leaf| leaf.argument.ty.clone()).collect();
    let place = user_function(&wanted.function).and_then(|f| f.header()).unwrap_or(interp.span);
    interp.at(place);
    let mut results = Vec::new();
    let traced = traced_with_state(interp, &wanted.name, &types, |interp, params| {
        let mut params = params.iter().zip(&leaves.tensors).map(|(tensor, leaf)| match leaf.argument.weak {
            true => tensor.clone().into_weak(),
            false => tensor.clone(),
        });
        let mut fill = |tree: &Tree| {
            let next = |leaf: &Value| match argument::of(leaf) {
                Some(_) => params.next().map_or(Value::None, Value::Tensor),
                None => leaf.clone(),
            };
            (tree.def.clone(), tree.leaves.iter().map(next).collect::<Vec<_>>())
        };
        let by_position: Vec<_> = positional.iter().map(&mut fill).collect();
        let by_name: Vec<_> = keywords.iter().map(|(name, tree)| (name.clone(), fill(tree))).collect();
        let mut args = Args::default();
        for (def, leaves) in by_position {
            args.positional.push(interp.unflatten(&def, leaves)?);
        }
        for (name, (def, leaves)) in by_name {
            args.keywords.push((name, interp.unflatten(&def, leaves)?));
        }
        let result = interp.call(&wanted.function, args)?;
        tensors(interp, &wanted.name, &result, &mut results)
    });
    let (function, reads, assigned) = traced.map_err(|error| error.at(place))?;
    let arguments = leaves.tensors.into_iter().map(|leaf| (leaf.name, leaf.donated)).collect();
    Ok(Traced { function, arguments, results, reads, assigned, statics })
}

/// Checks that a function which was traced changes no variables.
///
/// # Errors
/// The first variable that it changes.
pub fn check_pure(interp: &Interp, wanted: &Wanted, traced: &Traced) -> Result<()> {
    let Some(&id) = traced.assigned.first() else { return Ok(()) };
    let path = &interp.variables.get(id).path;
    let place = user_function(&wanted.function).and_then(|f| f.header()).unwrap_or(interp.span);
    Err(Error::ty(format!("the entry point `{}` changes the variable `{path}`", wanted.name))
        .at(place)
        .help("return the new value instead; an entry point has no side effects"))
}

/// An argument without arrays.
fn static_argument(interp: &mut Interp, name: &str, value: &Value) -> Result<Option<Static>> {
    let mut traced = false;
    value.for_each_leaf(&mut |leaf| traced |= argument::of(leaf).is_some());
    if traced {
        return Ok(None);
    }
    let is_function = matches!(value, Value::Function(_)) || user_function(value).is_some();
    let text = if is_function { callee::name_of(value) } else { interp.repr_of(value)? };
    Ok(Some(Static { text: format!("{name}={text}"), key: Key::new(value.clone()).ok() }))
}

/// The tensors among the arguments, in order.
#[derive(Default)]
struct Leaves {
    tensors: Vec<Leaf>,
}

struct Leaf {
    name: String,
    argument: Rc<Argument>,
    donated: bool,
}

/// One argument, taken apart.
struct Tree {
    def: TreeDef,
    leaves: Vec<Value>,
}

impl Leaves {
    fn add(&mut self, interp: &mut Interp, name: &str, value: &Value, donated: bool) -> Result<Tree> {
        let (leaves, def) = interp.flatten(value)?;
        for (leaf, path) in leaves.iter().zip(def.paths()) {
            let leaf = argument::of(leaf).map(|argument| Leaf { name: format!("{name}{path}"), argument, donated });
            self.tensors.extend(leaf);
        }
        Ok(Tree { def, leaves })
    }
}

/// The leaves of a result as tensors; their paths go to `paths`.
fn tensors(interp: &mut Interp, name: &str, result: &Value, paths: &mut Vec<String>) -> Result<Vec<Tensor>> {
    let (leaves, def) = interp.flatten(result)?;
    let tensor = |(path, leaf): (Path, Value)| {
        let path = format!("result{path}");
        let tensor = match &leaf {
            Value::Tensor(_) | Value::Array(_) | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Host(_) => {
                interp.to_tensor(&leaf)
            }
            other if behind(other).is_some() => interp.to_tensor(other),
            other => Err(Error::ty(format!("`{path}` of the entry point `{name}` is {}", other.type_name()))
                .help("return arrays and numbers in tuples, lists and dicts")),
        };
        paths.push(path);
        tensor
    };
    def.paths().into_iter().zip(leaves).map(tensor).collect()
}

impl Traced {
    /// The entry point, given the order of the state.
    ///
    /// # Errors
    /// A variable that is read is not part of the state.
    pub fn into_entry(self, state: &State) -> Result<Entry> {
        let reads = self.reads.iter().map(|&id| state.index(id)).collect::<Result<Vec<_>>>()?;
        let (function, mut inputs) = state_first(self.function, state, reads);
        let results = function.result_types();
        // As in JAX: the first result of the same type that no earlier argument has taken.
        let mut taken = vec![false; results.len()];
        for (i, (name, donated)) in self.arguments.into_iter().enumerate() {
            let ty = function.params.get(inputs.len()).map(|&param| function.ty(param));
            let free = |(index, result): (usize, &TensorType)| Some(result) == ty && !taken[index];
            let donated_to = results.iter().enumerate().position(free).filter(|_| donated);
            if let Some(index) = donated_to {
                taken[index] = true;
            }
            inputs.push(Port { name, kind: PortKind::Data(i), donated_to, below: None });
        }
        let port = |(i, name)| Port { name, kind: PortKind::Output(i), donated_to: None, below: None };
        let outputs = self.results.into_iter().enumerate().map(port).collect();
        Ok(Entry { kind: EntryKind::Function, batch: None, function, inputs, outputs, counts_padding: Vec::new() })
    }
}

/// The function as the program wrote it, under whatever transforms.
pub(super) fn user_function(function: &Value) -> Option<Rc<UserFunction>> {
    let Value::User(object) = function else { return None };
    downcast::<UserFunction>(object).or_else(|| user_function(&object.stands_for()?.0))
}

/// How the program calls the argument at a position.
fn positional_name(function: &Value, index: usize) -> String {
    let known = callee::parameter_names(function).unwrap_or_default();
    let variadic = user_function(function).and_then(|f| Some(f.parameters().variadic.as_ref()?.name.name.to_string()));
    match (known.get(index), variadic) {
        (Some(name), _) => name.clone(),
        (None, Some(variadic)) => format!("{variadic}[{}]", index - known.len()),
        (None, None) => format!("args[{index}]"),
    }
}

/// How the program calls the argument of a name.
fn keyword_name(function: &Value, name: &str) -> String {
    let Some(function) = user_function(function) else { return name.to_owned() };
    let known = function.parameters().iter().any(|p| *p.name.name == *name);
    match &function.parameters().keywords {
        Some(keywords) if !known => format!("{}['{name}']", keywords.name.name),
        _ => name.to_owned(),
    }
}
