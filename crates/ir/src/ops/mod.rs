//! The primitives. Each file holds one family: its declaration, all its rules and the builder
//! methods that emit it.

mod binary;
mod broadcast;
mod compare;
mod concatenate;
mod constant;
mod conv;
mod convert;
mod dot;
mod dynamic_slice;
mod index;
mod iota;
mod pad;
mod reduce;
mod reshape;
mod rev;
mod rules;
mod select;
mod slice;
mod transpose;
mod unary;
mod wide;

pub use binary::{Binary, BinaryKind};
pub use broadcast::BroadcastInDim;
pub use compare::{Compare, Comparison};
pub use concatenate::Concatenate;
pub use constant::Constant;
pub use conv::{Conv, ConvDims};
pub use convert::{BitcastConvert, Convert};
pub use dot::{DotDims, DotGeneral, Precision};
pub use dynamic_slice::{DynamicSlice, DynamicUpdateSlice};
pub use iota::Iota;
pub use pad::{Pad, Padding};
pub use reduce::{Monoid, Reduce};
pub use reshape::Reshape;
pub use rev::Rev;
pub use select::{Clamp, Select};
pub use slice::Slice;
pub use transpose::Transpose;
pub use unary::{Unary, UnaryKind};
