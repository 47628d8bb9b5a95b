//! Text to functions: the syntax.

use std::sync::Arc;

use super::lexer::{Token, tokens};
use super::literal;
use crate::{Array, Attr, DType, IrError, Location, Result, TensorType};

/// Reads the functions of `text` as written.
pub(super) fn functions(text: &str) -> Result<Vec<RawFunction<'_>>> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let mut functions = Vec::new();
    while *parser.peek() != Token::End {
        functions.push(parser.function()?);
    }
    Ok(functions)
}

/// A function's name with the number that tells it apart from others of that name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Symbol(pub(super) String, pub(super) u64);

impl std::fmt::Display for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "@{}", self.0)?;
        if self.1 > 0 { write!(f, "#{}", self.1) } else { Ok(()) }
    }
}

/// An attribute as written; functions are still names.
pub(super) enum RawAttr {
    Plain(Attr),
    Function(Symbol),
    Functions(Vec<Symbol>),
}

/// An equation as written.
pub(super) struct RawEquation<'a> {
    pub(super) line: usize,
    pub(super) op: &'a str,
    pub(super) attrs: Vec<(&'a str, RawAttr)>,
    pub(super) inputs: Vec<&'a str>,
    pub(super) outputs: Vec<(&'a str, Option<TensorType>)>,
    pub(super) location: Location,
}

/// A function as written.
pub(super) struct RawFunction<'a> {
    pub(super) line: usize,
    pub(super) symbol: Symbol,
    pub(super) params: Vec<(&'a str, TensorType)>,
    pub(super) result_types: Option<Vec<TensorType>>,
    pub(super) equations: Vec<RawEquation<'a>>,
    pub(super) results: Vec<&'a str>,
    /// The line of the last statement.
    pub(super) end: usize,
}

/// An error on a line.
pub(super) fn error<T>(line: usize, message: String) -> Result<T> {
    Err(IrError::Parse { line, message })
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
            Token::Mark('[') if matches!(self.tokens.get(self.at + 1), Some((Token::Mark('@'), _))) => {
                self.mark('[')?;
                return self.list(']', Self::symbol).map(RawAttr::Functions);
            }
            Token::Mark('[') if matches!(self.tokens.get(self.at + 1), Some((Token::Text(_), _))) => {
                self.mark('[')?;
                Attr::Names(self.list(']', Self::text)?)
            }
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
