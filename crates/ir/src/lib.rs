//! The typed intermediate representation of Keramos.
//!
//! A [`Function`] is a list of [`Equation`]s in SSA form over a closed set of primitives
//! ([`Op`]), in the style of a jaxpr: pure, functional, with fully static shapes. Everything that
//! the frontend offers is a composition of these primitives, and every primitive states all its
//! rules in one place (the [`Primitive`] trait): type inference, differentiation, transposition,
//! StableHLO form, reference evaluation and textual form.
//!
//! The way through this crate:
//!
//! 1. [`Builder`] appends equations and infers their types,
//! 2. [`transform`] rewrites functions into functions (`jvp`, `linearize`, `transpose`, `grad`),
//! 3. [`passes`] simplify them without changing what they mean,
//! 4. [`verify()`] checks that a function is well formed; it runs after every step in debug builds,
//! 5. [`text`] prints and parses functions, [`eval()`] runs them slowly and obviously,
//!    [`explain`] tells what they cost.
//!
//! This crate performs no I/O, reads no environment, and knows neither Python nor MLIR.

mod array;
mod attr;
mod builder;
mod dtype;
mod error;
mod eval;
pub mod explain;
mod float8;
mod function;
mod location;
mod op;
pub mod ops;
pub mod passes;
pub mod random;
pub mod stablehlo;
pub mod text;
pub mod transform;
mod types;
mod verify;

pub use array::{Array, Buffer};
pub use attr::{Attr, AttrReader, Attrs};
pub use builder::Builder;
pub use dtype::DType;
pub use error::{IrError, Result};
pub use eval::{eval, eval_equation, within, work};
pub use float8::{F8E4M3FN, F8E5M2};
pub use function::{Equation, Function, Value};
pub use location::Location;
pub use num_complex::{Complex32, Complex64};
pub use op::{Batch, Dual, Mapped, Op, Operand, Primitive};
pub use types::{Dims, Shape, Size, TensorType, as_tuple, elements};
pub use verify::verify;
