//! Tensor operations composed of IR primitives, with NumPy's broadcasting and JAX's type promotion.
//!
//! Each operation is a method of [`crate::trace::Tracer`]: layers, losses and optimizers call it, and
//! the functions of `keras.ops`, `jax.numpy`, … that a model file sees are thin declarations over it.

mod arithmetic;
mod blocks;
mod contract;
mod conv_transpose;
mod coordinates;
mod ctc;
mod ctc_beam;
mod derivatives;
mod diagonals;
mod distinct;
mod divisors;
mod einsum;
mod elementwise;
mod floats;
mod image;
mod indexing;
mod linalg;
mod loops;
mod nn;
mod order;
mod pad;
mod pool;
mod promote;
mod random;
mod rearrange;
mod reduce;
mod segments;
mod shape;
mod signal;
mod sorting;
mod special;
mod spectral;
mod statistics;

pub(crate) use arithmetic::Domain;
pub(crate) use blocks::Windows;
pub use contract::{Convolution, Padding};
pub use conv_transpose::ConvTranspose;
pub(crate) use coordinates::{BEYOND, Beyond, Reading};
pub(crate) use ctc::Sequences;
pub use elementwise::broadcast_shapes;
pub(crate) use floats::{is_inexact, largest, smallest_normal};
pub use image::{Aspect, Resampling, Scaling};
pub(crate) use indexing::Part;
pub(crate) use linalg::Order;
pub(crate) use pad::PadMode;
pub(crate) use pool::Adaptive;
pub use pool::Pooling;
pub use promote::{canonical, result_type};
pub use random::{FloatInfo, Keys, Tails, Words, float_info};
pub(crate) use reduce::{Reduce, Reduction};
pub use reduce::{axes_indices, axis_index};
pub(crate) use segments::segments;
pub(crate) use spectral::{WINDOWS, periodic_window};
pub(crate) use statistics::QUANTILE_METHODS;
