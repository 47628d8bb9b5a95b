//! The language reference: what of Python, Keras and JAX is compiled, written out from the tables that
//! the compiler itself looks names up in, so that it cannot say anything else than what holds.

mod constructs;
mod names;
mod render;

pub use constructs::{CONSTRUCTS, Construct, Support};
pub use names::{Known, Parameters, known};

use crate::diagnostics::suggest;
use crate::interp::packages::{Importable, importable};
use crate::interp::{builtins, methods};
use crate::library::{Default, ModuleDecl, Param, ParamKind, Signature};
use crate::modules::{self, written};
use crate::value::Value;
use render::{class, function, heading, table, value};

/// One page of the reference, in Markdown.
#[derive(Debug)]
pub struct Page {
    /// A word for file names: `python`, `keras`, `jax`, …
    pub name: String,
    /// The text.
    pub text: String,
}

/// All pages: Python first, then a page for each supported package.
pub fn pages() -> Vec<Page> {
    let mut packages: Vec<&str> = Vec::new();
    for module in modules::all() {
        let package = package(module.name);
        if !packages.contains(&package) {
            packages.push(package);
        }
    }
    let python = Page { name: "python".to_owned(), text: python() };
    let of = |package: &str| Page { name: package.to_owned(), text: package_page(package) };
    let mut tops: Vec<&str> = importable().map(|importable| package(importable.name)).collect();
    tops.dedup();
    let written = tops.into_iter().map(|top| {
        let parts = importable().filter(|importable| package(importable.name) == top);
        let sections: String = parts.map(|part| written_section(&part)).collect();
        Page { name: top.to_owned(), text: heading(1, top) + &sections }
    });
    let declared = packages.into_iter().filter(|p| *p != "python").map(of);
    std::iter::once(python).chain(declared).chain(written).collect()
}

/// The entry of one dotted name, such as `keras.layers.Dense`, or of a whole module or page.
pub fn entry(name: &str) -> Option<String> {
    if let Some(page) = pages().into_iter().find(|page| page.name == name) {
        return Some(page.text);
    }
    if let Some(module) = modules::all().find(|module| module.name == name) {
        return Some(module_section(module));
    }
    let (module, member) = name.rsplit_once('.')?;
    if let Some(package) = importable().find(|package| package.name == module) {
        let found = definitions(package.parts).find(|f| f.name == member);
        return found.map(|found| format!("`{}.{}`\n{}\n", package.name, found.call, found.doc));
    }
    let module = modules::all().find(|m| m.name == module)?;
    if let Some(found) = definitions(module.written).find(|f| f.name == member) {
        return Some(format!("`{}.{}`\n{}\n", module.name, found.call, found.doc));
    }
    Some(match (module.get)(member)? {
        Value::Class(decl) => class(module.name, decl),
        Value::Function(decl) => function(module.name, decl),
        other => format!("`{name}`: {}\n", value(&other)),
    })
}

/// The entries that a name without one may be meant for: those that end with it, or else the one whose last words are
/// nearest to it.
pub fn near(name: &str) -> Vec<String> {
    const MOST: usize = 5;
    let mut all: Vec<String> = modules::all().map(|module| module.name.to_owned()).collect();
    all.extend(callables().into_iter().map(|callable| callable.path));
    let short = [("jnp.", "jax.numpy."), ("np.", "numpy."), ("nn.", "flax.linen."), ("hk.", "haiku.")];
    let full = short.iter().find_map(|(short, full)| Some(format!("{full}{}", name.strip_prefix(short)?)));
    let name = full.as_deref().unwrap_or(name);
    let ending = format!(".{}", name.to_lowercase());
    let is_meant = |entry: &&String| entry.to_lowercase().ends_with(&ending) || entry.as_str() == name;
    let mut found: Vec<String> = all.iter().filter(is_meant).cloned().collect();
    if found.is_empty() {
        let dots = name.matches('.').count();
        // As many words from the end as the name has.
        let tail = |entry: &str| entry.rmatch_indices('.').nth(dots).map_or(0, |(at, _)| at + 1);
        let nearest = suggest::nearest(name, all.iter().filter_map(|entry| entry.get(tail(entry)..)));
        found.extend(all.iter().filter(|entry| entry.get(tail(entry)..) == nearest).cloned());
    }
    found.retain(|entry| self::entry(entry).is_some());
    found.sort_by_key(|entry| (entry.len(), entry.clone()));
    found.dedup();
    found.truncate(MOST);
    found
}

