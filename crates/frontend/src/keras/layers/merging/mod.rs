//! Layers that combine several inputs, and the functions of the same names.

mod concatenate;
mod dot;
mod elementwise;
mod functions;

pub(super) use concatenate::CONCATENATE;
pub(super) use dot::DOT;
pub(super) use elementwise::{ADD, AVERAGE, MAXIMUM, MINIMUM, MULTIPLY, SUBTRACT};
pub(super) use functions::FUNCTIONS;
