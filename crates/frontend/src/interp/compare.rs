//! Truth, equality, order, identity and membership.

use std::cmp::Ordering;
use std::rc::Rc;

use indexmap::IndexMap;

use super::Interp;
use super::attribute::{same_object, user};
use super::builtins::{Builtin, NamedType};
use super::classes::{Instance, plain_of};
use super::dict_view::{DictView, Part};
use super::exceptions::raise;
use super::host::Truth;
use super::iterate::Range;
use super::limits::deeper;
use super::operators::number::{self, Number};
use super::operators::with_arrays;
use crate::error::{Error, Result};
use crate::keras::variable::behind;
use crate::library::Args;
use crate::syntax::ast::CompareOp;
use crate::value::{Key, Value};

/// The elements of a set.
pub(super) type Keys = IndexMap<Key, ()>;

impl Interp {
    /// Whether a value counts as true.
    ///
    /// # Errors
    /// The value is a tensor, whose truth is only known when it has been computed.
    pub(crate) fn truth(&mut self, value: &Value) -> Result<Truth> {
        let value = &self.plain(value)?;
        let value = &self.concrete(value)?;
        let known = match value {
            // Functions and modules are true.
            Value::Host(host) if host.is_of_tensorflow() => true,
            Value::Host(host) => return Ok(Truth::Host(host.derived())),
            Value::Object(_) if behind(value).is_some() => return Ok(Truth::Host(self.unknown(value))),
            Value::None => false,
            Value::Bool(b) => *b,
            Value::Int(i) => *i != 0,
            Value::Float(x) => *x != 0.0,
            Value::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
            Value::Bytes(bytes) => !bytes.is_empty(),
            Value::Str(s) => !s.is_empty(),
            Value::Tuple(values) => !values.is_empty(),
            Value::List(values) => !values.borrow().is_empty(),
            Value::Dict(entries) => !entries.borrow().is_empty(),
            Value::Set(entries) => !entries.borrow().is_empty(),
            Value::FrozenSet(entries) => !entries.is_empty(),
            Value::Tensor(_) | Value::Symbolic(_) => {
                return Err(Error::ty(format!(
                    "the truth of a {} is not known while the program is compiled",
                    value.type_name()
                ))
                .help("use keras.ops.where (jnp.where) to choose between values, or keras.ops.cond (jax.lax.cond) between computations; a loop is keras.ops.while_loop (jax.lax.while_loop)"));
            }
            Value::Array(array) if array.ty().size() == 1 => super::tensor::element(array, 0).is_some_and(|v| {
                !matches!(v, Value::Int(0) | Value::Bool(false))
                    && !matches!(v, Value::Float(x) if x == 0.0)
                    && !matches!(v, Value::Complex(re, im) if re == 0.0 && im == 0.0)
            }),
            Value::Array(_) => {
                let message =
                    "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()";
                return Err(super::exceptions::raise("ValueError", message));
            }
            Value::User(_) => {
                if let Some(range) = user::<Range>(value) {
                    return Ok(Truth::Known(range.len() > 0));
                }
                if let Some(view) = user::<DictView>(value) {
                    return Ok(Truth::Known(view.len() > 0));
                }
                if let Some(instance) = user::<Instance>(value) {
                    return self.instance_truth(&instance);
                }
                true
            }
            _ => true,
        };
        Ok(Truth::Known(known))
    }

    fn instance_truth(&mut self, instance: &Rc<Instance>) -> Result<Truth> {
        if let Some(elements) = &instance.tuple {
            return Ok(Truth::Known(!elements.is_empty()));
        }
        if let Some(test) = instance.special(self, "__bool__")? {
            let value = self.call(&test, Args::default())?;
            return match value {
                Value::Bool(b) => Ok(Truth::Known(b)),
                other => Err(Error::ty(format!("__bool__ should return bool, returned {}", other.type_name()))),
            };
        }
        match instance.special(self, "__len__")? {
            Some(length) => {
                let value = self.call(&length, Args::default())?;
                self.truth(&value)
            }
            None => match instance.plain.get() {
                Some(plain) => self.truth(&plain.clone()),
                None => Ok(Truth::Known(true)),
            },
        }
    }

    /// Whether a value counts as true; host values are refused (K0601).
    pub(crate) fn is_true(&mut self, value: &Value) -> Result<bool> {
        match self.truth(value)? {
            Truth::Known(b) => Ok(b),
            Truth::Host(host) => Err(super::host::reaches(&host, "a condition that is decided at compile time")),
        }
    }

