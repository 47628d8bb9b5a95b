//! What the module `re` is written with.

use std::rc::Rc;

use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::builtins::functions;
use crate::interp::regex::{Flags, Match, Pattern, Search, Wrong, parse};
use crate::library::{Bound, FunctionDecl};
use crate::value::{Object, Value};

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "read_pattern" [(pattern) (flags)] "A pattern as (program, flags, groups, names), or what is wrong with it as (message, place)." => read;
    "search" [(program) (string) (pos) (endpos) (how)]
        "The spans of the groups of a match and the group that was closed last, or None; `how` is search, search more \
         (the place itself has matched already), match or fullmatch." => search;
};

/// A pattern that was read.
#[derive(Debug)]
struct Program(Pattern);

impl Object for Program {
    fn class_name(&self) -> Rc<str> {
        "pattern".into()
    }
}

fn read(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let text = args.str("pattern")?;
    interp.spend(text.len())?;
    let flags = Flags(args.i64("flags")?);
    let unsupported = |what: &str| Error::unsupported(format!("{what} in a pattern of `re` are not compiled"));
    if flags.0 & Flags::LOCALE != 0 {
        return Err(unsupported("the rules of a locale"));
    }
    Ok(match parse(&text, flags) {
        Ok(pattern) => {
            let name = |(name, group): &(String, usize)| {
                Value::tuple(vec![Value::str(name.as_str()), Value::Int(*group as i64)])
            };
            let names = pattern.names.iter().map(name).collect();
            let (flags, groups) = (Value::Int(pattern.flags.0), Value::Int(pattern.groups as i64));
            Value::tuple(vec![Value::User(Rc::new(Program(pattern))), flags, groups, Value::list(names)])
        }
        Err(Wrong::Pattern(message, place)) => {
            let place = place.map_or(Value::None, |place| Value::Int(place as i64));
            Value::tuple(vec![Value::str(message), place])
        }
        Err(Wrong::Unsupported(what)) => return Err(unsupported(what)),
    })
}

fn search(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let Some(program) = user::<Program>(args.get("program")?) else {
        return Err(Error::ty("`search` takes a pattern that was read"));
    };
    let text: Vec<char> = args.str("string")?.chars().take(args.usize("endpos")?).collect();
    interp.spend(text.len() / 64)?;
    let start = args.usize("pos")?;
    let how = args.str("how")?;
    let starts = if how.starts_with("search") { start..=text.len() } else { start..=start };
    let mut search = Search::new(&text);
    let found = search.first(&program.0, starts, |start, end| match &*how {
        "fullmatch" => end == text.len(),
        "search more" => end > start || start > args.usize("pos").unwrap_or(0),
        _ => true,
    });
    let steps = search.steps();
    interp.spend(steps / 4)?;
    let Ok(found) = found else {
        return Err(Error::new(codes::LIMIT, "a pattern of `re` takes too many steps on a text")
            .note("it is tried in every way in which its repetitions can share the text")
            .help("does a repetition stand inside another one? Write it so that a text fits it in one way only"));
    };
    let Some(Match { spans, last }) = found else { return Ok(Value::None) };
    let number = |n: usize| Value::Int(n as i64);
    let span = |span: Option<(usize, usize)>| {
        span.map_or(Value::None, |(start, end)| Value::tuple(vec![number(start), number(end)]))
    };
    let spans: Vec<Value> = spans.into_iter().map(span).collect();
    Ok(Value::tuple(vec![Value::list(spans), last.map_or(Value::None, number)]))
}
