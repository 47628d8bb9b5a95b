//! Text to functions.

use std::collections::HashMap;
use std::sync::Arc;

use super::lexer::{Token, tokens};
use super::literal;
use crate::verify::checked;
use crate::{
    Array, Attr, AttrReader, Builder, DType, Function, IrError, Location, Op, Primitive, Result, TensorType, Value,
};

/// Reads the first function of `text`; the others are those nested in it.
///
/// # Errors
/// [`IrError::Parse`] with the line: the text does not follow the grammar, a primitive or attribute is
/// unknown, operands do not fit, a value or function is undefined, defined twice or (a function) unused.
pub fn parse(text: &str) -> Result<Function> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let mut sources = Vec::new();
    while *parser.peek() != Token::End {
        sources.push(parser.function()?);
    }
    // Functions are defined after their users, so from the last to the first all callees are known.
    let mut callees: HashMap<Symbol, Callee> = HashMap::new();
    while let Some(source) = sources.pop() {
        let (symbol, line) = (source.symbol.clone(), source.line);
        let function = build(source, &mut callees)?;
        if sources.is_empty() {
            return match callees.iter().find(|(_, callee)| !callee.used) {
                Some((symbol, callee)) => error(callee.line, format!("{symbol} is never used")),
                None => checked(function),
            };
        }
        let callee = Callee { function: Arc::new(function), line, used: false };
        if let Some(other) = callees.insert(symbol.clone(), callee) {
            return error(line, format!("{symbol} is also defined on line {}", other.line));
        }
    }
    error(1, "no function".to_owned())
}

/// A function's name with the number that tells it apart from others of that name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Symbol(String, u64);

impl std::fmt::Display for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "@{}", self.0)?;
        if self.1 > 0 { write!(f, "#{}", self.1) } else { Ok(()) }
    }
}

struct Callee {
    function: Arc<Function>,
    line: usize,
    used: bool,
}

/// An attribute as written; functions are still names.
enum RawAttr {
    Plain(Attr),
    Function(Symbol),
}

struct RawEquation<'a> {
    line: usize,
    op: &'a str,
    attrs: Vec<(&'a str, RawAttr)>,
    inputs: Vec<&'a str>,
    outputs: Vec<(&'a str, Option<TensorType>)>,
    location: Location,
}

struct RawFunction<'a> {
    line: usize,
    symbol: Symbol,
    params: Vec<(&'a str, TensorType)>,
    result_types: Option<Vec<TensorType>>,
    equations: Vec<RawEquation<'a>>,
    results: Vec<&'a str>,
    end: usize,
}

fn error<T>(line: usize, message: String) -> Result<T> {
    Err(IrError::Parse { line, message })
}

/// Values by label while a function is built.
struct Scope<'a>(HashMap<&'a str, Value>);

impl<'a> Scope<'a> {
    fn get(&self, label: &str, line: usize) -> Result<Value> {
        match self.0.get(label) {
            Some(&value) => Ok(value),
            None => error(line, format!("%{label} is not defined")),
        }
    }

    fn define(&mut self, label: &'a str, value: Value, line: usize) -> Result<()> {
        match self.0.insert(label, value) {
            None => Ok(()),
            Some(_) => error(line, format!("%{label} is defined twice")),
        }
    }
}

fn build(source: RawFunction<'_>, callees: &mut HashMap<Symbol, Callee>) -> Result<Function> {
    let mut b = Builder::new(source.symbol.0);
    let mut scope = Scope(HashMap::new());
    for (label, ty) in source.params {
        scope.define(label, b.param(ty), source.line)?;
    }
    for eqn in source.equations {
        let line = eqn.line;
        let inputs = eqn.inputs.iter().map(|l| scope.get(l, line)).collect::<Result<Vec<_>>>()?;
        let op = op(eqn.op, eqn.attrs, callees, line)?;
        b.set_location(eqn.location);
        let values = b.emit(op, &inputs).or_else(|e| error(line, e.to_string()))?;
        if values.len() != eqn.outputs.len() {
            return error(line, format!("{} has {} results", eqn.op, values.len()));
        }
        for ((label, annotation), value) in eqn.outputs.into_iter().zip(values) {
            scope.define(label, value, line)?;
            if let Some(ty) = annotation
                && ty != *b.ty(value)
            {
                return error(line, format!("%{label} has type {}, not {ty}", b.ty(value)));
            }
        }
    }
    let results = source.results.iter().map(|l| scope.get(l, source.end)).collect::<Result<Vec<_>>>()?;
    let function = b.finish(results);
    match source.result_types {
        Some(types) if types != function.result_types() => {
            error(source.end, "the results have other types than the function says".to_owned())
        }
        _ => Ok(function),
    }
}

