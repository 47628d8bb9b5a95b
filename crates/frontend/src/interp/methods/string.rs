//! Methods of strings that look at or change letters.

use super::{ValueMethod, methods};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::codecs::{Codec, Fallback};
use crate::interp::exceptions::raise;
use crate::interp::text::{decimal_digit, is_raised_digit};
use crate::library::{Args, Bound, Default};
use crate::value::{Key, Value};

pub(super) static METHODS: &[ValueMethod] = methods! {
    "upper" [] "In capital letters." => |_, s, _| map(s, str::to_uppercase);
    "lower" [] "In small letters." => |_, s, _| map(s, str::to_lowercase);
    "casefold" [] "For comparison without regard to case." => |_, s, _| map(s, folded);
    "capitalize" [] "The first letter as a capital, the others small." => |_, s, _| map(s, capitalize);
    "title" [] "Every word capitalised." => |_, s, _| map(s, title);
    "swapcase" [] "Capitals made small and small letters capitals." => |_, s, _| map(s, swapcase);
    "isalpha" [] "Whether all characters are letters." => |_, s, _| all(s, char::is_alphabetic);
    "isdigit" [] "Whether all characters are digits." => |_, s, _| all(s, |c| decimal_digit(c).is_some() || is_raised_digit(c));
    "isdecimal" [] "Whether all characters are decimal digits." => |_, s, _| all(s, |c| decimal_digit(c).is_some());
    "isnumeric" [] "Whether all characters are numeric." => |_, s, _| all(s, char::is_numeric);
    "isalnum" [] "Whether all characters are letters or digits." => |_, s, _| all(s, char::is_alphanumeric);
    "isspace" [] "Whether all characters are blanks." => |_, s, _| all(s, char::is_whitespace);
    "isupper" [] "Whether all letters are capitals." => |_, s, _| cased(s, char::is_uppercase, char::is_lowercase);
    "islower" [] "Whether all letters are small." => |_, s, _| cased(s, char::is_lowercase, char::is_uppercase);
    "isascii" [] "Whether all characters are ASCII." => |_, s, _| Ok(Value::Bool(text(s)?.is_ascii()));
    "isprintable" [] "Whether `repr` shows all characters as they are." => |_, s, _| {
        let text = text(s)?;
        let shown = crate::interp::text::repr_str(&text);
        Ok(Value::Bool(text.contains(['\\', '\'']) && !text.chars().any(char::is_control) || shown.len() == text.len() + 2))
    };
    "istitle" [] "Whether words begin with capitals, and only they do." => |_, s, _| Ok(Value::Bool(is_title(&text(s)?)));
    "format_map" [(mapping)] "The template with its fields filled in from a mapping." => |i, s, args| {
        let mut keywords = Vec::new();
        for (key, value) in i.mapping(&args.get("mapping")?.clone())? {
            if let Value::Str(name) = key.value() {
                keywords.push((name.clone(), value));
            }
        }
        let filled = i.template_format(&text(s)?, &Args { positional: Vec::new(), keywords })?;
        Ok(filled.map_or_else(Value::Host, Value::str))
    };
    "isidentifier" [] "Whether it could be a name." => |_, s, _| Ok(Value::Bool(is_identifier(&text(s)?)));
    "strip" [(chars = Default::None)] "Without blanks, or the given characters, at both ends." => |_, s, args| strip(s, args, true, true);
    "lstrip" [(chars = Default::None)] "As strip, at the start." => |_, s, args| strip(s, args, true, false);
    "rstrip" [(chars = Default::None)] "As strip, at the end." => |_, s, args| strip(s, args, false, true);
    "center" [(width) (fillchar = Default::Str(" "))] "Padded on both sides." => |i, s, args| pad(i, s, args, '^');
    "ljust" [(width) (fillchar = Default::Str(" "))] "Padded at the end." => |i, s, args| pad(i, s, args, '<');
    "rjust" [(width) (fillchar = Default::Str(" "))] "Padded at the start." => |i, s, args| pad(i, s, args, '>');
    "zfill" [(width)] "Padded with zeros after the sign." => zfill;
    "format" [(*args) (**kwargs)] "The template with its fields filled in." => format;
    "encode" [(encoding = Default::Str("utf-8")) (errors = Default::Str("strict"))] "The bytes of the text in an encoding." => encode;
    "translate" [(table)] "Characters replaced by a table." => translate;
    "maketrans" [(x) (y = Default::None) (z = Default::None)] "A table for translate." => maketrans;
    "expandtabs" [(tabsize = Default::Int(8))] "Tabs replaced by blanks." => expandtabs;
};

