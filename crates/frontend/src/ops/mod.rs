//! Tensor operations composed of IR primitives, with NumPy's broadcasting and JAX's type promotion.
//!
//! Each operation is a method of [`crate::trace::Tracer`]: layers, losses and optimizers call it, and
//! the functions of `keras.ops`, `jax.numpy`, … that a model file sees are thin declarations over it.

mod contract;
mod conv_transpose;
mod elementwise;
mod loops;
mod nn;
mod order;
mod pool;
mod promote;
mod random;
mod reduce;
mod shape;
mod special;

pub use contract::{Convolution, Padding};
pub use conv_transpose::ConvTranspose;
pub use elementwise::broadcast_shapes;
pub use pool::Pooling;
pub use promote::promote_types;
pub use random::{FloatInfo, Keys, Tails, Words, float_info};
pub use reduce::{axes_indices, axis_index};