    /// One comparison.
    pub(crate) fn compare(&mut self, op: CompareOp, left: &Value, right: &Value) -> Result<Value> {
        if !matches!(op, CompareOp::Is | CompareOp::IsNot) && (self.has_written(left) || self.has_written(right)) {
            let (left, right) = (self.plain(left)?, self.plain(right)?);
            return self.compare(op, &left, &right);
        }
        let known = match op {
            CompareOp::Is => same(left, right),
            CompareOp::IsNot => !same(left, right),
            CompareOp::In | CompareOp::NotIn => {
                if let Value::Host(host) = right {
                    return Ok(Value::Host(host.derived()));
                }
                if let Value::Host(host) = left {
                    return Ok(Value::Host(host.derived()));
                }
                self.contains(right, left)? == (op == CompareOp::In)
            }
            _ => return self.rich_compare(op, left, right),
        };
        match (left, right) {
            // `data is None`: only the data can tell.
            (Value::Host(host), _) | (_, Value::Host(host)) => Ok(Value::Host(host.derived())),
            _ => Ok(Value::Bool(known)),
        }
    }

    fn rich_compare(&mut self, op: CompareOp, left: &Value, right: &Value) -> Result<Value> {
        if let (Value::Complex(..), tensor) | (tensor, Value::Complex(..)) = (left, right)
            && super::tensor::is_tensor(tensor)
        {
            return self.rich_compare(op, &with_arrays(left)?, &with_arrays(right)?);
        }
        if super::tensor::is_tensor(left) || super::tensor::is_tensor(right) {
            return self.tensor_compare(op, left, right);
        }
        if let (Value::Host(host), _) | (_, Value::Host(host)) = (left, right) {
            let operands = vec![left.clone(), right.clone()];
            return Ok(self.of_type(host.derived(), operands, |interp, of| interp.rich_compare(op, &of[0], &of[1])));
        }
        if let Some(value) = self.special_compare(op, left, right)? {
            return Ok(value);
        }
        if let Some((left, right)) = plain_pair(left, right) {
            return self.rich_compare(op, &left, &right);
        }
        let known = match op {
            CompareOp::Equal => self.equal(left, right)?,
            CompareOp::NotEqual => !self.equal(left, right)?,
            _ => {
                if let Some((a, b)) = self.both_sets(left, right)? {
                    let below = a.keys().all(|k| b.contains_key(k));
                    let above = b.keys().all(|k| a.contains_key(k));
                    match op {
                        CompareOp::Less => below && !above,
                        CompareOp::LessEqual => below,
                        CompareOp::Greater => above && !below,
                        _ => above,
                    }
                } else {
                    match self.order(op, left, right)? {
                        None => false,
                        Some(order) => match op {
                            CompareOp::Less => order.is_lt(),
                            CompareOp::LessEqual => order.is_le(),
                            CompareOp::Greater => order.is_gt(),
                            _ => order.is_ge(),
                        },
                    }
                }
            }
        };
        Ok(Value::Bool(known))
    }

    /// Comparison methods of the program's classes: the left operand's, then the right one's mirrored.
    fn special_compare(&mut self, op: CompareOp, left: &Value, right: &Value) -> Result<Option<Value>> {
        let (own, mirrored) = match op {
            CompareOp::Equal => ("__eq__", "__eq__"),
            CompareOp::NotEqual => ("__ne__", "__ne__"),
            CompareOp::Less => ("__lt__", "__gt__"),
            CompareOp::LessEqual => ("__le__", "__ge__"),
            CompareOp::Greater => ("__gt__", "__lt__"),
            _ => ("__ge__", "__le__"),
        };
        for (this, other, name) in [(left, right, own), (right, left, mirrored)] {
            let Some(instance) = user::<Instance>(this) else { continue };
            if let Some(method) = instance.special(self, name)? {
                let result = self.call(&method, Args::positional(vec![other.clone()]))?;
                if !super::builtins::is_not_implemented(&result) {
                    return Ok(Some(result));
                }
            }
            if op == CompareOp::NotEqual
                && let Some(method) = instance.special(self, "__eq__")?
            {
                let result = self.call(&method, Args::positional(vec![other.clone()]))?;
                if !super::builtins::is_not_implemented(&result) {
                    return Ok(Some(Value::Bool(!self.is_true(&result)?)));
                }
            }
        }
        Ok(None)
    }

