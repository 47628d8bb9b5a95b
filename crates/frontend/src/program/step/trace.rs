//! Traces a step with the types of a call.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use keramos_ir::{Array, DType, Function, TensorType};

use super::matching::{Argument, Results, outcomes};
use super::{Fed, Given, Outcome, Source, Step, Unknown};
use crate::diagnostics::{Diagnostic, codes};
use crate::error::{Error, Result};
use crate::interp::{Interp, UserFunction};
use crate::jax::transform::{Jit, Role, transformed};
use crate::keras::layer::LayerObject;
use crate::keras::variable::{InitialValue, Role as VariableRole, VariableId, behind};
use crate::library::Args;
use crate::program::assemble::traced_with_state;
use crate::program::function::request;
use crate::trace::Tensor;
use crate::value::tree::TreeDef;
use crate::value::{Host, Value, downcast};

/// A leaf of the arguments.
#[derive(Clone, Debug)]
pub(super) enum Slot {
    /// State: its place in [`Call::given`].
    State(usize),
    /// Data: its place in [`Call::data`].
    Data(usize),
    /// A number or array that is part of the step.
    Fixed(Value),
}

/// An argument, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Part {
    name: String,
    def: TreeDef,
    slots: Vec<Slot>,
}

/// A call, taken apart.
#[derive(Debug, Default)]
pub(super) struct Call {
    /// Static arguments as they are, others taken apart.
    positional: Vec<std::result::Result<Part, Value>>,
    keywords: Vec<(Rc<str>, std::result::Result<Part, Value>)>,
    /// The values that are passed as state.
    pub(super) given: Vec<Given>,
    data: Vec<(String, Host)>,
    /// The numbers that are passed, which are part of the step.
    numbers: Vec<Value>,
    number_names: Vec<String>,
    /// The arrays of the file among the data, which are part of the step.
    pub(super) known: Vec<Rc<Array>>,
    /// The places of those that differ from call to call, so that the run gives them after all.
    pub(super) varying: Vec<usize>,
}

/// A step, traced once.
struct Traced {
    name: String,
    function: Function,
    sources: Vec<Source>,
    outcomes: Vec<Outcome>,
    data: Vec<Fed>,
    left: Vec<(usize, VariableId)>,
    models: Vec<Rc<LayerObject>>,
    result: Value,
    batch: Option<usize>,
}

impl Call {
    /// The numbers of rows of data that come with fewer than in a step's first call.
    fn fewer_rows(&self, step: &Step) -> Vec<usize> {
        let rows = |host: &Host| host.array().and_then(|ty| ty.shape.first().copied());
        let pairs = step.call.data.iter().zip(&self.data);
        let fewer = pairs.filter_map(|((_, first), (_, now))| Some((rows(first)?, rows(now)?)));
        fewer.filter(|(first, now)| Some(*first) == step.batch && now < first).map(|(_, now)| now).collect()
    }
}

