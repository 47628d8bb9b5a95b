//! `+`, `*`, `|`, `&`, `-` and `^` of containers.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use crate::error::Result;
use crate::interp::Interp;
use crate::interp::compare::tuple_of;
use crate::interp::operators::number;
use crate::syntax::ast::BinaryOp;
use crate::value::{Key, Value};

impl Interp {
    /// `left op right` of containers; `None` if the operator does not take them.
    pub(super) fn sequence_binary(&mut self, op: BinaryOp, left: &Value, right: &Value) -> Result<Option<Value>> {
        match op {
            BinaryOp::Add => self.concatenate(left, right),
            BinaryOp::Multiply => match (number::index(left), number::index(right)) {
                (None, Some(times)) => self.repeat(left, times),
                (Some(times), None) => self.repeat(right, times),
                _ if self.special(right, "__index__")?.is_some() => {
                    let times = self.index(right)?;
                    self.repeat(left, times)
                }
                _ if self.special(left, "__index__")?.is_some() => {
                    let times = self.index(left)?;
                    self.repeat(right, times)
                }
                _ => Ok(None),
            },
            BinaryOp::BitOr => match (left, right) {
                (Value::Dict(a), Value::Dict(b)) => {
                    let mut entries = a.borrow().clone();
                    entries.extend(b.borrow().clone());
                    Ok(Some(Value::Dict(Rc::new(RefCell::new(entries)))))
                }
                _ => self.set_binary(op, left, right),
            },
            BinaryOp::BitAnd | BinaryOp::BitXor | BinaryOp::Subtract => self.set_binary(op, left, right),
            _ => Ok(None),
        }
    }

    fn concatenate(&mut self, left: &Value, right: &Value) -> Result<Option<Value>> {
        Ok(match (left, right) {
            (Value::Str(a), Value::Str(b)) => {
                self.spend_length(a.len() + b.len())?;
                Some(Value::str(format!("{a}{b}")))
            }
            (Value::Bytes(a), Value::Bytes(b)) => {
                self.spend_length(a.len() + b.len())?;
                Some(Value::Bytes([&**a, &**b].concat().into()))
            }
            (Value::List(a), Value::List(b)) => {
                self.spend_length(a.borrow().len() + b.borrow().len())?;
                let mut values = a.borrow().clone();
                values.extend(b.borrow().iter().cloned());
                Some(Value::list(values))
            }
            _ => match (tuple_of(left), tuple_of(right)) {
                (Some(a), Some(b)) => {
                    self.spend_length(a.len() + b.len())?;
                    Some(Value::tuple(a.iter().chain(b.iter()).cloned().collect::<Vec<_>>()))
                }
                _ => None,
            },
        })
    }

    fn repeat(&mut self, sequence: &Value, times: i64) -> Result<Option<Value>> {
        let times = usize::try_from(times).unwrap_or(0);
        let mut check = |length: usize| self.spend_length(length.saturating_mul(times));
        Ok(match sequence {
            Value::Str(text) => {
                check(text.len())?;
                Some(Value::str(text.repeat(times)))
            }
            Value::Bytes(bytes) => {
                check(bytes.len())?;
                Some(Value::Bytes(bytes.repeat(times).into()))
            }
            Value::List(values) => {
                let values = values.borrow();
                check(values.len())?;
                Some(Value::list(repeated(&values, times)))
            }
            _ => match tuple_of(sequence) {
                Some(values) => {
                    check(values.len())?;
                    Some(Value::tuple(repeated(&values, times)))
                }
                None => None,
            },
        })
    }

    fn set_binary(&mut self, op: BinaryOp, left: &Value, right: &Value) -> Result<Option<Value>> {
        let Some((a, b)) = self.both_sets(left, right)? else { return Ok(None) };
        let (a, b) = (Rc::unwrap_or_clone(a), Rc::unwrap_or_clone(b));
        let keys: IndexMap<Key, ()> = match op {
            BinaryOp::BitOr => a.into_iter().chain(b).collect(),
            BinaryOp::BitAnd => a.into_iter().filter(|(k, ())| b.contains_key(k)).collect(),
            BinaryOp::Subtract => a.into_iter().filter(|(k, ())| !b.contains_key(k)).collect(),
            _ => {
                let only_a: Vec<_> = a.keys().filter(|k| !b.contains_key(*k)).cloned().collect();
                let only_b = b.into_iter().filter(|(k, ())| !a.contains_key(k));
                only_a.into_iter().map(|k| (k, ())).chain(only_b).collect()
            }
        };
        Ok(Some(match left {
            Value::FrozenSet(_) => Value::FrozenSet(Rc::new(keys)),
            _ => Value::Set(Rc::new(RefCell::new(keys))),
        }))
    }

    /// Counts the steps of moving the elements behind one that comes or goes, in a sequence of `length`.
    pub(crate) fn spend_moving(&mut self, length: usize) -> Result<()> {
        self.spend(length / 256)
    }

    /// Counts the steps of making a sequence of `length` elements.
    pub(crate) fn spend_length(&mut self, length: usize) -> Result<()> {
        self.tracer.fuel.spend_length(length)
    }
}

fn repeated(values: &[Value], times: usize) -> Vec<Value> {
    std::iter::repeat_n(values, times).flatten().cloned().collect()
}
