//! Markdown for declarations.

use crate::library::{ClassDecl, Default, FunctionDecl, Param, ParamKind, Signature};
use crate::value::Value;

pub(super) fn heading(level: usize, text: &str) -> String {
    let before = if level == 1 { "" } else { "\n" };
    format!("{before}{} {text}\n", "#".repeat(level))
}

/// A table with one line per row.
pub(super) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = format!("\n| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text
}

/// `name(a, b=1, *, c=None)`, as code.
pub(super) fn call(name: &str, signature: &Signature) -> String {
    format!("`{name}({})`", parameters(signature))
}

fn parameters(signature: &Signature) -> String {
    let mut parts = Vec::new();
    let mut by_name_only = false;
    for param in signature.iter() {
        match param.kind {
            ParamKind::Variadic => by_name_only = true,
            ParamKind::Keyword if !by_name_only => {
                by_name_only = true;
                parts.push("*".to_owned());
            }
            _ => {}
        }
        parts.push(parameter(param));
    }
    parts.join(", ")
}

fn parameter(param: &Param) -> String {
    match param.kind {
        ParamKind::Variadic => format!("*{}", param.name),
        ParamKind::Keywords => format!("**{}", param.name),
        ParamKind::Normal | ParamKind::Keyword => match default(param.default) {
            Some(default) => format!("{}={default}", param.name),
            None => param.name.to_owned(),
        },
    }
}

/// The default as Python writes it.
fn default(default: Default) -> Option<String> {
    Some(match default {
        Default::Required => return None,
        Default::None => "None".to_owned(),
        Default::Bool(true) => "True".to_owned(),
        Default::Bool(false) => "False".to_owned(),
        Default::Int(value) => value.to_string(),
        Default::Float(value) => format!("{value:?}"),
        Default::Str(value) => format!("\"{value}\""),
        Default::Ints(values) => {
            let values: Vec<String> = values.iter().map(i64::to_string).collect();
            let comma = if values.len() == 1 { "," } else { "" };
            format!("({}{comma})", values.join(", "))
        }
    })
}

pub(super) fn function(module: &str, decl: &FunctionDecl) -> String {
    format!("{}\n{}\n", call(&format!("{module}.{}", decl.name), &decl.signature), decl.doc)
}

/// A class with its constructor and methods.
pub(super) fn class(module: &str, decl: &ClassDecl) -> String {
    let mut text = format!("{}\n{}\n", call(&format!("{module}.{}", decl.name), &decl.signature), decl.doc);
    if !decl.bases.is_empty() {
        text += &format!("\nIs a: {}.\n", decl.bases.join(", "));
    }
    let methods: Vec<Vec<String>> = decl
        .methods
        .iter()
        .flat_map(|list| list.iter())
        .map(|method| vec![call(method.name, &method.signature), method.doc.to_owned()])
        .collect();
    if !methods.is_empty() {
        text += &table(&["method", "what it does"], methods);
    }
    text
}

/// What a member is that is neither class nor function.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Host(_) => "deals with data, files or plots: a host value, its uses are skipped".to_owned(),
        Value::DType(dtype) => format!("the element type {dtype}"),
        Value::Module(module) => format!("the module `{}`", module.name),
        Value::Float(value) => format!("{value}"),
        Value::Int(value) => format!("{value}"),
        Value::Str(value) => format!("\"{value}\""),
        Value::None => "`None`".to_owned(),
        other => format!("a {}", other.type_name()),
    }
}
