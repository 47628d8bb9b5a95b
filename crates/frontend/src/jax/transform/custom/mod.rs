//! Functions whose derivatives the program gives: `jax.custom_jvp` and `jax.custom_vjp`.
//!
//! Rules are run where the function is called, and only as deep as derivatives of it are taken
//! ([`Interp::derivatives`]): a rule that calls its own function ends there.

mod jvp;
mod vjp;

pub(crate) use jvp::FUNCTIONS as JVP;
pub(crate) use vjp::{FUNCTIONS as VJP, custom_gradient};

use std::rc::Rc;

use keramos_ir::{Builder, Function, Value as IrValue};

use super::callee::{argument_name, parameter_names};
use super::selection::leaf;
use super::stage::{Aval, Staged};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::operators::number;
use crate::library::{Args, Bound};
use crate::trace::Tensor;
use crate::value::Value;
use crate::value::tree::TreeDef;

/// The integers of argument `nondiff_argnums`.
fn nondiff(args: &Bound) -> Result<Vec<usize>> {
    let index = |value: &Value| number::index(value).and_then(|i| usize::try_from(i).ok());
    let value = args.get("nondiff_argnums")?;
    if let Some(one) = index(value) {
        return Ok(vec![one]);
    }
    let all = value.elements().and_then(|v| v.iter().map(index).collect());
    all.ok_or_else(|| args.invalid("nondiff_argnums", "a tuple of non-negative integers"))
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

/// All captures of several functions, each once.
fn union<'a>(captures: impl IntoIterator<Item = &'a [Tensor]>) -> Vec<Tensor> {
    let mut all: Vec<Tensor> = Vec::new();
    for capture in captures.into_iter().flatten() {
        if !all.iter().any(|known| same(known, capture)) {
            all.push(capture.clone());
        }
    }
    all
}

fn same(a: &Tensor, b: &Tensor) -> bool {
    a.frame == b.frame && a.value == b.value
}

/// Inlines a staged function: its own arguments, then the captures found among `values` of `all`.
fn inline(
    b: &mut Builder,
    function: &Function,
    own: &[IrValue],
    captures: &[Tensor],
    all: &[Tensor],
    values: &[IrValue],
) -> Result<Vec<IrValue>> {
    let mut args = own.to_vec();
    for capture in captures {
        let at = all.iter().position(|known| same(known, capture));
        let value = at.and_then(|at| values.get(at)).copied();
        args.push(value.ok_or_else(|| Error::internal("a capture is missing"))?);
    }
    Ok(b.inline(function, &args)?)
}

/// Parameters of a function being built.
fn params<'a>(b: &mut Builder, tensors: impl IntoIterator<Item = &'a keramos_ir::TensorType>) -> Vec<IrValue> {
    tensors.into_iter().map(|ty| b.param(ty.clone())).collect()
}

/// A slot for a rule that is given after the function was made.
type Slot<T> = std::cell::RefCell<Option<Rc<T>>>;
