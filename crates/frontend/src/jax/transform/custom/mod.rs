//! Functions whose derivatives the program gives: `jax.custom_jvp` and `jax.custom_vjp`.
//!
//! Rules are run where the function is called, and only as deep as derivatives of it are taken
//! ([`Interp::derivatives`]): a rule that calls its own function ends there.

mod gradient;
mod jvp;
mod vjp;

pub(crate) use gradient::{FUNCTIONS as GRADIENT, custom_gradient};
pub(crate) use jvp::FUNCTIONS as JVP;
pub(crate) use vjp::FUNCTIONS as VJP;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use keramos_ir::{Builder, Function};

use super::callee::{argument_name, name_of, parameter_names};
use super::selection::leaf;
use super::stage::{Aval, Others, Staged, Staging};
use super::transformed::{call_traced, check_callable};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::operators::number;
use crate::library::{Args, Bound};
use crate::trace::{Captures, Tensor, params};
use crate::value::tree::TreeDef;
use crate::value::{Object, Value};

/// The rules that a program gives for one kind of derivative.
trait Rules: Sized + fmt::Debug + 'static {
    /// The function of `jax` that takes them, such as `custom_jvp`.
    const WHAT: &'static str;
    /// How a program gives them, for messages.
    const USE: &'static str;
    /// The methods that set them.
    const METHODS: &'static [&'static str];

    /// The rules that a call of one of the methods gives, and what it returns.
    ///
    /// # Errors
    /// They are no functions.
    fn define(method: &'static str, given: Args) -> Result<(Self, Value)>;

    /// Runs the rules on parameters, for a call of the function.
    ///
    /// # Errors
    /// A rule fails, or does not fit the function.
    fn stage(&self, interp: &mut Interp, site: &Site<'_>) -> Result<Vec<Staged>>;

    /// Emits the call: `function` takes the captures, then the leaves of the arguments.
    ///
    /// # Errors
    /// The rules' functions do not fit.
    fn emit(
        interp: &mut Interp,
        site: &Site<'_>,
        captures: &Captures,
        function: &Arc<Function>,
        rules: &[Staged],
    ) -> Result<Vec<Tensor>>;
}

/// A call of a function whose derivative is given.
struct Site<'a> {
    /// The function's name, and the function with its rules, which is differentiated by them again.
    name: &'a str,
    function: &'a Value,
    /// The arguments.
    call: &'a Call,
    /// The function, run on parameters.
    staged: &'a Staged,
}

/// A function and its rules.
#[derive(Debug)]
struct Custom<R> {
    function: Value,
    /// The positions of the arguments that are not differentiated.
    nondiff: Vec<usize>,
    rules: RefCell<Option<Rc<R>>>,
}

/// A method that sets the rules.
#[derive(Debug)]
struct Define<R> {
    target: Rc<Custom<R>>,
    method: &'static str,
}

/// The function of a call `custom_jvp(fun, nondiff_argnums, nondiff_argnames)` or its like.
fn custom<R: Rules>(args: &Bound) -> Result<Value> {
    let function = args.get("fun")?;
    check_callable(&format!("jax.{}", R::WHAT), function)?;
    let nondiff = nondiff(args, function)?;
    Ok(Custom::<R>::value(function.clone(), nondiff, None))
}

impl<R: Rules> Custom<R> {
    fn value(function: Value, nondiff: Vec<usize>, rules: Option<R>) -> Value {
        Value::User(Rc::new(Custom { function, nondiff, rules: RefCell::new(rules.map(Rc::new)) }))
    }

