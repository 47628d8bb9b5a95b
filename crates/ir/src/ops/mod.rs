//! The primitives. Each file holds one family: its declaration, all its rules and the builder
//! methods that emit it.

mod binary;
mod broadcast;
mod constant;
mod rules;
mod unary;

pub use binary::{Binary, BinaryKind};
pub use broadcast::BroadcastInDim;
pub use constant::Constant;
pub use unary::{Unary, UnaryKind};
