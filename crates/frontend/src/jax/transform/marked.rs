//! Arguments that options mark by position or by name: `static_argnums` and `static_argnames`, `donate_argnums` and
//! `donate_argnames`.

use std::rc::Rc;

use super::callee::signature;
use crate::diagnostics::suggest;
use crate::error::Result;
use crate::interp::exceptions::raise;
use crate::interp::function::KnownSignature;
use crate::interp::operators::number;
use crate::library::Bound;
use crate::value::Value;

/// The arguments that a pair of options marks. If one of the two is not given, it follows from the other and the
/// function's parameters, as in JAX.
#[derive(Clone, Debug)]
pub(super) struct Marked {
    /// What the options do, the first word of their names: `static` or `donate`.
    what: &'static str,
    positions: Option<Vec<i64>>,
    names: Option<Vec<Rc<str>>>,
}

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    /// The positional one at an index.
    Position(usize),
    /// The one given by a name.
    Name(&'a str),
}

impl Marked {
    /// Nothing.
    pub(super) fn nothing(what: &'static str) -> Marked {
        Marked { what, positions: None, names: None }
    }

    /// What `what_argnums` and, if the call has such a parameter, `what_argnames` say.
    ///
    /// # Errors
    /// The positions are no integers, or the names no strings.
    pub(super) fn new(args: &Bound, what: &'static str) -> Result<Marked> {
        let (positions, names) = (format!("{what}_argnums"), format!("{what}_argnames"));
        let positions = option(args, &positions, number::index, "an integer or a sequence of integers")?;
        let names = match args.has(&names) {
            true => option(args, &names, text, "a string or a sequence of strings")?,
            false => None,
        };
        Ok(Marked { what, positions, names })
    }

    /// Whether an argument is marked in a call of a function with `count` positional arguments.
    pub(super) fn has(&self, known: &KnownSignature, place: Place<'_>, count: usize) -> bool {
        let named = |name: &str| self.names.iter().flatten().any(|n| &**n == name);
        let at = |index: usize| self.positions.iter().flatten().any(|&position| position == index as i64);
        let from_end =
            |index: usize| self.positions.iter().flatten().any(|&p| p < 0 && p + count as i64 == index as i64);
        match (place, &self.positions, &self.names) {
            (Place::Position(index), None, _) => known.positional.get(index).is_some_and(|name| named(name)),
            (Place::Position(index), Some(_), _) => at(index) || from_end(index),
            (Place::Name(name), _, None) => known.positional.iter().position(|n| n == name).is_some_and(at),
            (Place::Name(name), _, Some(_)) => named(name),
        }
    }

    /// Checks the options against the parameters of `function`, as far as they are known.
    ///
    /// # Errors
    /// It has no such parameters.
    pub(super) fn check(&self, transform: &str, function: &Value) -> Result<()> {
        let Some(known) = signature(function) else { return Ok(()) };
        if !known.any_positions {
            self.in_range(transform, &format!("`{}` takes", known.name), known.positional.len())?;
        }
        for name in self.names.iter().flatten() {
            let is = |known: &String| **known == **name;
            let refused = match known.positional.iter().position(is) {
                Some(index) if index < known.positional_only => "takes by position only",
                Some(_) => continue,
                None if known.any_names || known.keyword_only.iter().any(is) => continue,
                None => "does not take",
            };
            let what = self.what;
            let message =
                format!("`{what}_argnames` of jax.{transform} names `{name}`, which `{}` {refused}", known.name);
            let takes = || format!("it takes {}", list(known.positional.iter().chain(&known.keyword_only)));
            let help = match refused {
                "does not take" => {
                    let names = known.positional.iter().skip(known.positional_only).chain(&known.keyword_only);
                    suggest::did_you_mean(name, names.map(String::as_str)).unwrap_or_else(takes)
                }
                _ => format!("use `{what}_argnums`"),
            };
            return Err(raise("ValueError", message).help(help));
        }
        Ok(())
    }

    /// Checks that every position is one of `count` positional arguments; `which` tells whose.
    ///
    /// # Errors
    /// One is out of range.
    pub(super) fn in_range(&self, transform: &str, which: &str, count: usize) -> Result<()> {
        let outside = self.positions.iter().flatten().find(|&&position| from_start(position, count).is_none());
        let Some(position) = outside else { return Ok(()) };
        let message = format!(
            "`{}_argnums` of jax.{transform} has position {position}, but {which} {count} positional argument{}",
            self.what,
            if count == 1 { "" } else { "s" }
        );
        let help = match count {
            0 => "an argument that is given by name is marked by name".to_owned(),
            _ => format!("positions count from 0: they go from {} to {}", -(count as i64), count - 1),
        };
        Err(raise("ValueError", message).help(help))
    }

    /// Checks that no argument of `function` is marked by both.
    ///
    /// # Errors
    /// One is.
    pub(super) fn disjoint(&self, other: &Marked, function: &Value) -> Result<()> {
        let known = signature(function).unwrap_or_default();
        let count = known.positional.len();
        let places = known.positional.iter().enumerate().flat_map(|(i, name)| [Place::Position(i), Place::Name(name)]);
        for place in places.chain(known.keyword_only.iter().map(|name| Place::Name(name))) {
            if self.has(&known, place, count) && other.has(&known, place, count) {
                let shown = match place {
                    Place::Position(index) => known.positional.get(index).map_or("", String::as_str),
                    Place::Name(name) => name,
                };
                let message = format!("the argument `{shown}` of `{}` is both static and donated", known.name);
                return Err(
                    raise("ValueError", message).help("a static argument has no memory that results could take over")
                );
            }
        }
        Ok(())
    }
}

/// A position, counted from the end if it is negative, as one counted from the start; none if it is not among `count`.
fn from_start(position: i64, count: usize) -> Option<usize> {
    let index = if position < 0 { position + count as i64 } else { position };
    usize::try_from(index).ok().filter(|&index| index < count)
}

fn option<T>(args: &Bound, name: &str, read: fn(&Value) -> Option<T>, expected: &str) -> Result<Option<Vec<T>>> {
    let Some(value) = args.some(name)? else { return Ok(None) };
    let all = match read(value) {
        Some(one) => Some(vec![one]),
        None => value.elements().and_then(|all| all.iter().map(read).collect()),
    };
    all.map(Some).ok_or_else(|| args.invalid(name, expected))
}

fn text(value: &Value) -> Option<Rc<str>> {
    match value {
        Value::Str(text) => Some(text.clone()),
        _ => None,
    }
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