    fn run(self: &Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let name = name_of(&self.function);
        let Some(rules) = self.rules.borrow().clone() else {
            return Err(Error::ty(format!("`{name}` under jax.{} has no rule for its derivative", R::WHAT))
                .help(format!("define it: {name}.{}", R::USE)));
        };
        if interp.derivatives == 0 {
            return interp.call(&self.function, args);
        }
        let call = Call::new(interp, R::WHAT, &self.function, args, &self.nondiff)?;
        let what = format!("jax.{}", R::WHAT);
        let staging = Staging {
            what: &what,
            name: &name,
            differentiated: false,
            others: Others::Convert,
            point: Some(&call.leaves),
        };
        let staged = interp.stage(staging, &call.avals(), |interp, leaves| {
            let args = call.with(interp, leaves)?;
            interp.call(&self.function, args)
        })?;
        let this = Value::User(self.clone());
        let site = Site { name: &name, function: &this, call: &call, staged: &staged };
        let parts = once_less(interp, |interp| rules.stage(interp, &site))?;
        for part in std::iter::once(&staged).chain(&parts) {
            check_pure(interp, &name, part)?;
        }
        let captures = Captures::of(std::iter::once(&staged).chain(&parts).map(|part| &*part.captures));
        let mut b = Builder::new(name.clone());
        let captured = captures.params(&mut b);
        let own = params(&mut b, call.leaves.iter().map(Tensor::ty));
        let results = captures.inline(&mut b, &staged.function, &staged.captures, &own, &captured)?;
        let function = Arc::new(b.finish(results));
        let mut results = R::emit(interp, &site, &captures, &function, &parts)?.into_iter();
        staged.out.tree(interp, &mut results)
    }
}

impl<R: Rules> Object for Custom<R> {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let this = self.clone();
        call_traced(interp, &Value::User(self), R::WHAT, args, |interp, args| this.run(interp, args))
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        match (R::METHODS.iter().find(|method| **method == name), name) {
            (Some(method), _) => Ok(Some(Value::User(Rc::new(Define { target: self, method })))),
            (None, "__wrapped__" | "fun") => Ok(Some(self.function.clone())),
            _ => interp.find_attribute(&self.function, name),
        }
    }

    fn stands_for(&self) -> Option<(Value, usize)> {
        Some((self.function.clone(), 0))
    }

    fn binds(&self) -> bool {
        true
    }
}

impl<R: Rules> Object for Define<R> {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, mut args: Args) -> Result<Value> {
        let option = |args: &mut Args, name: &str| {
            let at = args.keywords.iter().position(|(keyword, _)| &**keyword == name)?;
            Some(args.keywords.remove(at).1)
        };
        if let Some(value) = option(&mut args, "symbolic_zeros")
            && interp.is_true(&value)?
        {
            return Err(Error::unsupported(format!(
                "symbolic_zeros=True of {}.{} is not compiled",
                R::WHAT,
                self.method
            ))
            .help("leave it away: the rule gets arrays of zeros, which compile to nothing where they are not used"));
        }
        option(&mut args, "optimize_remat");
        let (rules, result) = R::define(self.method, args)?;
        self.target.rules.replace(Some(Rc::new(rules)));
        Ok(result)
    }
}

/// The positions that `nondiff_argnums` and `nondiff_argnames` name.
fn nondiff(args: &Bound, function: &Value) -> Result<Vec<usize>> {
    let index = |value: &Value| number::index(value).and_then(|i| usize::try_from(i).ok());
    let value = args.get("nondiff_argnums")?;
    let all = match index(value) {
        Some(one) => Some(vec![one]),
        None => value.elements().and_then(|v| v.iter().map(index).collect()),
    };
    let mut positions: Vec<usize> =
        all.ok_or_else(|| args.invalid("nondiff_argnums", "a tuple of non-negative integers"))?;
    let Some(names) = args.some("nondiff_argnames")? else { return Ok(positions) };
    let known = parameter_names(function).unwrap_or_default();
    let names = if let Value::Str(_) = names { vec![names.clone()] } else { names.elements().unwrap_or_default() };
    for name in names {
        let place = |name: &Value| match name {
            Value::Str(name) => known.iter().position(|known| **known == **name),
            _ => None,
        };
        positions
            .push(place(&name).ok_or_else(|| args.invalid("nondiff_argnames", "names of the function's arguments"))?);
    }
    Ok(positions)
}

