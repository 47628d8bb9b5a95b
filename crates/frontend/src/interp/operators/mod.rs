//! Arithmetic and bitwise operators.

pub(crate) mod complex;
mod float;
mod integer;
pub(crate) mod number;
mod sequence;

use std::rc::Rc;

use keramos_ir::{Array, Buffer, Complex32};

use super::Interp;
use super::attribute::user;
use super::builtins::is_not_implemented;
use super::classes::{Instance, plain_of};
use super::compare::plain_pair;
use super::host;
use super::tensor;
use crate::error::{Error, Result};
use crate::library::Args;
use crate::modules::typing;
use crate::syntax::ast::{BinaryOp, UnaryOp};
use crate::value::Value;
use number::Number;

/// The special methods of an operator: plain, reflected and in place.
fn special_names(op: BinaryOp) -> (&'static str, &'static str, &'static str) {
    match op {
        BinaryOp::Add => ("__add__", "__radd__", "__iadd__"),
        BinaryOp::Subtract => ("__sub__", "__rsub__", "__isub__"),
        BinaryOp::Multiply => ("__mul__", "__rmul__", "__imul__"),
        BinaryOp::MatMul => ("__matmul__", "__rmatmul__", "__imatmul__"),
        BinaryOp::Divide => ("__truediv__", "__rtruediv__", "__itruediv__"),
        BinaryOp::FloorDivide => ("__floordiv__", "__rfloordiv__", "__ifloordiv__"),
        BinaryOp::Modulo => ("__mod__", "__rmod__", "__imod__"),
        BinaryOp::Power => ("__pow__", "__rpow__", "__ipow__"),
        BinaryOp::ShiftLeft => ("__lshift__", "__rlshift__", "__ilshift__"),
        BinaryOp::ShiftRight => ("__rshift__", "__rrshift__", "__irshift__"),
        BinaryOp::BitAnd => ("__and__", "__rand__", "__iand__"),
        BinaryOp::BitOr => ("__or__", "__ror__", "__ior__"),
        BinaryOp::BitXor => ("__xor__", "__rxor__", "__ixor__"),
    }
}

impl Interp {
    /// A complex number.
    pub(crate) fn complex(&mut self, (real, imaginary): (f64, f64)) -> Value {
        self.eval.complex = true;
        Value::Complex(real, imaginary)
    }

    /// Arguments of a function on tensors, with arrays in the place of Python's complex numbers.
    pub(super) fn tensor_args(&mut self, args: Args) -> Result<Args> {
        let positional = args.positional.iter().map(with_arrays).collect::<Result<_>>()?;
        let keywords = args.keywords.iter().map(|(name, value)| Ok((name.clone(), with_arrays(value)?)));
        Ok(Args { positional, keywords: keywords.collect::<Result<_>>()? })
    }

    /// `left op right`.
    ///
    /// # Errors
    /// The operator does not take such values, or fails on them.
    pub(crate) fn binary(&mut self, op: BinaryOp, left: &Value, right: &Value) -> Result<Value> {
        self.operate(op, left, right)?.ok_or_else(|| unsupported(op, left, right, false))
    }

