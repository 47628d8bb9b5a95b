//! Iteration.

mod lazy;
mod range;

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

pub(crate) use lazy::Lazy;
pub(crate) use range::Range;

use super::Interp;
use super::classes::Instance;
use super::comprehension::GeneratorExpression;
use super::dict_view::DictView;
use super::exceptions::{self, raise};
use super::generator::{Generator, Input};
use super::numpy_arrays::NumpyArray;
use super::set_order::in_order;
use crate::error::{Error, Result};
use crate::fuel::check_length;
use crate::library::Args;
use crate::value::{Host, Key, Object, Value, downcast};

/// What can be iterated.
#[derive(Debug)]
pub(crate) enum Iterable {
    /// At compile time.
    Static(Iter),
    /// Only at run time.
    Host(Host),
}

/// The state of an iteration.
#[derive(Debug)]
pub(crate) enum Iter {
    /// Over elements that do not change.
    Values(Rc<[Value]>, usize),
    /// Over a list, which may change meanwhile.
    List(Rc<RefCell<Vec<Value>>>, usize),
    /// Over a list from its end.
    Reversed(Rc<RefCell<Vec<Value>>>, usize),
    /// Over a dict, whose size must not change meanwhile.
    Dict(DictView, usize, usize),
    /// Over a set, whose size must not change meanwhile.
    Set(Rc<RefCell<IndexMap<Key, ()>>>, Rc<[Value]>, usize),
    /// Over the characters of a string.
    Chars(Rc<str>, usize),
    /// Over integers: the next one, the step and how many are left.
    Range(i64, i64, u64),
    /// `zip`, `map`, `enumerate` and their like.
    Lazy(Box<Lazy>),
    /// Another iterator, shared with those who hold it.
    Shared(Rc<IterObject>),
    /// A generator expression.
    Generator(Box<GeneratorExpression>),
    /// A generator function.
    Function(Box<Generator>),
    /// The program's own iterator: its bound `__next__`.
    Next(Value),
    /// The program's own sequence: its bound `__getitem__` and the next index.
    Items(Value, i64),
    /// The leading slices of a tensor: the tensor, the next index and the number of slices.
    Rows(Value, usize, usize),
}

/// An iterator as a value of the program.
#[derive(Debug)]
pub(crate) struct IterObject {
    iter: RefCell<Iter>,
    kind: &'static str,
}

impl IterObject {
    /// Whether a generator function made it.
    pub(crate) fn is_generator(&self) -> bool {
        self.iter.try_borrow().is_ok_and(|iter| matches!(*iter, Iter::Function(_)))
    }

    /// An iterator of the Python type `kind`.
    pub(crate) fn value(iter: Iter, kind: &'static str) -> Value {
        Value::User(Rc::new(IterObject { iter: RefCell::new(iter), kind }))
    }

    /// The next element.
    pub(crate) fn next(&self, interp: &mut Interp) -> Result<Option<Value>> {
        match self.iter.try_borrow_mut() {
            Ok(mut iter) => iter.next(interp),
            Err(_) => Err(raise("ValueError", format!("{} already executing", self.kind))),
        }
    }

    /// The next element, of a generator function after it got a value or an exception.
    pub(crate) fn resume(&self, interp: &mut Interp, input: Input) -> Result<Option<Value>> {
        match self.iter.try_borrow_mut() {
            Ok(mut iter) => match (&mut *iter, input) {
                (Iter::Function(generator), input) => generator.resume(interp, input),
                (_, Input::Throw(error)) => {
                    *iter = Iter::Values(Rc::from([]), 0);
                    Err(error)
                }
                (other, Input::Send(_)) => other.next(interp),
            },
            Err(_) => Err(raise("ValueError", format!("{} already executing", self.kind))),
        }
    }