/// Something that a program can call.
#[derive(Debug)]
pub struct Callable {
    /// Its dotted name; that of a method begins with the type as the reference names it: `str.join`.
    pub path: String,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// The names of those of them that have no default.
    pub required: Vec<String>,
}

/// Everything in the tables that can be called: functions and classes of the packages, built-in functions, and the
/// methods of built-in types.
pub fn callables() -> Vec<Callable> {
    let mut all = Vec::new();
    for module in modules::all() {
        let written: Vec<written::Function> = definitions(module.written).collect();
        for name in (module.names)() {
            let found = (module.get)(name);
            let signature = match &found {
                Some(Value::Class(decl)) => Some(&decl.signature),
                Some(Value::Function(decl)) => Some(&decl.signature),
                Some(other) => builtins::declaration(other).map(|decl| &decl.signature),
                None => None,
            };
            let path = format!("{}.{name}", module.name);
            all.push(match (signature, written.iter().find(|definition| definition.name == name)) {
                (Some(signature), _) => Callable::of(path, signature),
                (None, Some(definition)) => Callable::written(path, definition),
                (None, None) => Callable { path, parameters: Vec::new(), required: Vec::new() },
            });
        }
    }
    for package in importable() {
        for definition in definitions(package.parts) {
            all.push(Callable::written(format!("{}.{}", package.name, definition.name), &definition));
        }
    }
    for decl in builtins::function_tables().into_iter().chain([builtins::types()]).flatten() {
        all.push(Callable::of(decl.name.to_owned(), &decl.signature));
    }
    for (kind, methods) in methods::tables() {
        for method in methods {
            all.push(Callable::of(format!("{kind}.{}", method.name), &method.signature));
        }
    }
    all
}

/// The parameters that may be given by name.
fn by_name(signature: &Signature) -> impl Iterator<Item = &Param> {
    let all = signature.params.iter().chain(signature.common);
    all.filter(|p| matches!(p.kind, ParamKind::Normal | ParamKind::Keyword))
}

/// The names of the parameters that may be given by name.
fn named(signature: &Signature) -> Vec<String> {
    by_name(signature).map(|p| p.name.to_owned()).collect()
}

impl Callable {
    fn of(path: String, signature: &Signature) -> Callable {
        let required = by_name(signature).filter(|p| matches!(p.default, Default::Required));
        Callable { path, parameters: named(signature), required: required.map(|p| p.name.to_owned()).collect() }
    }

    fn written(path: String, definition: &written::Function) -> Callable {
        Callable { path, parameters: parameters(definition), required: required(definition) }
    }
}

/// The parameters of something in the model language as they are written: with their types and defaults.
fn written_parameters(definition: &written::Function) -> impl Iterator<Item = &str> {
    definition.call.split_once('(').map_or("", |(_, parameters)| parameters).split(", ")
}

/// The name of a parameter, if it may be given by name.
fn name_of(parameter: &str) -> Option<String> {
    let name = parameter.split([':', '=', ')']).next().unwrap_or_default().trim();
    let is_name = name.starts_with(char::is_alphabetic) && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name.then(|| name.to_owned())
}

/// The names of the parameters of something in the model language that may be given by name.
fn parameters(definition: &written::Function) -> Vec<String> {
    written_parameters(definition).filter_map(name_of).collect()
}

/// Those of them that have no default.
fn required(definition: &written::Function) -> Vec<String> {
    written_parameters(definition).filter(|parameter| !parameter.contains('=')).filter_map(name_of).collect()
}

/// The functions and classes that texts in the model language define.
fn definitions(texts: &'static [&'static str]) -> impl Iterator<Item = written::Function> {
    written::functions(texts).chain(written::classes(texts))
}

/// The rows of definitions in a table.
fn rows(definitions: impl Iterator<Item = written::Function>) -> impl Iterator<Item = Vec<String>> {
    definitions.map(|f| vec![format!("`{}`", f.call), f.doc.to_owned()])
}

/// The page on which a module is: Python's own modules share one.
fn package(module: &str) -> &str {
    let top = module.split('.').next().unwrap_or(module);
    if matches!(top, "keras" | "jax" | "optax" | "flax" | "haiku") { top } else { "python" }
}