/// Whether both are the same function.
pub(super) fn same_function(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::User(a), Value::User(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}

impl Interp {
    /// The step that a call makes; `None` if its arguments are no state and data.
    ///
    /// # Errors
    /// The function cannot be traced, or what the data look like is not known.
    pub(super) fn step(&mut self, callee: &Value, jit: &Jit, args: &Args) -> Result<Option<Rc<Step>>> {
        let known_steps: Vec<Rc<Step>> =
            self.steps.found.iter().filter(|s| same_function(&s.callee, callee)).cloned().collect();
        let Some(call) = self.take_apart(callee, jit, args, &known_steps)? else { return Ok(None) };
        // What is computed anew before each call, such as a split key, is a variable of its own each time.
        let same = |a: VariableId, b: VariableId| {
            a == b || (self.computed_from(a).is_some() && self.computed_from(b).is_some())
        };
        let is_it = |step: &&Rc<Step>| {
            let (known, new) = (step.call.given.iter().map(Given::variable), call.given.iter().map(Given::variable));
            step.call.given.len() == call.given.len()
                && known.zip(new).all(|(a, b)| same(a, b))
                && step.call.varying == call.varying
        };
        if let Some(step) = known_steps.iter().find(is_it).cloned() {
            self.warn_of_numbers(&step, &call);
            for rows in call.fewer_rows(&step) {
                self.add_rest(&step, rows);
            }
            return Ok(Some(step));
        }
        self.warn_of_constants(callee, &known_steps, &call);
        let mark = self.mark();
        let fed = !call.data.is_empty();
        let traced = self.trace_step(callee, call);
        self.reset(mark);
        let step = Rc::new(traced?);
        // Without data of the run, a function that hands on no state just computes.
        if !fed && step.changed().is_empty() {
            return Ok(None);
        }
        for rows in self.steps.hints.rests.clone() {
            self.add_rest(&step, rows);
        }
        self.steps.found.push(step.clone());
        Ok(Some(step))
    }

    /// Traces a step for a smaller batch, too, if it can take one. As in Python, it is traced with what names mean now.
    fn add_rest(&mut self, step: &Step, rows: usize) {
        let Some(batch) = step.batch.filter(|&batch| rows > 0 && rows < batch) else { return };
        if step.rests.borrow().iter().any(|(known, _)| *known == rows) {
            return;
        }
        let data: Vec<Rc<Unknown>> = step.known_data.iter().map(|data| data.resized(batch, rows)).collect();
        let mark = self.mark();
        let rest = self.trace_round(&step.callee, &step.call, &data);
        self.reset(mark);
        if let Ok(rest) = rest
            && rest.sources == step.sources
            && rest.outcomes == step.outcomes
        {
            step.rests.borrow_mut().push((rows, rest.function));
        }
    }

    /// Warns of arrays that differ from call to call, where the step keeps those of the first.
    fn warn_of_constants(&mut self, callee: &Value, steps: &[Rc<Step>], call: &Call) {
        let constants = |given: &[Given]| given.iter().filter(|g| matches!(g, Given::Constant(..))).count();
        let differs = |step: &Rc<Step>| {
            let pairs = step.call.given.iter().zip(&call.given);
            step.call.given.len() == call.given.len()
                && constants(&step.call.given) > 0
                && pairs.clone().all(|(a, b)| match (a, b) {
                    (Given::Constant(..), Given::Constant(..)) => true,
                    (a, b) => a.variable() == b.variable(),
                })
        };
        let Some(step) = steps.iter().find(|step| differs(step)) else { return };
        let odd = step.call.given.iter().zip(&call.given).find(|(a, b)| a.variable() != b.variable());
        let Some((Given::Constant(_, id), _)) = odd else { return };
        let path = self.variables.get(*id).path.clone();
        let name = crate::jax::transform::callee::name_of(callee);
        self.warn_varying(&name, &path);
    }

    /// Warns of numbers that differ from call to call.
    fn warn_of_numbers(&mut self, step: &Rc<Step>, call: &Call) {
        let equal = |(a, b): (&Value, &Value)| match (a, b) {
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            _ => false,
        };
        let Some(place) = step.call.numbers.iter().zip(&call.numbers).position(|pair| !equal(pair)) else { return };
        let name = call.number_names.get(place).cloned().unwrap_or_default();
        self.warn_varying(&step.name.clone(), &name);
    }

    fn warn_varying(&mut self, step: &str, argument: &str) {
        let message =
            format!("`{argument}` changes from call to call of the step `{step}`, which keeps its first value");
        let warning = Diagnostic::warning(codes::HOST_VALUE, self.span, message)
            .note("every step that `keramos-run train` takes gets that first value")
            .help("compute it from state in the loop over data that calls the step (`key, now = jax.random.split(key)`), or hand it on in the state that the step returns");
        self.steps.warnings.push(warning);
    }

    fn take_apart(&mut self, callee: &Value, jit: &Jit, args: &Args, steps: &[Rc<Step>]) -> Result<Option<Call>> {
        let inner = transformed::<Jit>(callee).map_or_else(|| callee.clone(), |t| t.function.clone());
        let (positional, keywords) = jit.roles(&inner, args);
        let mut call = Call::default();
        for (index, (value, role)) in args.positional.iter().zip(positional).enumerate() {
            let name = crate::jax::transform::callee::argument_name(&inner, index);
            let Some(part) = self.part(name, value, role, &mut call, steps)? else { return Ok(None) };
            call.positional.push(part);
        }
        for ((name, value), role) in args.keywords.iter().zip(keywords) {
            let Some(part) = self.part(name.to_string(), value, role, &mut call, steps)? else { return Ok(None) };
            call.keywords.push((name.clone(), part));
        }
        Ok((!call.given.is_empty()).then_some(call))
    }

    fn part(
        &mut self,
        name: String,
        value: &Value,
        role: Role,
        call: &mut Call,
        steps: &[Rc<Step>],
    ) -> Result<Option<std::result::Result<Part, Value>>> {
        if role == Role::Static {
            return Ok(Some(Err(value.clone())));
        }
        let (leaves, def) = self.flatten(value)?;
        let fed = leaves.iter().any(|leaf| matches!(leaf, Value::Host(host) if host.left().is_none()));
        let mut slots = Vec::with_capacity(leaves.len());
        for (leaf, path) in leaves.iter().zip(def.paths()) {
            slots.push(match leaf {
                Value::Host(host) if let Some(id) = host.left() => {
                    call.given.push(Given::Variable(id));
                    Slot::State(call.given.len() - 1)
                }
                Value::Host(host) => {
                    call.data.push((format!("{name}{path}"), host.clone()));
                    Slot::Data(call.data.len() - 1)
                }
                // Among data of the run, an array is data that the file knows.
                Value::Array(array) if fed => {
                    let at = call.known.len();
                    call.known.push(array.clone());
                    match steps.iter().any(|step| step.varies(at, array)) {
                        true => {
                            let host = Host::new(format!("{name}{path}"), Some(self.span));
                            call.varying.push(at);
                            call.data.push((format!("{name}{path}"), host.with_type(array.ty().clone())));
                            Slot::Data(call.data.len() - 1)
                        }
                        false => Slot::Fixed(leaf.clone()),
                    }
                }
                Value::Array(array) => {
                    let at = call.given.len();
                    let id = self.state_of(array, at, &format!("{name}{path}"), steps);
                    call.given.push(Given::Constant(array.clone(), id));
                    Slot::State(at)
                }
                // A number of its own belongs to the step; among other state, such as a count of steps, it is state.
                Value::Int(_) | Value::Float(_) | Value::Bool(_) if def.is_leaf() => {
                    call.numbers.push(leaf.clone());
                    call.number_names.push(format!("{name}{path}"));
                    Slot::Fixed(leaf.clone())
                }
                Value::Int(_) | Value::Float(_) | Value::Bool(_) => {
                    let array = Rc::new(number(leaf));
                    let at = call.given.len();
                    let id = self.state_of(&array, at, &format!("{name}{path}"), steps);
                    call.given.push(Given::Constant(array, id));
                    Slot::State(at)
                }
                other => match behind(other) {
                    Some(id) => {
                        self.adopt(id, &format!("{name}{path}"));
                        call.given.push(Given::Variable(id));
                        Slot::State(call.given.len() - 1)
                    }
                    None => return Ok(None),
                },
            });
        }
        Ok(Some(Ok(Part { name, def, slots })))
    }

    /// The variable that holds a constant that is passed as leaf number `at` of the state.
    fn state_of(&mut self, array: &Rc<Array>, at: usize, path: &str, steps: &[Rc<Step>]) -> VariableId {
        let before = |step: &Rc<Step>| match step.call.given.get(at) {
            Some(Given::Constant(known, id)) if Rc::ptr_eq(known, array) || **known == **array => Some(*id),
            _ => None,
        };
        if let Some(id) = steps.iter().find_map(before) {
            return id;
        }
        self.held(array, path)
    }

    /// Calls an array of the file as the step does that takes it.
    fn adopt(&mut self, id: VariableId, path: &str) {
        let variable = self.variables.get(id);
        if variable.role == VariableRole::Array && variable.name.starts_with("array") && variable.path == *variable.name
        {
            let path = self.free_path(path);
            self.variables.get_mut(id).path = path;
        }
    }

    /// A path that no variable has yet.
    pub(super) fn free_path(&self, path: &str) -> String {
        let taken = |path: &str| self.variables.iter().any(|(_, variable)| variable.path == path);
        let numbered = (1..).map(|i| format!("{path}_{i}"));
        std::iter::once(path.to_owned()).chain(numbered).find(|path| !taken(path)).unwrap_or_default()
    }

    /// What the user says the data of steps are: trees of types.
    ///
    /// # Errors
    /// That is no tree of types.
    fn told_trees(&self) -> Result<Vec<Value>> {
        match &self.steps.hints.data {
            Some(text) => request::types(text),
            None => Ok(Vec::new()),
        }
    }

    /// The type that the user says a part of the data has which the file calls so: `batch["image"]` or `batch.image`.
    pub(crate) fn told_part(&self, name: &str) -> Option<TensorType> {
        fn part(tree: &Value, name: &str) -> Option<TensorType> {
            match tree {
                Value::Dict(entries) => {
                    let entries = entries.borrow();
                    let own =
                        entries.iter().find(|(key, _)| matches!(key.value(), Value::Str(known) if **known == *name));
                    let own = own.and_then(|(_, value)| crate::program::function::placeholder_of(value));
                    own.or_else(|| entries.values().find_map(|value| part(value, name)))
                }
                other => other.elements()?.iter().find_map(|value| part(value, name)),
            }
        }
        self.steps.hints.data.as_ref()?;
        self.told_trees().ok()?.iter().find_map(|tree| part(tree, name))
    }

    /// Zeros in the place of data of the run, for what needs only their types; others as they are.
    ///
    /// # Errors
    /// What the user says of the data is no tree of types.
    pub(crate) fn likeness(&mut self, value: &Value) -> Result<Value> {
        let Value::Host(host) = value else { return Ok(value.clone()) };
        let zeros = |ty: &TensorType| Value::Array(Rc::new(Array::full(ty, 0.0)));
        if let Some(ty) = host.array() {
            return Ok(zeros(ty));
        }
        let trees = self.told_trees()?;
        let tree = match trees.as_slice() {
            [] => return Ok(value.clone()),
            [one] => one.clone(),
            several => Value::tuple(several.to_vec()),
        };
        let placeholder = |leaf: &Value| crate::program::function::placeholder_of(leaf);
        tree.map_leaves(&mut |leaf| Ok(placeholder(leaf).map_or_else(|| leaf.clone(), |ty| zeros(&ty))))
    }

    fn trace_step(&mut self, callee: &Value, call: Call) -> Result<Step> {
        let data: Vec<Rc<Unknown>> =
            call.data.iter().map(|(name, host)| Unknown::new(name.clone(), host.clone())).collect();
        let trees = self.told_trees()?;
        // What names of the told tree are the file's own names for parts of its data, these have their types already.
        let known = trees.len() != data.len() && data.iter().all(|data| !data.has_unknown());
        if !trees.is_empty() && !known {
            // Data that the file takes apart itself may still be given as the tuple that they come in.
            let trees = match trees.as_slice() {
                [one] if data.len() > 1 => one.elements().filter(|all| all.len() == data.len()).unwrap_or(trees),
                _ => trees,
            };
            // A tree for parts that the file passes one by one.
            let trees = match trees.as_slice() {
                [one] if data.len() > 1 => {
                    let leaves = self.flatten(one)?.0;
                    if leaves.len() == data.len() { leaves } else { trees }
                }
                _ => trees,
            };
            match (data.as_slice(), trees.as_slice()) {
                // One argument given as several: a tuple.
                ([one], [_, _, ..]) => one.give(&Value::tuple(trees)),
                _ => data.iter().zip(&trees).for_each(|(data, tree)| data.give(tree)),
            }
        }
        data.iter().for_each(|data| self.learn_rows(data));
        let traced = self.learning(|interp| interp.trace_round(callee, &call, &data));
        let traced =
            traced.map_err(|error| with_parts(error, &crate::jax::transform::callee::name_of(callee), &data))?;
        Ok(Step {
            callee: callee.clone(),
            name: traced.name,
            call,
            known_data: data,
            function: traced.function,
            sources: traced.sources,
            outcomes: traced.outcomes,
            data: traced.data,
            left: traced.left,
            models: traced.models,
            result: traced.result,
            batch: traced.batch,
            rests: RefCell::default(),
            passes: Cell::new(0),
            others: Cell::new(0),
        })
    }

    fn trace_round(&mut self, callee: &Value, call: &Call, data: &[Rc<Unknown>]) -> Result<Traced> {
        let inner = transformed::<Jit>(callee).map_or_else(|| callee.clone(), |t| t.function.clone());
        let name = crate::jax::transform::callee::name_of(&inner);
        let mut arrays = Vec::new();
        let counts: Vec<usize> = data
            .iter()
            .map(|data| {
                let before = arrays.len();
                data.arrays(&mut arrays);
                arrays.len() - before
            })
            .collect();
        let hosts: Vec<Host> = counts
            .iter()
            .zip(&call.data)
            .flat_map(|(&count, (_, host))| std::iter::repeat_n(host.clone(), count))
            .collect();
        let ids: Vec<VariableId> = call.given.iter().map(Given::variable).collect();
        let mut types: Vec<TensorType> = ids.iter().map(|&id| self.variables.get(id).ty.clone()).collect();
        types.extend(arrays.iter().map(|(_, ty, _)| ty.clone()));
        let (mut out, mut called) = (None, Vec::new());
        let (function, reads, assigned) = traced_with_state(self, &name, &types, |interp, params| {
            let (state, rest) = params.split_at(ids.len());
            let known = data;
            let mut rest = rest.iter().cloned();
            let data: Vec<Value> =
                data.iter().zip(&counts).map(|(data, &n)| data.value(&mut rest.by_ref().take(n))).collect();
            interp.steps.dicts.clear();
            known.iter().zip(&data).for_each(|(known, value)| known.dicts(value, &mut interp.steps.dicts));
            let mut args = Args::default();
            for part in &call.positional {
                args.positional.push(interp.filled(part, state, &data)?);
            }
            for (name, part) in &call.keywords {
                args.keywords.push((name.clone(), interp.filled(part, state, &data)?));
            }
            let models = std::mem::take(&mut interp.steps.models);
            let result = interp.call(&inner, args);
            called = std::mem::replace(&mut interp.steps.models, models);
            let result = result?;
            let (leaves, def) = interp.flatten(&result)?;
            let tensors = leaves.iter().map(|leaf| interp.leaf_tensor(leaf)).collect::<Result<Vec<Tensor>>>()?;
            out = Some(def);
            Ok(tensors)
        })?;
        if let Some(&id) = assigned.first() {
            let path = &self.variables.get(id).path;
            return Err(Error::ty(format!("the step `{name}` changes the variable `{path}`"))
                .help("a function under jax.jit has no side effects: use stateless_call, stateless_apply and their like, and return the new values"));
        }
        let def = out.ok_or_else(|| Error::internal("a step without results"))?;
        let names = return_names(&inner);
        let result_types = function.result_types();
        // What gives a gradient gives no new state, though it looks like it.
        let part = self.is_part(callee);
        let mut arguments = if part { Vec::new() } else { self.state_arguments(call) };
        let results = Results { def: &def, types: &result_types, names: &names };
        let outcomes = outcomes(&results, &mut arguments)?;
        let host = call.data.first().map(|(_, host)| host.clone());
        let origin = host.unwrap_or_else(|| Host::new(format!("the result of `{name}`"), Some(self.span)));
        let left = self.left_by(&name, &outcomes, &result_types);
        let leaves = outcomes.iter().enumerate().map(|(at, outcome)| {
            match (outcome, left.iter().find(|(place, _)| *place == at)) {
                (Outcome::State(id), _) => Value::Object(Rc::new(InitialValue { id: *id, weak: false })),
                (_, Some((_, id))) if part => Value::Object(Rc::new(InitialValue { id: *id, weak: false })),
                (_, Some((_, id))) => Value::Host(origin.left_in(*id)),
                (_, None) => Value::Host(origin.derived()),
            }
        });
        let result = self.unflatten(&def, leaves.collect::<Vec<_>>())?;
        let mut sources: Vec<Source> = ids.iter().map(|&id| Source::State(id)).collect();
        sources.extend((0..arrays.len()).map(Source::Data));
        sources.extend(reads.into_iter().map(Source::State));
        let batch = arrays.first().and_then(|(_, ty, _)| ty.shape.first().copied());
        if batch.is_none() && !call.data.is_empty() {
            return Err(Error::argument(format!("the step `{name}` uses no data")));
        }
        Ok(Traced {
            name,
            function,
            sources,
            outcomes,
            data: arrays.into_iter().zip(hosts).map(|((name, _, classes), host)| Fed { name, classes, host }).collect(),
            left,
            models: called,
            result,
            batch,
        })
    }

    fn filled(&mut self, part: &std::result::Result<Part, Value>, state: &[Tensor], data: &[Value]) -> Result<Value> {
        let part = match part {
            Ok(part) => part,
            Err(value) => return Ok(value.clone()),
        };
        let leaf = |slot: &Slot| match slot {
            Slot::State(i) => state.get(*i).cloned().map_or(Value::None, Value::Tensor),
            Slot::Data(i) => data.get(*i).cloned().unwrap_or(Value::None),
            Slot::Fixed(value) => value.clone(),
        };
        self.unflatten(&part.def, part.slots.iter().map(leaf).collect::<Vec<_>>())
    }

    /// The arguments that are all state.
    fn state_arguments(&self, call: &Call) -> Vec<Argument> {
        let parts = call.positional.iter().chain(call.keywords.iter().map(|(_, part)| part));
        let argument = |part: &Part| {
            let ids: Option<Vec<VariableId>> = part
                .slots
                .iter()
                .map(|slot| match slot {
                    Slot::State(i) => call.given.get(*i).map(Given::variable),
                    _ => None,
                })
                .collect();
            let ids = ids.filter(|ids| !ids.is_empty())?;
            let types = ids.iter().map(|&id| self.variables.get(id).ty.clone()).collect();
            Some(Argument { name: part.name.clone(), def: part.def.clone(), ids, types, taken: false })
        };
        parts.filter_map(|part| argument(part.as_ref().ok()?)).collect()
    }
}

/// The error of data whose types are not known, with all that the step gets: what `--input-shape` is to tell.
fn with_parts(error: Error, step: &str, data: &[Rc<Unknown>]) -> Error {
    if error.diagnostic().code != codes::HOST_VALUE || !data.iter().any(|data| data.has_unknown()) {
        return error;
    }
    let mut parts = Vec::new();
    data.iter().for_each(|data| data.parts(&mut parts));
    let part = |(name, ty): &(String, Option<TensorType>)| match ty {
        Some(ty) => format!("`{name}` ({ty})"),
        None => format!("`{name}`"),
    };
    error
        .note(format!("the step `{step}` gets from the run: {}", parts.iter().map(part).collect::<Vec<_>>().join(", ")))
}

/// A Python number as an array of the type that JAX gives it.
fn number(value: &Value) -> Array {
    match value {
        Value::Float(x) => Array::scalar(DType::F32, *x),
        Value::Bool(truth) => Array::scalar(DType::Bool, f64::from(u8::from(*truth))),
        Value::Int(number) => Array::scalar(DType::I32, *number as f64),
        _ => Array::scalar(DType::I32, 0.0),
    }
}

/// How a function calls the parts of the tuple that it returns.
fn return_names(function: &Value) -> Vec<Option<String>> {
    let Value::User(object) = function else { return Vec::new() };
    match downcast::<UserFunction>(object) {
        Some(function) => function.returned_names(),
        None => object.stands_for().map(|(inner, _)| return_names(&inner)).unwrap_or_default(),
    }
}