    /// `left op right`; `None` if the operator does not take such values.
    fn operate(&mut self, op: BinaryOp, left: &Value, right: &Value) -> Result<Option<Value>> {
        if let Some((a, b)) = plain_pair(left, right) {
            return match self.special_binary(op, left, right)? {
                Some(value) => Ok(Some(value)),
                None => self.operate(op, &a, &b),
            };
        }
        if let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) {
            if let (BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor, Value::Bool(a), Value::Bool(b)) =
                (op, left, right)
            {
                return Ok(Some(Value::Bool(match op {
                    BinaryOp::BitAnd => a & b,
                    BinaryOp::BitOr => a | b,
                    _ => a ^ b,
                })));
            }
            self.spend_on_integers(op, &a, &b)?;
            let result = number::binary(op, a, b).transpose();
            // A power of a negative number may be complex.
            self.eval.complex |= matches!(result, Ok(Some(Value::Complex(..))));
            return result;
        }
        if let (Value::Complex(..), _) | (_, Value::Complex(..)) = (left, right) {
            if let (Some(a), Some(b)) = (complex::of(left)?, complex::of(right)?) {
                return complex::binary(op, a, b).transpose();
            }
            if tensor::is_tensor(left) || tensor::is_tensor(right) || self.has_written(left) || self.has_written(right)
            {
                return self.operate(op, &with_arrays(left)?, &with_arrays(right)?);
            }
        }
        if self.has_written(left) || self.has_written(right) {
            let (left, right) = (self.plain(left)?, self.plain(right)?);
            return self.operate(op, &left, &right);
        }
        if tensor::is_tensor(left) || tensor::is_tensor(right) {
            let (left, right) = (host::number_or(left), host::number_or(right));
            self.learn_operand(op, left, right)?;
            let own = user::<Instance>(left).is_some() || user::<Instance>(right).is_some();
            return match if own { self.special_binary(op, left, right)? } else { None } {
                Some(value) => Ok(Some(value)),
                None => self.tensor_binary(op, left, right).map(Some),
            };
        }
        if let (BinaryOp::Modulo, Value::Str(template)) = (op, left) {
            let text = self.percent_format(template, right)?;
            return Ok(Some(text.map_or_else(Value::Host, Value::str)));
        }
        if let (Value::Host(host), _) | (_, Value::Host(host)) = (left, right) {
            let host = host.derived();
            return Ok(Some(self.host_binary(op, left, right, host)));
        }
        match self.special_binary(op, left, right)? {
            Some(value) => Ok(Some(value)),
            None if op == BinaryOp::BitOr
                && let Some(union) = typing::union(left, right) =>
            {
                Ok(Some(union))
            }
            None => self.sequence_binary(op, left, right),
        }
    }

    /// Counts the steps of arithmetic with integers of many words, which takes time with the product of their lengths.
    fn spend_on_integers(&mut self, op: BinaryOp, a: &Number, b: &Number) -> Result<()> {
        match (op, a, b) {
            (BinaryOp::Power, a, Number::Int(exponent)) => {
                let words = a.words().saturating_mul(exponent.unsigned_abs()).min(1 << 15);
                self.spend_words(words, words)
            }
            (_, Number::Big(_), _) | (_, _, Number::Big(_)) => self.spend_words(a.words(), b.words()),
            _ => Ok(()),
        }
    }

    /// Counts the steps of combining each word of an integer with each of another.
    pub(crate) fn spend_words(&mut self, a: u64, b: u64) -> Result<()> {
        self.spend(usize::try_from(a.saturating_mul(b) / 1024).unwrap_or(usize::MAX))
    }

    /// Operator methods of the program's classes and of native objects.
    fn special_binary(&mut self, op: BinaryOp, left: &Value, right: &Value) -> Result<Option<Value>> {
        let (own, reflected, _) = special_names(op);
        let same_class = match (user::<Instance>(left), user::<Instance>(right)) {
            (Some(a), Some(b)) => Rc::ptr_eq(&a.class, &b.class),
            _ => false,
        };
        let overrides = match (user::<Instance>(left), user::<Instance>(right)) {
            (Some(a), Some(b)) => {
                !Rc::ptr_eq(&a.class, &b.class)
                    && b.class.is_subclass(&a.class)
                    && b.class.members.borrow().contains_key(reflected)
            }
            _ => false,
        };
        let mut order = [(left, right, own), (right, left, reflected)];
        if overrides {
            order.reverse();
        }
        // The class of both has said what it can.
        let tried = if same_class { 1 } else { 2 };
        for (this, other, name) in order.into_iter().take(tried) {
            if user::<Instance>(this).is_none() && !matches!(this, Value::Object(_)) {
                continue;
            }
            if let Some(method) = self.special(this, name)? {
                let result = self.call(&method, Args::positional(vec![other.clone()]))?;
                if !is_not_implemented(&result) {
                    return Ok(Some(result));
                }
            }
        }
        Ok(None)
    }

    /// `target op= value`: what is assigned back.
    pub(crate) fn augment(&mut self, op: BinaryOp, old: &Value, value: &Value) -> Result<Value> {
        if self.has_written(old) {
            let changed = self.binary(op, old, value)?;
            self.set_item(old, &Value::Ellipsis, changed)?;
            return Ok(old.clone());
        }
        match (op, old) {
            (BinaryOp::Add, Value::List(list)) if !tensor::is_tensor(value) && !matches!(value, Value::Host(_)) => {
                let more = self.collect(value)?;
                list.borrow_mut().extend(more);
                self.container_changed(old)?;
                return Ok(old.clone());
            }
            (BinaryOp::Multiply, Value::List(list)) => {
                if let Value::List(new) = self.binary(op, old, value)? {
                    let values = new.borrow().clone();
                    *list.borrow_mut() = values;
                    return Ok(old.clone());
                }
            }
            (BinaryOp::BitOr, Value::Dict(entries)) => {
                let more = self.entries(value)?;
                entries.borrow_mut().extend(more);
                self.container_changed(old)?;
                return Ok(old.clone());
            }
            (BinaryOp::BitOr | BinaryOp::BitAnd | BinaryOp::Subtract | BinaryOp::BitXor, Value::Set(entries)) => {
                if let (Value::Set(_) | Value::FrozenSet(_), Some(Value::Set(new))) =
                    (value, self.operate(op, old, value)?)
                {
                    let keys = new.borrow().clone();
                    *entries.borrow_mut() = keys;
                    return Ok(old.clone());
                }
            }
            _ => {}
        }
        if (user::<Instance>(old).is_some() || matches!(old, Value::Object(_)))
            && let Some(method) = self.special(old, special_names(op).2)?
        {
            let result = self.call(&method, Args::positional(vec![value.clone()]))?;
            if !is_not_implemented(&result) {
                return Ok(result);
            }
        }
        if let Some(plain @ (Value::List(_) | Value::Dict(_) | Value::Set(_))) = plain_of(old)
            && self.special(old, special_names(op).0)?.is_none()
        {
            self.augment(op, &plain, value)?;
            return Ok(old.clone());
        }
        self.operate(op, old, value)?.ok_or_else(|| unsupported(op, old, value, true))
    }

    /// `-value`, `+value`, `~value`.
    pub(crate) fn unary(&mut self, op: UnaryOp, value: &Value) -> Result<Value> {
        if !matches!(value, Value::User(_))
            && let Some(number) = Number::of(value)
            && let Some(result) = number::unary(op, number)
        {
            return Ok(result);
        }
        if let Value::Complex(real, imaginary) = value {
            match op {
                UnaryOp::Negate => return Ok(Value::Complex(-real, -imaginary)),
                UnaryOp::Plus => return Ok(value.clone()),
                UnaryOp::Invert | UnaryOp::Not => {}
            }
        }
        if self.has_written(value) {
            let value = self.plain(value)?;
            return self.unary(op, &value);
        }
        if tensor::is_tensor(value) {
            return self.tensor_unary(op, value);
        }
        if let Value::Host(host) = value {
            let operand = vec![value.clone()];
            return Ok(self.of_type(host.derived(), operand, |interp, of| interp.unary(op, &of[0])));
        }
        let name = match op {
            UnaryOp::Negate => "__neg__",
            UnaryOp::Plus => "__pos__",
            UnaryOp::Invert | UnaryOp::Not => "__invert__",
        };
        match self.special(value, name)? {
            Some(method) => self.call(&method, Args::default()),
            None => match plain_of(value) {
                // Of a text there is nothing to take: the message names the class.
                Some(plain) if Number::of(&plain).is_some() => self.unary(op, &plain),
                Some(_) => Err(Error::ty(format!("bad operand type for unary {op}: '{}'", value.type_name()))),
                None => Err(Error::ty(format!("bad operand type for unary {op}: '{}'", value.type_name()))),
            },
        }
    }
}

