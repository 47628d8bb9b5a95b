//! Methods of strings that search, split, join and replace.

use super::string::text;
use super::{ValueMethod, methods};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::classes::plain_of;
use crate::interp::compare::tuple_of;
use crate::interp::exceptions::{is_raised, raise};
use crate::library::{Bound, Default};
use crate::value::{Host, Value};

pub(super) static METHODS: &[ValueMethod] = methods! {
    "split" [(sep = Default::None) (maxsplit = Default::Int(-1))] "The parts between separators, or between blanks." => split;
    "rsplit" [(sep = Default::None) (maxsplit = Default::Int(-1))] "As split, counted from the end." => rsplit;
    "splitlines" [(keepends = Default::Bool(false))] "The lines." => splitlines;
    "partition" [(sep)] "What is before the separator, the separator, and what follows." => |_, s, args| partition(s, args, false);
    "rpartition" [(sep)] "As partition, at the last separator." => |_, s, args| partition(s, args, true);
    "join" [(iterable)] "The strings joined with this one between them." => join;
    "replace" [(old) (new) (count = Default::Int(-1))] "With one text replaced by another." => replace;
    "startswith" [(prefix) (start = Default::None) (end = Default::None)] "Whether it starts with a text or one of several." => |i, s, args| affix(i, s, args, "prefix");
    "endswith" [(suffix) (start = Default::None) (end = Default::None)] "Whether it ends with a text or one of several." => |i, s, args| affix(i, s, args, "suffix");
    "removeprefix" [(prefix)] "Without the prefix." => |_, s, args| cut(s, &args.str("prefix")?, true);
    "removesuffix" [(suffix)] "Without the suffix." => |_, s, args| cut(s, &args.str("suffix")?, false);
    "find" [(sub) (start = Default::None) (end = Default::None)] "Where the text first occurs, or -1." => |i, s, args| find(i, s, args, false, false);
    "rfind" [(sub) (start = Default::None) (end = Default::None)] "Where the text last occurs, or -1." => |i, s, args| find(i, s, args, true, false);
    "index" [(sub) (start = Default::None) (end = Default::None)] "Where the text first occurs." => |i, s, args| find(i, s, args, false, true);
    "rindex" [(sub) (start = Default::None) (end = Default::None)] "Where the text last occurs." => |i, s, args| find(i, s, args, true, true);
    "count" [(sub) (start = Default::None) (end = Default::None)] "How often the text occurs." => count;
};

fn limit(args: &Bound, name: &str) -> Result<usize> {
    Ok(usize::try_from(args.i64(name)?).unwrap_or(usize::MAX))
}

fn separator(args: &Bound) -> Result<Option<std::rc::Rc<str>>> {
    match args.some("sep")? {
        Some(Value::Str(sep)) if sep.is_empty() => Err(raise("ValueError", "empty separator")),
        Some(Value::Str(sep)) => Ok(Some(sep.clone())),
        Some(other) => Err(Error::ty(format!("must be str or None, not {}", other.type_name()))),
        None => Ok(None),
    }
}

fn strings<'a>(parts: impl IntoIterator<Item = &'a str>) -> Value {
    Value::list(parts.into_iter().map(Value::str).collect())
}

fn split(_interp: &mut Interp, value: &Value, args: &mut Bound) -> Result<Value> {
    let text = text(value)?;
    let max = limit(args, "maxsplit")?;
    if let Some(sep) = separator(args)? {
        return Ok(strings(text.splitn(max.saturating_add(1), &*sep)));
    }
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if parts.len() == max {
            parts.push(rest);
            break;
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (part, tail) = rest.split_at(end);
        parts.push(part);
        rest = tail.trim_start();
    }
    Ok(strings(parts))
}

fn rsplit(_interp: &mut Interp, value: &Value, args: &mut Bound) -> Result<Value> {
    let text = text(value)?;
    let max = limit(args, "maxsplit")?;
    let mut parts: Vec<&str> = Vec::new();
    match separator(args)? {
        Some(sep) => parts.extend(text.rsplitn(max.saturating_add(1), &*sep)),
        None => {
            let mut rest = text.trim_end();
            while !rest.is_empty() {
                if parts.len() == max {
                    parts.push(rest);
                    break;
                }
                let start =
                    rest.char_indices().rev().find(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8());
                let (head, part) = rest.split_at(start);
                parts.push(part);
                rest = head.trim_end();
            }
        }
    }
    parts.reverse();
    Ok(strings(parts))
}

/// The characters that end a line.
const LINE_ENDS: [char; 10] =
    ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];

fn splitlines(_interp: &mut Interp, value: &Value, args: &mut Bound) -> Result<Value> {
    let text = text(value)?;
    let keep = args.bool("keepends")?;
    let mut lines = Vec::new();
    let mut rest: &str = &text;
    while !rest.is_empty() {
        let at = rest.find(LINE_ENDS).unwrap_or(rest.len());
        let (line, tail) = rest.split_at(at);
        let ending = match tail.starts_with("\r\n") {
            true => 2,
            false => tail.chars().next().map_or(0, char::len_utf8),
        };
        lines.push(if keep { rest.get(..at + ending).unwrap_or(line) } else { line });
        rest = tail.get(ending..).unwrap_or_default();
    }
    Ok(strings(lines))
}

