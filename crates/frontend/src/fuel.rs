//! Steps that a compilation may take, whoever takes them.

use keramos_ir::elements;

use crate::diagnostics::codes;
use crate::error::{Error, Result};

/// Steps that one compilation may take: statements, expressions, elements made or visited by native code, equations.
const MAX_STEPS: u64 = 20_000_000;

/// Elements of the largest list, tuple, string or table that one operation may make.
const MAX_ELEMENTS: usize = 1 << 24;

/// What an equation costs that is appended to a function, in steps.
const EQUATION: usize = 4;

/// Counts the steps of one compilation.
#[derive(Debug)]
pub(crate) struct Fuel {
    all: u64,
    left: u64,
}

impl Default for Fuel {
    fn default() -> Self {
        Fuel::new(MAX_STEPS)
    }
}

impl Fuel {
    /// So many steps.
    pub(crate) fn new(steps: u64) -> Self {
        Fuel { all: steps, left: steps }
    }

    /// Steps that are left.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Gives back steps that were taken.
    pub(crate) fn refund(&mut self, steps: u64) {
        self.left += steps;
    }

    /// Takes `n` steps.
    ///
    /// # Errors
    /// There are fewer left.
    pub(crate) fn spend(&mut self, n: usize) -> Result<()> {
        match self.left.checked_sub(n as u64) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Error::new(codes::LIMIT, "the program takes too many steps to evaluate")
                    .note(format!("evaluation stops after {} steps", self.all))
                    .help("a loop over static values runs at compile time: does it end, and does it need to run here?"))
            }
        }
    }

    /// Takes the steps of appending `n` equations.
    ///
    /// # Errors
    /// As [`Fuel::spend`].
    pub(crate) fn spend_on_equations(&mut self, n: usize) -> Result<()> {
        self.spend(n.saturating_mul(EQUATION))
    }

    /// Takes the steps of making a sequence of `length` elements.
    ///
    /// # Errors
    /// As [`Fuel::spend`]; or it is too long to be made at all.
    pub(crate) fn spend_length(&mut self, length: usize) -> Result<()> {
        check_length(length)?;
        self.spend(length / 8)
    }

    /// Takes the steps of making a table of numbers of that shape.
    ///
    /// # Errors
    /// As [`Fuel::spend_length`].
    pub(crate) fn spend_table(&mut self, shape: &[usize]) -> Result<()> {
        self.spend_length(elements(shape))
    }
}

/// Refuses to make a sequence of `n` elements if that is too many.
pub(crate) fn check_length(n: usize) -> Result<()> {
    if n > MAX_ELEMENTS {
        return Err(Error::new(codes::LIMIT, format!("a sequence of {n} elements is too long to evaluate"))
            .note(format!("the limit is {MAX_ELEMENTS} elements"))
            .help("what needs more belongs into a tensor, such as keras.ops.zeros or jnp.arange inside a function"));
    }
    Ok(())
}
