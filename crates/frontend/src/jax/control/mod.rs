//! Structured control flow: `jax.lax.scan`, `while_loop`, `cond` and their relatives, and what `keras.ops`
//! has of them.
//!
//! Bodies and branches are staged into functions of the IR, which become operands' and captures'
//! equations. Layers may be called inside: the variables that a body assigns are carried along.

pub(crate) mod associative;
mod body;
mod carry;
mod collective;
mod cond;
mod linear_solve;
mod loops;
pub(crate) mod scan;

use crate::interp::builtins::functions;
use crate::library::{Default, FunctionDecl};

/// What `jax.lax` has, as tables of tensor functions.
pub(crate) static TABLES: [&[FunctionDecl]; 6] =
    [scan::FUNCTIONS, loops::FUNCTIONS, cond::FUNCTIONS, ASSOCIATIVE, collective::FUNCTIONS, linear_solve::FUNCTIONS];

static ASSOCIATIVE: &[FunctionDecl] = functions! {
    "associative_scan" [(fn) (elems) (reverse = Default::Bool(false)) (axis = Default::Int(0))]
        "All prefixes combined by an associative function, in logarithmic depth." => |i, args| associative::associative_scan(i, args, "fn");
};

/// What `keras.ops` has.
pub(crate) static KERAS: &[FunctionDecl] = functions! {
    "scan" [(f) (init) (xs = Default::None) (length = Default::None) (reverse = Default::Bool(false)) (unroll = Default::Int(1))]
        "A function applied to one slice after the other, with a carry handed on." => scan::scan;
    "map" [(f) (xs)] "A function applied to one slice after the other." => scan::keras_map;
    "vectorized_map" [(function) (elements)] "A function applied to all slices at once." => scan::vectorized_map;
    "while_loop" [(cond) (body) (loop_vars) (maximum_iterations = Default::None)] "A function applied as long as a condition holds." => loops::keras_while;
    "fori_loop" [(lower) (upper) (body_fun) (init_val)] "A function applied for every integer in a range." => loops::fori;
    "cond" [(pred) (true_fn) (false_fn)] "One of two functions, chosen by a condition." => cond::keras_cond;
    "switch" [(index) (branches) (*operands)] "One of several functions, chosen by a number." => cond::switch;
    "custom_gradient" [(f)] "A function that returns its value and the function that pulls cotangents back." => crate::jax::transform::custom_gradient;
    "associative_scan" [(f) (elems) (reverse = Default::Bool(false)) (axis = Default::Int(0))]
        "All prefixes combined by an associative function, in logarithmic depth." => |i, args| associative::associative_scan(i, args, "f");
};
