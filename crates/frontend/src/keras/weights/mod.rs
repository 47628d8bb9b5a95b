//! What a weight has beside its values: how it starts, what its size costs, and where it may lie.

pub mod constraints;
pub mod regularizers;
mod rule;

use crate::error::Result;
use crate::interp::Interp;
use crate::library::Bound;
use crate::value::Value;

use super::initializers;

/// How a weight starts and what holds for it, from a layer's `…_initializer`, `…_regularizer` and
/// `…_constraint`.
#[derive(Clone, Debug)]
pub struct Weight {
    /// Makes the initial value: an initializer object, or a constant array or number.
    pub initializer: Value,
    /// The penalty on its values that is added to the loss: a function of the weight.
    pub regularizer: Option<Value>,
    /// Where values are moved after an optimizer step: a function of the weight.
    pub constraint: Option<Value>,
}

impl Weight {
    /// The weight of the arguments that begin with `name`. An initializer that is a name or class is made
    /// now; regularizer and constraint are none where the function has no such arguments.
    ///
    /// # Errors
    /// K0303: one of the arguments names nothing.
    pub fn from_args(interp: &mut Interp, args: &Bound, name: &str) -> Result<Weight> {
        let initializer = args.get(&format!("{name}_initializer"))?.clone();
        let initializer = initializers::get(interp, &initializer)?;
        let mut optional = |argument: String, get: fn(&mut Interp, &Value) -> Result<Option<Value>>| {
            if !args.has(&argument) {
                return Ok(None);
            }
            get(interp, &args.get(&argument)?.clone())
        };
        let regularizer = optional(format!("{name}_regularizer"), regularizers::get)?;
        let constraint = optional(format!("{name}_constraint"), constraints::get)?;
        Ok(Weight { initializer, regularizer, constraint })
    }

    /// The same weight with another initializer.
    #[must_use]
    pub fn starting_from(&self, initializer: Value) -> Weight {
        Weight { initializer, ..self.clone() }
    }
}

impl From<Value> for Weight {
    fn from(initializer: Value) -> Self {
        Weight { initializer, regularizer: None, constraint: None }
    }
}
