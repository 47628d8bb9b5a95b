//! Indexing and slicing.

use std::collections::HashSet;
use std::rc::Rc;

use super::Interp;
use super::attribute::user;
use super::builtins::BuiltinType;
use super::classes::{ClassMethod, Instance, UserClass, plain_of};
use super::compare::tuple_of;
use super::exceptions::{self, raise, raise_with};
use super::iterate::Range;
use super::numpy_arrays::NumpyArray;
use super::operators::number;
use crate::error::{Error, Result};
use crate::library::Args;
use crate::value::Value;

/// The positions that a slice selects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Selection {
    pub(crate) start: i64,
    pub(crate) stop: i64,
    pub(crate) step: i64,
    count: usize,
}

impl Selection {
    /// The first position, the distance of positions and how many there are.
    pub(crate) fn parts(self) -> (i64, i64, usize) {
        (self.start, self.step, self.count)
    }

    /// The selected positions in order.
    pub(crate) fn positions(self) -> impl Iterator<Item = usize> {
        (0..self.count as i64).map(move |i| (self.start + i * self.step) as usize)
    }

    fn of<T: Clone>(self, values: &[T]) -> Vec<T> {
        self.positions().filter_map(|i| values.get(i).cloned()).collect()
    }
}

/// The error of an index that is no integer.
fn no_index(kind: &str, index: &Value) -> Error {
    let name = index.type_name();
    match kind {
        "string" => Error::ty(format!("string indices must be integers, not '{name}'")),
        _ => Error::ty(format!("{kind} indices must be integers or slices, not {name}")),
    }
}

impl Interp {
    /// The positions that `slice` selects in a sequence of `length` elements.
    pub(crate) fn selection(&mut self, slice: &[Value; 3], length: usize) -> Result<Selection> {
        let [start, stop, step] = slice;
        let mut bound = |value: &Value| -> Result<Option<i64>> {
            match value {
                Value::None => Ok(None),
                Value::Str(_) | Value::Float(_) | Value::List(_) | Value::Tuple(_) => {
                    Err(Error::ty("slice indices must be integers or None or have an __index__ method"))
                }
                value => self.index(value).map(Some),
            }
        };
        let step = bound(step)?.unwrap_or(1);
        if step == 0 {
            return Err(raise("ValueError", "slice step cannot be zero"));
        }
        let length = length as i64;
        let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
        let clamp = |value: i64| {
            let value = if value < 0 { value.saturating_add(length) } else { value };
            value.clamp(lowest, highest)
        };
        let start = bound(start)?.map_or(if step > 0 { lowest } else { highest }, clamp);
        let stop = bound(stop)?.map_or(if step > 0 { highest } else { lowest }, clamp);
        let distance = i128::from(stop) - i128::from(start);
        let step_wide = i128::from(step);
        let count = (distance + step_wide - step_wide.signum()) / step_wide;
        let count = usize::try_from(count.max(0)).unwrap_or(0);
        Ok(Selection { start, stop, step, count })
    }

    /// An integer used as an index.
    pub(crate) fn index(&mut self, value: &Value) -> Result<i64> {
        if let Some(index) = number::index(value) {
            return Ok(index);
        }
        if let Value::Host(host) = value {
            return Err(super::host::reaches(host, "an index"));
        }
        let value = &self.plain(value)?;
        if let Some(array) = crate::jax::arguments::integer(&self.concrete(value)?) {
            return Ok(array);
        }
        if let Some(method) = self.special(value, "__index__")? {
            let result = self.call(&method, Args::default())?;
            if let Some(index) = number::index(&result) {
                return Ok(index);
            }
        }
        let error = Error::ty(format!("'{}' object cannot be interpreted as an integer", value.type_name()));
        Err(match super::tensor::is_tensor(value) {
            true => error.note("a tensor's elements are not known while the program is compiled").help(
                "loop with jax.lax.fori_loop, or let an argument that counts be static: jax.jit(f, static_argnums=…)",
            ),
            false => error,
        })
    }