    /// The elements of both values, if each is a set or a view of a dict that is like one.
    pub(super) fn both_sets(&mut self, left: &Value, right: &Value) -> Result<Option<(Rc<Keys>, Rc<Keys>)>> {
        Ok(match (self.like_set(left)?, self.like_set(right)?) {
            (Some(a), Some(b)) => Some((a, b)),
            _ => None,
        })
    }

    fn like_set(&mut self, value: &Value) -> Result<Option<Rc<Keys>>> {
        match user::<DictView>(value) {
            Some(view) if view.part() == Part::Values => Ok(None),
            Some(_) => self.collect_keys(value).map(Rc::new).map(Some),
            None => Ok(value.set_elements()),
        }
    }

    /// `left == right`; host values are equal to nothing.
    pub(crate) fn equal(&mut self, left: &Value, right: &Value) -> Result<bool> {
        self.spend(1)?;
        match left {
            Value::Tuple(_) | Value::List(_) | Value::Dict(_) | Value::User(_) => {
                self.nested(|interp| deeper(|| interp.equal_inner(left, right)))
            }
            _ => self.equal_inner(left, right),
        }
    }

    fn equal_inner(&mut self, left: &Value, right: &Value) -> Result<bool> {
        let user = matches!(left, Value::User(_)) || matches!(right, Value::User(_));
        if !user && let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) {
            return Ok(a.compare(&b) == Some(Ordering::Equal));
        }
        match (left, right) {
            (Value::Complex(a, b), other) | (other, Value::Complex(a, b)) if !user => match other {
                Value::Complex(c, d) => Ok(a == c && b == d),
                other => Ok(*b == 0.0
                    && Number::of(other).is_some_and(|n| n.compare(&Number::Float(*a)) == Some(Ordering::Equal))),
            },
            (Value::Str(a), Value::Str(b)) => Ok(a == b),
            (Value::Bytes(a), Value::Bytes(b)) => Ok(a == b),
            (Value::Tuple(a), Value::Tuple(b)) => self.all_equal(a, b),
            (Value::List(a), Value::List(b)) => {
                if Rc::ptr_eq(a, b) {
                    return Ok(true);
                }
                let (a, b) = (a.borrow().clone(), b.borrow().clone());
                self.all_equal(&a, &b)
            }
            (Value::Dict(a), Value::Dict(b)) => {
                if Rc::ptr_eq(a, b) {
                    return Ok(true);
                }
                let (a, b) = (a.borrow().clone(), b.borrow().clone());
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (key, value) in &a {
                    match b.get(key) {
                        Some(other) if same(value, other) || self.equal(value, other)? => {}
                        _ => return Ok(false),
                    }
                }
                Ok(true)
            }
            (Value::Set(_) | Value::FrozenSet(_), _) | (_, Value::Set(_) | Value::FrozenSet(_)) => {
                match self.both_sets(left, right)? {
                    Some((a, b)) => Ok(a.len() == b.len() && a.keys().all(|k| b.contains_key(k))),
                    None if matches!(left, Value::User(_)) || matches!(right, Value::User(_)) => {
                        self.equal_objects(left, right)
                    }
                    None => Ok(false),
                }
            }
            (Value::Slice(a), Value::Slice(b)) => self.all_equal(&**a, &**b),
            (Value::DType(a), Value::DType(b)) => Ok(a == b),
            (Value::DType(dtype), Value::Str(name)) | (Value::Str(name), Value::DType(dtype)) => {
                Ok(dtype.numpy_name() == &**name)
            }
            (Value::User(_), _) | (_, Value::User(_)) => self.equal_objects(left, right),
            (Value::Object(a), Value::Object(b)) if a.equals(b) => Ok(true),
            (Value::Array(_) | Value::Tensor(_), other) | (other, Value::Array(_) | Value::Tensor(_))
                if Number::of(other).is_some() || matches!(other, Value::Array(_) | Value::Tensor(_)) =>
            {
                let result = self.tensor_compare(CompareOp::Equal, left, right)?;
                self.is_true(&result)
            }
            _ => Ok(same(left, right)),
        }
    }

    fn equal_objects(&mut self, left: &Value, right: &Value) -> Result<bool> {
        if let (Value::User(a), Value::User(b)) = (left, right)
            && a.equals(b)
        {
            return Ok(true);
        }
        if let (Some(a), Some(b)) = (user::<Range>(left), user::<Range>(right)) {
            return Ok(a.same(&b));
        }
        if user::<DictView>(left).is_some()
            && let Some((a, b)) = self.both_sets(left, right)?
        {
            return Ok(a.len() == b.len() && a.keys().all(|k| b.contains_key(k)));
        }
        let own = CompareOp::Equal;
        if (user::<Instance>(left).is_some() || user::<Instance>(right).is_some())
            && let Some(result) = self.special_compare(own, left, right)?
        {
            return self.is_true(&result);
        }
        if let Some((left, right)) = plain_pair(left, right) {
            return self.equal(&left, &right);
        }
        if let (Some(a), Some(b)) = (user::<Instance>(left), user::<Instance>(right))
            && let Some(data) = a.data().filter(|data| data.eq && Rc::ptr_eq(&a.class, &b.class))
        {
            for field in data.fields.iter().filter(|field| field.compare) {
                let (x, y) = (a.get(&field.name), b.get(&field.name));
                let (x, y) = (x.unwrap_or(Value::None), y.unwrap_or(Value::None));
                if !self.equal(&x, &y)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        match (tuple_of(left), tuple_of(right)) {
            (Some(a), Some(b)) => self.all_equal(&a, &b),
            _ => Ok(same(left, right)),
        }
    }

    fn all_equal(&mut self, a: &[Value], b: &[Value]) -> Result<bool> {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (x, y) in a.iter().zip(b) {
            if !same(x, y) && !self.equal(x, y)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How two values are ordered; `None` if they are not (NaN).
    fn order(&mut self, op: CompareOp, left: &Value, right: &Value) -> Result<Option<Ordering>> {
        self.spend(1)?;
        if let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) {
            return Ok(a.compare(&b));
        }
        let unordered = || {
            Error::ty(format!(
                "'{op}' not supported between instances of '{}' and '{}'",
                left.type_name(),
                right.type_name()
            ))
        };
        match (left, right) {
            (Value::Str(a), Value::Str(b)) => Ok(Some(a.cmp(b))),
            (Value::Bytes(a), Value::Bytes(b)) => Ok(Some(a.cmp(b))),
            (Value::List(a), Value::List(b)) => {
                let (a, b) = (a.borrow().clone(), b.borrow().clone());
                self.nested(|interp| deeper(|| interp.order_sequences(op, &a, &b)))
            }
            _ => {
                if let (Some(a), Some(b)) = (user::<Instance>(left), user::<Instance>(right))
                    && let Some(data) = a.data().filter(|d| d.order && Rc::ptr_eq(&a.class, &b.class))
                {
                    let fields = |i: &Instance| -> Vec<Value> {
                        data.fields.iter().filter(|f| f.compare).filter_map(|f| i.get(&f.name)).collect()
                    };
                    let (a, b) = (fields(&a), fields(&b));
                    return self.order_sequences(op, &a, &b);
                }
                match (tuple_of(left), tuple_of(right)) {
                    (Some(a), Some(b)) => self.nested(|interp| deeper(|| interp.order_sequences(op, &a, &b))),
                    _ => Err(unordered()),
                }
            }
        }
    }

    fn order_sequences(&mut self, op: CompareOp, a: &[Value], b: &[Value]) -> Result<Option<Ordering>> {
        for (x, y) in a.iter().zip(b) {
            if same(x, y) || self.equal(x, y)? {
                continue;
            }
            // The first difference decides, by the comparison asked for.
            let result = self.compare(op, x, y)?;
            let holds = self.is_true(&result)?;
            let less = matches!(op, CompareOp::Less | CompareOp::LessEqual);
            return Ok(Some(if holds == less { Ordering::Less } else { Ordering::Greater }));
        }
        Ok(Some(a.len().cmp(&b.len())))
    }

    /// Whether `left` comes before `right`, for sorting and extremes.
    pub(crate) fn less(&mut self, left: &Value, right: &Value) -> Result<bool> {
        let result = self.compare(CompareOp::Less, left, right)?;
        self.is_true(&result)
    }

    /// `element in container`.
    pub(crate) fn contains(&mut self, container: &Value, element: &Value) -> Result<bool> {
        match container {
            Value::Str(text) => match element {
                Value::Str(part) => Ok(text.contains(&**part)),
                other => {
                    Err(Error::ty(format!("'in <string>' requires string as left operand, not {}", other.type_name())))
                }
            },
            Value::Bytes(bytes) => match element {
                Value::Bytes(part) => Ok(part.is_empty() || bytes.windows(part.len()).any(|window| *window == **part)),
                other => match number::index(other) {
                    Some(byte) => match u8::try_from(byte) {
                        Ok(byte) => Ok(bytes.contains(&byte)),
                        Err(_) => Err(raise("ValueError", "byte must be in range(0, 256)")),
                    },
                    None => Err(Error::ty(format!("a bytes-like object is required, not '{}'", other.type_name()))),
                },
            },
            Value::Dict(entries) => {
                let key = self.key(element.clone())?;
                Ok(entries.borrow().contains_key(&key))
            }
            Value::Set(entries) => {
                let key = self.key(element.clone())?;
                Ok(entries.borrow().contains_key(&key))
            }
            Value::FrozenSet(entries) => {
                let key = self.key(element.clone())?;
                Ok(entries.contains_key(&key))
            }
            Value::User(_) | Value::Object(_) => {
                if let (Some(range), Some(Number::Int(value))) = (user::<Range>(container), Number::of(element)) {
                    return Ok(range.contains(value));
                }
                if let Some(method) = self.special(container, "__contains__")? {
                    let result = self.call(&method, Args::positional(vec![element.clone()]))?;
                    return self.is_true(&result);
                }
                if let Some(plain) = plain_of(container)
                    .filter(|_| user::<Instance>(container).is_none_or(|i| i.class.lookup("__iter__").is_none()))
                {
                    return self.contains(&plain, element);
                }
                self.search(container, element)
            }
            _ => self.search(container, element),
        }
    }

    fn search(&mut self, container: &Value, element: &Value) -> Result<bool> {
        let Ok(mut iter) = self.iterate_static(container) else {
            return Err(Error::ty(format!("argument of type '{}' is not iterable", container.type_name())));
        };
        while let Some(value) = iter.next(self)? {
            if same(&value, element) || self.equal(&value, element)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The two values with those of Python's own types in the place of instances that derive from them; `None` if neither
/// is one.
pub(super) fn plain_pair(left: &Value, right: &Value) -> Option<(Value, Value)> {
    match (plain_of(left), plain_of(right)) {
        (None, None) => None,
        (a, b) => Some((a.unwrap_or_else(|| left.clone()), b.unwrap_or_else(|| right.clone()))),
    }
}

/// The elements of a tuple or named tuple.
pub(super) fn tuple_of(value: &Value) -> Option<Rc<[Value]>> {
    match value {
        Value::Tuple(values) => Some(values.clone()),
        _ => user::<Instance>(value)?.tuple.clone(),
    }
}

/// `a is b`. Numbers and strings are the same if they are equal and of one type, as if every one
/// were interned.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::None, Value::None) | (Value::Ellipsis, Value::Ellipsis) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::BigInt(a), Value::BigInt(b)) => Rc::ptr_eq(a, b),
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::Complex(a, b), Value::Complex(c, d)) => a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits(),
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => Rc::ptr_eq(a, b),
        (Value::Tuple(a), Value::Tuple(b)) => Rc::ptr_eq(a, b) || a.is_empty() && b.is_empty(),
        (Value::List(a), Value::List(b)) => Rc::ptr_eq(a, b),
        (Value::Dict(a), Value::Dict(b)) => Rc::ptr_eq(a, b),
        (Value::Set(a), Value::Set(b)) => Rc::ptr_eq(a, b),
        (Value::FrozenSet(a), Value::FrozenSet(b)) => Rc::ptr_eq(a, b),
        (Value::Slice(a), Value::Slice(b)) => Rc::ptr_eq(a, b),
        (Value::DType(a), Value::DType(b)) => a == b,
        (Value::Array(a), Value::Array(b)) => Rc::ptr_eq(a, b),
        (Value::Tensor(a), Value::Tensor(b)) => a.is_same(b),
        (Value::Symbolic(a), Value::Symbolic(b)) => Rc::ptr_eq(&a.0, &b.0),
        (Value::Function(a), Value::Function(b)) => std::ptr::eq(*a, *b),
        (Value::Class(a), Value::Class(b)) => std::ptr::eq(*a, *b),
        (Value::Module(a), Value::Module(b)) => std::ptr::eq(*a, *b),
        (Value::Method(a, m), Value::Method(b, n)) => same_object(a, b) && std::ptr::eq(*m, *n),
        (Value::Object(a), Value::Object(b)) => same_object(a, b),
        (Value::User(x), Value::User(y)) => {
            same_object(x, y)
                || matches!((user::<Builtin>(a), user::<Builtin>(b)), (Some(f), Some(g)) if std::ptr::eq(f.0, g.0))
                || matches!((user::<NamedType>(a), user::<NamedType>(b)), (Some(s), Some(t)) if s.0 == t.0)
        }
        _ => false,
    }
}