/// The receiver's text.
pub(super) fn text(value: &Value) -> Result<std::rc::Rc<str>> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        other => Err(Error::ty(format!("descriptor requires a 'str' object but received a '{}'", other.type_name()))),
    }
}

fn map(value: &Value, f: fn(&str) -> String) -> Result<Value> {
    Ok(Value::str(f(&text(value)?)))
}

fn all(value: &Value, test: fn(char) -> bool) -> Result<Value> {
    let text = text(value)?;
    Ok(Value::Bool(!text.is_empty() && text.chars().all(test)))
}

fn cased(value: &Value, wanted: fn(char) -> bool, unwanted: fn(char) -> bool) -> Result<Value> {
    let text = text(value)?;
    Ok(Value::Bool(text.chars().any(wanted) && !text.chars().any(unwanted)))
}

fn is_title(text: &str) -> bool {
    let (mut in_word, mut any) = (false, false);
    for c in text.chars() {
        if c.is_uppercase() && in_word || c.is_lowercase() && !in_word {
            return false;
        }
        in_word = c.is_uppercase() || c.is_lowercase();
        any |= in_word;
    }
    any
}

/// Lower case, with the letters that only differ in form there too.
fn folded(text: &str) -> String {
    text.to_lowercase().replace('ß', "ss").replace('ς', "σ").replace('ſ', "s").replace('ﬁ', "fi").replace('ﬂ', "fl")
}

fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => {
            let mut out = String::with_capacity(text.len());
            push_title(&mut out, first);
            out.extend(chars.flat_map(char::to_lowercase));
            out
        }
        None => String::new(),
    }
}

fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_word = false;
    for c in text.chars() {
        if in_word {
            out.extend(c.to_lowercase())
        } else {
            push_title(&mut out, c)
        }
        in_word = c.is_alphabetic();
    }
    out
}

/// A character as it begins a word: of what stands for two letters, only the first is a capital.
fn push_title(out: &mut String, c: char) {
    const PAIRS: [(&str, char); 4] = [("Ǆǅǆ", 'ǅ'), ("Ǉǈǉ", 'ǈ'), ("Ǌǋǌ", 'ǋ'), ("Ǳǲǳ", 'ǲ')];
    if let Some((_, title)) = PAIRS.iter().find(|(pair, _)| pair.contains(c)) {
        return out.push(*title);
    }
    for (at, upper) in c.to_uppercase().enumerate() {
        match at {
            0 => out.push(upper),
            _ => out.extend(upper.to_lowercase()),
        }
    }
}

fn swapcase(text: &str) -> String {
    let swap = |c: char| if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() };
    text.chars().map(swap).collect()
}

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_')
}

fn strip(value: &Value, args: &mut Bound, start: bool, end: bool) -> Result<Value> {
    let text = text(value)?;
    let chars = match args.some("chars")? {
        Some(Value::Str(chars)) => Some(chars.clone()),
        Some(_) => return Err(Error::ty("strip arg must be None or str")),
        None => None,
    };
    let cut = |c: char| chars.as_ref().map_or(c.is_whitespace(), |chars| chars.contains(c));
    let mut out: &str = &text;
    if start {
        out = out.trim_start_matches(cut);
    }
    if end {
        out = out.trim_end_matches(cut);
    }
    Ok(Value::str(out))
}

fn pad(interp: &mut Interp, value: &Value, args: &mut Bound, align: char) -> Result<Value> {
    let text = text(value)?;
    let width = usize::try_from(args.i64("width")?).unwrap_or(0);
    interp.spend_length(width)?;
    let fill = args.str("fillchar")?;
    let mut chars = fill.chars();
    let (Some(fill), None) = (chars.next(), chars.next()) else {
        return Err(Error::ty("The fill character must be exactly one character long"));
    };
    let missing = width.saturating_sub(text.chars().count());
    let left = match align {
        '<' => 0,
        '>' => missing,
        // CPython puts the odd blank at the left if the width is odd.
        _ => missing / 2 + (missing & width & 1),
    };
    let blanks = |n: usize| std::iter::repeat_n(fill, n).collect::<String>();
    Ok(Value::str(format!("{}{text}{}", blanks(left), blanks(missing - left))))
}

