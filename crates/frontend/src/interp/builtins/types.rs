//! Python's built-in types, as values that make and test objects.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;
use num_bigint::BigInt;

use super::bytes::bytes_of;
use super::complex::complex_of;
use super::{call_declared, functions};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::classes::{ClassMethod, Instance, Property, StaticMethod, UserClass, plain_of};
use crate::interp::codecs::{Codec, Fallback};
use crate::interp::compare::{same, tuple_of};
use crate::interp::dict_view::DictView;
use crate::interp::exceptions::raise;
use crate::interp::iterate::{Iter, IterObject, Lazy, Range};
use crate::interp::methods;
use crate::interp::operators::number::{self, Number};
use crate::interp::text::ascii_digit;
use crate::keras::derived;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::modules::typing::Union;
use crate::value::{Host, Key, Object, Value};

/// Python's own types; calling one makes or converts an object.
pub(super) static TYPES: &[FunctionDecl] = functions! {
    "object" [] "An object without attributes." => object;
    "type" [(object)] "The type of an object." => type_of;
    "bool" [(x = Default::Bool(false))] "The truth of a value." => bool_of;
    "int" [(x = Default::Int(0)) (base = Default::None)] "An integer from a number or text." => int_of;
    "float" [(x = Default::Float(0.0))] "A float from a number or text." => float_of;
    "complex" [(real = Default::Int(0)) (imag = Default::None)] "A complex number from its parts, a number or text." => complex_of;
    "str" [(object = Default::Str("")) (encoding = Default::None) (errors = Default::None)] "The value as text." => str_of;
    "bytes" [(source = Default::Ints(&[])) (encoding = Default::None) (errors = Default::Str("strict"))] "Bytes from integers, a length or text." => bytes_of;
    "list" [(iterable = Default::Ints(&[]))] "A list of the elements." => list_of;
    "tuple" [(iterable = Default::Ints(&[]))] "A tuple of the elements." => tuple_from;
    "dict" [(iterable = Default::None) (**entries)] "A dict from pairs, another dict, or keyword arguments." => dict_of;
    "set" [(iterable = Default::Ints(&[]))] "The set of the elements." => set_of;
    "frozenset" [(iterable = Default::Ints(&[]))] "The set of the elements, which does not change." => frozen_set_of;
    "slice" [(start) (stop = Default::Str("")) (step = Default::None)] "A slice for indexing." => slice_of;
    "range" [(start) (stop = Default::None) (step = Default::Int(1))] "Integers from start to before stop." => range_of;
    "enumerate" [(iterable) (start = Default::Int(0))] "Pairs of number and element." => enumerate_of;
    "zip" [(*iterables) (strict = Default::Bool(false))] "Tuples of elements at equal places." => zip_of;
    "map" [(function) (*iterables)] "The function applied to each element." => map_of;
    "filter" [(function) (iterable)] "The elements for which the function is true." => filter_of;
    "reversed" [(sequence)] "The elements from the last to the first." => reversed_of;
    "property" [(fget = Default::None) (fset = Default::None) (fdel = Default::None) (doc = Default::None)] "A computed attribute." => property_of;
    "staticmethod" [(function)] "A function in a class that takes no instance." => static_method;
    "classmethod" [(function)] "A function in a class that takes the class." => class_method;
};

/// A built-in type.
#[derive(Debug)]
pub(crate) struct BuiltinType(pub(super) &'static FunctionDecl);

impl BuiltinType {
    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.0.name
    }

    fn has(&self, value: &Value) -> bool {
        match self.0.name {
            "object" => true,
            "type" => {
                matches!(value, Value::Class(_))
                    || user::<UserClass>(value).is_some()
                    || user::<BuiltinType>(value).is_some()
            }
            "int" => {
                matches!(value, Value::Bool(_) | Value::Int(_) | Value::BigInt(_))
                    || plain_of(value).is_some_and(|plain| self.has(&plain))
            }
            "tuple" => tuple_of(value).is_some(),
            name => *value.type_name() == *name || plain_of(value).is_some_and(|plain| self.has(&plain)),
        }
    }
}

