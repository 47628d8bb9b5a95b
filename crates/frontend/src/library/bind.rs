//! Binding of a call's arguments to declared parameters.

use std::rc::Rc;

use keramos_ir::{DType, TensorType, as_tuple};

use super::{Default, Param, ParamKind, Signature, Undeclared, other_names, undeclared};
use crate::diagnostics::{codes, suggest};
use crate::error::{Error, Result};
use crate::interp::host;
use crate::value::{Key, Value};

/// The largest size that an argument may give: the product of two such sizes can be counted.
pub(crate) const MAX_SIZE: usize = 1 << 31;

/// The largest integer that code on arrays takes: that and a size have a sum.
pub(crate) const MAX_INTEGER: u64 = 1 << 62;

/// The arguments of a call, evaluated.
#[derive(Clone, Debug, Default)]
pub struct Args {
    /// By position.
    pub positional: Vec<Value>,
    /// By name, in the order given; no name occurs twice.
    pub keywords: Vec<(Rc<str>, Value)>,
}

/// Arguments bound to a signature: one value per parameter, defaults filled in.
///
/// The typed getters name function, parameter and the value found when it does not fit. Asking for
/// a parameter that the signature lacks is a mistake of the compiler (K0901).
#[derive(Clone, Debug)]
pub struct Bound {
    function: &'static str,
    values: Vec<(&'static Param, Value, bool)>,
}

impl Args {
    /// Positional arguments only.
    pub fn positional(values: Vec<Value>) -> Self {
        Args { positional: values, keywords: Vec::new() }
    }
}

impl From<Default> for Value {
    fn from(default: Default) -> Value {
        match default {
            Default::Required | Default::None => Value::None,
            Default::Bool(b) => Value::Bool(b),
            Default::Int(i) => Value::Int(i),
            Default::Float(x) => Value::Float(x),
            Default::Str(s) => Value::str(s),
            Default::Ints(ints) => Value::tuple(ints.iter().map(|&i| Value::Int(i)).collect::<Vec<_>>()),
        }
    }
}

impl Signature {
    /// Binds `args` to the parameters of `function`.
    ///
    /// # Errors
    /// K0302: too many arguments, an unknown or repeated name, or a required one missing.
    pub fn bind(&self, function: &'static str, args: Args) -> Result<Bound> {
        let mut values: Vec<(&'static Param, Option<Value>)> = self.iter().map(|p| (p, None)).collect();
        let mut positional = args.positional.into_iter();
        for (param, slot) in &mut values {
            match param.kind {
                ParamKind::Normal => *slot = positional.next(),
                ParamKind::Variadic => *slot = Some(Value::tuple(positional.by_ref().collect::<Vec<_>>())),
                ParamKind::Keyword | ParamKind::Keywords => {}
            }
            if slot.is_none() && param.kind == ParamKind::Normal {
                break;
            }
        }
        let surplus = positional.count();
        if surplus > 0 {
            let max = self.iter().filter(|p| p.kind == ParamKind::Normal).count();
            let plural = if max == 1 { "" } else { "s" };
            let message =
                format!("{function}() takes at most {max} positional argument{plural}, {} were given", max + surplus);
            let names: Vec<String> =
                self.iter().filter(|p| p.kind == ParamKind::Normal).map(|p| format!("`{}`", p.name)).collect();
            let error = Error::new(codes::ARGUMENTS, message);
            return Err(match names.as_slice() {
                [one] if one == "`layers`" => error.help(format!("give the layers as one list: {function}([...])")),
                [] | [_] => error,
                _ => error.help(format!("in order they are {}", names.join(", "))),
            });
        }
        let mut rest = indexmap::IndexMap::new();
        for (name, value) in args.keywords {
            let is_named = |p: &Param| matches!(p.kind, ParamKind::Normal | ParamKind::Keyword);
            let place = values.iter().position(|(p, _)| p.name == &*name && is_named(p));
            let place = place.or_else(|| {
                let is_other = |p: &Param| other_names(function, p.name).any(|other| other == &*name);
                values.iter().position(|(p, _)| is_named(p) && is_other(p))
            });
            match place.and_then(|place| values.get_mut(place)) {
                Some((_, slot @ None)) => *slot = Some(value),
                Some(_) => {
                    let message = format!("{function}() got argument `{name}` by position and by name");
                    return Err(Error::new(codes::ARGUMENTS, message));
                }
                None if self.iter().any(|p| p.kind == ParamKind::Keywords) => {
                    rest.insert(Key::name(name), value);
                }
                None => match undeclared(function, &name) {
                    Some(Undeclared::Ignored) => {}
                    Some(Undeclared::Refused(_)) if value.is_none() => {}
                    Some(Undeclared::Off(_)) if matches!(value, Value::None | Value::Bool(false)) => {}
                    Some(Undeclared::Refused(why) | Undeclared::Off(why)) => {
                        return Err(Error::unsupported(format!("`{name}` of {function}()")).note(why));
                    }
                    None => return Err(self.unknown(function, &name)),
                },
            }
        }
        let mut bound = Vec::with_capacity(values.len());
        for (param, value) in values {
            let given = value.is_some();
            let value = match (value, param.kind, param.default) {
                (Some(value), ..) => value,
                (None, ParamKind::Keywords, _) => Value::Dict(Rc::new(std::mem::take(&mut rest).into())),
                (None, ParamKind::Variadic, _) => Value::tuple(Vec::new()),
                (None, _, Default::Required) => {
                    let message = format!("{function}() is missing the required argument `{}`", param.name);
                    return Err(Error::new(codes::ARGUMENTS, message));
                }
                (None, _, default) => Value::from(default),
            };
            bound.push((param, value, given));
        }
        Ok(Bound { function, values: bound })
    }

    fn unknown(&self, function: &str, name: &str) -> Error {
        let names: Vec<&str> = self.iter().map(|p| p.name).collect();
        let error = Error::new(codes::ARGUMENTS, format!("{function}() has no argument `{name}`"));
        // As Keras 2 called it.
        let renamed = names.iter().copied().find(|known| name == "lr" && *known == "learning_rate");
        match suggest::closest(name, names.iter().copied()).or(renamed) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("its arguments are {}", names.join(", "))),
        }
    }
}

