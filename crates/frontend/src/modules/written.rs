//! What a text in the model language defines, read off its outermost lines.
//!
//! The texts are Keramos's own, one statement a line at the left margin, so that their names are known without
//! running them: for suggestions, `import *` and the language reference.

/// A function that a text defines.
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: &'static str,
    /// Name and parameters, as written.
    pub(crate) call: String,
    /// The first line of its docstring.
    pub(crate) doc: &'static str,
}

/// The public names that texts define at their left margin: functions, classes and assigned names.
pub(crate) fn names(texts: &'static [&'static str]) -> impl Iterator<Item = &'static str> {
    texts.iter().flat_map(|text| text.lines()).filter_map(defined).filter(|name| !name.starts_with('_'))
}

/// The name that a line defines.
fn defined(line: &'static str) -> Option<&'static str> {
    let rest = line.strip_prefix("def ").or_else(|| line.strip_prefix("class ")).unwrap_or(line);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    let is_definition = rest.len() < line.len() || after.starts_with(" = ");
    (is_definition && !name.is_empty()).then_some(name)
}

/// The public functions that texts define.
pub(crate) fn functions(texts: &'static [&'static str]) -> impl Iterator<Item = Function> {
    texts.iter().flat_map(|text| {
        let places = text.match_indices("def ").map(|(place, _)| place);
        places.filter(|&place| place == 0 || text[..place].ends_with('\n')).filter_map(|place| function(&text[place..]))
    })
}

/// The public classes that texts define, as they are called: by the parameters of their own constructor.
pub(crate) fn classes(texts: &'static [&'static str]) -> impl Iterator<Item = Function> {
    texts.iter().flat_map(|text| {
        let places = text.match_indices("class ").map(|(place, _)| place);
        places.filter(|&place| place == 0 || text[..place].ends_with('\n')).filter_map(|place| class(&text[place..]))
    })
}

/// The function whose definition begins the text.
fn function(text: &'static str) -> Option<Function> {
    let name = defined(text.lines().next()?).filter(|name| !name.starts_with('_'))?;
    let (head, body) = text.strip_prefix("def ")?.split_once(":\n")?;
    Some(Function { name, call: one_line(head), doc: doc(body) })
}

/// The class whose definition begins the text.
fn class(text: &'static str) -> Option<Function> {
    let name = defined(text.lines().next()?).filter(|name| !name.starts_with('_'))?;
    let (_, body) = text.split_once(":\n")?;
    let end = body.match_indices('\n').map(|(place, _)| place + 1);
    let end = end.into_iter().find(|&place| body[place..].starts_with(|c: char| !c.is_whitespace()));
    let body = &body[..end.unwrap_or(body.len())];
    let constructor = body.split_once("    def __init__(self").and_then(|(_, rest)| rest.split_once(":\n"));
    let call = match constructor {
        Some((parameters, _)) => one_line(&format!("{name}({}", parameters.trim_start_matches([',', ' ', '\n']))),
        None => name.to_owned(),
    };
    Some(Function { name, call, doc: doc(body) })
}

fn one_line(head: &str) -> String {
    head.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(").replace(", )", ")")
}

/// The first line of the docstring that a body begins with.
fn doc(body: &'static str) -> &'static str {
    let text = body.trim_start().strip_prefix("\"\"\"");
    text.and_then(|text| text.split(['"', '\n']).next()).unwrap_or_default()
}
