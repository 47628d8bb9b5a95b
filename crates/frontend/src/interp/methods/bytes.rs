//! Methods of bytes.
//!
//! What bytes share with texts is done by the method of texts on a text with one character for each byte: those beyond
//! ASCII are characters of no script, which no method changes.

use std::rc::Rc;

use super::{ValueMethod, declared, methods};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::codecs::{Codec, Fallback};
use crate::interp::exceptions::raise;
use crate::library::{Args, Bound, Default};
use crate::value::Value;

/// The character that stands for the byte 0x80; the others follow.
const FIRST: u32 = 0xf0080;

/// A table of methods that are those of texts: their names, and what they do.
macro_rules! as_of_texts {
    ($($name:literal $doc:literal),* $(,)?) => {
        methods! { $($name [(*args) (**options)] $doc => |interp, this, args| as_text(interp, this, args, $name);)* }
    };
}

pub(super) static OWN: &[ValueMethod] = methods! {
    "decode" [(encoding = Default::Str("utf-8")) (errors = Default::Str("strict"))] "The text of the bytes." => |_, this, args| {
        let (codec, fallback) = (Codec::named(&args.str("encoding")?)?, Fallback::named(&args.str("errors")?)?);
        codec.decode(&bytes(this)?, fallback).map(Value::str)
    };
    "hex" [] "Two hexadecimal digits for each byte." => |_, this, _| {
        Ok(Value::str(bytes(this)?.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
    };
    "fromhex" [(string)] "The bytes of hexadecimal digits." => |_, _, args| from_hex(&args.str("string")?);
};

pub(super) static SHARED: &[ValueMethod] = as_of_texts! {
    "upper" "Small letters of ASCII as capitals.",
    "lower" "Capitals of ASCII as small letters.",
    "title" "Each word of ASCII with a capital.",
    "capitalize" "The first letter as a capital.",
    "swapcase" "Capitals as small letters and back.",
    "strip" "Without blanks, or the given bytes, at both ends.",
    "lstrip" "Without blanks at the start.",
    "rstrip" "Without blanks at the end.",
    "split" "The parts between separators.",
    "rsplit" "The parts between separators, from the end.",
    "splitlines" "The lines.",
    "partition" "What is before, and behind, the first separator.",
    "rpartition" "What is before, and behind, the last separator.",
    "replace" "One sequence replaced by another.",
    "find" "Where a sequence first occurs, or -1.",
    "rfind" "Where a sequence last occurs, or -1.",
    "index" "Where a sequence first occurs.",
    "rindex" "Where a sequence last occurs.",
    "count" "How often a sequence occurs.",
    "startswith" "Whether it begins with a sequence.",
    "endswith" "Whether it ends with a sequence.",
    "join" "The elements with these bytes between them.",
    "center" "Padded on both sides.",
    "ljust" "Padded behind.",
    "rjust" "Padded before.",
    "zfill" "Zeros before a number.",
    "expandtabs" "Tabs replaced by blanks.",
    "removeprefix" "Without a beginning.",
    "removesuffix" "Without an end.",
    "isalpha" "Whether all bytes are letters.",
    "isdigit" "Whether all bytes are digits.",
    "isalnum" "Whether all bytes are letters or digits.",
    "isspace" "Whether all bytes are blanks.",
    "isupper" "Whether all letters are capitals.",
    "islower" "Whether all letters are small.",
    "istitle" "Whether each word begins with a capital.",
    "isascii" "Whether all bytes are ASCII.",
};

fn bytes(value: &Value) -> Result<Rc<[u8]>> {
    match value {
        Value::Bytes(bytes) => Ok(bytes.clone()),
        other => Err(Error::ty(format!("descriptor requires a 'bytes' object but received a '{}'", other.type_name()))),
    }
}

/// The text that stands for bytes while a method of texts works on them.
fn text_of(bytes: &[u8]) -> Value {
    let character = |&byte: &u8| match byte {
        0..=0x7f => char::from(byte),
        _ => char::from_u32(FIRST + u32::from(byte) - 0x80).unwrap_or('\u{fffd}'),
    };
    Value::str(bytes.iter().map(character).collect::<String>())
}

/// An argument or result with texts in the place of bytes.
fn to_text(value: &Value) -> Result<Value> {
    let all = |values: &[Value]| values.iter().map(to_text).collect::<Result<Vec<_>>>();
    Ok(match value {
        Value::Bytes(bytes) => text_of(bytes),
        Value::Str(_) => return Err(Error::ty("a bytes-like object is required, not 'str'")),
        Value::Tuple(values) => Value::tuple(all(values)?),
        Value::List(values) => Value::list(all(&values.borrow())?),
        other => other.clone(),
    })
}

fn to_bytes(value: &Value) -> Value {
    let all = |values: &[Value]| values.iter().map(to_bytes).collect::<Vec<_>>();
    match value {
        Value::Str(text) => {
            let byte = |c: char| match u32::from(c) {
                code if code >= FIRST => u8::try_from(code - FIRST + 0x80).unwrap_or_default(),
                code => u8::try_from(code).unwrap_or_default(),
            };
            Value::Bytes(text.chars().map(byte).collect())
        }
        Value::Tuple(values) => Value::tuple(all(values)),
        Value::List(values) => Value::list(all(&values.borrow())),
        other => other.clone(),
    }
}

fn as_text(interp: &mut Interp, this: &Value, args: &mut Bound, name: &'static str) -> Result<Value> {
    let this = text_of(&bytes(this)?);
    let mut positional = args.get("args")?.elements().unwrap_or_default();
    if name == "join"
        && let [iterable] = positional.as_mut_slice()
    {
        *iterable = Value::list(interp.collect(iterable)?);
    }
    let args = Args {
        positional: positional.iter().map(to_text).collect::<Result<_>>()?,
        keywords: crate::jax::transform::keywords(args.get("options")?),
    };
    let Some(method) = declared("str", name) else { return Err(Error::internal("texts have no such method")) };
    let mut bound = method.signature.bind(name, args)?;
    (method.call)(interp, &this, &mut bound).map(|result| to_bytes(&result))
}

fn from_hex(text: &str) -> Result<Value> {
    let digits: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| !c.is_ascii_whitespace()).collect();
    let wrong =
        |at: usize| raise("ValueError", format!("non-hexadecimal number found in fromhex() arg at position {at}"));
    let digit = |&(at, c): &(usize, char)| c.to_digit(16).ok_or_else(|| wrong(at));
    let pair = |pair: &[(usize, char)]| match pair {
        [high, low] => Ok((digit(high)? * 16 + digit(low)?) as u8),
        _ => Err(wrong(text.len())),
    };
    Ok(Value::Bytes(digits.chunks(2).map(pair).collect::<Result<Vec<u8>>>()?.into()))
}
