//! What a function says of itself: what its layers cost, and of which operations they consist.

mod cost;
mod outline;

pub use cost::{Work, by_scope, flops, inner, total};
pub use outline::{Step, steps};

/// The scope of a location as the program names it, and whether it is that of a backward pass.
#[must_use]
pub fn layer_scope(scope: &str) -> (&str, bool) {
    let (mut inner, mut backward) = (scope, false);
    while let Some(rest) = inner.strip_prefix("backward(").and_then(|rest| rest.strip_suffix(')')) {
        (inner, backward) = (rest, true);
    }
    (inner, backward)
}
