//! Rolling: equal segments of equations, one after the other, into one scan.
//!
//! A model of many equal layers is traced into as many equal segments. Rolled into a scan before it is
//! differentiated, it compiles in a time and into a size that hardly depend on the number of layers. What
//! differs between the segments (weights, constants) is stacked and sliced by the scan, what one segment
//! hands to the next is carried, and what later equations use is stacked on the way out.
//!
//! [`repeats`] finds candidates by the equations' kinds alone, [`dataflow`] checks how values go from
//! segment to segment, and [`emit`] writes the scan.

mod dataflow;
mod emit;
mod repeats;

use crate::verify::checked;
use crate::{Function, Op, Result};

/// How many equal segments there must be for rolling to pay: below, compilation takes little time anyway.
pub const MIN_REPEATS: usize = 8;

/// Whether repeated segments are rolled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Roll {
    /// Where there are enough of them to pay ([`MIN_REPEATS`]).
    #[default]
    Auto,
    /// Nowhere.
    Never,
}

impl Roll {
    /// `function`, rolled if this says so.
    ///
    /// # Errors
    /// None for a valid function.
    pub fn apply(self, function: Function) -> Result<Function> {
        match self {
            Roll::Auto => roll(&function, MIN_REPEATS),
            Roll::Never => Ok(function),
        }
    }
}

/// `function` with segments that repeat at least `min_repeats` times rolled into scans. Only segments
/// with a product, a convolution or a call are rolled: a chain of element-wise operations is better fused.
///
/// Locations inside a scan are those of the first segment.
///
/// # Errors
/// None for a valid function.
pub fn roll(function: &Function, min_repeats: usize) -> Result<Function> {
    let mut function = function.clone();
    // Each round makes the function shorter, so this ends.
    while let Some(plan) = plan(&function, min_repeats.max(2)) {
        function = checked(emit::rolled(&function, &plan)?)?;
    }
    Ok(function)
}

/// The best way to roll some part of `function`.
fn plan(function: &Function, min_repeats: usize) -> Option<dataflow::Plan> {
    repeats::candidates(function, min_repeats)
        .into_iter()
        .filter(|run| function.equations[run.start..run.start + run.period].iter().any(|eqn| is_heavy(&eqn.op)))
        .find_map(|run| dataflow::best(function, run, min_repeats))
}

fn is_heavy(op: &Op) -> bool {
    matches!(op, Op::DotGeneral(_) | Op::Conv(_) | Op::Call(_) | Op::Scan(_))
}
