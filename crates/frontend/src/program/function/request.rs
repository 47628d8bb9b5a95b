//! The texts that ask for a function as an entry point: `f:f32[8,3],(f32[],i32[4]),n=3`.
//!
//! ```text
//! request  = name [ ":" [ argument { "," argument } ] ]
//! argument = [ name "=" ] value
//! value    = type | tuple | list | dict | literal
//! type     = element type "[" [ size { "," size } ] "]"
//! tuple    = "(" [ value { "," value } ] [ "," ] ")"     list likewise in "[" "]"
//! dict     = "{" [ key ":" value { "," key ":" value } ] "}"
//! key      = name | string | integer
//! literal  = "None" | "True" | "False" | number | string
//! ```

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;
use keramos_ir::{DType, TensorType};

use super::argument;
use crate::error::{Error, Result};
use crate::value::{Key, Value};

/// How deep trees of arguments may be.
const MAX_DEPTH: usize = 64;
/// What every message about a malformed request ends with.
const FORM: &str = "write it as f:f32[8,3],f32[] with trees as (…), […], {key: …} and numbers for static arguments";
/// The same of what names of the file stand for.
const VALUES: &str = "write it as NAME=VALUE, the value being a number, a text, True, None, a list, or the type of an array such as f32[8,3]";
/// The same of types alone.
const TYPES: &str = "write types such as f32[32,784], with trees as (…), […], {key: …}";

/// What is read.
#[derive(Clone, Copy)]
enum Form {
    /// The whole of a request.
    Request,
    /// Values by name, among which words may stand for themselves.
    Values,
    /// Arguments alone.
    Types,
}

/// A function that is to be an entry point, and its arguments: trees whose leaves are
/// [placeholders](argument::placeholder) for tensors, and static values.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The function's name in the file.
    pub name: String,
    /// Arguments by position; `None` if the text names the function only.
    pub positional: Option<Vec<Value>>,
    /// Arguments by name.
    pub keywords: Vec<(Rc<str>, Value)>,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// K0303 naming the place in the text and what was expected there.
    pub(crate) fn parse(text: &str) -> Result<Request> {
        let mut parser = Parser { text, at: 0, depth: 0, form: Form::Request };
        let name = parser.name().ok_or_else(|| parser.error("the name of a function"))?;
        let mut request = Request { name, positional: None, keywords: Vec::new() };
        if parser.done() {
            return Ok(request);
        }
        parser.expect(':')?;
        let (positional, keywords) = parser.arguments()?;
        (request.positional, request.keywords) = (Some(positional), keywords);
        Ok(request)
    }
}

/// Reads types of data: the arguments of a request alone, such as `f32[32,784],i32[32]`.
///
/// # Errors
/// K0303 naming the place in the text and what was expected there.
pub(crate) fn types(text: &str) -> Result<Vec<Value>> {
    Ok(Parser { text, at: 0, depth: 0, form: Form::Types }.arguments()?.0)
}

/// Reads values by name, such as `n=10,norm=layer,x=f32[100,28,28]`: words that are no types are texts.
///
/// # Errors
/// K0303 naming the place in the text and what was expected there.
pub(crate) fn values(text: &str) -> Result<Keywords> {
    let mut parser = Parser { text, at: 0, depth: 0, form: Form::Values };
    let (positional, keywords) = parser.arguments()?;
    if !positional.is_empty() {
        return Err(Error::argument(format!("--value {text}: a name is missing")).help("write --value NAME=VALUE"));
    }
    Ok(keywords)
}

/// Values by name.
type Keywords = Vec<(Rc<str>, Value)>;

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    form: Form,
}

impl<'a> Parser<'a> {
    /// Arguments by position, and after them by name.
    fn arguments(&mut self) -> Result<(Vec<Value>, Keywords)> {
        let (mut positional, mut keywords) = (Vec::new(), Vec::new());
        while !self.done() {
            match self.keyword() {
                Some(name) => keywords.push((name.into(), self.value()?)),
                None if keywords.is_empty() => positional.push(self.value()?),
                None => return Err(self.error("name=value, as after an argument given by name")),
            }
            if !self.done() {
                self.expect(',')?;
            }
        }
        Ok((positional, keywords))
    }