impl Object for BuiltinType {
    fn class_name(&self) -> Rc<str> {
        "type".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        if let ("type", [Value::Str(name), bases, members]) = (self.0.name, args.positional.as_slice()) {
            return interp.make_class(name, bases, members);
        }
        call_declared(interp, self.0, args)
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match (self.0.name, name) {
            (_, "__name__" | "__qualname__") => Some(Value::str(self.0.name)),
            (_, "__doc__") => Some(Value::str(self.0.doc)),
            ("object", "__setattr__" | "__delattr__" | "__init__" | "__repr__") => {
                super::attributes::OF_OBJECT.iter().find(|decl| decl.name == name).map(super::Builtin::value)
            }
            ("dict", "fromkeys") | ("str", "maketrans") | ("bytes", "fromhex") => {
                Some(methods::unbound(self.0.name, name))
            }
            ("int", "from_bytes") | ("float", "fromhex") => Some(methods::unbound("number", name)),
            ("object", name) => crate::interp::classes::of_object(name),
            (kind, name) => methods::of_type(kind, name),
        })
    }

    fn repr(&self) -> String {
        format!("<class '{}'>", self.0.name)
    }
}

impl Interp {
    /// `type(value)`, if it is a value that the evaluator defines.
    pub(crate) fn type_of(&mut self, value: &Value) -> Option<Value> {
        match value {
            Value::User(_) => match user::<Instance>(value) {
                Some(instance) => Some(Value::User(instance.class.clone())),
                None => self.eval.builtins.get(&value.type_name()).or_else(|| named_type(value)),
            },
            Value::Object(object) => object.class().map(Value::Class).or_else(|| named_type(value)),
            Value::Host(host) => Some(Value::Host(host.derived())),
            _ => self.eval.builtins.get(&value.type_name()).or_else(|| named_type(value)),
        }
    }

    /// Whether `value` is an instance of `classes`; `None` if only run time can tell.
    pub(crate) fn is_instance(&mut self, value: &Value, classes: &Value) -> Result<Option<bool>> {
        if let Value::Tuple(all) = classes {
            let mut known = Some(false);
            for class in all.iter() {
                match self.is_instance(value, class)? {
                    Some(true) => return Ok(Some(true)),
                    Some(false) => {}
                    None => known = None,
                }
            }
            return Ok(known);
        }
        if let Value::Host(_) = value {
            return Ok(None);
        }
        if let Some(union) = user::<Union>(classes) {
            return self.is_instance(value, &Value::Tuple(union.types.clone()));
        }
        match classes {
            // Nothing that is known here is an instance of a class of a host package, but for tensors.
            Value::Host(_) => Ok((!crate::interp::tensor::is_tensor(value)).then_some(false)),
            Value::Class(decl) => Ok(Some(match value {
                Value::Object(object) => object.class().is_some_and(|class| derived::is_native_subclass(class, decl)),
                Value::User(_) => user::<Instance>(value).is_some_and(|i| derived::is_native_instance(&i, decl)),
                Value::Symbolic(_) => decl.name == "KerasTensor",
                _ => false,
            })),
            Value::None => Ok(Some(value.is_none())),
            _ => {
                if let Some(class) = user::<UserClass>(classes) {
                    return Ok(Some(user::<Instance>(value).is_some_and(|i| i.class.is_subclass(&class))));
                }
                if let Some(builtin) = user::<BuiltinType>(classes) {
                    return Ok(Some(builtin.has(value)));
                }
                if let Some(named) = user::<NamedType>(classes) {
                    return Ok(Some(value.type_name() == named.0));
                }
                let plain = plain_of(value);
                match crate::modules::typing::is_instance(plain.as_ref().unwrap_or(value), classes) {
                    Some(known) => Ok(Some(known)),
                    None => Err(Error::ty("isinstance() arg 2 must be a type, a tuple of types, or a union")),
                }
            }
        }
    }

