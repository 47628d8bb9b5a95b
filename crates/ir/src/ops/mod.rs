//! The primitives. Each file holds one family: its declaration, all its rules and the builder
//! methods that emit it.

mod binary;
mod broadcast;
mod compare;
mod constant;
mod index;
mod reduce;
mod reshape;
mod rules;
mod select;
mod transpose;
mod unary;
mod wide;

pub use binary::{Binary, BinaryKind};
pub use broadcast::BroadcastInDim;
pub use compare::{Compare, Comparison};
pub use constant::Constant;
pub use reduce::{Monoid, Reduce};
pub use reshape::Reshape;
pub use select::{Clamp, Select};
pub use transpose::Transpose;
pub use unary::{Unary, UnaryKind};