    /// Element number `index` of `values`.
    fn element(&mut self, values: &[Value], index: &Value, kind: &str) -> Result<Value> {
        let at = self.position(index, values.len(), kind, "index")?;
        values.get(at).cloned().ok_or_else(|| raise("IndexError", format!("{kind} index out of range")))
    }

    fn position(&mut self, index: &Value, length: usize, kind: &str, action: &str) -> Result<usize> {
        let scalar = matches!(index, Value::Array(_)).then(|| crate::jax::arguments::integer(index)).flatten();
        let index = &scalar.map_or_else(|| index.clone(), Value::Int);
        if !matches!(index, Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::User(_)) {
            return Err(no_index(kind, index));
        }
        if let Value::User(_) = index
            && user::<Instance>(index).is_some_and(|i| i.plain.get().is_none() && i.class.lookup("__index__").is_none())
        {
            return Err(no_index(kind, index));
        }
        let index = self.index(index)?;
        let shifted = if index < 0 { index.saturating_add(length as i64) } else { index };
        usize::try_from(shifted).ok().filter(|at| *at < length).ok_or_else(|| {
            let action = if action == "index" { String::new() } else { format!("{action} ") };
            // The message of bytes does not say what they are.
            let kind = if kind == "byte" { String::new() } else { format!("{kind} ") };
            raise("IndexError", format!("{kind}{action}index out of range"))
        })
    }

    /// `value[index]`.
    pub(crate) fn get_item(&mut self, value: &Value, index: &Value) -> Result<Value> {
        self.learn_item(value, index)?;
        if self.has_written(value) || self.has_written(index) {
            let index = self.plain(index)?;
            return match user::<NumpyArray>(value) {
                Some(array) => self.view(&array, &index),
                None => self.get_item(value, &index),
            };
        }
        if super::tensor::is_tensor(value) {
            return self.tensor_item(value, index);
        }
        if let Value::Host(host) = value {
            return Ok(self.host_item(host, index));
        }
        if let Value::List(_) | Value::Tuple(_) | Value::Str(_) | Value::Bytes(_) | Value::Dict(_) = value {
            let unknown = |index: &Value| matches!(index, Value::Host(_)).then(|| index.clone());
            let unknown = match index {
                Value::Slice(bounds) => bounds.iter().find_map(unknown),
                index => unknown(index),
            };
            if let Some(unknown) = unknown {
                return Ok(unknown);
            }
        }
        match (value, index) {
            (Value::List(values), Value::Slice(slice)) => {
                let values = values.borrow().clone();
                Ok(Value::list(self.selection(slice, values.len())?.of(&values)))
            }
            (Value::List(values), _) => {
                let length = values.borrow().len();
                let at = self.position(index, length, "list", "index")?;
                let found = values.borrow().get(at).cloned();
                found.ok_or_else(|| raise("IndexError", "list index out of range"))
            }
            (Value::Str(text), _) => self.string_item(text, index),
            (Value::Bytes(bytes), Value::Slice(slice)) => {
                Ok(Value::Bytes(self.selection(slice, bytes.len())?.of(bytes).into()))
            }
            (Value::Bytes(bytes), _) => {
                let at = self.position(index, bytes.len(), "byte", "index")?;
                let found = bytes.get(at).map(|&byte| Value::Int(i64::from(byte)));
                found.ok_or_else(|| raise("IndexError", "index out of range"))
            }
            (Value::Dict(entries), _) => {
                let key = self.key(index.clone())?;
                let found = entries.borrow().get(&key).cloned();
                match found {
                    Some(value) => Ok(value),
                    None => {
                        self.learn_key(value, index)?;
                        Err(self.missing_key(index)?)
                    }
                }
            }
            _ => {
                if let Some(values) = tuple_of(value) {
                    return match index {
                        Value::Slice(slice) => Ok(Value::tuple(self.selection(slice, values.len())?.of(&values))),
                        _ => self.element(&values, index, "tuple"),
                    };
                }
                self.object_item(value, index)
            }
        }
    }