fn python() -> String {
    let mut text = heading(1, "Python");
    text += "\nEverything here is evaluated while compiling, exactly as CPython would evaluate it. A value that only exists at run time \
             (a file's content, a package that deals with data or plots) is carried along as a *host value*, and statements that only concern \
             host values are skipped; a host value that would reach a tensor is an error that names both ends.\n";
    text += &heading(2, "Statements and expressions");
    text += &table(&["construct", "compiled", "remarks"], CONSTRUCTS.iter().map(Construct::row));
    text += &heading(2, "Built-in functions and types");
    let functions = builtins::function_tables().into_iter().chain([builtins::types()]).flatten();
    text += &table(
        &["name", "what it does"],
        functions.map(|f| vec![render::call(f.name, &f.signature), f.doc.to_owned()]),
    );
    text += &heading(2, "Methods");
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (kind, methods) in methods::tables() {
        for method in methods {
            let call = render::call(method.name, &method.signature);
            rows.push(vec![format!("{kind}."), call, method.doc.to_owned()]);
        }
    }
    text += &table(&["type", "method", "what it does"], rows);
    text + &package_sections("python")
}

fn package_page(package: &str) -> String {
    let title = match package {
        "keras" => "Keras",
        "jax" => "JAX",
        other => other,
    };
    heading(1, title) + &package_sections(package)
}

/// The page of a package that is written in the model language.
fn written_section(package: &Importable) -> String {
    let (mut classes, mut functions): (Vec<_>, Vec<_>) =
        (rows(written::classes(package.parts)).collect(), rows(written::functions(package.parts)).collect());
    classes.sort();
    functions.sort();
    let is_defined = |name: &str| definitions(package.parts).any(|f| f.name == name);
    let mut others: Vec<&str> = written::names(package.parts).filter(|name| !is_defined(name)).collect();
    others.sort_unstable();
    others.dedup();
    let others: Vec<String> = others.into_iter().map(|name| format!("`{name}`")).collect();
    let refused: Vec<Vec<String>> =
        package.refused.iter().map(|(name, why)| vec![format!("`{name}`"), (*why).to_owned()]).collect();
    let mut text = heading(2, &format!("`{}`", package.name));
    for (title, rows) in [("class", classes), ("function", functions)] {
        if !rows.is_empty() {
            text += &table(&[title, "what it is"], rows);
        }
    }
    if !others.is_empty() {
        text += &format!("\nOther names: {}.\n", others.join(", "));
    }
    if !refused.is_empty() {
        text += &table(&["not compiled", "why"], refused);
    }
    text
}

fn package_sections(package_name: &str) -> String {
    let mut modules: Vec<&'static ModuleDecl> =
        modules::all().filter(|module| package(module.name) == package_name).collect();
    modules.sort_by_key(|module| module.name);
    modules.into_iter().map(module_section).collect()
}

fn module_section(module: &'static ModuleDecl) -> String {
    let mut text = heading(2, &format!("`{}`", module.name));
    let (mut classes, mut functions, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for name in (module.names)() {
        match (module.get)(name) {
            Some(Value::Class(decl)) if decl.name == name => {
                classes.push(vec![render::call(name, &decl.signature), decl.doc.to_owned()]);
            }
            Some(Value::Class(decl)) => {
                others.push(vec![format!("`{name}`"), format!("another name of `{}`", decl.name)])
            }
            Some(Value::Function(decl)) => {
                functions.push(vec![render::call(name, &decl.signature), decl.doc.to_owned()]);
            }
            Some(found) => match builtins::declaration(&found) {
                Some(decl) => functions.push(vec![render::call(name, &decl.signature), decl.doc.to_owned()]),
                None => others.push(vec![format!("`{name}`"), value(&found)]),
            },
            None => {}
        }
    }
    functions.extend(rows(written::functions(module.written)));
    classes.extend(rows(written::classes(module.written)));
    functions.sort();
    classes.sort();
    for (title, rows) in [("class", classes), ("function", functions), ("name", others)] {
        if !rows.is_empty() {
            text += &table(&[title, "what it is"], rows);
        }
    }
    if module.open {
        text +=
            "\nEverything else of this module, and what these make of values that only the run has, are host values.\n";
    }
    let refused: Vec<Vec<String>> =
        module.refused.iter().map(|refused| vec![format!("`{}`", refused.name), refused.why.to_owned()]).collect();
    if !refused.is_empty() {
        text += &table(&["not compiled", "why"], refused);
    }
    text
}
