//! Values of number literals.

use std::rc::Rc;

use num_bigint::BigInt;

use super::Builder;
use crate::diagnostics::codes;
use crate::syntax::ast::Literal;
use crate::syntax::grammar::Pair;

/// Longest decimal integer accepted, in digits: Python's own limit. Conversion is quadratic in the length.
const MAX_DIGITS: usize = 4300;

impl Builder {
    pub(super) fn number(&mut self, pair: &Pair<'_>) -> Literal {
        match value_of(pair.as_str()) {
            Ok(literal) => literal,
            Err(problem) => {
                let span = self.span(pair);
                let text = pair.as_str();
                let shown: String = text.chars().take(40).collect();
                let message = format!("`{shown}` is not a number: {}", problem.what);
                self.error(codes::INVALID_NUMBER, span, message, problem.help);
                Literal::Int(0)
            }
        }
    }
}

struct Problem {
    what: &'static str,
    help: String,
}

fn problem(what: &'static str, help: impl Into<String>) -> Problem {
    Problem { what, help: help.into() }
}

fn value_of(text: &str) -> Result<Literal, Problem> {
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.get(..2) {
        Some("0x") => (lower.get(2..).unwrap_or_default(), 16),
        Some("0o") => (lower.get(2..).unwrap_or_default(), 8),
        Some("0b") => (lower.get(2..).unwrap_or_default(), 2),
        _ => (lower.as_str(), 10),
    };
    let misplaced = lower.contains("__")
        || lower.ends_with('_')
        || ["_.", "._", "_e", "e_", "_j"].iter().any(|bad| radix == 10 && lower.contains(bad));
    if misplaced {
        return Err(problem("an underscore may only stand between two digits", "remove the misplaced underscores"));
    }
    let digits: String = digits.chars().filter(|c| *c != '_').collect();
    if radix != 10 {
        return integer(&digits, radix);
    }
    if let Some(imaginary) = digits.strip_suffix('j') {
        return imaginary.parse().map(Literal::Imaginary).map_err(|_| malformed());
    }
    if digits.contains(['.', 'e']) {
        return digits.parse().map(Literal::Float).map_err(|_| malformed());
    }
    if digits.len() > 1 && digits.starts_with('0') && digits.bytes().any(|b| b != b'0') {
        let stripped = digits.trim_start_matches('0');
        return Err(problem(
            "leading zeros are not allowed",
            format!("write `{stripped}` for the decimal number, `0o{stripped}` for the octal one"),
        ));
    }
    integer(&digits, 10)
}

fn integer(digits: &str, radix: u32) -> Result<Literal, Problem> {
    if let Ok(small) = i64::from_str_radix(digits, radix) {
        return Ok(Literal::Int(small));
    }
    if radix == 10 && digits.len() > MAX_DIGITS {
        return Err(problem("it has more than 4300 digits", "write it in hexadecimal"));
    }
    match BigInt::parse_bytes(digits.as_bytes(), radix) {
        Some(big) => Ok(Literal::BigInt(Rc::new(big))),
        None => Err(problem("it has a digit that its base does not have", format!("use digits of base {radix} only"))),
    }
}

fn malformed() -> Problem {
    problem("its parts do not fit together", "write it like `1.5`, `2e-3` or `1_000`")
}
