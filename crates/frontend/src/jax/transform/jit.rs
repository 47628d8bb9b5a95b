//! `jax.jit`.

use std::rc::Rc;

use super::callee::{argument_name, name_of, parameter_names};
use super::shapes;
use super::stage::{Aval, Others, Staged, Staging};
use super::transformed::{Transform, applied};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::interp::operators::number;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::tree::TreeDef;
use crate::value::{Key, Object, Value};

pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "jit" [(fun = Default::None) (in_shardings = Default::None) (out_shardings = Default::None) (static_argnums = Default::None)
        (static_argnames = Default::None) (donate_argnums = Default::None) (donate_argnames = Default::None)
        (keep_unused = Default::Bool(false)) (device = Default::None) (backend = Default::None)
        (inline = Default::Bool(false)) (compiler_options = Default::None)]
        "The function, compiled as a whole; a function under it can become an entry point of the artifact." => jit;
};

fn jit(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let jit = Jit {
        static_positions: positions(args, "static_argnums")?,
        static_names: names(args, "static_argnames")?,
        donated_positions: positions(args, "donate_argnums")?,
        donated_names: names(args, "donate_argnames")?,
        inline: args.bool("inline")?,
    };
    applied(args.some("fun")?, jit)
}

fn positions(args: &Bound, name: &str) -> Result<Vec<i64>> {
    let Some(value) = args.some(name)? else { return Ok(Vec::new()) };
    if let Some(position) = number::index(value) {
        return Ok(vec![position]);
    }
    let all = value.elements().and_then(|v| v.iter().map(number::index).collect());
    all.ok_or_else(|| args.invalid(name, "an integer or a sequence of integers"))
}

fn names(args: &Bound, name: &str) -> Result<Vec<Rc<str>>> {
    let text = |value: &Value| match value {
        Value::Str(text) => Some(text.clone()),
        _ => None,
    };
    let Some(value) = args.some(name)? else { return Ok(Vec::new()) };
    if let Some(one) = text(value) {
        return Ok(vec![one]);
    }
    let all = value.elements().and_then(|v| v.iter().map(text).collect());
    all.ok_or_else(|| args.invalid(name, "a string or a sequence of strings"))
}

/// The options of a jitted function.
#[derive(Clone, Debug)]
pub(crate) struct Jit {
    static_positions: Vec<i64>,
    static_names: Vec<Rc<str>>,
    donated_positions: Vec<i64>,
    donated_names: Vec<Rc<str>>,
    inline: bool,
}

/// What becomes of an argument of a jitted function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is part of the function.
    Static,
    /// It is an array.
    Traced,
    /// It is an array whose memory the results may take over.
    Donated,
}

/// A call of a jitted function, taken apart: what is traced, and what is not.
pub(crate) struct JitCall {
    args: Args,
    /// For each positional argument, its tree unless it is static.
    positional: Vec<Option<TreeDef>>,
    keywords: Vec<Option<TreeDef>>,
    /// The leaves of the arguments that are traced, in order.
    pub(crate) leaves: Vec<Tensor>,
    /// How the program calls each leaf.
    pub(crate) names: Vec<String>,
    /// For each leaf, whether its argument is donated.
    pub(crate) donated: Vec<bool>,
}

impl Jit {
    /// Only argument `static_argnums` of a call.
    ///
    /// # Errors
    /// It is no integer or sequence of integers.
    pub(super) fn with_static(args: &Bound) -> Result<Jit> {
        Ok(Jit {
            static_positions: positions(args, "static_argnums")?,
            static_names: Vec::new(),
            donated_positions: Vec::new(),
            donated_names: Vec::new(),
            inline: false,
        })
    }

    /// Whether argument `index`, called `name`, is among those listed.
    fn listed(positions: &[i64], names: &[Rc<str>], index: Option<usize>, name: Option<&str>, count: usize) -> bool {
        let at = |&position: &i64| {
            let position = if position < 0 { position + count as i64 } else { position };
            index.is_some_and(|index| position == index as i64)
        };
        positions.iter().any(at) || name.is_some_and(|name| names.iter().any(|n| &**n == name))
    }

    /// What becomes of each argument of a call of `function`, by position and by name.
    pub(crate) fn roles(&self, function: &Value, args: &Args) -> (Vec<Role>, Vec<Role>) {
        let known = parameter_names(function).unwrap_or_default();
        let count = args.positional.len().max(known.len());
        let role = |index: Option<usize>, name: Option<&str>| {
            if Jit::listed(&self.static_positions, &self.static_names, index, name, count) {
                return Role::Static;
            }
            match Jit::listed(&self.donated_positions, &self.donated_names, index, name, count) {
                true => Role::Donated,
                false => Role::Traced,
            }
        };
        let positional = (0..args.positional.len()).map(|i| role(Some(i), known.get(i).map(String::as_str)));
        let by_name = |name: &str| role(known.iter().position(|n| n == name), Some(name));
        (positional.collect(), args.keywords.iter().map(|(name, _)| by_name(name)).collect())
    }