fn zfill(interp: &mut Interp, value: &Value, args: &mut Bound) -> Result<Value> {
    let text = text(value)?;
    let width = usize::try_from(args.i64("width")?).unwrap_or(0);
    interp.spend_length(width)?;
    let zeros = "0".repeat(width.saturating_sub(text.chars().count()));
    Ok(Value::str(match text.strip_prefix(['+', '-']) {
        Some(rest) => format!("{}{zeros}{rest}", &text[..1]),
        None => format!("{zeros}{text}"),
    }))
}

fn format(interp: &mut Interp, value: &Value, args: &mut Bound) -> Result<Value> {
    let positional = args.get("args")?.elements().unwrap_or_default();
    let mut keywords = Vec::new();
    if let Value::Dict(entries) = args.get("kwargs")? {
        for (key, value) in entries.borrow().iter() {
            if let Value::Str(name) = key.value() {
                keywords.push((name.clone(), value.clone()));
            }
        }
    }
    let filled = interp.template_format(&text(value)?, &Args { positional, keywords })?;
    Ok(filled.map_or_else(Value::Host, Value::str))
}

fn encode(_interp: &mut Interp, value: &Value, args: &mut Bound) -> Result<Value> {
    let (codec, fallback) = (Codec::named(&args.str("encoding")?)?, Fallback::named(&args.str("errors")?)?);
    codec.encode(&text(value)?, fallback).map(|bytes| Value::Bytes(bytes.into()))
}

fn translate(interp: &mut Interp, value: &Value, args: &mut Bound) -> Result<Value> {
    let Value::Dict(table) = args.get("table")?.clone() else {
        return Err(Error::ty("translate() takes a dict made by str.maketrans"));
    };
    let mut out = String::new();
    for c in text(value)?.chars() {
        let found = table.borrow().get(&Key::new(Value::Int(i64::from(u32::from(c))))?).cloned();
        match found {
            None => out.push(c),
            Some(Value::None) => {}
            Some(Value::Int(code)) => out.extend(u32::try_from(code).ok().and_then(char::from_u32)),
            Some(other) => out.push_str(&interp.str_of(&other)?),
        }
    }
    Ok(Value::str(out))
}

fn maketrans(interp: &mut Interp, _value: &Value, args: &mut Bound) -> Result<Value> {
    let code = |c: char| Value::Int(i64::from(u32::from(c)));
    let mut table = indexmap::IndexMap::new();
    match (args.get("x")?.clone(), args.some("y")?.cloned()) {
        (Value::Str(from), Some(Value::Str(to))) => {
            if from.chars().count() != to.chars().count() {
                return Err(raise("ValueError", "the first two maketrans arguments must have equal length"));
            }
            for (a, b) in from.chars().zip(to.chars()) {
                table.insert(Key::new(code(a))?, code(b));
            }
            if let Some(Value::Str(gone)) = args.some("z")? {
                for c in gone.chars() {
                    table.insert(Key::new(code(c))?, Value::None);
                }
            }
        }
        (source, _) => {
            for (key, value) in interp.mapping(&source)? {
                let key = match key.value() {
                    Value::Str(text) => text.chars().next().map_or(Value::None, code),
                    other => other.clone(),
                };
                table.insert(Key::new(key)?, value);
            }
        }
    }
    Ok(Value::Dict(std::rc::Rc::new(std::cell::RefCell::new(table))))
}

fn expandtabs(interp: &mut Interp, value: &Value, args: &mut Bound) -> Result<Value> {
    let size = usize::try_from(args.i64("tabsize")?).unwrap_or(0);
    let text = text(value)?;
    interp.spend_length(text.len().saturating_mul(size.max(1)))?;
    let mut out = String::new();
    let mut column = 0;
    for c in text.chars() {
        match c {
            '\t' => {
                let blanks = if size == 0 { 0 } else { size - column % size };
                out.push_str(&" ".repeat(blanks));
                column += blanks;
            }
            '\n' | '\r' => {
                out.push(c);
                column = 0;
            }
            _ => {
                out.push(c);
                column += 1;
            }
        }
    }
    Ok(Value::str(out))
}
