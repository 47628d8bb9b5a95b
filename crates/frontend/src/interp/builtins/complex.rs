//! `complex`.

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::interp::operators::complex;
use crate::library::{Args, Bound};
use crate::value::Value;

/// A complex number from text, from a number, or from two that are its parts.
pub(super) fn complex_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (real, imaginary) = (args.get("real")?.clone(), args.some("imag")?.cloned());
    if let Value::Str(text) = &real {
        if imaginary.is_some() {
            return Err(Error::ty("complex() can't take second arg if first is a string"));
        }
        let parsed = complex::parse(text).ok_or_else(|| raise("ValueError", "complex() arg is a malformed string"))?;
        return Ok(interp.complex(parsed));
    }
    let (a, b) = part(interp, &real, "first argument must be a string or a number")?;
    let Some(imaginary) = imaginary else { return Ok(interp.complex((a, b))) };
    if let Value::Str(_) = imaginary {
        return Err(Error::ty("complex() second arg can't be a string"));
    }
    let (c, d) = part(interp, &imaginary, "second argument must be a number")?;
    // Parts that are real themselves leave the signs of zeros alone.
    let real = if matches!(imaginary, Value::Complex(..)) { a - d } else { a };
    let imaginary = if matches!(args.get("real")?, Value::Complex(..)) { b + c } else { c };
    Ok(interp.complex((real, imaginary)))
}

fn part(interp: &mut Interp, value: &Value, what: &str) -> Result<complex::Complex> {
    if let Some(number) = complex::of(value)? {
        return Ok(number);
    }
    for name in ["__complex__", "__float__", "__index__"] {
        if let Some(method) = interp.special(value, name)? {
            let result = interp.call(&method, Args::default())?;
            if let Some(number) = complex::of(&result)? {
                return Ok(number);
            }
        }
    }
    Err(Error::ty(format!("complex() {what}, not '{}'", value.type_name())))
}
