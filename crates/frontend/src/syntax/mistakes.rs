//! Explaining the lines that the grammar refuses.
//!
//! Pest tells the furthest place that it reached and the rules that it tried there. From this and the text around
//! it, the mistakes that people make most are recognised and answered with the repair; the rest get what was
//! found and what would have been accepted.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::grammar::Rule;
use super::scan::{self, word_at};
use crate::diagnostics::{Code, Diagnostic, Span, codes};

/// The diagnostic for a logical line `text`, which begins at `base` in its source.
pub(super) fn explain(text: &str, base: usize, error: &Error<Rule>) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives.as_slice(),
        ErrorVariant::CustomError { .. } => {
            return scan::too_deep(Span::new(base, base + text.len()));
        }
    };
    let at = text.floor_char_boundary(at.min(text.len()));
    let failure = Failure { text, base, at, found: token_at(text, at), first: word_at(text, 0), expected };
    let recognisers = [
        Failure::odd_character,
        Failure::python_2,
        Failure::f_string,
        Failure::header,
        Failure::foreign_operator,
        Failure::reserved_word,
        Failure::number,
        Failure::equals,
        Failure::missing_comma,
    ];
    recognisers.iter().find_map(|recognise| recognise(&failure)).unwrap_or_else(|| failure.generic())
}

struct Failure<'a> {
    text: &'a str,
    base: usize,
    /// Offset in `text` of the furthest place reached.
    at: usize,
    /// The token there; empty at the end of the line.
    found: &'a str,
    /// The word that the line begins with, if it begins with one.
    first: &'a str,
    expected: &'a [Rule],
}

const HEADERS: [&str; 10] = ["if", "elif", "else", "for", "while", "try", "except", "finally", "with", "class"];

/// The words that are no names.
pub(crate) const RESERVED: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// The rules that begin an expression.
const EXPRESSIONS: [Rule; 10] = [
    Rule::expression,
    Rule::expressions,
    Rule::named_expression,
    Rule::disjunction,
    Rule::operand,
    Rule::prefix,
    Rule::string_run,
    Rule::number,
    Rule::parentheses,
    Rule::brackets,
];

