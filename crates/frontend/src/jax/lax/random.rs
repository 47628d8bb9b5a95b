//! Random bits by XLA's generators.

use keramos_ir::DType;
use keramos_ir::ops::{RngAlgorithm, RngBitGenerator};

use super::arguments::{operand, sizes, tuple_text};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments::dtype;
use crate::library::{Bound, Default, FunctionDecl};
use crate::value::Value;

fn algorithm(args: &Bound) -> Result<RngAlgorithm> {
    match args.get("algorithm")? {
        Value::Int(0) => Ok(RngAlgorithm::Default),
        Value::Int(1) => Ok(RngAlgorithm::Threefry),
        Value::Int(2) => Ok(RngAlgorithm::Philox),
        _ => Err(args.invalid("algorithm", "a lax.RandomAlgorithm")),
    }
}

fn rng_bit_generator(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let key = operand(interp, args, "key")?;
    let shape = sizes(args, "shape")?;
    let dtype = dtype(interp, args, "dtype")?.unwrap_or(DType::U32);
    if !dtype.is_unsigned_int() {
        let name = dtype.numpy_name();
        return Err(Error::ty(format!("rng_bit_generator: unsupported dtype {name}"))
            .help("make unsigned integers and convert them, or use jax.random"));
    }
    let fits = (key.dtype() == DType::U32 && key.shape() == [4]) || (key.dtype() == DType::U64 && key.shape() == [2]);
    if !fits {
        let (name, shape) = (key.dtype().numpy_name(), tuple_text(key.shape()));
        return Err(Error::ty(format!("rng_bit_generator takes a key uint32[4] or uint64[2], got {name}{shape}"))
            .help("keys of jax.random are for the functions of jax.random"));
    }
    let generator = RngBitGenerator { algorithm: algorithm(args)?, shape, dtype };
    let made = interp
        .tracer
        .build(&[&key], |b, v| b.rng_bit_generator(v[0], generator).map(|(next, bits)| vec![next, bits]))?;
    Ok(Value::tuple(made.into_iter().map(Value::Tensor).collect::<Vec<_>>()))
}

/// Functions that make random bits.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "rng_bit_generator" [(key) (shape) (dtype = Default::None) (algorithm = Default::Int(0)) (out_sharding = Default::None)]
        "A key for the next bits, and random bits." => rng_bit_generator;
};
