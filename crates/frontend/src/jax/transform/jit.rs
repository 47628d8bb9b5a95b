//! `jax.jit`.

use std::rc::Rc;

use super::ahead::{Begin, Stage};
use super::callee::{argument_name, name_of, signature};
use super::marked::{Marked, Place};
use super::shapes;
use super::stage::{Aval, Others, Staged, Staging};
use super::transformed::{Transform, applied};
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
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
    let marked = Marks { fixed: Marked::new(args, "static")?, donated: Marked::new(args, "donate")? };
    applied(args.some("fun")?, Jit { marked, inline: args.bool("inline")? })
}

/// The options of a jitted function.
#[derive(Clone, Debug)]
pub(crate) struct Jit {
    marked: Marks,
    inline: bool,
}

/// Which arguments are not like the others.
#[derive(Clone, Debug)]
pub(super) struct Marks {
    /// Those that are part of the function.
    fixed: Marked,
    donated: Marked,
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

impl std::default::Default for Jit {
    /// Without options.
    fn default() -> Self {
        Jit { marked: Marks { fixed: Marked::nothing("static"), donated: Marked::nothing("donate") }, inline: false }
    }
}

impl Jit {
    /// What becomes of each argument of a call of `function`, by position and by name.
    pub(crate) fn roles(&self, function: &Value, args: &Args) -> (Vec<Role>, Vec<Role>) {
        self.marked.roles(function, args)
    }
}

impl Marks {
    /// What `static_argnums` of a call says.
    ///
    /// # Errors
    /// It is no integer or sequence of integers.
    pub(super) fn only_static(args: &Bound) -> Result<Marks> {
        Ok(Marks { fixed: Marked::new(args, "static")?, donated: Marked::nothing("donate") })
    }

    fn roles(&self, function: &Value, args: &Args) -> (Vec<Role>, Vec<Role>) {
        let known = signature(function).unwrap_or_default();
        let count = args.positional.len();
        let role = |place: Place<'_>| match self.fixed.has(&known, place, count) {
            true => Role::Static,
            false if self.donated.has(&known, place, count) => Role::Donated,
            false => Role::Traced,
        };
        let positional = (0..count).map(|index| role(Place::Position(index)));
        (positional.collect(), args.keywords.iter().map(|(name, _)| role(Place::Name(name))).collect())
    }

    /// Checks that every position marked static is among those of a call.
    ///
    /// # Errors
    /// One is not.
    pub(super) fn in_call(&self, transform: &str, args: &Args) -> Result<()> {
        self.fixed.in_range(transform, "the call has", args.positional.len())
    }

    /// Takes a call of `function` apart.
    ///
    /// # Errors
    /// A traced leaf is no number or array, or a static argument is not hashable.
    pub(crate) fn split(&self, interp: &mut Interp, function: &Value, args: Args) -> Result<JitCall> {
        let (positional, keywords) = self.roles(function, &args);
        let mut call = JitCall {
            args: Args::default(),
            positional: Vec::new(),
            keywords: Vec::new(),
            leaves: Vec::new(),
            names: Vec::new(),
            donated: Vec::new(),
        };
        for (index, (value, role)) in args.positional.iter().zip(positional).enumerate() {
            let def = call.take(interp, &argument_name(function, index), value, role)?;
            call.positional.push(def);
        }
        for ((name, value), role) in args.keywords.iter().zip(keywords) {
            let def = call.take(interp, name, value, role)?;
            call.keywords.push(def);
        }
        call.args = args;
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
    /// Notes an argument; its tree, if it is traced.
    fn take(&mut self, interp: &mut Interp, name: &str, value: &Value, role: Role) -> Result<Option<TreeDef>> {
        match role {
            Role::Static => {
                hashable(name, value)?;
                Ok(None)
            }
            Role::Traced | Role::Donated => Ok(Some(self.add(interp, name, value, role == Role::Donated)?)),
        }
    }

    fn add(&mut self, interp: &mut Interp, name: &str, value: &Value, donated: bool) -> Result<TreeDef> {
        let (values, def) = interp.flatten(value)?;
        for (value, path) in values.iter().zip(def.paths()) {
            let tensor =
                interp.leaf_tensor(value).map_err(|error| match error.diagnostic().code == codes::HOST_VALUE {
                    true => error,
                    false => Error::ty(format!(
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

    fn check(&self, function: &Value) -> Result<()> {
        self.marked.fixed.check("jit", function)?;
        self.marked.donated.check("jit", function)?;
        self.marked.fixed.disjoint(&self.marked.donated, function)
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
        let call = self.marked.split(interp, function, args)?;
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

    fn attribute(&self, callee: Value, function: &Value, name: &str) -> Option<Value> {
        let begin = |stage| Some(Value::Object(Rc::new(Begin { jitted: callee, stage })));
        match name {
            "eval_shape" => Some(Value::User(Rc::new(EvalShape(function.clone())))),
            "trace" => begin(Stage::Traced),
            "lower" => begin(Stage::Lowered),
            _ => None,
        }
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
