//! Traces a function with given argument types.

use std::rc::Rc;

use keramos_ir::{Function, TensorType};

use super::{Wanted, argument};
use crate::error::{Error, Result};
use crate::interp::{Interp, UserFunction};
use crate::keras::variable::VariableId;
use crate::library::Args;
use crate::program::assemble::{State, state_first, traced_with_state};
use crate::program::{Entry, EntryKind, Port, PortKind};
use crate::trace::Tensor;
use crate::value::{Value, downcast, leaf_paths};

/// A traced function, before the order of the program's state is known.
#[derive(Debug)]
pub struct Traced {
    function: Function,
    /// Names of the arguments' leaves, one for each parameter that is no variable.
    arguments: Vec<String>,
    results: Vec<String>,
    /// The variables that the function reads: its last parameters.
    pub reads: Vec<VariableId>,
}

/// Whether two entry points have one name and the same argument types, so that no call could tell them
/// apart.
pub fn same(a: &Traced, b: &Traced) -> bool {
    let types = |f: &Traced| f.function.param_types().into_iter().take(f.arguments.len()).collect::<Vec<_>>();
    a.function.name == b.function.name && types(a) == types(b)
}

/// Traces a function. Its parameters are the tensors in the arguments in the order of
/// `jax.tree.leaves`, by position and then by name; its results are the leaves of what it returns.
///
/// # Errors
/// The arguments do not fit the function, it fails, changes variables, or returns something that is no
/// array.
pub fn trace(interp: &mut Interp, wanted: &Wanted) -> Result<Traced> {
    let names = Names::of(&wanted.function);
    let mut leaves = Vec::new();
    let mut visit = |path: &str, leaf: &Value| leaves.extend(argument::of(leaf).map(|leaf| (path.to_owned(), leaf)));
    let mut keywords: Vec<_> = wanted.args.keywords.iter().collect();
    keywords.sort_by(|a, b| a.0.cmp(&b.0));
    wanted.args.positional.iter().enumerate().for_each(|(i, v)| leaf_paths(v, &names.positional(i), &mut visit));
    keywords.into_iter().for_each(|(name, v)| leaf_paths(v, &names.keyword(name), &mut visit));

    let types: Vec<TensorType> = leaves.iter().map(|(_, leaf)| leaf.ty.clone()).collect();
    let place = names.place().unwrap_or(interp.span);
    interp.at(place);
    let mut results = Vec::new();
    let traced = traced_with_state(interp, &wanted.name, &types, |interp, params| {
        let mut replace = |leaf: &Value| {
            let Some(placeholder) = argument::of(leaf) else { return Ok(leaf.clone()) };
            let param = leaves.iter().zip(params).find(|((_, known), _)| Rc::ptr_eq(known, &placeholder));
            let (_, tensor) = param.ok_or_else(|| Error::internal("an argument was given no parameter"))?;
            let tensor = if placeholder.weak { tensor.clone().into_weak() } else { tensor.clone() };
            Ok(Value::Tensor(tensor))
        };
        let positional = wanted.args.positional.iter().map(|v| v.map_leaves(&mut replace)).collect::<Result<_>>()?;
        let keywords = wanted.args.keywords.iter().map(|(n, v)| Ok((n.clone(), v.map_leaves(&mut replace)?)));
        let args = Args { positional, keywords: keywords.collect::<Result<_>>()? };
        let result = interp.call(&wanted.function, args)?;
        tensors(interp, &wanted.name, &result, &mut results)
    });
    let (function, reads, assigned) = traced.map_err(|error| error.at(place))?;
    if let Some(&id) = assigned.first() {
        let path = &interp.variables.get(id).path;
        let message = format!("the entry point `{}` changes the variable `{path}`", wanted.name);
        return Err(Error::ty(message)
            .at(place)
            .help("return the new value instead; an entry point has no side effects"));
    }
    Ok(Traced { function, arguments: leaves.into_iter().map(|(path, _)| path).collect(), results, reads })
}

/// The leaves of a result as tensors; their paths go to `paths`.
fn tensors(interp: &mut Interp, name: &str, result: &Value, paths: &mut Vec<String>) -> Result<Vec<Tensor>> {
    let mut leaves = Vec::new();
    leaf_paths(result, "result", &mut |path, leaf| leaves.push((path.to_owned(), leaf.clone())));
    let tensor = |(path, leaf): (String, Value)| {
        let tensor = match &leaf {
            Value::Tensor(_) | Value::Array(_) | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Host(_) => {
                interp.to_tensor(&leaf)
            }
            other => Err(Error::ty(format!("`{path}` of the entry point `{name}` is {}", other.type_name()))
                .help("return arrays and numbers in tuples, lists and dicts")),
        };
        paths.push(path);
        tensor
    };
    leaves.into_iter().map(tensor).collect()
}

impl Traced {
    /// The entry point, given the order of the state.
    ///
    /// # Errors
    /// A variable that is read is not part of the state.
    pub fn into_entry(self, interp: &Interp, state: &State) -> Result<Entry> {
        let reads = self.reads.iter().map(|&id| state.index(id)).collect::<Result<Vec<_>>>()?;
        let (function, mut inputs) = state_first(interp, self.function, state, reads);
        let port = |name: String, kind: PortKind| Port { name, kind, donated_to: None, below: None };
        inputs.extend(self.arguments.into_iter().enumerate().map(|(i, name)| port(name, PortKind::Data(i))));
        let outputs = self.results.into_iter().enumerate().map(|(i, name)| port(name, PortKind::Output(i)));
        Ok(Entry { kind: EntryKind::Function, batch: None, function, inputs, outputs: outputs.collect() })
    }
}

/// What the arguments of a function are called.
struct Names(Option<Rc<UserFunction>>);

impl Names {
    fn of(function: &Value) -> Names {
        match function {
            Value::User(object) => Names(downcast::<UserFunction>(object)),
            _ => Names(None),
        }
    }

    /// The header of the function.
    fn place(&self) -> Option<crate::diagnostics::Span> {
        self.0.as_ref()?.header()
    }

    fn positional(&self, index: usize) -> String {
        let Some(function) = &self.0 else { return format!("args[{index}]") };
        let parameters = function.parameters();
        let mut named = parameters.positional_only.iter().chain(&parameters.positional);
        if let Some(parameter) = named.nth(index) {
            return parameter.name.name.to_string();
        }
        let before = parameters.positional_only.len() + parameters.positional.len();
        let variadic = parameters.variadic.as_ref().map_or("args", |v| &*v.name.name);
        format!("{variadic}[{}]", index.saturating_sub(before))
    }

    fn keyword(&self, name: &str) -> String {
        let known = |function: &Rc<UserFunction>| function.parameters().iter().any(|p| *p.name.name == *name);
        match self.0.as_ref().map(|f| (known(f), f.parameters().keywords.as_ref())) {
            Some((false, Some(keywords))) => format!("{}['{name}']", keywords.name.name),
            _ => name.to_owned(),
        }
    }
}
