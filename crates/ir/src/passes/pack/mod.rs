//! Packing: equal equations on the rows of one array into one equation on the array.
//!
//! A program with one variable per layer and role has as many equal updates as layers. When the variables are rows
//! of one array (see [`stack_state`]), the updates are rows too: an equation on row 0, an equal one on row 1, and so on
//! to the last row are one equation on all rows, by the primitive's batching rule. What a program computes for all
//! layers then compiles in a time and into a size that do not depend on their number.
//!
//! [`rows`] finds rows and equal equations on them, [`emit`] writes the packed function, [`chains`] makes loops of sums over
//! rows, [`state`] decides which variables are rows of one array.
//!
//! The numbers are those of the original: batching an equation of the kinds that are packed changes no element, and sums
//! over rows keep their order.

mod chains;
mod emit;
mod rows;
mod state;

pub use state::{Place, Stateful, find_stacks, stack_state};

use crate::verify::checked;
use crate::{Function, Result};

/// `function` with equal equations on all rows of an array of at least `min_rows` rows as one equation.
///
/// Rows are slices of size 1 along dimension 0; constants count as rows if the values that are made of them are joined. Expects a
/// simplified function, in which equal operands are one value.
///
/// # Errors
/// None for a valid function.
pub fn pack(function: &Function, min_rows: usize) -> Result<Function> {
    let found = rows::Rows::find(function, min_rows.max(2), Vec::new(), |_| false);
    let packed = if found.is_empty() { function.clone() } else { checked(emit::packed(function, &found)?)? };
    checked(super::dce(chains::rolled(&packed, min_rows.max(2))?))
}