    /// Whether `class` is or derives from one of `classes`.
    pub(crate) fn is_subclass(&mut self, class: &Value, classes: &Value) -> Result<bool> {
        if let Value::Tuple(all) = classes {
            for other in all.iter() {
                if self.is_subclass(class, other)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        if let Some(union) = user::<Union>(classes) {
            return self.is_subclass(class, &Value::Tuple(union.types.clone()));
        }
        if matches!(class, Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_)) {
            return Err(Error::ty("issubclass() arg 1 must be a class"));
        }
        if let (Some(class), Some(other)) = (user::<UserClass>(class), user::<UserClass>(classes)) {
            return Ok(class.is_subclass(&other));
        }
        if let (Value::Class(class), Value::Class(other)) = (class, classes) {
            return Ok(derived::is_native_subclass(class, other));
        }
        if let (Some(class), Value::Class(other)) = (user::<UserClass>(class), classes) {
            return Ok(derived::derives(&class, other));
        }
        if let (Some(class), Some(other)) = (user::<UserClass>(class), user::<BuiltinType>(classes))
            && class.builtin == Some(other.name())
        {
            return Ok(true);
        }
        let is_object = user::<BuiltinType>(classes).is_some_and(|t| t.name() == "object");
        let bool_is_int = matches!(
            (user::<BuiltinType>(class), user::<BuiltinType>(classes)),
            (Some(a), Some(b)) if a.name() == "bool" && b.name() == "int"
        );
        Ok(is_object || bool_is_int || same(class, classes))
    }
}

/// A type that has a name and nothing else, such as that of `None`.
#[derive(Debug)]
pub(crate) struct NamedType(pub(crate) String);

impl Object for NamedType {
    fn class_name(&self) -> Rc<str> {
        "type".into()
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok((name == "__name__").then(|| Value::str(self.0.as_str())))
    }

    fn repr(&self) -> String {
        format!("<class '{}'>", self.0)
    }
}

fn named_type(value: &Value) -> Option<Value> {
    Some(Value::User(Rc::new(NamedType(value.type_name()))))
}

fn object(_interp: &mut Interp, _args: &mut Bound) -> Result<Value> {
    let class = UserClass::new("object".into(), &[], IndexMap::new())?;
    Ok(Value::User(Rc::new(Instance::new(Rc::new(class)))))
}

fn type_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let value = args.get("object")?.clone();
    Ok(interp.type_of(&value).unwrap_or(Value::None))
}

fn bool_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    interp.is_true(&args.get("x")?.clone()).map(Value::Bool)
}

fn int_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let value = args.get("x")?.clone();
    let base = match args.some("base")? {
        Some(base) => Some(interp.index(&base.clone())?),
        None => None,
    };
    if let Value::Str(text) = &value {
        return parse_int(text, base.unwrap_or(10));
    }
    if base.is_some() {
        return Err(Error::ty("int() can't convert non-string with explicit base"));
    }
    match Number::of(&value) {
        Some(Number::Float(x)) => number::truncate(x),
        Some(number) => Ok(number.into()),
        None => {
            for name in ["__int__", "__index__", "__trunc__"] {
                if let Some(method) = interp.special(&value, name)? {
                    return interp.call(&method, Args::default());
                }
            }
            if let Value::Array(array) = &interp.concrete(&value)?
                && let Some(element) = crate::interp::tensor::element(array, 0).filter(|_| array.ty().size() == 1)
            {
                return match Number::of(&element) {
                    Some(Number::Float(x)) => number::truncate(x),
                    _ => Ok(element),
                };
            }
            Err(Error::ty(format!(
                "int() argument must be a string, a bytes-like object or a real number, not '{}'",
                value.type_name()
            )))
        }
    }
}