    fn object_item(&mut self, value: &Value, index: &Value) -> Result<Value> {
        if let Some(range) = user::<Range>(value) {
            return self.range_item(&range, index);
        }
        // `list[int]` and its like, in annotations that are evaluated after all.
        if user::<BuiltinType>(value).is_some() {
            return Ok(value.clone());
        }
        match self.special(value, "__getitem__")? {
            Some(method) => self.call(&method, Args::positional(vec![index.clone()])),
            None => {
                if let Some(plain) = plain_of(value) {
                    if let Value::Dict(_) = &plain
                        && let Some(missing) = self.special(value, "__missing__")?
                        && !self.contains(&plain, index)?
                    {
                        return self.call(&missing, Args::positional(vec![index.clone()]));
                    }
                    return self.get_item(&plain, index);
                }
                if let Some(generic) = self.generic(value, index)? {
                    return Ok(generic);
                }
                Err(Error::ty(format!("'{}' object is not subscriptable", value.type_name())))
            }
        }
    }

    /// `SomeClass[T]`: what `__class_getitem__` gives; subscripted generic classes are themselves.
    fn generic(&mut self, value: &Value, index: &Value) -> Result<Option<Value>> {
        let Some(class) = user::<UserClass>(value) else { return Ok(None) };
        match class.lookup("__class_getitem__") {
            Some(Value::User(hook)) => {
                let hook = match crate::value::downcast::<ClassMethod>(&hook) {
                    Some(method) => method.0.clone(),
                    None => Value::User(hook),
                };
                self.call(&hook, Args::positional(vec![value.clone(), index.clone()])).map(Some)
            }
            Some(_) => Ok(Some(value.clone())),
            None => Ok(class.generic.then(|| value.clone())),
        }
    }

    fn range_item(&mut self, range: &Range, index: &Value) -> Result<Value> {
        let length = usize::try_from(range.len()).unwrap_or(usize::MAX);
        if let Value::Slice(slice) = index {
            let selection = self.selection(slice, length)?;
            let at = |position: i64| {
                let value = i128::from(range.start) + i128::from(position) * i128::from(range.step);
                value.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
            };
            let step = range.step.saturating_mul(selection.step);
            return Ok(Value::User(Rc::new(Range { start: at(selection.start), stop: at(selection.stop), step })));
        }
        let at = self.position(index, length, "range object", "index")?;
        Ok(Value::Int(range.get(at as u64)))
    }

    fn string_item(&mut self, text: &str, index: &Value) -> Result<Value> {
        if let Value::Slice(slice) = index {
            let chars: Vec<char> = text.chars().collect();
            let selected = self.selection(slice, chars.len())?.of(&chars);
            return Ok(Value::str(selected.into_iter().collect::<String>()));
        }
        let at = self.position(index, text.chars().count(), "string", "index")?;
        let found = text.chars().nth(at).map(|c| Value::str(c.to_string()));
        found.ok_or_else(|| raise("IndexError", "string index out of range"))
    }

    /// The `KeyError` for `key`.
    pub(crate) fn missing_key(&mut self, key: &Value) -> Result<Error> {
        let shown = self.repr_of(key)?;
        Ok(raise_with("KeyError", vec![key.clone()], shown))
    }

