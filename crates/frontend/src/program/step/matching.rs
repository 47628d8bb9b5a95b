//! Which results of a step are its arguments, changed.

use keramos_ir::TensorType;

use super::Outcome;
use crate::error::{Error, Result};
use crate::interp::exceptions::raise;
use crate::keras::variable::VariableId;
use crate::value::tree::{Kind, TreeDef, difference};

/// An argument that is all state.
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) def: TreeDef,
    pub(super) ids: Vec<VariableId>,
    pub(super) types: Vec<TensorType>,
    pub(super) taken: bool,
}

/// The results of a step, taken apart.
pub(super) struct Results<'a> {
    pub(super) def: &'a TreeDef,
    pub(super) types: &'a [TensorType],
    /// How the function calls the parts of the tuple that it returns.
    pub(super) names: &'a [Option<String>],
}

/// What becomes of each leaf of the results.
///
/// # Errors
/// Something comes back that is an argument but for its structure.
pub(super) fn outcomes(results: &Results<'_>, arguments: &mut [Argument]) -> Result<Vec<Outcome>> {
    let mut outcomes = vec![Outcome::Dropped; results.types.len()];
    trees(results.def, results.types, 0, arguments, &mut outcomes);
    scalars(results, arguments, &mut outcomes);
    changed_structure(results, arguments, &outcomes)?;
    logs(results, &mut outcomes);
    Ok(outcomes)
}

/// Whether a tree is one number.
fn is_scalar(def: &TreeDef, types: &[TensorType]) -> bool {
    def.is_leaf() && types.first().is_some_and(|ty| ty.shape.is_empty())
}

/// Gives arguments the results of the same structure, in order. Single numbers are left over.
fn trees(def: &TreeDef, types: &[TensorType], start: usize, arguments: &mut [Argument], outcomes: &mut [Outcome]) {
    if is_scalar(def, types) {
        return;
    }
    if let Some(argument) = arguments.iter_mut().find(|a| !a.taken && a.def == *def && a.types == types) {
        argument.taken = true;
        for (outcome, &id) in outcomes[start..].iter_mut().zip(&argument.ids) {
            *outcome = Outcome::State(id);
        }
        return;
    }
    let mut at = 0;
    for child in def.children() {
        let end = at + child.num_leaves();
        trees(child, &types[at..end], start + at, arguments, outcomes);
        at = end;
    }
}

/// Gives arguments that are single numbers the results that are: by name, else in order, leaving out what
/// stands in front if there are more results.
fn scalars(results: &Results<'_>, arguments: &mut [Argument], outcomes: &mut [Outcome]) {
    let mut free: Vec<(usize, Option<&String>)> = Vec::new();
    let mut at = 0;
    let children: Vec<TreeDef> =
        if results.def.is_leaf() { vec![results.def.clone()] } else { results.def.children().to_vec() };
    for (index, child) in children.iter().enumerate() {
        if is_scalar(child, &results.types[at..]) && outcomes[at] == Outcome::Dropped {
            free.push((at, results.names.get(index).and_then(Option::as_ref)));
        }
        at += child.num_leaves();
    }
    for argument in arguments.iter_mut().filter(|a| !a.taken && is_scalar(&a.def, &a.types)) {
        let fits = |&(at, _): &(usize, Option<&String>)| results.types.get(at) == argument.types.first();
        let named = free.iter().position(|leaf| fits(leaf) && leaf.1 == Some(&argument.name));
        let spare = free.iter().all(|(_, name)| name.is_none());
        let Some(found) = named.or_else(|| free.iter().position(fits).filter(|_| spare && free.len() == 1)) else {
            continue;
        };
        let (at, _) = free.remove(found);
        argument.taken = true;
        outcomes[at] = Outcome::State(argument.ids[0]);
    }
}

/// Refuses a result that is an argument by its name but has another structure or other types.
fn changed_structure(results: &Results<'_>, arguments: &[Argument], outcomes: &[Outcome]) -> Result<()> {
    let mut at = 0;
    for (index, child) in results.def.children().iter().enumerate() {
        let end = at + child.num_leaves();
        let name = results.names.get(index).and_then(Option::as_ref);
        let free = outcomes[at..end].iter().all(|outcome| *outcome == Outcome::Dropped);
        let argument = arguments.iter().find(|a| !a.taken && Some(&a.name) == name);
        if let (true, Some(argument)) = (free && child.num_leaves() > 0, argument) {
            return Err(mismatch(argument, child, &results.types[at..end]));
        }
        at = end;
    }
    Ok(())
}

fn mismatch(argument: &Argument, def: &TreeDef, types: &[TensorType]) -> Error {
    let name = &argument.name;
    let error = raise("TypeError", format!("`{name}` comes back from the training step as something else"));
    let error = match difference(def, &argument.def) {
        Some((path, returned, given)) => {
            error.note(format!("`{name}{path}` is {given} when it is passed, {returned} when it is returned"))
        }
        None => {
            let paths = argument.def.paths();
            let odd = argument.types.iter().zip(types).zip(&paths).find(|((a, b), _)| a != b);
            match odd {
                Some(((given, returned), path)) => {
                    error.note(format!("`{name}{path}` is {given} when it is passed, {returned} when it is returned"))
                }
                None => error,
            }
        }
    };
    error.help("a step returns its state in the form in which it takes it, for the next step")
}

/// Names the numbers that are left over.
fn logs(results: &Results<'_>, outcomes: &mut [Outcome]) {
    let paths = results.def.paths();
    let mut taken: Vec<String> = Vec::new();
    let several = !results.def.is_leaf() && matches!(results.def.kind(), Kind::Tuple | Kind::List);
    for (index, outcome) in outcomes.iter_mut().enumerate() {
        // One number, with an axis for the only device where the step is mapped over devices.
        let shown = matches!(&*results.types[index].shape, [] | [1]) && results.types[index].dtype.is_float();
        if !shown || *outcome != Outcome::Dropped {
            continue;
        }
        let mut keys = paths[index].0.iter();
        let first = keys.next();
        let named = match first {
            Some(crate::value::tree::PathKey::Index(i)) if several => results.names.get(*i).cloned().flatten(),
            _ => None,
        };
        let last = paths[index].0.iter().rev().find_map(|key| match key {
            crate::value::tree::PathKey::Dict(Value::Str(name)) => Some(name.to_string()),
            crate::value::tree::PathKey::Attribute(name) => Some(name.to_string()),
            _ => None,
        });
        let fallback = if taken.is_empty() { "loss".to_owned() } else { format!("log_{index}") };
        let name = last.or(named).unwrap_or(fallback);
        let name = match taken.contains(&name) {
            true => format!("{name}_{index}"),
            false => name,
        };
        taken.push(name.clone());
        *outcome = Outcome::Log(name);
    }
}

use crate::value::Value;