fn parse_int(text: &str, base: i64) -> Result<Value> {
    let invalid = || {
        let shown = crate::interp::text::repr_str(text);
        raise("ValueError", format!("invalid literal for int() with base {base}: {shown}"))
    };
    if base != 0 && !(2..=36).contains(&base) {
        return Err(raise("ValueError", "int() base must be >= 2 and <= 36, or 0"));
    }
    let trimmed = text.trim();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let prefixed = |radix: i64, letters: [&str; 2]| {
        let rest = letters.iter().find_map(|p| digits.strip_prefix(p))?;
        (base == radix || base == 0).then_some((radix, rest))
    };
    let (radix, digits) = prefixed(16, ["0x", "0X"])
        .or_else(|| prefixed(8, ["0o", "0O"]))
        .or_else(|| prefixed(2, ["0b", "0B"]))
        .unwrap_or((if base == 0 { 10 } else { base }, digits));
    let clean: String = digits.chars().filter(|&c| c != '_').map(ascii_digit).collect();
    let misplaced = digits.starts_with('_') && radix == base || digits.ends_with('_') || digits.contains("__");
    // Without a prefix that says what it means, a leading zero may only stand before zeros.
    let octal = base == 0 && radix == 10 && clean.starts_with('0') && clean.contains(|c| c != '0');
    if clean.is_empty() || misplaced || octal || clean.starts_with(['+', '-']) {
        return Err(invalid());
    }
    if clean.len() > 4300 && radix == 10 {
        return Err(raise("ValueError", "Exceeds the limit (4300 digits) for integer string conversion"));
    }
    let value = BigInt::parse_bytes(clean.as_bytes(), radix as u32).ok_or_else(invalid)?;
    Ok(number::from_big(if negative { -value } else { value }))
}

fn float_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let value = args.get("x")?.clone();
    if let Value::Str(text) = &value {
        let parsed = parse_float(&text.trim().chars().map(ascii_digit).collect::<String>());
        return parsed.map(Value::Float).ok_or_else(|| {
            let shown = crate::interp::text::repr_str(text);
            raise("ValueError", format!("could not convert string to float: {shown}"))
        });
    }
    if let Some(number) = Number::of(&value) {
        return number.to_f64().map(Value::Float);
    }
    for name in ["__float__", "__index__"] {
        if let Some(method) = interp.special(&value, name)? {
            let result = interp.call(&method, Args::default())?;
            return match Number::of(&result) {
                Some(number) => number.to_f64().map(Value::Float),
                None => Ok(result),
            };
        }
    }
    let mut loses_derivative = false;
    let array = match &value {
        Value::Array(array) => Some(array.clone()),
        Value::Tensor(tensor) => interp.known(tensor)?.map(|known| {
            loses_derivative = known.differentiated;
            known.array
        }),
        _ => None,
    };
    let element = array
        .filter(|array| array.ty().size() == 1 && !loses_derivative)
        .and_then(|array| crate::interp::tensor::element(&array, 0));
    if let Some(number) = element.as_ref().and_then(Number::of) {
        return number.to_f64().map(Value::Float);
    }
    let help = match loses_derivative {
        true => {
            "a Python number would lose the derivative that is being taken: use the tensor as it is, or jax.lax.stop_gradient(x) first"
        }
        false => "the number is only known when the program runs",
    };
    let error = Error::ty(format!("float() argument must be a string or a real number, not '{}'", value.type_name()));
    Err(if crate::interp::tensor::is_tensor(&value) { error.help(help) } else { error })
}

fn parse_float(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let unsigned = lower.trim_start_matches(['+', '-']);
    if matches!(unsigned, "inf" | "infinity" | "nan") {
        return lower.parse().ok();
    }
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | '+' | '-' | '_');
    if !lower.chars().all(allowed) || !lower.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let bytes = lower.as_bytes();
    let misplaced = bytes.iter().enumerate().any(|(at, &b)| {
        let digit = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
        b == b'_' && !(digit(at.checked_sub(1)) && digit(Some(at + 1)))
    });
    if misplaced { None } else { lower.replace('_', "").parse().ok() }
}

fn str_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    if let (Value::Bytes(bytes), Some(encoding)) = (args.get("object")?, args.some("encoding")?) {
        let Value::Str(encoding) = encoding else {
            return Err(Error::ty(format!("str() argument 'encoding' must be str, not {}", encoding.type_name())));
        };
        let errors = if args.get("errors")?.is_none() { "strict".into() } else { args.str("errors")? };
        return Codec::named(encoding)?.decode(bytes, Fallback::named(&errors)?).map(Value::str);
    }
    interp.str_of(&args.get("object")?.clone()).map(Value::str)
}