fn op(name: &str, attrs: Vec<(&str, RawAttr)>, callees: &mut HashMap<Symbol, Callee>, line: usize) -> Result<Op> {
    let mut resolved = Vec::with_capacity(attrs.len());
    for (key, attr) in attrs {
        let attr = match attr {
            RawAttr::Plain(attr) => attr,
            RawAttr::Function(symbol) => match callees.get_mut(&symbol) {
                None => return error(line, format!("{symbol} is not defined after this function")),
                Some(callee) => {
                    callee.used = true;
                    Attr::Function(callee.function.clone())
                }
            },
        };
        resolved.push((key.to_owned(), attr));
    }
    let mut reader = AttrReader::new(resolved);
    let op = match Op::parse(name, &mut reader) {
        None => return error(line, format!("no primitive is called {name}")),
        Some(op) => op.or_else(|message| error(line, format!("{name}: {message}")))?,
    };
    reader.finish().or_else(|message| error(line, format!("{name}: {message}")))?;
    Ok(op)
}

struct Parser<'a> {
    tokens: Vec<(Token<'a>, usize)>,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &Token<'a> {
        // The last token is `End`, and `at` never passes it.
        &self.tokens[self.at].0
    }

    fn line(&self) -> usize {
        self.tokens[self.at].1
    }

    fn next(&mut self) -> Token<'a> {
        let token = self.peek().clone();
        if token != Token::End {
            self.at += 1;
        }
        token
    }

    fn expected<T>(&self, what: &str) -> Result<T> {
        error(self.line(), format!("expected {what}, found {}", self.peek().describe()))
    }

    fn eat(&mut self, token: Token<'_>) -> bool {
        let found = *self.peek() == token;
        if found {
            self.at += 1;
        }
        found
    }

    fn eat_mark(&mut self, mark: char) -> bool {
        self.eat(Token::Mark(mark))
    }

    fn mark(&mut self, mark: char) -> Result<()> {
        if self.eat_mark(mark) { Ok(()) } else { self.expected(&mark.to_string()) }
    }

    fn keyword(&mut self, word: &str) -> Result<()> {
        if self.eat(Token::Word(word)) { Ok(()) } else { self.expected(word) }
    }

    fn word(&mut self) -> Result<&'a str> {
        match *self.peek() {
            Token::Word(word) => {
                self.at += 1;
                Ok(word)
            }
            _ => self.expected("a name"),
        }
    }

    fn value(&mut self) -> Result<&'a str> {
        match *self.peek() {
            Token::Value(label) => {
                self.at += 1;
                Ok(label)
            }
            _ => self.expected("a value"),
        }
    }

    fn text(&mut self) -> Result<String> {
        match self.peek() {
            Token::Text(_) => match self.next() {
                Token::Text(text) => Ok(text),
                _ => self.expected("a string"),
            },
            _ => self.expected("a string"),
        }
    }

    fn integer<T: std::str::FromStr>(&mut self) -> Result<T> {
        if let Token::Number(text) = *self.peek()
            && let Ok(value) = text.parse()
        {
            self.at += 1;
            return Ok(value);
        }
        self.expected("a whole number")
    }

    /// `item {"," item}` up to `close`, which is taken; may be empty.
    fn list<T>(&mut self, close: char, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut items = Vec::new();
        if self.eat_mark(close) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if !self.eat_mark(',') {
                self.mark(close)?;
                return Ok(items);
            }
        }
    }

    /// `value {"," value}`; may be empty.
    fn values(&mut self) -> Result<Vec<&'a str>> {
        let mut values = Vec::new();
        if let Token::Value(_) = self.peek() {
            values.push(self.value()?);
            while self.eat_mark(',') {
                values.push(self.value()?);
            }
        }
        Ok(values)
    }

    fn ty(&mut self) -> Result<TensorType> {
        match self.peek() {
            Token::Word(word) => match word.parse::<DType>() {
                Ok(dtype) => {
                    self.at += 1;
                    self.mark('[')?;
                    Ok(TensorType::new(dtype, self.list(']', Self::integer)?))
                }
                Err(_) => self.expected("an element type"),
            },
            _ => self.expected("a type"),
        }
    }

    fn symbol(&mut self) -> Result<Symbol> {
        self.mark('@')?;
        let name = match self.peek() {
            Token::Text(_) => self.text()?,
            _ => self.word()?.to_owned(),
        };
        let number = if self.eat_mark('#') { self.integer()? } else { 0 };
        Ok(Symbol(name, number))
    }

    fn function(&mut self) -> Result<RawFunction<'a>> {
        let line = self.line();
        self.keyword("func")?;
        let symbol = self.symbol()?;
        self.mark('(')?;
        let params = self.list(')', |p| {
            let label = p.value()?;
            p.mark(':')?;
            Ok((label, p.ty()?))
        })?;
        let result_types = match self.eat(Token::Arrow) {
            true => {
                self.mark('(')?;
                Some(self.list(')', Self::ty)?)
            }
            false => None,
        };
        self.mark('{')?;
        let mut equations = Vec::new();
        while matches!(self.peek(), Token::Value(_)) {
            equations.push(self.equation()?);
        }
        let end = self.line();
        self.keyword("return")?;
        let results = self.values()?;
        self.mark('}')?;
        Ok(RawFunction { line, symbol, params, result_types, equations, results, end })
    }

    fn equation(&mut self) -> Result<RawEquation<'a>> {
        let line = self.line();
        let outputs = self.list('=', |p| {
            let label = p.value()?;
            let ty = if p.eat_mark(':') { Some(p.ty()?) } else { None };
            Ok((label, ty))
        })?;
        let op = self.word()?;
        let inputs = if self.eat_mark('(') { self.list(')', Self::value)? } else { Vec::new() };
        let attrs = match self.eat_mark('{') {
            true => self.list('}', |p| {
                let key = p.word()?;
                p.mark('=')?;
                Ok((key, p.attr()?))
            })?,
            false => Vec::new(),
        };
        let location = self.location()?;
        Ok(RawEquation { line, op, attrs, inputs, outputs, location })
    }

    fn location(&mut self) -> Result<Location> {
        if !self.eat_mark('@') {
            return Ok(Location::UNKNOWN);
        }
        let file = self.text()?;
        self.mark(':')?;
        let line = self.integer()?;
        self.mark(':')?;
        let column = self.integer()?;
        let scope = if let Token::Text(_) = self.peek() { self.text()? } else { String::new() };
        Ok(Location::new(file, line, column, scope))
    }

    fn attr(&mut self) -> Result<RawAttr> {
        let attr = match self.peek().clone() {
            Token::Mark('@') => return self.symbol().map(RawAttr::Function),
            Token::Mark('[') => self.int_lists()?,
            Token::Number(_) => Attr::Int(self.integer()?),
            Token::Text(_) => Attr::Name(self.text()?),
            Token::Word(word) => match word.parse::<DType>() {
                Ok(_) if matches!(self.tokens.get(self.at + 1), Some((Token::Mark('['), _))) => {
                    Attr::Array(Arc::new(self.constant()?))
                }
                Ok(dtype) => {
                    self.at += 1;
                    Attr::DType(dtype)
                }
                Err(_) => {
                    self.at += 1;
                    match word {
                        "true" => Attr::Bool(true),
                        "false" => Attr::Bool(false),
                        _ => Attr::Name(word.to_owned()),
                    }
                }
            },
            _ => return self.expected("an attribute"),
        };
        Ok(RawAttr::Plain(attr))
    }

    fn int_lists(&mut self) -> Result<Attr> {
        self.mark('[')?;
        if *self.peek() != Token::Mark('[') {
            return Ok(Attr::Ints(self.list(']', Self::integer)?));
        }
        let lists = self.list(']', |p| {
            p.mark('[')?;
            p.list(']', Self::integer)
        })?;
        Ok(Attr::IntLists(lists))
    }

    fn constant(&mut self) -> Result<Array> {
        let line = self.line();
        let ty = self.ty()?;
        let splat = self.eat(Token::Word("splat"));
        let numbers = match !splat && self.eat_mark('[') {
            true => self.list(']', Self::number)?,
            false => vec![self.number()?],
        };
        literal::read(&ty, &numbers, splat).or_else(|message| error(line, message))
    }

    fn number(&mut self) -> Result<&'a str> {
        match *self.peek() {
            Token::Number(text) | Token::Word(text) => {
                self.at += 1;
                Ok(text)
            }
            _ => self.expected("a number"),
        }
    }
}
