//! `match`.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::Interp;
use super::attribute::user;
use super::builtins::BuiltinType;
use super::classes::{UserClass, plain_of};
use super::compare::{same, tuple_of};
use super::exceptions::is_raised;
use super::host::Truth;
use super::iterate::Range;
use super::scope::Env;
use crate::error::{Error, Result};
use crate::syntax::ast::{Block, CompareOp, Expr, ExprKind, Ident, Literal, Match, Pattern, PatternKind};
use crate::value::{Host, Value};

/// The names that a pattern binds, with their values.
type Names<'a> = Vec<(&'a Ident, Value)>;

impl Interp {
    /// The body of the case that the subject matches, its names bound; the inner error if only run time can tell.
    pub(super) fn chosen_case(
        &mut self,
        env: &Rc<Env>,
        choice: &Match,
    ) -> Result<std::result::Result<Option<Block>, Host>> {
        let subject = self.eval(env, &choice.subject)?;
        if let Value::Host(host) = &subject {
            return Ok(Err(host.clone()));
        }
        for case in &choice.cases {
            let mut names = Names::new();
            match self.matches(env, &case.pattern, &subject, &mut names)? {
                Truth::Known(true) => {}
                Truth::Known(false) => continue,
                Truth::Host(host) => return Ok(Err(host)),
            }
            names.into_iter().for_each(|(name, value)| env.bind(&name.name, value));
            let holds = match &case.guard {
                None => Truth::Known(true),
                Some(guard) => {
                    let value = self.eval(env, guard)?;
                    self.truth(&value).map_err(|error| error.at(guard.span))?
                }
            };
            match holds {
                Truth::Known(true) => return Ok(Ok(Some(case.body.clone()))),
                Truth::Known(false) => {}
                Truth::Host(host) => return Ok(Err(host)),
            }
        }
        Ok(Ok(None))
    }