fn list_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    interp.collect(&args.get("iterable")?.clone()).map(Value::list)
}

fn tuple_from(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    match args.get("iterable")?.clone() {
        value @ Value::Tuple(_) => Ok(value),
        value => interp.collect(&value).map(Value::tuple),
    }
}

fn dict_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let mut entries: IndexMap<Key, Value> = IndexMap::new();
    if let Some(source) = args.some("iterable")?.cloned() {
        if let Value::Host(_) = source {
            return Ok(source);
        }
        entries = interp.entries(&source)?;
    }
    if let Value::Dict(more) = args.get("entries")? {
        entries.extend(more.borrow().clone());
    }
    Ok(Value::Dict(Rc::new(RefCell::new(entries))))
}

impl Interp {
    /// The entries of a mapping or of an iterable of pairs.
    pub(crate) fn entries(&mut self, source: &Value) -> Result<IndexMap<Key, Value>> {
        if matches!(source, Value::Dict(_))
            || matches!(plain_of(source), Some(Value::Dict(_)))
            || self.special(source, "keys")?.is_some()
        {
            return self.mapping(source);
        }
        let mut entries = IndexMap::new();
        for (index, pair) in self.collect(source)?.into_iter().enumerate() {
            let elements = match self.iterate(&pair) {
                Ok(crate::interp::iterate::Iterable::Static(mut iter)) => iter.collect(self)?,
                _ => {
                    let message = format!("cannot convert dictionary update sequence element #{index} to a sequence");
                    return Err(Error::ty(message));
                }
            };
            let length = elements.len();
            let Ok([key, value]) = <[Value; 2]>::try_from(elements) else {
                let message = format!("dictionary update sequence element #{index} has length {length}; 2 is required");
                return Err(raise("ValueError", message));
            };
            entries.insert(self.key(key)?, value);
        }
        Ok(entries)
    }
}

fn set_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let keys = interp.collect_keys(&args.get("iterable")?.clone())?;
    Ok(Value::Set(Rc::new(RefCell::new(keys))))
}

fn frozen_set_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    match args.get("iterable")?.clone() {
        value @ Value::FrozenSet(_) => Ok(value),
        value => Ok(Value::FrozenSet(Rc::new(interp.collect_keys(&value)?))),
    }
}

fn slice_of(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (start, step) = (args.get("start")?.clone(), args.get("step")?.clone());
    Ok(Value::Slice(Rc::new(match args.is_given("stop") {
        true => [start, args.get("stop")?.clone(), step],
        false => [Value::None, start, Value::None],
    })))
}

fn range_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    // The steps in which a program goes through data are its batches: `range(0, len(x), 32)`.
    let host = args.iter().find_map(|(_, value)| if let Value::Host(host) = value { Some(host) } else { None });
    if let Some(host) = host {
        let batch = match args.get("step")? {
            Value::Int(step) => usize::try_from(*step).ok().filter(|&step| step > 1),
            _ => None,
        };
        return Ok(Value::Host(batch.map_or_else(|| host.derived(), |batch| host.with_batch(batch))));
    }
    if args.iter().any(|(_, value)| matches!(value, Value::BigInt(_))) {
        return Err(Error::unsupported("a range with integers of more than 64 bits is not evaluated")
            .help("count from zero, and add the large number to each"));
    }
    let first = interp.index(&args.get("start")?.clone())?;
    let range = match args.is_given("stop") {
        false => Range { start: 0, stop: first, step: 1 },
        true => {
            let stop = interp.index(&args.get("stop")?.clone())?;
            let step = interp.index(&args.get("step")?.clone())?;
            Range { start: first, stop, step }
        }
    };
    if range.step == 0 {
        return Err(raise("ValueError", "range() arg 3 must not be zero"));
    }
    Ok(Value::User(Rc::new(range)))
}

fn lazy(lazy: Lazy, kind: &'static str) -> Value {
    IterObject::value(Iter::Lazy(Box::new(lazy)), kind)
}

