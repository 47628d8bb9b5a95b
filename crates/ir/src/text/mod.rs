//! The textual form of functions: printing and parsing, with an exact round trip.
//!
//! ```text
//! func @loss(%0: f32[2,3], %1: f32[3]) -> (f32[2]) {
//!   %2: f32[2,3] = broadcast_in_dim(%1) {shape=[2,3], dims=[1]}
//!   %3: f32[2,3] = mul(%0, %2) @ "mlp.py":12:9 "mlp/dense"
//!   %4: f32[2] = reduce_sum(%3) {axes=[1]}
//!   return %4
//! }
//! ```
//!
//! The grammar (`//` starts a comment; white space and line breaks separate tokens only):
//!
//! ```text
//! module    = function+                 the first one is meant; the others are nested in it
//! function  = "func" symbol "(" [value ":" type {"," value ":" type}] ")"
//!             ["->" "(" [type {"," type}] ")"] "{" {equation} "return" [value {"," value}] "}"
//! equation  = output {"," output} "=" word ["(" [value {"," value}] ")"]
//!             ["{" [word "=" attr {"," word "=" attr}] "}"] [location]
//! output    = value [":" type]          the type is checked if given, else inferred
//! location  = "@" string ":" int ":" int [string]        file, line, column, scope
//! attr      = "true" | "false" | int | ints | "[" ints {"," ints} "]" | dtype | word | string
//!           | constant | symbol
//! ints      = "[" [int {"," int}] "]"
//! constant  = type (number | "splat" number | "[" [number {"," number}] "]")   row-major
//! number    = int | float | "true" | "false" | "inf" | "-inf" | "nan" | "0x" hex digits
//! type      = dtype "[" [int {"," int}] "]"
//! symbol    = "@" (word | string) ["#" int]
//! value     = "%" (int | word)
//! ```
//!
//! - Floats print as the shortest decimal that reads back to the same bits; `0x…` gives the bits of
//!   a NaN that is not the standard quiet one.
//! - A nested function is defined after all its users. `#1` tells apart functions of one name; it is
//!   not part of the name.
//! - Values print numbered in the order of definition, which is how builders number them, so
//!   reading back gives an equal [`Function`].
//! - `{}` prints without locations, `{:#}` with them.

mod build;
mod lexer;
mod literal;
mod parse;
mod print;
#[cfg(test)]
mod tests;

pub use build::parse;

use std::fmt;

use crate::{Array, Function};

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print::module(f, self)
    }
}

/// Prints as the textual form of a constant, such as `f32[2] [1.0, -2.5]`.
impl fmt::Display for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        literal::write(f, self)
    }
}