impl Bound {
    /// The function's or class's name, for messages.
    pub fn function(&self) -> &'static str {
        self.function
    }

    /// The value of a parameter.
    ///
    /// # Errors
    /// K0901 if the signature has no such parameter.
    pub fn get(&self, name: &str) -> Result<&Value> {
        let found = self.values.iter().find(|(p, ..)| p.name == name);
        found.map(|(_, value, _)| value).ok_or_else(|| self.undeclared(name))
    }

    /// Whether the function has such a parameter.
    pub fn has(&self, name: &str) -> bool {
        self.values.iter().any(|(p, ..)| p.name == name)
    }

    /// Whether the argument was given rather than defaulted.
    pub fn is_given(&self, name: &str) -> bool {
        self.values.iter().any(|(p, _, given)| p.name == name && *given)
    }

    /// What the parameters `args` and `kwargs` gathered, to be passed on.
    pub fn passed_on(&self) -> Args {
        let gathered = |name: &str| self.get(name).ok();
        let positional = gathered("args").and_then(Value::elements).unwrap_or_default();
        let keyword = |(key, value): (&Key, &Value)| match key.value() {
            Value::Str(name) => Some((name.clone(), value.clone())),
            _ => None,
        };
        let keywords = match gathered("kwargs") {
            Some(Value::Dict(entries)) => entries.borrow().iter().filter_map(keyword).collect(),
            _ => Vec::new(),
        };
        Args { positional, keywords }
    }

    /// The arguments that were given, by name, and what `options` gathered: to be passed on.
    pub(crate) fn passed(&self) -> Args {
        let mut args = Args::default();
        for (param, value, given) in &self.values {
            match (param.kind, value) {
                (ParamKind::Normal, value) if *given && args.keywords.is_empty() => args.positional.push(value.clone()),
                (ParamKind::Normal | ParamKind::Keyword, value) if *given => {
                    args.keywords.push((param.name.into(), value.clone()));
                }
                (ParamKind::Keywords, Value::Dict(entries)) => {
                    for (key, value) in entries.borrow().iter() {
                        if let Value::Str(name) = key.value() {
                            args.keywords.push((name.clone(), value.clone()));
                        }
                    }
                }
                _ => {}
            }
        }
        args
    }

    /// Gives a declared parameter a value.
    pub fn set(&mut self, name: &str, value: Value) {
        if let Some(place) = self.values.iter_mut().find(|(p, ..)| p.name == name) {
            (place.1, place.2) = (value, true);
        }
    }

    /// Replaces every value.
    ///
    /// # Errors
    /// Those of `f`.
    pub fn try_map(&mut self, f: &mut dyn FnMut(&Value) -> Result<Value>) -> Result<()> {
        for (_, value, _) in &mut self.values {
            *value = f(value)?;
        }
        Ok(())
    }

    /// The declared parameters with their values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Param, &Value)> {
        self.values.iter().map(|(p, v, _)| (*p, v))
    }

    /// An error about the value of parameter `name`: "`units` of Dense() must be …, found …", or, of what only the
    /// run has, that it reaches the parameter (K0601).
    pub fn invalid(&self, name: &str, expected: &str) -> Error {
        if let Some(host) = self.get(name).ok().and_then(host::within) {
            return host::reaches(&host, &format!("`{name}` of {}()", self.function));
        }
        let found = self.get(name).map_or_else(|_| String::new(), |v| brief(v).unwrap_or_else(|| v.type_name()));
        let message = format!("`{name}` of {}() must be {expected}, found {found}", self.function);
        let error = Error::new(codes::INVALID_ARGUMENT, message);
        let is_tensor = |value: &Value| matches!(value, Value::Tensor(_));
        let given = self.get(name).ok();
        let traced = given.is_some_and(|v| is_tensor(v) || v.elements().is_some_and(|all| all.iter().any(is_tensor)));
        match traced {
            true => error.note("a tensor's elements are not known while the program is compiled").help(
                "compute it from shapes, which are known, or let the argument be static: jax.jit(f, static_argnums=…)",
            ),
            false => error,
        }
    }

    /// A non-negative integer.
    ///
    /// # Errors
    /// K0303 if it is something else.
    pub fn usize(&self, name: &str) -> Result<usize> {
        match self.get(name)? {
            Value::Int(i) => self.size_of(name, *i),
            _ => Err(self.invalid(name, "an integer")),
        }
    }

    /// The error of an integer that is larger than [`MAX_INTEGER`].
    pub(crate) fn too_large(&self, name: &str) -> Error {
        self.invalid(name, &format!("an integer between -{MAX_INTEGER} and {MAX_INTEGER}"))
    }

    /// Integer `i`, which argument `name` gives, as a size.
    ///
    /// # Errors
    /// K0303 if it is negative or larger than [`MAX_SIZE`].
    pub(crate) fn size_of(&self, name: &str, i: i64) -> Result<usize> {
        match usize::try_from(i) {
            Ok(n) if n <= MAX_SIZE => Ok(n),
            Ok(_) => Err(self.invalid(name, &format!("at most {MAX_SIZE}"))),
            Err(_) => Err(self.invalid(name, "a non-negative integer")),
        }
    }

    /// Integers that argument `name` gives, as sizes of several dimensions.
    ///
    /// # Errors
    /// K0303 if one is negative, which is `expected` not to be, or larger than [`MAX_SIZE`], or all together are more
    /// than a machine can hold.
    pub(crate) fn sizes_of(&self, name: &str, given: &[i64], expected: &str) -> Result<Vec<usize>> {
        let sizes: Option<Vec<usize>> = given.iter().map(|&n| usize::try_from(n).ok()).collect();
        let sizes = sizes.ok_or_else(|| self.invalid(name, expected))?;
        if let Some(size) = sizes.iter().find(|&&n| n > MAX_SIZE) {
            let all = as_tuple(&sizes);
            let message = format!("{size} is too large for a dimension: `{name}` of {}() is {all}", self.function);
            return Err(Error::new(codes::INVALID_ARGUMENT, message).help(format!("sizes are at most {MAX_SIZE}")));
        }
        let ty = TensorType::new(DType::Bool, sizes);
        if !ty.is_addressable() {
            let all = as_tuple(&ty.shape);
            let message = format!("`{name}` of {}() is {all}, more than any machine can hold", self.function);
            return Err(Error::new(codes::INVALID_ARGUMENT, message).help("make its sizes smaller"));
        }
        Ok(ty.shape)
    }

    /// An integer.
    ///
    /// # Errors
    /// K0303 if it is something else.
    pub fn i64(&self, name: &str) -> Result<i64> {
        match self.get(name)? {
            Value::Int(i) if i.unsigned_abs() <= MAX_INTEGER => Ok(*i),
            Value::Bool(b) => Ok(i64::from(*b)),
            Value::Int(_) => Err(self.too_large(name)),
            _ => Err(self.invalid(name, "an integer")),
        }
    }

    /// A number as a float.
    ///
    /// # Errors
    /// K0303 if it is something else.
    pub fn f64(&self, name: &str) -> Result<f64> {
        match self.get(name)? {
            Value::Float(x) => Ok(*x),
            Value::Int(i) => Ok(*i as f64),
            Value::Bool(b) => Ok(f64::from(u8::from(*b))),
            _ => Err(self.invalid(name, "a number")),
        }
    }

    /// A truth value.
    ///
    /// # Errors
    /// K0303 if it is something else.
    pub fn bool(&self, name: &str) -> Result<bool> {
        match self.get(name)? {
            Value::Bool(b) => Ok(*b),
            Value::Int(i @ (0 | 1)) => Ok(*i == 1),
            _ => Err(self.invalid(name, "True or False")),
        }
    }

    /// A string.
    ///
    /// # Errors
    /// K0303 if it is something else.
    pub fn str(&self, name: &str) -> Result<Rc<str>> {
        match self.get(name)? {
            Value::Str(s) => Ok(s.clone()),
            _ => Err(self.invalid(name, "a string")),
        }
    }

    /// One of a few strings.
    ///
    /// # Errors
    /// K0303 if it is something else; the message lists them and suggests the nearest.
    pub fn one_of(&self, name: &str, allowed: &[&'static str]) -> Result<&'static str> {
        let found = self.str(name)?;
        allowed.iter().find(|&&a| a == &*found).copied().ok_or_else(|| {
            let list = allowed.iter().map(|a| format!("\"{a}\"")).collect::<Vec<_>>().join(", ");
            let message = format!("`{name}` of {}() must be one of {list}, found \"{found}\"", self.function);
            let error = Error::new(codes::INVALID_ARGUMENT, message);
            match suggest::closest(&found, allowed.iter().copied()) {
                Some(near) => error.help(format!("did you mean \"{near}\"?")),
                None => error,
            }
        })
    }

    /// One integer for all of `n` dimensions, or a sequence of `n`.
    ///
    /// # Errors
    /// K0303 if it is something else.
    pub fn sizes(&self, name: &str, n: usize) -> Result<Vec<usize>> {
        let expected = format!("a non-negative integer or a tuple of {n}");
        let int = |v: &Value| match v {
            Value::Int(i) => Some(*i),
            _ => None,
        };
        let value = self.get(name)?;
        let given: Option<Vec<i64>> = match int(value) {
            Some(one) => Some(vec![one; n]),
            None => value.elements().and_then(|v| v.iter().map(int).collect()),
        };
        let given = given.filter(|sizes| sizes.len() == n).ok_or_else(|| self.invalid(name, &expected))?;
        self.sizes_of(name, &given, &expected)
    }

    /// The value, unless it is `None`.
    ///
    /// # Errors
    /// K0901 if the signature has no such parameter.
    pub fn some(&self, name: &str) -> Result<Option<&Value>> {
        Ok(Some(self.get(name)?).filter(|v| !v.is_none()))
    }

    fn undeclared(&self, name: &str) -> Error {
        Error::internal(format!("{} declares no parameter `{name}`", self.function))
    }
}

impl Value {
    /// The elements of a tuple or list.
    pub fn elements(&self) -> Option<Vec<Value>> {
        match self {
            Value::Tuple(values) => Some(values.to_vec()),
            Value::List(values) => Some(values.borrow().clone()),
            _ => None,
        }
    }
}

/// A number, text or small container of them as it is written in a program, for messages; `None` for other values.
pub(crate) fn brief(value: &Value) -> Option<String> {
    const LONGEST: usize = 40;
    let all = |values: &[Value]| values.iter().map(brief).collect::<Option<Vec<_>>>().map(|parts| parts.join(", "));
    let text = match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(i) => i.to_string(),
        Value::Float(x) => format!("{x:?}"),
        Value::Str(text) if !text.contains(['"', '\\', '\n']) => format!("\"{text}\""),
        Value::Tuple(values) if values.len() <= 8 => match values.len() {
            1 => format!("({},)", all(values)?),
            _ => format!("({})", all(values)?),
        },
        Value::List(values) => {
            let values = values.try_borrow().ok().filter(|values| values.len() <= 8)?;
            // One that contains itself has no end.
            values.iter().all(|v| !matches!(v, Value::List(_))).then(|| all(&values))?.map(|all| format!("[{all}]"))?
        }
        _ => return None,
    };
    (text.chars().count() <= LONGEST).then_some(text)
}