impl Failure<'_> {
    fn error(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, self.place(), message)
    }

    /// The token found, or the last character of a line that ends too early.
    fn place(&self) -> Span {
        if self.found.is_empty() {
            let end = self.before().len();
            return Span::new(self.base + end, self.base + end);
        }
        Span::new(self.base + self.at, self.base + self.at + self.found.len())
    }

    /// The text before the failure, without blanks at its end.
    fn before(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default().trim_end()
    }

    fn after(&self) -> &str {
        self.text.get(self.at + self.found.len()..).unwrap_or_default().trim_start()
    }

    /// The word that ends right before the failure.
    fn previous_word(&self) -> &str {
        let before = self.before();
        let start = before.bytes().rposition(|b| !scan::is_word_byte(b)).map_or(0, |at| at + 1);
        before.get(start..).unwrap_or_default()
    }

    fn expects(&self, rules: &[Rule]) -> bool {
        self.expected.iter().any(|rule| rules.contains(rule))
    }

    /// Whether an expression is complete before the failure.
    fn after_operand(&self) -> bool {
        self.expects(&[Rule::infix, Rule::call, Rule::attribute, Rule::subscript])
    }

    fn found_word(&self) -> bool {
        self.found.bytes().next().is_some_and(scan::is_word_byte)
    }

    fn odd_character(&self) -> Option<Diagnostic> {
        let c = self.found.chars().next()?;
        let help = match c {
            '\u{201c}' | '\u{201d}' | '\u{2033}' => "write straight quotes: `\"`",
            '\u{2018}' | '\u{2019}' | '\u{2032}' => "write straight quotes: `'`",
            '\u{2013}' | '\u{2014}' | '\u{2212}' => "write a plain minus sign: `-`",
            '\u{d7}' => "write `*` to multiply",
            '\u{f7}' => "write `/` to divide",
            '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{3000}' | '\u{feff}' => {
                "replace this invisible character by an ordinary space"
            }
            '\u{2264}' => "write `<=`",
            '\u{2265}' => "write `>=`",
            '\u{2260}' => "write `!=`",
            '\u{ff08}' | '\u{ff09}' | '\u{ff0c}' | '\u{ff1a}' => "write the ASCII form of this character",
            '\\' => "only a line break may come after a backslash; remove what follows it, blanks included",
            '$' => "names are made of letters, digits and `_`",
            '`' => "write `repr(…)` for what backquotes did in Python 2",
            _ if !c.is_ascii() && !c.is_alphanumeric() => "it may only stand in strings and comments",
            _ if c.is_control() => "remove it; it is an invisible control character",
            _ => return None,
        };
        let shown = if c.is_control() || c.is_whitespace() || c == '\u{200b}' || c == '\u{feff}' {
            format!("U+{:04X}", u32::from(c))
        } else {
            format!("`{c}`")
        };
        let span = Span::new(self.base + self.at, self.base + self.at + c.len_utf8());
        let message = format!("the character {shown} cannot stand here");
        Some(Diagnostic::error(codes::INVALID_CHARACTER, span, message).help(help))
    }

    fn python_2(&self) -> Option<Diagnostic> {
        let span = Span::new(self.base, self.base + self.first.len());
        match (self.first, self.found) {
            (word @ ("print" | "exec"), found)
                if self.before() == word && (self.found_word() || found.starts_with(['"', '\''])) =>
            {
                let problem = Diagnostic::error(codes::PYTHON_2, span, format!("`{word}` is a function"));
                Some(problem.help(format!("put its arguments in parentheses: `{word}(…)`")))
            }
            ("except", ",") => Some(
                self.error(codes::PYTHON_2, "`except` takes one expression")
                    .help("name the exception with `as`: `except Error as error:`")
                    .help("catch several kinds with parentheses: `except (ValueError, TypeError):`"),
            ),
            ("raise", ",") => Some(
                self.error(codes::PYTHON_2, "`raise` takes one exception")
                    .help("give the message to the exception: `raise ValueError(\"…\")`"),
            ),
            (_, ">") if self.text.get(..self.at).is_some_and(|before| before.ends_with('<')) => {
                let span = Span::new(self.base + self.at - 1, self.base + self.at + 1);
                Some(Diagnostic::error(codes::PYTHON_2, span, "`<>` is not an operator").help("write `!=`"))
            }
            _ => None,
        }
    }

    fn f_string(&self) -> Option<Diagnostic> {
        let fields = [Rule::f_debug, Rule::f_conversion, Rule::f_format];
        let texts = [Rule::f_text_double, Rule::f_text_single, Rule::f_text_long_double, Rule::f_text_long_single];
        if self.found.starts_with('}') && self.before().ends_with('{') {
            return Some(
                self.error(codes::UNTERMINATED_FIELD, "this replacement field is empty")
                    .help("put an expression between the braces, or write `{{}}` for the braces themselves"),
            );
        }
        if self.found.starts_with('}') && self.expects(&texts) {
            return Some(
                self.error(codes::UNTERMINATED_FIELD, "a single `}` in an f-string")
                    .help("write `}}` for a brace that stands for itself"),
            );
        }
        if self.expects(&fields) {
            let found = self.describe_found();
            let message = format!("this replacement field of an f-string is malformed: found {found}");
            return Some(
                self.error(codes::UNTERMINATED_FIELD, message)
                    .help("a field is an expression, then `!r` or `!s`, then `:` and a format: `{value!r:>10}`"),
            );
        }
        None
    }

    fn header(&self) -> Option<Diagnostic> {
        let soft = matches!(self.first, "match" | "case") && self.expects(&[Rule::colon]);
        let is_header = soft || self.first == "def" || HEADERS.contains(&self.first);
        if self.first == "else" && self.found == "if" {
            return Some(self.error(codes::SYNTAX, "`else if` is written as one word").help("write `elif`"));
        }
        if matches!(self.first, "def" | "class")
            && self.found == "["
            && self.expects(&[Rule::colon, Rule::parameter_list])
        {
            let problem = self.error(codes::UNSUPPORTED_SYNTAX, "type parameters are not supported");
            return Some(problem.help("leave them out: annotations are not evaluated"));
        }
        if self.first == "except" && self.found == "*" {
            let problem = self.error(codes::UNSUPPORTED_SYNTAX, "`except*` is not supported");
            return Some(problem.help("catch exceptions one by one with `except`"));
        }
        if self.first == "type" && self.before() == "type" && self.found_word() {
            let problem = self.error(codes::UNSUPPORTED_SYNTAX, "type aliases are not supported");
            return Some(problem.help("write an assignment: `Name = type`"));
        }
        if self.first == "def" && self.expects(&[Rule::parameter_list]) {
            let problem = self.error(codes::SYNTAX, "the parentheses after the function's name are missing");
            return Some(problem.help("write `def name():`, also when there are no parameters"));
        }
        if self.first == "for" && !self.text.contains(" in ") && !self.found.is_empty() {
            let problem = self.error(codes::SYNTAX, format!("expected `in`, found {}", self.describe_found()));
            return Some(problem.help("a loop is written `for name in values:`; to count, `for i in range(10):`"));
        }
        if self.first == "import" && self.found == "from" {
            let problem = self.error(codes::SYNTAX, "`from` comes before `import`");
            return Some(problem.help("write `from module import name`"));
        }
        if is_header && self.found == "=" && matches!(self.first, "if" | "elif" | "while") {
            return Some(
                self.error(codes::CONDITION_ASSIGNMENT, "`=` assigns; it does not compare")
                    .help("write `==` to compare")
                    .help("write `(name := value)` to assign inside a condition"),
            );
        }
        if is_header && self.found.is_empty() && self.expects(&[Rule::colon]) && !self.in_brackets() {
            let problem = self.error(codes::MISSING_COLON, format!("expected `:` after this `{}`", self.first));
            return Some(problem.help("add `:` at the end of the line"));
        }
        None
    }

    fn foreign_operator(&self) -> Option<Diagnostic> {
        let doubled = |sign: &str| self.found == sign && self.text.get(..self.at).is_some_and(|b| b.ends_with(sign));
        let wide = Span::new((self.base + self.at).saturating_sub(1), self.base + self.at + 1);
        let message = |sign: &str| format!("`{sign}` is not an operator");
        if doubled("&") {
            return Some(Diagnostic::error(codes::SYNTAX, wide, message("&&")).help("write `and`"));
        }
        if doubled("|") {
            return Some(Diagnostic::error(codes::SYNTAX, wide, message("||")).help("write `or`"));
        }
        if self.found == "!" {
            return Some(self.error(codes::SYNTAX, message("!")).help("write `not`"));
        }
        if self.found == "?" {
            let problem = self.error(codes::SYNTAX, message("?"));
            return Some(problem.help("write a conditional as `value if condition else other`"));
        }
        let before = self.before();
        if self.found.is_empty() && (before.ends_with("++") || before.ends_with("--")) {
            let (start, end) = (self.base + before.len() - 2, self.base + before.len());
            let sign = if before.ends_with("++") { "+" } else { "-" };
            let problem = Diagnostic::error(codes::SYNTAX, Span::new(start, end), message(&format!("{sign}{sign}")));
            return Some(problem.help(format!("write `{sign}= 1`")));
        }
        None
    }

    fn reserved_word(&self) -> Option<Diagnostic> {
        let previous = self.previous_word();
        let (word, span) = if self.found == "=" && !self.after().starts_with('=') && RESERVED.contains(&previous) {
            let end = self.base + self.before().len();
            (previous, Span::new(end - previous.len(), end))
        } else if RESERVED.contains(&self.found)
            && (self.after().starts_with('=') && !self.after().starts_with("==")
                || self.before().ends_with('.')
                || matches!(previous, "def" | "class" | "as" | "import" | "global" | "nonlocal"))
        {
            (self.found, self.place())
        } else {
            return None;
        };
        let problem = Diagnostic::error(codes::RESERVED_WORD, span, format!("`{word}` is a keyword of the language"));
        Some(problem.help(format!("choose another name, such as `{word}_`")))
    }

    fn number(&self) -> Option<Diagnostic> {
        let previous = self.previous_word();
        let adjacent = self.before().len() == self.at;
        if !adjacent || !self.found_word() || !previous.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let start = self.base + self.at - previous.len();
        let span = Span::new(start, self.base + self.at + self.found.len());
        let whole = format!("{previous}{}", self.found);
        if matches!(self.found, "L" | "l") {
            let problem = Diagnostic::error(codes::PYTHON_2, span, format!("`{whole}` is not a number"));
            return Some(problem.help(format!("write `{previous}`: integers have no size limit")));
        }
        let problem =
            Diagnostic::error(codes::INVALID_NUMBER, span, format!("`{whole}` is neither a number nor a name"));
        Some(problem.help("names do not begin with a digit; between a number and a name an operator is needed"))
    }

    fn equals(&self) -> Option<Diagnostic> {
        if self.found != "=" {
            return None;
        }
        if self.after_operand() && self.in_brackets() {
            return Some(
                self.error(codes::SYNTAX, "`=` cannot stand here")
                    .help("an argument is named by a plain word: `name=value`")
                    .help("write `==` to compare, `:=` to assign inside an expression"),
            );
        }
        None
    }

    fn missing_comma(&self) -> Option<Diagnostic> {
        let begins_operand = self.found_word() && !RESERVED.contains(&self.found)
            || matches!(self.found, "None" | "True" | "False" | "lambda" | "not")
            || self.found.starts_with(['"', '\'', '(', '[', '{']);
        if !self.after_operand() || !begins_operand {
            return None;
        }
        if self.in_brackets() {
            let problem = self.error(codes::MISSING_COMMA, format!("expected `,` before {}", self.describe_found()));
            return Some(problem.help("separate the elements with commas"));
        }
        let problem = self.error(codes::SYNTAX, format!("expected an operator before {}", self.describe_found()));
        Some(problem.help("join the two parts with an operator, or put the second one on a line of its own"))
    }

    fn generic(&self) -> Diagnostic {
        let found = self.describe_found();
        let Some(expected) = self.describe_expected() else {
            let problem = self.error(codes::SYNTAX, format!("unexpected {found}"));
            return problem.help("remove it, or complete what stands before it");
        };
        let problem = self.error(codes::SYNTAX, format!("expected {expected}, found {found}"));
        problem.help(match expected {
            "`else`" => "a conditional expression is written `value if condition else other`",
            "a name" => "write the missing name, or remove the word or sign before it",
            "an expression" => "write the missing value, or remove the word or sign before it",
            _ if self.found == ":" => "only headers such as `if`, `for` and `def` end with a colon",
            _ => "remove it, or join it to what comes before it",
        })
    }

    fn describe_found(&self) -> String {
        match self.found {
            "" => "the end of the line".into(),
            word if RESERVED.contains(&word) => format!("the keyword `{word}`"),
            token if token.starts_with(['"', '\'']) => "a string".into(),
            token => format!("`{token}`"),
        }
    }

    fn describe_expected(&self) -> Option<&'static str> {
        if self.at == 0 {
            return None;
        }
        if self.expects(&[Rule::kw_else]) && self.found.is_empty() {
            return Some("`else`");
        }
        if self.after_operand() {
            return Some(if self.in_brackets() {
                "an operator, `,` or a closing bracket"
            } else if self.expects(&[Rule::colon]) {
                "an operator or `:`"
            } else if self.expects(&[Rule::kw_in]) {
                "`in`"
            } else {
                "an operator or the end of the line"
            });
        }
        let groups: [(&[Rule], &str); 10] = [
            (&EXPRESSIONS, "an expression"),
            (&[Rule::kw_import], "`import`"),
            (&[Rule::kw_in], "`in`"),
            (&[Rule::name, Rule::dotted_name, Rule::imported_name, Rule::imported_module], "a name"),
            (&[Rule::plain_parameter, Rule::variadic_parameter, Rule::lambda_plain], "a parameter"),
            (&[Rule::annotation, Rule::default], "`,` or `)`"),
            (&[Rule::target, Rule::targets], "a name to assign to"),
            (&[Rule::kw_as], "`,`, `as` or the end of the line"),
            (&[Rule::colon], "`:`"),
            (&[Rule::EOI], "the end of the line"),
        ];
        groups.iter().find(|(rules, _)| self.expects(rules)).map(|(_, what)| *what)
    }

    /// Whether a bracket is open at the failure. Strings that hold brackets can deceive this; it only chooses
    /// between wordings.
    fn in_brackets(&self) -> bool {
        let mut depth = 0_i32;
        for byte in self.before().bytes() {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth -= 1,
                _ => {}
            }
        }
        depth > 0
    }
}

/// The token at `at`: a word, an opening quote or one character.
fn token_at(text: &str, at: usize) -> &str {
    let word = word_at(text, at);
    let rest = text.get(at..).unwrap_or_default();
    match rest.chars().next() {
        Some(c) if c.is_alphanumeric() || c == '_' => word,
        Some(c) => rest.get(..c.len_utf8()).unwrap_or_default(),
        None => "",
    }
}
