//! Functions as text.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Formatter, Write};
use std::sync::Arc;

use super::lexer::is_word;
use crate::{Attr, DType, Equation, Function, Location, Primitive, Value};

/// Prints `function` and the functions nested in it; with locations if the formatter is alternate.
pub(super) fn module(f: &mut Formatter<'_>, function: &Function) -> fmt::Result {
    let mut nested = Nested::default();
    nested.collect(function);
    let mut symbols = Symbols::default();
    let main = symbols.unique(&function.name);
    for inner in nested.ordered.iter().rev() {
        let symbol = symbols.unique(&inner.name);
        symbols.of.insert(Arc::as_ptr(inner), symbol);
    }
    write_function(f, function, &main, &symbols)?;
    for inner in nested.ordered.iter().rev() {
        f.write_str("\n\n")?;
        write_function(f, inner, symbols.get(inner), &symbols)?;
    }
    Ok(())
}

/// Nested functions, each after all that it uses (the reverse of the printing order).
#[derive(Default)]
struct Nested {
    seen: HashSet<*const Function>,
    ordered: Vec<Arc<Function>>,
}

impl Nested {
    fn collect(&mut self, function: &Function) {
        // Backwards, so that the reversed order is that of first use.
        for eqn in function.equations.iter().rev() {
            for (_, attr) in eqn.op.attrs().into_iter().rev() {
                for inner in attr.functions().iter().rev() {
                    if self.seen.insert(Arc::as_ptr(inner)) {
                        self.collect(inner);
                        self.ordered.push(inner.clone());
                    }
                }
            }
        }
    }
}

/// How each function is called in the text.
#[derive(Default)]
struct Symbols {
    of: HashMap<*const Function, String>,
    uses: HashMap<String, usize>,
}

impl Symbols {
    fn unique(&mut self, name: &str) -> String {
        let count = self.uses.entry(name.to_owned()).or_default();
        let number = *count;
        *count += 1;
        let word = if is_word(name) { name.to_owned() } else { format!("{name:?}") };
        if number == 0 { format!("@{word}") } else { format!("@{word}#{number}") }
    }

    fn get(&self, function: &Arc<Function>) -> &str {
        // Every nested function was collected before printing began.
        self.of.get(&Arc::as_ptr(function)).map_or("@?", String::as_str)
    }
}

fn write_function(f: &mut Formatter<'_>, function: &Function, symbol: &str, symbols: &Symbols) -> fmt::Result {
    let labels = labels(function);
    let label = |v: &Value| format!("%{}", labels[v.index()]);
    let typed = |v: &Value| format!("{}: {}", label(v), function.ty(*v));
    let join = |parts: Vec<String>| parts.join(", ");

    let params = join(function.params.iter().map(typed).collect());
    let results = join(function.results.iter().map(|&r| function.ty(r).to_string()).collect());
    writeln!(f, "func {symbol}({params}) -> ({results}) {{")?;
    for Equation { op, inputs, outputs, location } in &function.equations {
        write!(f, "  {} = {}", join(outputs.iter().map(typed).collect()), op.name())?;
        if !inputs.is_empty() {
            write!(f, "({})", join(inputs.iter().map(label).collect()))?;
        }
        write_attrs(f, &op.attrs(), symbols)?;
        if f.alternate() {
            write_location(f, location)?;
        }
        f.write_str("\n")?;
    }
    let results = join(function.results.iter().map(label).collect());
    write!(f, "  return{}{results}\n}}", if results.is_empty() { "" } else { " " })
}

/// Numbers for the values, in the order of definition.
fn labels(function: &Function) -> Vec<usize> {
    let mut labels = vec![0; function.num_values()];
    let outputs = function.equations.iter().flat_map(|eqn| &eqn.outputs);
    for (number, value) in function.params.iter().chain(outputs).enumerate() {
        labels[value.index()] = number;
    }
    labels
}

fn write_attrs(f: &mut Formatter<'_>, attrs: &[(&'static str, Attr)], symbols: &Symbols) -> fmt::Result {
    for (i, (key, attr)) in attrs.iter().enumerate() {
        write!(f, "{}{key}=", if i == 0 { " {" } else { ", " })?;
        write_attr(f, attr, symbols)?;
    }
    f.write_str(if attrs.is_empty() { "" } else { "}" })
}

fn write_attr(f: &mut Formatter<'_>, attr: &Attr, symbols: &Symbols) -> fmt::Result {
    match attr {
        Attr::Bool(value) => write!(f, "{value}"),
        Attr::Int(value) => write!(f, "{value}"),
        Attr::Ints(values) => write_ints(f, values),
        Attr::IntLists(lists) => {
            f.write_char('[')?;
            for (i, list) in lists.iter().enumerate() {
                f.write_str(if i > 0 { "," } else { "" })?;
                write_ints(f, list)?;
            }
            f.write_char(']')
        }
        Attr::Name(name) if is_word(name) && !is_reserved(name) => f.write_str(name),
        Attr::Name(name) => write!(f, "{name:?}"),
        Attr::Names(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
            write!(f, "[{}]", names.join(","))
        }
        Attr::DType(dtype) => write!(f, "{dtype}"),
        Attr::Array(array) => write!(f, "{array}"),
        Attr::Function(function) => f.write_str(symbols.get(function)),
        Attr::Functions(functions) => {
            let symbols: Vec<&str> = functions.iter().map(|function| symbols.get(function)).collect();
            write!(f, "[{}]", symbols.join(","))
        }
    }
}

/// Words that mean something other than a name where an attribute stands.
fn is_reserved(word: &str) -> bool {
    matches!(word, "true" | "false") || word.parse::<DType>().is_ok()
}

fn write_ints(f: &mut Formatter<'_>, values: &[i64]) -> fmt::Result {
    f.write_char('[')?;
    for (i, value) in values.iter().enumerate() {
        write!(f, "{}{value}", if i > 0 { "," } else { "" })?;
    }
    f.write_char(']')
}

fn write_location(f: &mut Formatter<'_>, location: &Location) -> fmt::Result {
    let (Some(file), Some((line, column))) = (location.file(), location.line_column()) else { return Ok(()) };
    write!(f, " @ {file:?}:{line}:{column}")?;
    match location.scope() {
        "" => Ok(()),
        scope => write!(f, " {scope:?}"),
    }
}
