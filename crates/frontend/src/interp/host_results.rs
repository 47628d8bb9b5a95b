//! What is known of what functions of Keras and scikit-learn give that otherwise only the run has: the types of one-hot
//! rows, of padded sequences of words and of parts of arrays, and the vocabularies of layers that look up.

use std::rc::Rc;

use keramos_ir::{DType, TensorType};

use super::{Interp, host_rows};
use crate::library::Args;
use crate::value::host::Known;
use crate::value::{Host, Value};

impl Interp {
    /// What is known of what `callee`, a function of a host package or a method of a host value, gives; `result` is it
    /// without that.
    pub(super) fn known_result(&self, callee: &Host, args: &Args, result: &Host) -> Option<Value> {
        if let Known::Vocabulary(tokens) = callee.known() {
            return match (callee.member()?, args.positional.is_empty() && args.keywords.is_empty()) {
                ("vocabulary_size", true) => Some(Value::Int(tokens.len() as i64)),
                ("get_vocabulary", true) => Some(Value::list(tokens.to_vec())),
                _ => None,
            };
        }
        let name = callee.what();
        if callee.span().is_some() {
            return None;
        }
        match name {
            "sklearn.model_selection.train_test_split" => return host_rows::split(args, result),
            "sklearn.utils.shuffle" => return shuffled(args, result),
            "keras.utils.to_categorical" => {
                let known = host_rows::either(one_hot(args, 0)?, one_hot(args, 1)?);
                return Some(Value::Host(result.know(known)));
            }
            "keras.utils.pad_sequences" => return Some(Value::Host(result.know(padded(args)?))),
            _ => {}
        }
        let name = name.strip_prefix("keras.")?;
        let layer = name.strip_prefix("layers.")?;
        Some(Value::Host(match (vocabulary(layer, args), named_vocabulary(args)) {
            (Some(tokens), _) => result.know(Known::Vocabulary(tokens)),
            (None, Some(name)) => result.looking_up(&name),
            (None, None) => return None,
        }))
    }
}

/// The type of what `to_categorical` makes of class numbers: a dimension more, or the last one of size 1 replaced.
fn one_hot(args: &Args, case: usize) -> Option<TensorType> {
    let ty = match argument(args, "x", 0)? {
        Value::Host(numbers) => numbers.type_in(case).filter(|_| numbers.member().is_none())?,
        Value::Array(numbers) => numbers.ty(),
        _ => return None,
    };
    let shape = match &ty.shape[..] {
        [front @ .., 1] if !front.is_empty() => front,
        all => all,
    };
    let Value::Int(classes) = argument(args, "num_classes", 1)? else { return None };
    Some(TensorType::new(DType::F32, [shape, &[usize::try_from(*classes).ok()?]].concat()))
}

pub(super) fn argument<'a>(args: &'a Args, name: &str, place: usize) -> Option<&'a Value> {
    let named = args.keywords.iter().find(|(known, _)| &**known == name).map(|(_, value)| value);
    named.or(args.positional.get(place))
}

/// What `pad_sequences` makes of the sequences of words that Keras fetches: rows of the length that the program gives.
fn padded(args: &Args) -> Option<Known> {
    const WORDS: [&str; 2] = ["keras.datasets.imdb.load_data", "keras.datasets.reuters.load_data"];
    let (Value::Host(sequences), Value::Int(length)) = (argument(args, "sequences", 0)?, argument(args, "maxlen", 1)?)
    else {
        return None;
    };
    let known = matches!(sequences.known(), Known::Sequences(_));
    sequences.function().filter(|name| known || WORDS.contains(name))?;
    let dtype = match argument(args, "dtype", 2) {
        None => DType::I32,
        Some(Value::Str(name)) => DType::from_numpy_name(name)?,
        Some(_) => return None,
    };
    let length = usize::try_from(*length).ok()?;
    Some(match sequences.rows() {
        Some(rows) => Known::Array(TensorType::new(dtype, [rows, length])),
        None => host_rows::rows_of(dtype, &[length]),
    })
}

/// The arrays in another order: one, or a list of several.
fn shuffled(args: &Args, result: &Host) -> Option<Value> {
    let known = |value: &Value| match value {
        Value::Host(host) if host.member().is_none() => result.know(host.known().clone()),
        _ => result.clone(),
    };
    match args.positional.as_slice() {
        [] => None,
        [one] => Some(Value::Host(known(one))),
        all => Some(Value::list(all.iter().map(|value| Value::Host(known(value))).collect())),
    }
}

/// What the program calls a vocabulary that only the run has.
fn named_vocabulary(args: &Args) -> Option<String> {
    let (_, given) = args.keywords.iter().find(|(name, _)| &**name == "vocabulary")?;
    match given {
        Value::Host(host) => host.named().map(|(name, _)| name.to_owned()),
        _ => None,
    }
}

/// The vocabulary of a layer that looks up, with the tokens that it adds in front, if the program gives all of it.
fn vocabulary(layer: &str, args: &Args) -> Option<Rc<[Value]>> {
    let named = |name: &str| args.keywords.iter().find(|(known, _)| &**known == name).map(|(_, value)| value.clone());
    let (mask, unknown, count) = match layer {
        "TextVectorization" => (Value::str(""), Value::str("[UNK]"), Value::Int(1)),
        "StringLookup" | "IntegerLookup" => {
            let unknown = if layer == "StringLookup" { Value::str("[UNK]") } else { Value::Int(-1) };
            (
                named("mask_token").unwrap_or(Value::None),
                named("oov_token").unwrap_or(unknown),
                named("num_oov_indices").unwrap_or(Value::Int(1)),
            )
        }
        _ => return None,
    };
    let given = match named("vocabulary")? {
        Value::List(list) => list.borrow().clone(),
        Value::Tuple(values) => values.to_vec(),
        _ => return None,
    };
    let plain = |value: &Value| matches!(value, Value::Str(_) | Value::Int(_) | Value::None);
    let Value::Int(count) = count else { return None };
    if !given.iter().chain([&mask, &unknown]).all(plain) {
        return None;
    }
    let of_integers = match named("output_mode") {
        None => true,
        Some(Value::Str(mode)) => &*mode == "int",
        Some(_) => return None,
    };
    let masks = usize::from(of_integers && !matches!(mask, Value::None));
    let mut tokens = vec![mask; masks];
    tokens.extend(vec![unknown; usize::try_from(count).ok().filter(|&n| n <= given.len().max(1024))?]);
    let same = |(a, b): (&Value, &Value)| match (a, b) {
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        _ => false,
    };
    // A vocabulary that another layer gave has these tokens already.
    let known = given.len() >= tokens.len() && given.iter().zip(&tokens).all(same);
    let skip = if known { tokens.len() } else { 0 };
    tokens.extend(given.into_iter().skip(skip));
    Some(tokens.into())
}