    /// Takes a call of `function` apart.
    ///
    /// # Errors
    /// A traced leaf is no number or array, or a static argument is not hashable.
    pub(crate) fn split(&self, interp: &mut Interp, function: &Value, args: Args) -> Result<JitCall> {
        let known = parameter_names(function).unwrap_or_default();
        let count = args.positional.len().max(known.len());
        let mut call = JitCall {
            args,
            positional: Vec::new(),
            keywords: Vec::new(),
            leaves: Vec::new(),
            names: Vec::new(),
            donated: Vec::new(),
        };
        let positional = call.args.positional.clone();
        for (index, value) in positional.iter().enumerate() {
            let name = known.get(index).map(String::as_str);
            let donated = Jit::listed(&self.donated_positions, &self.donated_names, Some(index), name, count);
            let shown = argument_name(function, index);
            let def = match Jit::listed(&self.static_positions, &self.static_names, Some(index), name, count) {
                true => {
                    hashable(&shown, value)?;
                    None
                }
                false => Some(call.add(interp, &shown, value, donated)?),
            };
            call.positional.push(def);
        }
        let keywords = call.args.keywords.clone();
        for (name, value) in &keywords {
            let index = known.iter().position(|n| **n == **name);
            let donated = Jit::listed(&self.donated_positions, &self.donated_names, index, Some(name), count);
            let def = match Jit::listed(&self.static_positions, &self.static_names, index, Some(name), count) {
                true => {
                    hashable(name, value)?;
                    None
                }
                false => Some(call.add(interp, name, value, donated)?),
            };
            call.keywords.push(def);
        }
        Ok(call)
    }
}

fn hashable(name: &str, value: &Value) -> Result<()> {
    match Key::new(value.clone()) {
        Ok(_) if !matches!(value, Value::Array(_)) => Ok(()),
        _ => Err(raise(
            "ValueError",
            format!(
                "static arguments of jax.jit must be hashable, `{name}` is {} {}",
                super::stage::article(&value.type_name()),
                value.type_name()
            ),
        )
        .help("pass a tuple instead of a list, or let the argument be traced")),
    }
}

impl JitCall {
    fn add(&mut self, interp: &mut Interp, name: &str, value: &Value, donated: bool) -> Result<TreeDef> {
        let (values, def) = interp.flatten(value)?;
        for (value, path) in values.iter().zip(def.paths()) {
            let tensor = interp.leaf_tensor(value).map_err(|error| match value {
                Value::Host(_) => error,
                _ => Error::ty(format!(
                    "`{name}{path}` given to a function under jax.jit is {}, not a number or array",
                    value.type_name()
                ))
                .help(format!("mark it as static: jax.jit(f, static_argnames=\"{name}\")")),
            })?;
            self.leaves.push(tensor);
            self.names.push(format!("{name}{path}"));
            self.donated.push(donated);
        }
        Ok(def)
    }

    /// Runs the function on parameters.
    ///
    /// # Errors
    /// The function fails.
    pub(crate) fn stage(&self, interp: &mut Interp, function: &Value) -> Result<Staged> {
        let name = name_of(function);
        let staging =
            Staging { what: "jax.jit", name: &name, differentiated: false, others: Others::Convert, point: None };
        interp.stage(staging, &Aval::all(&self.leaves), |interp, leaves| {
            let mut leaves = leaves.into_iter().map(Value::Tensor);
            let mut args = self.args.clone();
            let values = args.positional.iter_mut().chain(args.keywords.iter_mut().map(|(_, value)| value));
            for (value, def) in values.zip(self.positional.iter().chain(&self.keywords)) {
                if let Some(def) = def {
                    *value = interp.unflatten(def, leaves.by_ref().take(def.num_leaves()).collect::<Vec<_>>())?;
                }
            }
            interp.call(function, args)
        })
    }
}

impl Transform for Jit {
    fn name(&self) -> &'static str {
        "jit"
    }

    fn called(&self, interp: &mut Interp, callee: &Value, args: &Args) -> Option<Value> {
        if interp.jit_disabled > 0 {
            return None;
        }
        interp.note_call(callee, self, args);
        interp.note_step(callee, self, args)
    }

    fn call(&self, interp: &mut Interp, function: &Value, args: Args) -> Result<Value> {
        if interp.jit_disabled > 0 {
            return interp.call(function, args);
        }
        let call = self.split(interp, function, args)?;
        let staged = call.stage(interp, function)?;
        let args: Vec<&Tensor> = call.leaves.iter().chain(&staged.captures).collect();
        let results = match self.inline {
            true => interp.tracer.inline(&staged.function, &args)?,
            false => interp.tracer.build(&args, |b, values| b.call_shared(staged.function.clone(), values))?,
        };
        let mut results = results.into_iter();
        let tree = staged.out.tree(interp, &mut results)?;
        staged.assign(interp, &mut results);
        Ok(tree)
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interp, function: &Value, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "eval_shape" => Some(Value::User(Rc::new(EvalShape(function.clone())))),
            "lower" | "trace" => {
                return Err(Error::unsupported(format!("`.{name}` of a jitted function"))
                    .help("`keramos compile --emit` shows what a file compiles to"));
            }
            _ => None,
        })
    }
}

/// `jitted.eval_shape`.
#[derive(Debug)]
struct EvalShape(Value);

impl Object for EvalShape {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        shapes::outputs(interp, &self.0, args)
    }
}
