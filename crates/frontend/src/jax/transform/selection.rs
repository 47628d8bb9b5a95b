//! Which arguments a transform acts on, and their leaves.

use keramos_ir::DType;

use super::callee::argument_name;
use super::stage::Aval;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::interp::operators::number;
use crate::library::Args;
use crate::trace::Tensor;
use crate::value::Value;
use crate::value::tree::{Path, TreeDef};

/// `argnums`: one position, or several.
#[derive(Clone, Debug)]
pub(crate) struct Argnums {
    positions: Vec<i64>,
    single: bool,
}

impl Argnums {
    /// From an integer or a tuple of integers.
    ///
    /// # Errors
    /// It is neither.
    pub(crate) fn new(value: &Value, what: &str) -> Result<Argnums> {
        if let Some(position) = number::index(value) {
            return Ok(Argnums { positions: vec![position], single: true });
        }
        let positions = value.elements().and_then(|v| v.iter().map(number::index).collect::<Option<Vec<_>>>());
        match positions {
            Some(positions) if !positions.is_empty() => Ok(Argnums { positions, single: false }),
            _ => Err(Error::ty(format!(
                "`argnums` of jax.{what} must be an integer or a tuple of integers, found {}",
                value.type_name()
            ))),
        }
    }

    /// The positions among `count` positional arguments.
    ///
    /// # Errors
    /// One is out of range.
    pub(crate) fn resolve(&self, what: &str, count: usize) -> Result<Vec<usize>> {
        let mut found = Vec::new();
        for &position in &self.positions {
            let index = if position < 0 { position + count as i64 } else { position };
            let Some(index) = usize::try_from(index).ok().filter(|&index| index < count) else {
                let needed = if position < 0 { position.unsigned_abs() } else { position.unsigned_abs() + 1 };
                let plural = |n: u64| if n == 1 { "" } else { "s" };
                return Err(raise(
                    "TypeError",
                    format!(
                        "jax.{what} with argnums={} needs {needed} positional argument{}, the call has {count} positional argument{}",
                        self.text(),
                        plural(needed),
                        plural(count as u64),
                    ),
                )
                .help("argnums count positional arguments from 0; arguments given by name are held constant"));
            };
            found.push(index);
        }
        Ok(found)
    }

    fn text(&self) -> String {
        let list: Vec<String> = self.positions.iter().map(i64::to_string).collect();
        if self.single { list.join("") } else { format!("({})", list.join(", ")) }
    }

    /// One value per position in the form in which the program asked: alone, or in a tuple.
    pub(crate) fn pack(&self, mut values: Vec<Value>) -> Value {
        match (self.single, values.len()) {
            (true, 1) => values.remove(0),
            _ => Value::tuple(values),
        }
    }
}

/// The chosen arguments of a call, flattened.
#[derive(Debug)]
pub(crate) struct Selected {
    /// The call.
    args: Args,
    /// The chosen positions.
    positions: Vec<usize>,
    /// The trees of the chosen arguments.
    pub(crate) defs: Vec<TreeDef>,
    /// Their leaves, one after the other.
    pub(crate) leaves: Vec<Tensor>,
    /// How the program calls each leaf.
    pub(crate) names: Vec<String>,
}

impl Selected {
    /// Flattens the arguments at `positions` of a call of `function`.
    ///
    /// # Errors
    /// A leaf is no number or array.
    pub(crate) fn new(
        interp: &mut Interp,
        what: &str,
        function: &Value,
        args: Args,
        positions: Vec<usize>,
    ) -> Result<Selected> {
        let (mut defs, mut leaves, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for &position in &positions {
            let Some(argument) = args.positional.get(position) else { continue };
            let name = argument_name(function, position);
            let (values, def) = interp.flatten(argument)?;
            for (value, path) in values.iter().zip(def.paths()) {
                leaves.push(leaf(interp, what, &name, &path, value)?);
                names.push(format!("{name}{path}"));
            }
            defs.push(def);
        }
        Ok(Selected { args, positions, defs, leaves, names })
    }

    /// The types of the leaves.
    pub(crate) fn avals(&self) -> Vec<Aval> {
        Aval::all(&self.leaves)
    }

    /// Calls `function` with other leaves.
    ///
    /// # Errors
    /// The call fails.
    pub(crate) fn call(&self, interp: &mut Interp, function: &Value, leaves: Vec<Tensor>) -> Result<Value> {
        let mut args = self.args.clone();
        let mut leaves = leaves.into_iter().map(Value::Tensor);
        for (&position, def) in self.positions.iter().zip(&self.defs) {
            let argument = interp.unflatten(def, leaves.by_ref().take(def.num_leaves()).collect::<Vec<_>>())?;
            if let Some(slot) = args.positional.get_mut(position) {
                *slot = argument;
            }
        }
        interp.call(function, args)
    }

    /// One value per leaf as the trees of the chosen arguments.
    ///
    /// # Errors
    /// The program's own code for a registered class fails.
    pub(crate) fn trees(&self, interp: &mut Interp, values: Vec<Value>) -> Result<Vec<Value>> {
        let mut values = values.into_iter();
        let trees = self
            .defs
            .iter()
            .map(|def| interp.unflatten(def, values.by_ref().take(def.num_leaves()).collect::<Vec<_>>()));
        trees.collect()
    }
}

/// A leaf of an argument as a tensor.
pub(crate) fn leaf(interp: &mut Interp, what: &str, name: &str, path: &Path, value: &Value) -> Result<Tensor> {
    match interp.leaf_tensor(value) {
        // What is wrong with data of the run is their type, which nothing has told.
        Err(error) if error.diagnostic().code != codes::HOST_VALUE => Err(Error::ty(format!(
            "`{name}{path}` given to a function under jax.{what} is {}, not a number or array",
            value.type_name()
        ))),
        other => other,
    }
}

/// The zero tangent or gradient of an integer or a truth value: JAX's `float0`, here a `bool` array of zeros.
///
/// # Errors
/// Nothing is being traced.
pub(crate) fn float0(interp: &mut Interp, shape: &[usize]) -> Result<Tensor> {
    interp.tracer.full(&keramos_ir::TensorType::new(DType::Bool, shape.to_vec()), 0.0)
}