/// A call of a function with a rule: its arguments by position, and the leaves of those differentiated.
struct Call {
    args: Vec<Value>,
    nondiff: Vec<usize>,
    /// For each differentiated argument, its tree.
    defs: Vec<TreeDef>,
    leaves: Vec<Tensor>,
    names: Vec<String>,
}

impl Call {
    fn new(interp: &mut Interp, what: &str, function: &Value, args: Args, nondiff: &[usize]) -> Result<Call> {
        let mut keywords = args.keywords;
        let mut positional = args.positional;
        // Rules take arguments by position only.
        for name in parameter_names(function).unwrap_or_default().into_iter().skip(positional.len()) {
            match keywords.iter().position(|(keyword, _)| **keyword == *name) {
                Some(at) => positional.push(keywords.remove(at).1),
                None => break,
            }
        }
        if let Some((name, _)) = keywords.first() {
            return Err(Error::ty(format!(
                "a function under jax.{what} takes its arguments by position, found `{name}=`"
            )));
        }
        let (mut defs, mut leaves, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for (index, argument) in positional.iter().enumerate().filter(|(index, _)| !nondiff.contains(index)) {
            let name = argument_name(function, index);
            let (values, def) = interp.flatten(argument)?;
            for (value, path) in values.iter().zip(def.paths()) {
                leaves.push(
                    leaf(interp, what, &name, &path, value).map_err(|error| {
                        error.help(format!("nondiff_argnums=({index},) passes the argument as it is"))
                    })?,
                );
                names.push(format!("{name}{path}"));
            }
            defs.push(def);
        }
        Ok(Call { args: positional, nondiff: nondiff.to_vec(), defs, leaves, names })
    }

    fn avals(&self) -> Vec<Aval> {
        Aval::all(&self.leaves)
    }

    /// One value per differentiated argument from its leaves.
    fn trees(&self, interp: &mut Interp, leaves: impl IntoIterator<Item = Value>) -> Result<Vec<Value>> {
        let mut leaves = leaves.into_iter();
        let tree = |def: &TreeDef| {
            let leaves: Vec<Value> = leaves.by_ref().take(def.num_leaves()).collect();
            interp.unflatten(def, leaves)
        };
        self.defs.iter().map(tree).collect()
    }

    /// All arguments, with other leaves.
    fn with(&self, interp: &mut Interp, leaves: impl IntoIterator<Item = Tensor>) -> Result<Args> {
        let mut trees = self.trees(interp, leaves.into_iter().map(Value::Tensor))?.into_iter();
        let pick = |(index, value): (usize, &Value)| match self.nondiff.contains(&index) {
            true => value.clone(),
            false => trees.next().unwrap_or(Value::None),
        };
        Ok(Args::positional(self.args.iter().enumerate().map(pick).collect()))
    }

    /// The arguments that are not differentiated.
    fn others(&self) -> Vec<Value> {
        let kept = self.args.iter().enumerate().filter(|(index, _)| self.nondiff.contains(index));
        kept.map(|(_, value)| value.clone()).collect()
    }
}

/// Runs `code` with one derivative less to take.
fn once_less<T>(interp: &mut Interp, code: impl FnOnce(&mut Interp) -> Result<T>) -> Result<T> {
    let before = interp.derivatives;
    interp.derivatives = before.saturating_sub(1);
    let result = code(interp);
    interp.derivatives = before;
    result
}

/// Refuses a function or rule that changes variables.
fn check_pure(interp: &Interp, name: &str, staged: &Staged) -> Result<()> {
    let Some(&id) = staged.assigned.first() else { return Ok(()) };
    let path = &interp.variables.get(id).path;
    Err(Error::ty(format!("`{name}`, whose derivative is given, changes the variable `{path}`"))
        .help("return the new value instead"))
}