fn partition(value: &Value, args: &mut Bound, last: bool) -> Result<Value> {
    let text = text(value)?;
    let sep = args.str("sep")?;
    if sep.is_empty() {
        return Err(raise("ValueError", "empty separator"));
    }
    let split = if last { text.rsplit_once(&*sep) } else { text.split_once(&*sep) };
    let parts = match split {
        Some((before, after)) => [before, &*sep, after],
        None if last => ["", "", &*text],
        None => [&*text, "", ""],
    };
    Ok(Value::tuple(parts.map(Value::str).to_vec()))
}

fn join(interp: &mut Interp, value: &Value, args: &mut Bound) -> Result<Value> {
    let separator = text(value)?;
    let mut out = String::new();
    let mut host: Option<Host> = None;
    let parts = match interp.iterate_static(&args.get("iterable")?.clone()) {
        Ok(mut iter) => iter.collect(interp)?,
        Err(error) if is_raised(&error, "TypeError") => return Err(Error::ty("can only join an iterable")),
        Err(error) => return Err(error),
    };
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            out.push_str(&separator);
        }
        match part {
            Value::Str(part) => out.push_str(&part),
            Value::Host(origin) => host = host.or(Some(origin)),
            ref other if let Some(Value::Str(part)) = plain_of(other) => out.push_str(&part),
            other => {
                let message = format!("sequence item {index}: expected str instance, {} found", other.type_name());
                return Err(Error::ty(message));
            }
        }
    }
    interp.spend_length(out.len())?;
    Ok(host.map_or_else(|| Value::str(out), Value::Host))
}

fn replace(interp: &mut Interp, value: &Value, args: &mut Bound) -> Result<Value> {
    let text = text(value)?;
    let (old, new) = (args.str("old")?, args.str("new")?);
    let count = limit(args, "count")?;
    let pieces = if old.is_empty() { text.len() + 1 } else { text.len() / old.len() };
    interp.spend_length(text.len().saturating_add(pieces.min(count).saturating_mul(new.len())))?;
    Ok(Value::str(text.replacen(&*old, &new, count)))
}

/// The part of the text between the bounds, and how many characters precede it; `None` if they are
/// crossed or outside.
fn window(interp: &mut Interp, text: &str, args: &Bound) -> Result<Option<(String, usize)>> {
    let length = text.chars().count();
    let bounds = [args.get("start")?.clone(), args.get("end")?.clone(), Value::None];
    if let Value::Int(start) = &bounds[0]
        && *start > length as i64
    {
        return Ok(None);
    }
    let positions: Vec<usize> = interp.selection(&bounds, length)?.positions().collect();
    let start = match (positions.first(), &bounds[0]) {
        (Some(&first), _) => first,
        (None, Value::Int(start)) => usize::try_from(*start).unwrap_or(0),
        (None, _) => 0,
    };
    Ok(Some((text.chars().skip(start).take(positions.len()).collect(), start)))
}

fn affix(interp: &mut Interp, value: &Value, args: &mut Bound, name: &str) -> Result<Value> {
    let given = args.get(name)?.clone();
    let Some((text, _)) = window(interp, &text(value)?, args)? else { return Ok(Value::Bool(false)) };
    let test = |affix: &Value| match affix {
        Value::Str(affix) if name == "prefix" => Ok(text.starts_with(&**affix)),
        Value::Str(affix) => Ok(text.ends_with(&**affix)),
        other => {
            let method = if name == "prefix" { "startswith" } else { "endswith" };
            let message = format!("{method} first arg must be str or a tuple of str, not {}", other.type_name());
            Err(Error::ty(message))
        }
    };
    match tuple_of(&given) {
        Some(all) => {
            for affix in all.iter() {
                if test(affix)? {
                    return Ok(Value::Bool(true));
                }
            }
            Ok(Value::Bool(false))
        }
        None => test(&given).map(Value::Bool),
    }
}

fn cut(value: &Value, affix: &str, start: bool) -> Result<Value> {
    let text = text(value)?;
    let rest = if start { text.strip_prefix(affix) } else { text.strip_suffix(affix) };
    Ok(Value::str(rest.unwrap_or(&text)))
}

fn find(interp: &mut Interp, value: &Value, args: &mut Bound, last: bool, must: bool) -> Result<Value> {
    let sub = args.str("sub")?;
    let found = window(interp, &text(value)?, args)?.and_then(|(text, before)| {
        let at = if last { text.rfind(&*sub) } else { text.find(&*sub) }?;
        Some(before + text.get(..at)?.chars().count())
    });
    match found {
        Some(at) => Ok(Value::Int(at as i64)),
        None if must => Err(raise("ValueError", "substring not found")),
        None => Ok(Value::Int(-1)),
    }
}

fn count(interp: &mut Interp, value: &Value, args: &mut Bound) -> Result<Value> {
    let sub = args.str("sub")?;
    let Some((text, _)) = window(interp, &text(value)?, args)? else { return Ok(Value::Int(0)) };
    let count = if sub.is_empty() { text.chars().count() + 1 } else { text.matches(&*sub).count() };
    Ok(Value::Int(count as i64))
}
