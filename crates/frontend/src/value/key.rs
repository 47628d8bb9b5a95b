//! Hashable values.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use indexmap::Equivalent;

use super::Value;
use crate::error::{Error, Result};

/// A name with which an entry is looked up that has a text as its key.
#[derive(Hash)]
pub(crate) struct Name<'a>(pub(crate) &'a str);

impl Equivalent<Key> for Name<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        match key.stands_for() {
            None => matches!(&key.value, Value::Str(text) if **text == *self.0),
            Some(other) => self.equivalent(&other),
        }
    }
}

/// A hashable value: a key of a dict or an element of a set. Numbers are equal across types as in
/// Python (`1 == 1.0 == True`); objects are equal only to themselves, unless they have a stand-in.
#[derive(Clone, Debug)]
pub struct Key {
    value: Value,
    /// What the key is equal to and hashed as, where a class of the program says what its instances are equal to.
    stand_in: Option<Rc<Value>>,
}

impl Key {
    /// The value as a key.
    ///
    /// # Errors
    /// K0301 for unhashable values (lists, dicts, sets), as in Python.
    pub fn new(value: Value) -> Result<Key> {
        match &value {
            Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Slice(_) => {
                Err(Error::ty(format!("unhashable type: '{}'", value.type_name())))
            }
            Value::Tuple(elements) => {
                for element in elements.iter() {
                    Key::new(element.clone())?;
                }
                Ok(Key::plain(value))
            }
            // A number of NumPy is equal to one of Python.
            Value::Array(array) if array.ty().shape.is_empty() => {
                Ok(Key::plain(crate::interp::tensor::element(array, 0).unwrap_or(value)))
            }
            _ => Ok(Key::plain(value)),
        }
    }

    fn plain(value: Value) -> Key {
        Key { value, stand_in: None }
    }

    /// A key that is shown as `value`, and equal to and hashed as another value, which is hashable.
    pub(crate) fn standing_for(value: Value, stand_in: Value) -> Key {
        Key { value, stand_in: Some(Rc::new(stand_in)) }
    }

    /// The key of a name.
    pub fn name(name: impl Into<Rc<str>>) -> Key {
        Key::plain(Value::Str(name.into()))
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// An address that identifies a shared object.
    fn identity(&self) -> Option<usize> {
        match &self.value {
            Value::User(o) | Value::Object(o) => Some(Rc::as_ptr(o).cast::<()>() as usize),
            Value::Method(o, m) => Some(Rc::as_ptr(o).cast::<()>() as usize ^ std::ptr::from_ref(*m) as usize),
            Value::Function(f) => Some(std::ptr::from_ref(*f) as usize),
            Value::Class(c) => Some(std::ptr::from_ref(*c) as usize),
            Value::Module(m) => Some(std::ptr::from_ref(*m) as usize),
            Value::Array(a) => Some(Rc::as_ptr(a) as usize),
            Value::Symbolic(s) => Some(Rc::as_ptr(&s.0) as usize),
            _ => None,
        }
    }

    fn number(&self) -> Option<f64> {
        match &self.value {
            Value::Bool(b) => Some(f64::from(u8::from(*b))),
            Value::Int(i) if (*i as f64) as i64 == *i => Some(*i as f64),
            Value::Float(x) => Some(*x),
            Value::Complex(real, imaginary) if *imaginary == 0.0 => Some(*real),
            _ => None,
        }
    }
}

impl Key {
    /// What the key is equal to and hashed as, if that is another value.
    fn stands_for(&self) -> Option<Key> {
        if let Some(value) = &self.stand_in {
            return Some(Key::plain((**value).clone()));
        }
        match &self.value {
            Value::User(object) => object.as_key().map(Key::plain),
            _ => None,
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (self.stands_for(), other.stands_for()) {
            (None, None) => {}
            (a, b) => return a.as_ref().unwrap_or(self) == b.as_ref().unwrap_or(other),
        }
        if let (Some(a), Some(b)) = (self.number(), other.number()) {
            // A number that is not one is found again by being the same.
            return a == b || a.is_nan() && b.is_nan();
        }
        match (&self.value, &other.value) {
            (Value::None, Value::None) | (Value::Ellipsis, Value::Ellipsis) => true,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::BigInt(a), Value::BigInt(b)) => a == b,
            (Value::Complex(a, b), Value::Complex(c, d)) => a == c && b == d,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::DType(a), Value::DType(b)) => a == b,
            (Value::Tuple(a), Value::Tuple(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b.iter()).all(|(x, y)| Key::plain(x.clone()) == Key::plain(y.clone()))
            }
            (Value::FrozenSet(a), Value::FrozenSet(b)) => a.len() == b.len() && a.keys().all(|key| b.contains_key(key)),
            _ => self.identity().is_some() && self.identity() == other.identity(),
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(key) = self.stands_for() {
            return key.hash(state);
        }
        if let Some(number) = self.number() {
            // +0.0 and −0.0 are one key, and all NaN.
            let number = if number.is_nan() { f64::NAN } else { number + 0.0 };
            return number.to_bits().hash(state);
        }
        match &self.value {
            Value::Int(i) => i.hash(state),
            Value::BigInt(i) => i.hash(state),
            Value::Complex(real, imaginary) => [real, imaginary].iter().for_each(|x| (**x + 0.0).to_bits().hash(state)),
            Value::Str(s) => s.hash(state),
            Value::Bytes(bytes) => bytes.hash(state),
            Value::DType(d) => d.hash(state),
            Value::Tuple(elements) => elements.iter().for_each(|e| Key::plain(e.clone()).hash(state)),
            Value::FrozenSet(elements) => {
                // The order of the elements does not matter.
                let of = |key: &Key| {
                    let mut hasher = DefaultHasher::new();
                    key.hash(&mut hasher);
                    hasher.finish()
                };
                elements.keys().map(of).fold(0_u64, u64::wrapping_add).hash(state);
            }
            _ => self.identity().hash(state),
        }
    }
}