/// The value with arrays in the place of Python's complex numbers, as functions on tensors take it.
pub(super) fn with_arrays(value: &Value) -> Result<Value> {
    value.map_leaves(&mut |leaf| match leaf {
        Value::Complex(real, imaginary) => {
            let number = Complex32::new(*real as f32, *imaginary as f32);
            Ok(Value::Array(Rc::new(Array::new([], Buffer::C64(vec![number]))?)))
        }
        other => Ok(other.clone()),
    })
}

/// The error of operands that an operator does not take, which may be one in place.
fn unsupported(op: BinaryOp, left: &Value, right: &Value, in_place: bool) -> Error {
    if let (BinaryOp::Add, Value::Str(_)) = (op, left) {
        return Error::ty(format!("can only concatenate str (not \"{}\") to str", right.type_name()));
    }
    if let (BinaryOp::Add, Value::Bytes(_), false) = (op, left, in_place) {
        return Error::ty(format!("can't concat {} to bytes", right.type_name()));
    }
    if let (BinaryOp::Add, Value::List(_) | Value::Tuple(_)) = (op, left) {
        let (kind, other) = (left.type_name(), right.type_name());
        return Error::ty(format!("can only concatenate {kind} (not \"{other}\") to {kind}"));
    }
    let is_sequence =
        |value: &Value| matches!(value, Value::Str(_) | Value::Bytes(_) | Value::List(_) | Value::Tuple(_));
    if op == BinaryOp::Multiply && (is_sequence(left) || is_sequence(right)) {
        let other = if is_sequence(left) { right } else { left };
        return Error::ty(format!("can't multiply sequence by non-int of type '{}'", other.type_name()));
    }
    let op = match (op, in_place) {
        (op, true) => format!("{op}="),
        (BinaryOp::Power, false) => "** or pow()".to_owned(),
        (op, false) => op.to_string(),
    };
    Error::ty(format!("unsupported operand type(s) for {op}: '{}' and '{}'", left.type_name(), right.type_name()))
}
