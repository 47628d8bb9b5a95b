//! Text to functions: names resolved, types inferred.

use std::collections::HashMap;
use std::sync::Arc;

use super::parse::{self, RawAttr, RawFunction, Symbol, error};
use crate::verify::checked;
use crate::{Attr, AttrReader, Builder, Function, Op, Primitive, Result, Value};

/// Reads the first function of `text`; the others are those nested in it.
///
/// # Errors
/// [`crate::IrError::Parse`] with the line: the text does not follow the grammar, a primitive or attribute is
/// unknown, operands do not fit, a value or function is undefined, defined twice or (a function) unused.
pub fn parse(text: &str) -> Result<Function> {
    let mut sources = parse::functions(text)?;
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

/// A function that others may name.
struct Callee {
    function: Arc<Function>,
    line: usize,
    used: bool,
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
            RawAttr::Function(symbol) => Attr::Function(callee(&symbol, callees, line)?),
            RawAttr::Functions(symbols) => {
                let functions = symbols.iter().map(|symbol| callee(symbol, callees, line));
                Attr::Functions(functions.collect::<Result<_>>()?)
            }
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

fn callee(symbol: &Symbol, callees: &mut HashMap<Symbol, Callee>, line: usize) -> Result<Arc<Function>> {
    match callees.get_mut(symbol) {
        None => error(line, format!("{symbol} is not defined after this function")),
        Some(callee) => {
            callee.used = true;
            Ok(callee.function.clone())
        }
    }
}