    /// The number that `itertools.count` gives next, if this is one.
    pub(crate) fn count(&self) -> Option<Value> {
        match &*self.iter.try_borrow().ok()? {
            Iter::Lazy(lazy) => match &**lazy {
                Lazy::Count(next, _) => Some(next.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Sets the number that `itertools.count` gives next.
    pub(crate) fn count_from(&self, number: Value) {
        if let Ok(mut iter) = self.iter.try_borrow_mut()
            && let Iter::Lazy(lazy) = &mut *iter
            && let Lazy::Count(next, _) = &mut **lazy
        {
            *next = number;
        }
    }

    /// What a generator function returned, once.
    pub(crate) fn returned(&self) -> Value {
        match self.iter.try_borrow_mut().as_deref_mut() {
            Ok(Iter::Function(generator)) => generator.returned(),
            _ => Value::None,
        }
    }

    /// Ends the iteration: a generator function leaves its blocks.
    ///
    /// # Errors
    /// It yields or fails instead.
    pub(crate) fn close(&self, interp: &mut Interp) -> Result<()> {
        match self.iter.try_borrow_mut() {
            Ok(mut iter) => {
                if let Iter::Function(generator) = &mut *iter {
                    generator.close(interp)?;
                }
                *iter = Iter::Values(Rc::from([]), 0);
                Ok(())
            }
            Err(_) => Err(raise("ValueError", format!("{} already executing", self.kind))),
        }
    }
}

impl Object for IterObject {
    fn class_name(&self) -> Rc<str> {
        self.kind.into()
    }

    fn repr(&self) -> String {
        format!("<{} object>", self.kind)
    }
}

impl Iter {
    /// The next element; `None` at the end.
    pub(crate) fn next(&mut self, interp: &mut Interp) -> Result<Option<Value>> {
        interp.spend(1)?;
        Ok(match self {
            Iter::Values(values, at) => {
                let value = values.get(*at).cloned();
                *at += 1;
                value
            }
            Iter::List(list, at) => {
                let value = list.borrow().get(*at).cloned();
                *at = if value.is_some() { *at + 1 } else { usize::MAX };
                value
            }
            Iter::Reversed(list, left) => {
                let index = left.checked_sub(1);
                *left = index.unwrap_or(0);
                index.and_then(|index| list.borrow().get(index).cloned())
            }
            Iter::Dict(view, at, length) => {
                if view.len() != *length {
                    return Err(raise("RuntimeError", "dictionary changed size during iteration"));
                }
                let value = view.at(*at);
                *at += 1;
                value
            }
            Iter::Set(set, values, at) => {
                if set.borrow().len() != values.len() {
                    return Err(raise("RuntimeError", "Set changed size during iteration"));
                }
                let value = values.get(*at).cloned();
                *at += 1;
                value
            }
            Iter::Chars(text, at) => match text.get(*at..).and_then(|rest| rest.chars().next()) {
                Some(c) => {
                    *at += c.len_utf8();
                    Some(Value::str(c.to_string()))
                }
                None => None,
            },
            Iter::Range(next, step, left) => match left.checked_sub(1) {
                Some(rest) => {
                    let value = *next;
                    *next = next.wrapping_add(*step);
                    *left = rest;
                    Some(Value::Int(value))
                }
                None => None,
            },
            Iter::Lazy(lazy) => lazy.next(interp)?,
            Iter::Shared(object) => object.next(interp)?,
            Iter::Generator(generator) => generator.next(interp)?,
            Iter::Function(generator) => generator.resume(interp, Input::Send(Value::None))?,
            Iter::Next(next) => match interp.call(next, Args::default()) {
                Ok(value) => Some(value),
                Err(error) if exceptions::is_raised(&error, "StopIteration") => None,
                Err(error) => return Err(error),
            },
            Iter::Items(get, index) => match interp.call(get, Args::positional(vec![Value::Int(*index)])) {
                Ok(value) => {
                    *index += 1;
                    Some(value)
                }
                Err(error) if exceptions::is_raised(&error, "IndexError") => None,
                Err(error) => return Err(error),
            },
            Iter::Rows(tensor, at, length) => {
                if at == length {
                    return Ok(None);
                }
                let index = Value::Int(*at as i64);
                *at += 1;
                let tensor = tensor.clone();
                Some(interp.get_item(&tensor, &index)?)
            }
        })
    }

    /// Whether it gives pairs of a number and an element.
    pub(crate) fn is_enumerate(&self) -> bool {
        match self {
            Iter::Lazy(lazy) => matches!(**lazy, Lazy::Enumerate(..)),
            Iter::Shared(object) => object.iter.try_borrow().is_ok_and(|iter| iter.is_enumerate()),
            _ => false,
        }
    }

    /// The remaining elements.
    pub(crate) fn collect(&mut self, interp: &mut Interp) -> Result<Vec<Value>> {
        if let Iter::Range(_, _, left) = self {
            check_length(usize::try_from(*left).unwrap_or(usize::MAX))?;
        }
        let mut values = Vec::new();
        while let Some(value) = self.next(interp)? {
            values.push(value);
        }
        Ok(values)
    }
}

impl Interp {
    /// Starts iterating over a value.
    ///
    /// # Errors
    /// The value is not iterable.
    pub(crate) fn iterate(&mut self, value: &Value) -> Result<Iterable> {
        let iter = match value {
            Value::Host(host) => {
                return match host.goes_through() {
                    Some(elements) => self.iterate(&elements.clone()),
                    None => Ok(Iterable::Host(host.clone())),
                };
            }
            Value::Tuple(values) => Iter::Values(values.clone(), 0),
            Value::List(list) => Iter::List(list.clone(), 0),
            Value::Dict(dict) => DictView::keys(dict).iter(),
            Value::Set(set) => Iter::Set(set.clone(), in_order(&set.borrow()).into(), 0),
            Value::FrozenSet(set) => Iter::Values(in_order(set).into(), 0),
            Value::Str(text) => Iter::Chars(text.clone(), 0),
            Value::Bytes(bytes) => Iter::Values(bytes.iter().map(|&byte| Value::Int(i64::from(byte))).collect(), 0),
            Value::Tensor(tensor) => match tensor.shape().first() {
                Some(&length) => Iter::Rows(value.clone(), 0, length),
                None => return Err(Error::ty("iteration over a 0-d array")),
            },
            Value::Array(array) => match array.ty().shape.first() {
                Some(&length) => Iter::Rows(value.clone(), 0, length),
                None => return Err(Error::ty("iteration over a 0-d array")),
            },
            Value::Symbolic(tensor) => match tensor.0.shape.first() {
                Some(Some(length)) => Iter::Rows(value.clone(), 0, *length),
                _ => {
                    return Err(Error::ty(format!("cannot iterate over {tensor}: its first dimension is not known"))
                        .help("use keras.ops.unstack along an axis whose size is known, or keras.ops.scan"));
                }
            },
            Value::User(object) => return self.iterate_object(value, object),
            other => match self.type_of_array(other).map(|ty| ty.shape.first().copied()) {
                Some(Some(length)) => Iter::Rows(value.clone(), 0, length),
                Some(None) => return Err(Error::ty("iteration over a 0-d array")),
                None => return Err(not_iterable(other)),
            },
        };
        Ok(Iterable::Static(iter))
    }

    fn iterate_object(&mut self, value: &Value, object: &crate::value::ObjectRef) -> Result<Iterable> {
        if let Some(array) = downcast::<NumpyArray>(object) {
            // Rows are views.
            let plain = self.plain(value)?;
            return match self.iterate(&plain)? {
                Iterable::Static(Iter::Rows(_, at, length)) => {
                    Ok(Iterable::Static(Iter::Rows(Value::User(array), at, length)))
                }
                other => Ok(other),
            };
        }
        if let Some(iter) = downcast::<IterObject>(object) {
            return Ok(Iterable::Static(Iter::Shared(iter)));
        }
        if let Some(range) = downcast::<Range>(object) {
            return Ok(Iterable::Static(range.iter()));
        }
        if let Some(view) = downcast::<DictView>(object) {
            return Ok(Iterable::Static(view.iter()));
        }
        let Some(instance) = downcast::<Instance>(object) else {
            return match self.special(value, "__iter__")? {
                Some(iter) => {
                    let iterator = self.call(&iter, Args::default())?;
                    self.iterate(&iterator)
                }
                None => Err(not_iterable(value)),
            };
        };
        if let Some(elements) = &instance.tuple {
            return Ok(Iterable::Static(Iter::Values(elements.clone(), 0)));
        }
        if let Some(iter) = instance.special(self, "__iter__")? {
            let iterator = self.call(&iter, Args::default())?;
            if let Value::User(object) = &iterator
                && let Some(own) = downcast::<Instance>(object)
            {
                return match own.special(self, "__next__")? {
                    Some(next) => Ok(Iterable::Static(Iter::Next(next))),
                    None => Err(Error::ty(format!("iter() returned non-iterator of type '{}'", own.class.name))),
                };
            }
            return self.iterate(&iterator);
        }
        if let Some(plain) = instance.plain.get().cloned() {
            return self.iterate(&plain);
        }
        match instance.special(self, "__getitem__")? {
            Some(get) => Ok(Iterable::Static(Iter::Items(get, 0))),
            None => Err(not_iterable(value)),
        }
    }

    /// Starts iterating over a value that must be there at compile time.
    ///
    /// # Errors
    /// As [`Interp::iterate`]; a host value (K0601).
    pub(crate) fn iterate_static(&mut self, value: &Value) -> Result<Iter> {
        match self.iterate(value)? {
            Iterable::Static(iter) => Ok(iter),
            Iterable::Host(host) => Err(super::host::reaches(&host, "a loop that runs at compile time")),
        }
    }

    /// All elements of a value.
    ///
    /// # Errors
    /// As [`Interp::iterate_static`].
    pub(crate) fn collect(&mut self, value: &Value) -> Result<Vec<Value>> {
        self.iterate_static(value)?.collect(self)
    }

    /// A set or the keys of a dict made from the elements of a value.
    pub(crate) fn collect_keys(&mut self, value: &Value) -> Result<IndexMap<Key, ()>> {
        let values = self.collect(value)?;
        values.into_iter().map(|v| Ok((self.key(v)?, ()))).collect()
    }
}

fn not_iterable(value: &Value) -> Error {
    Error::ty(format!("'{}' object is not iterable", value.type_name()))
}