    fn rest(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    fn done(&mut self) -> bool {
        self.rest().is_empty()
    }

    fn error(&mut self, expected: &str) -> Error {
        let found = match self.rest().chars().next() {
            Some(c) => format!("`{c}`"),
            None => "the end".to_owned(),
        };
        let column = self.text.get(..self.at).map_or(0, |t| t.chars().count()) + 1;
        let (what, form) = match self.form {
            Form::Request => ("the entry point", FORM),
            Form::Values => ("the value", VALUES),
            Form::Types => ("the types", TYPES),
        };
        let message = format!("in {what} `{}`: {expected} is expected at character {column}, found {found}", self.text);
        Error::argument(message).help(form)
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.rest().starts_with(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn expect(&mut self, c: char) -> Result<()> {
        if self.take(c) { Ok(()) } else { Err(self.error(&format!("`{c}`"))) }
    }

    fn word(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn name(&mut self) -> Option<String> {
        let starts = self.rest().starts_with(|c: char| c.is_alphabetic() || c == '_');
        starts.then(|| self.word(|c| c.is_alphanumeric() || c == '_').to_owned())
    }

    /// `name =` in front of a value.
    fn keyword(&mut self) -> Option<String> {
        let start = self.at;
        let found = self.name().filter(|_| self.take('='));
        if found.is_none() {
            self.at = start;
        }
        found
    }

    fn value(&mut self) -> Result<Value> {
        if self.depth == MAX_DEPTH {
            return Err(self.error("a tree that is not nested as deep"));
        }
        self.depth += 1;
        let value = self.value_inside();
        self.depth -= 1;
        value
    }

    fn value_inside(&mut self) -> Result<Value> {
        if self.take('(') {
            return Ok(Value::tuple(self.until(')', Parser::value)?));
        }
        if self.take('[') {
            return Ok(Value::list(self.until(']', Parser::value)?));
        }
        if self.take('{') {
            let entries = self.until('}', |parser| {
                let key = parser.key()?;
                parser.expect(':')?;
                Ok((Key::new(key)?, parser.value()?))
            })?;
            return Ok(Value::Dict(Rc::new(RefCell::new(entries.into_iter().collect::<IndexMap<_, _>>()))));
        }
        match self.rest().chars().next() {
            Some('\'' | '"') => self.string(),
            Some(c) if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => self.number(),
            _ => self.named(),
        }
    }

    /// The parts up to a closing bracket.
    fn until<T>(&mut self, close: char, part: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut parts = Vec::new();
        while !self.take(close) {
            parts.push(part(self)?);
            if !self.take(',') && !self.rest().starts_with(close) {
                return Err(self.error(&format!("`,` or `{close}`")));
            }
        }
        Ok(parts)
    }

    fn key(&mut self) -> Result<Value> {
        if let Some(name) = self.name() {
            return Ok(Value::str(name));
        }
        match self.rest().chars().next() {
            Some('\'' | '"') => self.string(),
            Some(c) if c.is_ascii_digit() || c == '-' => self.number(),
            _ => Err(self.error("a key")),
        }
    }

    fn string(&mut self) -> Result<Value> {
        let rest = self.rest();
        let mut chars = rest.chars();
        let quote = chars.next().unwrap_or('"');
        let inside = chars.as_str();
        let Some(length) = inside.find(quote) else { return Err(self.error("a string with its closing quote")) };
        self.at += length + 2;
        Ok(Value::str(inside.get(..length).unwrap_or_default()))
    }

    fn number(&mut self) -> Result<Value> {
        let start = self.at;
        let word = self.word(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.' | '_')).replace('_', "");
        let value = word.parse().map(Value::Int).ok().or_else(|| word.parse().map(Value::Float).ok());
        value.ok_or_else(|| {
            self.at = start;
            self.error("a number")
        })
    }

    /// `None`, `True`, `False`, a type, or a word that stands for itself.
    fn named(&mut self) -> Result<Value> {
        let start = self.at;
        let Some(name) = self.name() else { return Err(self.error("a type such as f32[8,3]")) };
        match name.as_str() {
            "None" => return Ok(Value::None),
            "True" => return Ok(Value::Bool(true)),
            "False" => return Ok(Value::Bool(false)),
            _ => {}
        }
        let Some(dtype) = name.parse().ok().or_else(|| DType::from_numpy_name(&name)) else {
            if matches!(self.form, Form::Values) && !self.rest().starts_with('[') {
                return Ok(Value::str(name));
            }
            self.at = start;
            let names: Vec<&str> = DType::all().map(DType::short_name).collect();
            return Err(self.error(&format!("an element type ({}) with a shape", names.join(", "))));
        };
        if !self.take('[') {
            return Err(self.error(&format!("a shape (as in {name}[8,3], or {name}[] for a scalar)")));
        }
        let shape = self.until(']', |parser| {
            let start = parser.at;
            let size = parser.word(|c| c.is_ascii_digit()).parse();
            size.map_err(|_| {
                parser.at = start;
                parser.error("a size")
            })
        })?;
        let ty = TensorType { dtype, shape };
        // A size that no machine has would overflow where bytes are counted.
        match ty.is_addressable() {
            true => Ok(argument::placeholder(ty, false)),
            false => Err(Error::argument(format!("the tensor {ty} is too large for any machine"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match Request::parse(text) {
            Ok(request) => {
                let mut leaves = Vec::new();
                let values = request.positional.iter().flatten().cloned();
                let keywords = request.keywords.iter().map(|(n, v)| (format!("{n}"), v.clone()));
                let named = values.enumerate().map(|(i, v)| (format!("{i}"), v)).chain(keywords);
                for (name, value) in named {
                    let mut interp = crate::interp::Interp::new(crate::diagnostics::Source::new("f.py", ""));
                    let (values, def) = interp.flatten(&value).unwrap();
                    leaves.extend(def.paths().into_iter().zip(values).map(|(path, leaf)| match argument::of(&leaf) {
                        Some(argument) => format!("{name}{path}:{}", argument.ty),
                        None => format!("{name}{path}={}", leaf.type_name()),
                    }));
                }
                format!("{} {}", request.name, leaves.join(" "))
            }
            Err(error) => error.diagnostic().message.clone(),
        }
    }

    #[test]
    fn trees_literals_and_names_are_read() {
        assert_eq!(shown("f:f32[8,3],f32[]"), "f 0:f32[8,3] 1:f32[]");
        assert_eq!(shown("f: float32[2] , n = 3, b=True"), "f 0:f32[2] n=int b=bool");
        assert_eq!(
            shown("f:{w:f32[3],'b':f32[]},(i32[2],[bool[],None])"),
            "f 0['b']:f32[] 0['w']:f32[3] 1[0]:i32[2] 1[1][0]:bool[]"
        );
        assert_eq!(shown("f:(f32[1],),-2.5e3,\"relu\""), "f 0[0]:f32[1] 1=float 2=str");
        assert_eq!(shown("f:"), "f ");
        assert!(Request::parse("f").unwrap().positional.is_none());
    }

    #[test]
    fn what_is_malformed_is_named_with_its_place() {
        for (text, message) in [
            ("", "the name of a function is expected at character 1, found the end"),
            ("f:f32", "a shape (as in f32[8,3], or f32[] for a scalar) is expected at character 6"),
            ("f:f32[8", "`,` or `]` is expected at character 8, found the end"),
            ("f:f32[a]", "a size is expected at character 7, found `a`"),
            ("f:flaot[3]", "an element type (bool, i8,"),
            ("f:f32[3] f32[3]", "`,` is expected at character 10, found `f`"),
            ("f:x=f32[],f32[]", "name=value, as after an argument given by name is expected"),
            ("f:{w f32[]}", "`:` is expected at character 6"),
            ("f:1x", "a number is expected at character 3"),
            ("f:f32[99999999999,99999999999]", "too large for any machine"),
        ] {
            assert!(shown(text).contains(message), "{text}: {}", shown(text));
        }
        let deep = format!("f:{}", "(".repeat(10_000));
        assert!(shown(&deep).contains("nested as deep"));
    }
}