    /// `value[index] = new`.
    pub(crate) fn set_item(&mut self, value: &Value, index: &Value, new: Value) -> Result<()> {
        if let Some(array) = user::<NumpyArray>(value) {
            let new = super::operators::with_arrays(&new)?;
            return self.write_array(&array, index, new);
        }
        match (value, index) {
            (Value::Host(_), _) => Ok(()),
            (_, Value::Host(host)) => Err(super::host::reaches(host, "an index")),
            (Value::List(values), Value::Slice(slice)) => {
                let extended = !matches!(&slice[2], Value::None | Value::Int(1));
                let new = match self.iterate_static(&new) {
                    Ok(mut iter) => iter.collect(self)?,
                    Err(error) if exceptions::is_raised(&error, "TypeError") => {
                        return Err(Error::ty(match extended {
                            true => "must assign iterable to extended slice",
                            false => "can only assign an iterable",
                        }));
                    }
                    Err(error) => return Err(error),
                };
                let length = values.borrow().len();
                let selection = self.selection(slice, length)?;
                if extended {
                    return assign_extended(values, selection, new);
                }
                let mut values = values.borrow_mut();
                let start = (selection.start as usize).min(values.len());
                let end = (start + selection.count).min(values.len());
                values.splice(start..end, new);
                Ok(())
            }
            (Value::List(values), _) => {
                let length = values.borrow().len();
                let at = self.position(index, length, "list", "assignment")?;
                if let Some(slot) = values.borrow_mut().get_mut(at) {
                    *slot = new;
                }
                self.container_changed(value)
            }
            (Value::Dict(entries), _) => {
                let key = self.key(index.clone())?;
                entries.borrow_mut().insert(key, new);
                self.container_changed(value)
            }
            _ if self.is_numpy(value) => {
                Err(Error::ty("a NumPy array that has several holders cannot be changed in place")
                    .help("change the array through the name that it was made for, or a copy of it: np.copy(array)"))
            }
            _ if super::tensor::is_tensor(value) => Err(Error::ty("tensors cannot be changed in place")
                .help("use `x = x.at[index].set(value)` (jax) or keras.ops.slice_update")),
            _ => match self.special(value, "__setitem__")? {
                Some(method) => self.call(&method, Args::positional(vec![index.clone(), new])).map(drop),
                None if let Some(plain) = plain_of(value) => self.set_item(&plain, index, new),
                None => {
                    let message = format!("'{}' object does not support item assignment", value.type_name());
                    Err(Error::ty(message))
                }
            },
        }
    }

    /// `del value[index]`.
    pub(crate) fn delete_item(&mut self, value: &Value, index: &Value) -> Result<()> {
        match (value, index) {
            (Value::Host(_), _) => Ok(()),
            (Value::List(values), Value::Slice(slice)) => {
                let length = values.borrow().len();
                let positions: HashSet<usize> = self.selection(slice, length)?.positions().collect();
                let mut position = 0;
                values.borrow_mut().retain(|_| {
                    position += 1;
                    !positions.contains(&(position - 1))
                });
                Ok(())
            }
            (Value::List(values), _) => {
                let length = values.borrow().len();
                let at = self.position(index, length, "list", "assignment")?;
                let mut values = values.borrow_mut();
                if at < values.len() {
                    values.remove(at);
                }
                Ok(())
            }
            (Value::Dict(entries), _) => {
                let key = self.key(index.clone())?;
                self.spend_moving(entries.borrow().len())?;
                let removed = entries.borrow_mut().shift_remove(&key);
                match removed {
                    Some(_) => Ok(()),
                    None => Err(self.missing_key(index)?),
                }
            }
            _ => match self.special(value, "__delitem__")? {
                Some(method) => self.call(&method, Args::positional(vec![index.clone()])).map(drop),
                None if let Some(plain) = plain_of(value) => self.delete_item(&plain, index),
                None => {
                    let message = format!("'{}' object doesn't support item deletion", value.type_name());
                    Err(Error::ty(message))
                }
            },
        }
    }
}

fn assign_extended(values: &Rc<std::cell::RefCell<Vec<Value>>>, selection: Selection, new: Vec<Value>) -> Result<()> {
    if new.len() != selection.count {
        let message =
            format!("attempt to assign sequence of size {} to extended slice of size {}", new.len(), selection.count);
        return Err(raise("ValueError", message));
    }
    let mut values = values.borrow_mut();
    for (at, value) in selection.positions().zip(new) {
        if let Some(slot) = values.get_mut(at) {
            *slot = value;
        }
    }
    Ok(())
}