/// What `enumerate` makes of data of the run; `None` if the first number is not known.
pub(super) fn enumerated(host: &Host, args: &Args) -> Option<Host> {
    let named = args.keywords.iter().find(|(name, _)| &**name == "start").map(|(_, value)| value);
    match (args.positional.as_slice(), named) {
        ([_], None) => Some(host.enumerated(0)),
        ([_, Value::Int(start)], None) | ([_], Some(Value::Int(start))) => Some(host.enumerated(*start)),
        _ => None,
    }
}

fn enumerate_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let iter = interp.iterate_static(&args.get("iterable")?.clone())?;
    let start = interp.index(&args.get("start")?.clone())?;
    Ok(lazy(Lazy::Enumerate(iter, start), "enumerate"))
}

fn iters(interp: &mut Interp, args: &Bound) -> Result<std::result::Result<Vec<Iter>, Value>> {
    let values = args.get("iterables")?.elements().unwrap_or_default();
    if let Some(host) = values.iter().find(|v| matches!(v, Value::Host(_))) {
        return Ok(Err(host.clone()));
    }
    values.iter().map(|value| interp.iterate_static(value)).collect::<Result<_>>().map(Ok)
}

fn zip_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let strict = args.bool("strict")?;
    Ok(match iters(interp, args)? {
        Ok(iters) => lazy(Lazy::Zip(iters, strict), "zip"),
        Err(host) => host,
    })
}

fn map_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let function = args.get("function")?.clone();
    Ok(match iters(interp, args)? {
        Ok(iters) if iters.is_empty() => return Err(Error::ty("map() must have at least two arguments.")),
        Ok(iters) => lazy(Lazy::Map(function, iters), "map"),
        Err(host) => host,
    })
}

fn filter_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let iter = interp.iterate_static(&args.get("iterable")?.clone())?;
    Ok(lazy(Lazy::Filter(args.get("function")?.clone(), iter), "filter"))
}

fn reversed_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let sequence = args.get("sequence")?.clone();
    if let Some(method) = user::<Instance>(&sequence).and_then(|i| i.class.lookup("__reversed__")) {
        return interp.call(&method, Args::positional(vec![sequence]));
    }
    let sequence = plain_of(&sequence).unwrap_or(sequence);
    let iter = match &sequence {
        Value::List(list) => Iter::Reversed(list.clone(), list.borrow().len()),
        Value::Dict(entries) => reversed_values(DictView::keys(entries).elements()),
        Value::Str(text) => reversed_values(text.chars().map(|c| Value::str(c.to_string())).collect()),
        _ => {
            if let Some(values) = tuple_of(&sequence) {
                reversed_values(values.to_vec())
            } else if let Some(range) = user::<Range>(&sequence) {
                range.reversed().iter()
            } else if let Some(view) = user::<DictView>(&sequence) {
                reversed_values(view.elements())
            } else if let Some(method) = interp.special(&sequence, "__reversed__")? {
                return interp.call(&method, Args::default());
            } else if interp.special(&sequence, "__getitem__")?.is_some() {
                if interp.special(&sequence, "__len__")?.is_none() {
                    return Err(Error::ty(format!("object of type '{}' has no len()", sequence.type_name())));
                }
                reversed_values(interp.collect(&sequence)?)
            } else {
                return Err(Error::ty(format!("'{}' object is not reversible", sequence.type_name())));
            }
        }
    };
    Ok(IterObject::value(iter, "reversed"))
}

fn reversed_values(mut values: Vec<Value>) -> Iter {
    values.reverse();
    Iter::Values(values.into(), 0)
}

fn property_of(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (getter, setter) = (args.some("fget")?.cloned(), args.some("fset")?.cloned());
    let deleter = args.some("fdel")?.cloned();
    Ok(Value::User(Rc::new(Property { getter, setter, deleter })))
}

fn static_method(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    Ok(Value::User(Rc::new(StaticMethod(args.get("function")?.clone()))))
}

fn class_method(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    Ok(Value::User(Rc::new(ClassMethod(args.get("function")?.clone()))))
}