    fn matches<'a>(
        &mut self,
        env: &Rc<Env>,
        pattern: &'a Pattern,
        subject: &Value,
        names: &mut Names<'a>,
    ) -> Result<Truth> {
        self.spend(1)?;
        self.matches_kind(env, pattern, subject, names).map_err(|error| error.at(pattern.span))
    }

    fn matches_kind<'a>(
        &mut self,
        env: &Rc<Env>,
        pattern: &'a Pattern,
        subject: &Value,
        names: &mut Names<'a>,
    ) -> Result<Truth> {
        match &pattern.kind {
            PatternKind::Capture(name) => {
                names.extend(name.iter().map(|name| (name, subject.clone())));
                Ok(Truth::Known(true))
            }
            PatternKind::Star(_) => Ok(Truth::Known(true)),
            PatternKind::Value(value) => self.matches_value(env, value, subject),
            PatternKind::As(inner, name) => {
                let matched = self.matches(env, inner, subject, names)?;
                if let Truth::Known(true) = matched {
                    names.push((name, subject.clone()));
                }
                Ok(matched)
            }
            PatternKind::Or(patterns) => {
                let before = names.len();
                for pattern in patterns {
                    match self.matches(env, pattern, subject, names)? {
                        Truth::Known(false) => names.truncate(before),
                        other => return Ok(other),
                    }
                }
                Ok(Truth::Known(false))
            }
            PatternKind::Sequence(patterns) => self.matches_sequence(env, patterns, subject, names),
            PatternKind::Mapping { entries, rest } => self.matches_mapping(env, entries, rest.as_ref(), subject, names),
            PatternKind::Class { class, positional, keywords } => {
                self.matches_class(env, (class, positional, keywords), subject, names)
            }
        }
    }

    fn matches_value(&mut self, env: &Rc<Env>, value: &Expr, subject: &Value) -> Result<Truth> {
        let expected = self.eval(env, value)?;
        if let ExprKind::Literal(Literal::None | Literal::Bool(_)) = &value.kind {
            return Ok(Truth::Known(same(&expected, subject)));
        }
        let equal = self.compare(CompareOp::Equal, subject, &expected)?;
        self.truth(&equal)
    }

    /// The patterns against as many values.
    fn all_match<'a>(
        &mut self,
        env: &Rc<Env>,
        patterns: impl IntoIterator<Item = (&'a Pattern, Value)>,
        names: &mut Names<'a>,
    ) -> Result<Truth> {
        for (pattern, value) in patterns {
            if let Value::Host(host) = &value
                && !pattern.is_irrefutable()
            {
                return Ok(Truth::Host(host.clone()));
            }
            match self.matches(env, pattern, &value, names)? {
                Truth::Known(true) => {}
                other => return Ok(other),
            }
        }
        Ok(Truth::Known(true))
    }

    fn matches_sequence<'a>(
        &mut self,
        env: &Rc<Env>,
        patterns: &'a [Pattern],
        subject: &Value,
        names: &mut Names<'a>,
    ) -> Result<Truth> {
        let is_sequence = matches!(plain_of(subject).as_ref().unwrap_or(subject), Value::List(_))
            || tuple_of(subject).is_some()
            || user::<Range>(subject).is_some();
        if !is_sequence {
            return Ok(Truth::Known(false));
        }
        let values = self.collect(subject)?;
        let star = patterns.iter().position(|pattern| matches!(pattern.kind, PatternKind::Star(_)));
        let Some(star) = star else {
            return match values.len() == patterns.len() {
                true => self.all_match(env, patterns.iter().zip(values), names),
                false => Ok(Truth::Known(false)),
            };
        };
        let Some(surplus) = (values.len() + 1).checked_sub(patterns.len()) else { return Ok(Truth::Known(false)) };
        let (before, behind) = (patterns.iter().take(star), patterns.iter().skip(star + 1));
        let last = values.iter().skip(star + surplus).cloned();
        let fixed = before.zip(values.iter().cloned()).chain(behind.zip(last));
        let matched = self.all_match(env, fixed.collect::<Vec<_>>(), names)?;
        if let (Truth::Known(true), Some(PatternKind::Star(Some(name)))) =
            (&matched, patterns.get(star).map(|p| &p.kind))
        {
            names.push((name, Value::list(values.into_iter().skip(star).take(surplus).collect())));
        }
        Ok(matched)
    }

    fn matches_mapping<'a>(
        &mut self,
        env: &Rc<Env>,
        entries: &'a [(Expr, Pattern)],
        rest: Option<&'a Ident>,
        subject: &Value,
        names: &mut Names<'a>,
    ) -> Result<Truth> {
        if !matches!(plain_of(subject).as_ref().unwrap_or(subject), Value::Dict(_)) {
            return Ok(Truth::Known(false));
        }
        let mut left: IndexMap<_, _> = self.mapping(subject)?;
        let mut found = Vec::with_capacity(entries.len());
        for (key, pattern) in entries {
            let key = self.eval(env, key)?;
            let key = self.key(key)?;
            match left.shift_remove(&key) {
                Some(value) => found.push((pattern, value)),
                None => return Ok(Truth::Known(false)),
            }
        }
        let matched = self.all_match(env, found, names)?;
        if let (Truth::Known(true), Some(rest)) = (&matched, rest) {
            names.push((rest, Value::Dict(Rc::new(RefCell::new(left)))));
        }
        Ok(matched)
    }

    fn matches_class<'a>(
        &mut self,
        env: &Rc<Env>,
        (class, positional, keywords): (&Expr, &'a [Pattern], &'a [(Ident, Pattern)]),
        subject: &Value,
        names: &mut Names<'a>,
    ) -> Result<Truth> {
        let expected = self.eval(env, class)?;
        let known = self.is_instance(subject, &expected);
        match known.map_err(|_| Error::ty("called match pattern must be a class").at(class.span))? {
            Some(true) => {}
            Some(false) => return Ok(Truth::Known(false)),
            None => return Ok(Truth::Host(Host::new("a class of the run", Some(class.span)))),
        }
        // The whole value is what Python's own types have by position.
        let whole = user::<BuiltinType>(&expected).filter(|builtin| WHOLE.contains(&builtin.name()));
        let mut found: Vec<(&Pattern, Value)> = Vec::new();
        if !positional.is_empty() {
            let attributes = match &whole {
                Some(_) => vec![Value::None],
                None => self.match_args(&expected)?,
            };
            if positional.len() > attributes.len() {
                let name = match (user::<UserClass>(&expected), &whole) {
                    (Some(class), _) => class.name.to_string(),
                    (None, Some(builtin)) => builtin.name().to_owned(),
                    _ => expected.type_name(),
                };
                let plural = if attributes.len() == 1 { "" } else { "s" };
                let message = format!(
                    "{name}() accepts {} positional sub-pattern{plural} ({} given)",
                    attributes.len(),
                    positional.len()
                );
                return Err(Error::ty(message));
            }
            for (pattern, attribute) in positional.iter().zip(attributes) {
                match attribute {
                    Value::Str(name) => match self.matched_attribute(subject, &name)? {
                        Some(value) => found.push((pattern, value)),
                        None => return Ok(Truth::Known(false)),
                    },
                    _ => found.push((pattern, subject.clone())),
                }
            }
        }
        for (name, pattern) in keywords {
            match self.matched_attribute(subject, &name.name)? {
                Some(value) => found.push((pattern, value)),
                None => return Ok(Truth::Known(false)),
            }
        }
        self.all_match(env, found, names)
    }

    /// The attributes that patterns by position stand for.
    fn match_args(&mut self, class: &Value) -> Result<Vec<Value>> {
        Ok(self.find_attribute(class, "__match_args__")?.and_then(|args| args.elements()).unwrap_or_default())
    }

    fn matched_attribute(&mut self, subject: &Value, name: &str) -> Result<Option<Value>> {
        match self.find_attribute(subject, name) {
            Err(error) if is_raised(&error, "AttributeError") => Ok(None),
            found => found,
        }
    }
}

/// Python's own types that take one pattern by position, for the whole value.
const WHOLE: &[&str] = &["bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"];
