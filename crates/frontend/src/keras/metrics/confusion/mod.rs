//! Counts of right and wrong decisions over thresholds, and what is computed from them.

mod auc;
mod counts;
mod decisions;
mod rates;

pub use auc::AUC;
pub use counts::{FALSE_NEGATIVES, FALSE_POSITIVES, TRUE_NEGATIVES, TRUE_POSITIVES};
pub use rates::{PRECISION, RECALL};
