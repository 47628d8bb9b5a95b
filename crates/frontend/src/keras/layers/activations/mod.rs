//! Activation functions as layers.

mod prelu;
mod simple;
mod softmax;

pub(super) use prelu::PRELU;
pub(super) use simple::{ELU, LEAKY_RELU, RELU};
pub(super) use softmax::{SOFTMAX, masked_softmax};
