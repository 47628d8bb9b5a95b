//! The functions of a module, read from its text as far as messages need it.
//!
//! This is no parser: it looks for `func.func` with a name, in the short form and in the generic one, and takes the types
//! up to the body. Text that it does not understand gives fewer functions, never an error.

/// A function of the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) private: bool,
    /// Types of the arguments, as written.
    arguments: Vec<String>,
}

/// The functions of a module, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outline {
    pub(super) functions: Vec<Function>,
}

const KEYWORD: &str = "func.func";

impl Outline {
    /// Reads the functions of a module's text.
    pub(super) fn of(text: &str) -> Outline {
        let functions = text.match_indices(KEYWORD).filter_map(|(at, _)| {
            let rest = text.get(at + KEYWORD.len()..)?;
            short_form(rest).or_else(|| generic_form(rest))
        });
        Outline { functions: functions.collect() }
    }

    /// What a module without a public `main` has, and what to do.
    pub(super) fn without_main(&self) -> String {
        if self.functions.iter().any(|function| function.name == super::ENTRY) {
            return "`main` is private there: make it public".to_owned();
        }
        let public: Vec<String> =
            self.functions.iter().filter(|f| !f.private).map(|f| format!("`{}`", f.name)).collect();
        match public.as_slice() {
            [] if self.functions.is_empty() => {
                "no function was found in it at all: is it a StableHLO module?".to_owned()
            }
            [] => "all of its functions are private: name the one to call `main` and make it public".to_owned(),
            [only] => format!("it has {only}: rename that to `main`"),
            _ => format!("it has {}: rename the one to call to `main`, or export it alone", public.join(", ")),
        }
    }
}

impl Function {
    /// The first argument whose type has an unknown size: which, and its type.
    pub(super) fn dynamic(&self) -> Option<(String, String)> {
        let (index, found) = self.arguments.iter().enumerate().find(|(_, ty)| ty.contains('?'))?;
        Some((format!("argument {index}"), found.clone()))
    }
}

/// `func.func [public|private] @name(%arg0: type {…}, …) -> …`, from behind the keyword.
fn short_form(rest: &str) -> Option<Function> {
    let mut rest = rest.strip_prefix(' ')?.trim_start();
    let mut private = false;
    for word in ["public", "private", "nested"] {
        if let Some(behind) = rest.strip_prefix(word) {
            (private, rest) = (word != "public", behind.trim_start());
        }
    }
    let (name, behind) = symbol(rest.strip_prefix('@')?)?;
    let inside = behind.strip_prefix('(').unwrap_or_default();
    let arguments = split(inside).filter_map(|part| Some(type_at(part.split_once(": ")?.1).to_owned()));
    Some(Function { name, private, arguments: arguments.collect() })
}

/// `"func.func"() <{function_type = (…) -> …, sym_name = "…", sym_visibility = "…"}>`, from behind the keyword.
fn generic_form(rest: &str) -> Option<Function> {
    let properties = rest.strip_prefix("\"() <{")?.split("}>").next()?;
    let value = |key: &str| properties.split_once(key)?.1.split('"').nth(1);
    let types = properties.split_once("function_type = (").map_or("", |(_, types)| types);
    Some(Function {
        name: value("sym_name = ")?.to_owned(),
        private: value("sym_visibility = ").is_some_and(|visibility| visibility != "public"),
        arguments: split(types).map(|part| type_at(part).to_owned()).collect(),
    })
}

/// A symbol's name, quoted or not, and what follows it.
fn symbol(rest: &str) -> Option<(String, &str)> {
    if let Some(quoted) = rest.strip_prefix('"') {
        return quoted.split_once('"').map(|(name, behind)| (name.to_owned(), behind));
    }
    let end = rest.find(|c: char| !(c.is_alphanumeric() || "_$.-".contains(c))).unwrap_or(rest.len());
    let (name, behind) = rest.split_at_checked(end)?;
    (!name.is_empty()).then(|| (name.to_owned(), behind))
}

/// The parts of a list that ends at its closing parenthesis, split at the commas outside of brackets and quotes.
fn split(list: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut quoted, mut start, mut done) = (0_usize, false, 0, false);
    let mut parts = Vec::new();
    for (at, c) in list.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' if depth > 0 => depth -= 1,
            ')' | ',' if depth == 0 => {
                parts.extend(list.get(start..at).map(str::trim).filter(|part| !part.is_empty()));
                start = at + 1;
                done = c == ')';
            }
            _ => {}
        }
        if done {
            break;
        }
    }
    parts.into_iter()
}

/// The type at the front of what follows an argument's name: up to its attributes.
fn type_at(rest: &str) -> &str {
    rest.split(" {").next().unwrap_or(rest).split(" loc(").next().unwrap_or(rest).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, private: bool, arguments: &[&str]) -> Function {
        Function { name: name.to_owned(), private, arguments: arguments.iter().map(|&a| a.to_owned()).collect() }
    }

    #[test]
    fn both_forms_are_read() {
        let text = r#"module @jit_f attributes {a = "func.func is a word"} {
  func.func public @main(%arg0: tensor<?x3xf32> {mhlo.sharding = "{a, b)"}, %arg1: tensor<complex<f32>> loc("x")) -> (tensor<f32> {jax.result_info = "r"}) {
  }
  func.func private @"in put"() -> tensor<f32>
  func.func @plain(%x: tuple<tensor<2xi1>, tensor<i1>>) {
  }
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<?xi32>, i1) -> tensor<2xf32>, sym_name = "inner", sym_visibility = "private"}> ({
  }) : () -> ()
}"#;
        let outline = Outline::of(text);
        assert_eq!(
            outline.functions,
            [
                function("main", false, &["tensor<?x3xf32>", "tensor<complex<f32>>"]),
                function("in put", true, &[]),
                function("plain", false, &["tuple<tensor<2xi1>, tensor<i1>>"]),
                function("inner", true, &["tensor<?xi32>", "i1"]),
            ]
        );
        let dynamic = outline.functions[0].dynamic().expect("an unknown size");
        assert_eq!(dynamic, ("argument 0".to_owned(), "tensor<?x3xf32>".to_owned()));
        assert_eq!(outline.functions[2].dynamic(), None);
    }

    #[test]
    fn a_module_without_main_tells_what_it_has() {
        let said = |text: &str| Outline::of(text).without_main();
        assert!(said("module {}").contains("no function"));
        assert!(said("func.func private @main() {").contains("make it public"));
        assert!(said("func.func private @f() {").contains("all of its functions are private"));
        assert!(said("func.func @f() {").contains("it has `f`: rename that"));
        assert!(said("func.func @f() {} func.func public @g() {}").contains("`f`, `g`"));
    }

    #[test]
    fn text_that_ends_anywhere_is_read_without_panic() {
        let text = "func.func public @main(%a: tensor<?xé>, %b: \"(\") \"func.func\"() <{sym_name = \"é\"}>";
        for (end, _) in text.char_indices() {
            let _ = Outline::of(&text[..end]);
        }
    }
}
