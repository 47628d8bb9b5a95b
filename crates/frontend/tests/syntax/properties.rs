//! What holds for every input. `PROPTEST_CASES` sets how many are tried.

use keramos_frontend::diagnostics::{Diagnostic, Source, SourceMap, Span, Style, render, to_json};
use keramos_frontend::syntax::ast::*;
use keramos_frontend::syntax::{parse, print};
use proptest::prelude::*;

#[path = "../../../../fuzz/generator/tokens.rs"]
mod tokens;

fn program() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        20 => proptest::sample::select(tokens::TOKENS).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Checks what must hold for `text`: every span is inside it and on character boundaries, the printed tree, the
/// rendered and the JSON form exist, and nothing panics on the way.
fn check(text: &str) {
    let source = Source::new("model.py", text);
    let (module, diagnostics) = parse(&source);
    assert!(!print(&module, &source).is_empty() || module.body.is_empty());
    check_spans(&source, &format!("{module:?}"));
    let sources = SourceMap::single(source.clone());
    for diagnostic in &diagnostics {
        check_diagnostic(&source, diagnostic);
        assert!(render(diagnostic, &sources, Style::default()).contains(&diagnostic.code.to_string()));
    }
    assert!(to_json(&diagnostics, &sources).contains("\"diagnostics\""));
}

fn check_diagnostic(source: &Source, diagnostic: &Diagnostic) {
    let labels = diagnostic.primary.iter().chain(&diagnostic.labels);
    labels.for_each(|label| check_span(source, label.span));
    assert!(diagnostic.primary.is_some());
    assert!(!diagnostic.help.is_empty(), "no help: {diagnostic}");
}

fn check_span(source: &Source, span: Span) {
    assert!(source.text().get(span.range()).is_some(), "{span:?} in {:?}", source.text());
}

/// All spans of a tree, read from its debug form, which prints each as `span: start..end`.
fn check_spans(source: &Source, debug: &str) {
    for rest in debug.split("span: ").skip(1) {
        let digits: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let offset = |text: &str| text.parse::<usize>().ok();
        let span = digits.split_once("..").and_then(|(start, end)| Some(Span::new(offset(start)?, offset(end)?)));
        // A string literal of the program may hold the words, but no tree is without spans.
        span.into_iter().for_each(|span| check_span(source, span));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_parsed_or_refused(text in ".{0,200}") {
        check(&text);
    }

    #[test]
    fn bytes_are_parsed_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn program_pieces_are_parsed_or_refused(text in program()) {
        check(&text);
    }

    #[test]
    fn parsing_is_repeatable(text in program()) {
        let source = Source::new("model.py", text);
        prop_assert_eq!(parse(&source), parse(&source));
    }

    /// A mistake on one line leaves the statements around it alone.
    #[test]
    fn mistakes_stay_local(bad in proptest::sample::select(["x = = 1", "f(a b)", "1 +", "if x", "print 'a'", "x = 'a", "y = 3)"].as_slice())) {
        let source = Source::new("model.py", format!("first = 1\n{bad}\nlast = 2\n"));
        let (module, diagnostics) = parse(&source);
        prop_assert_eq!(diagnostics.len(), 1);
        prop_assert_eq!(module.body.len(), 2);
    }

    /// Integers and floating-point numbers keep their values.
    #[test]
    fn numbers_keep_their_values(integer in any::<u64>(), float in any::<f64>()) {
        let float = float.abs();
        prop_assume!(float.is_finite());
        let (module, _) = parse(&Source::new("model.py", format!("{integer}\n{integer:#x}\n{float:?}\n")));
        let literals: Vec<_> = module.body.iter().map(|stmt| match &stmt.kind {
            StmtKind::Expr(Expr { kind: ExprKind::Literal(literal), .. }) => literal.clone(),
            other => panic!("{other:?}"),
        }).collect();
        prop_assert_eq!(&literals[0], &literals[1]);
        match &literals[0] {
            Literal::Int(value) => prop_assert_eq!(i128::from(*value), i128::from(integer)),
            Literal::BigInt(value) => prop_assert_eq!(value.to_string(), integer.to_string()),
            other => panic!("{other:?}"),
        }
        prop_assert_eq!(&literals[2], &Literal::Float(float));
    }
}

/// Operators group as their precedence says: the same expression with all its parentheses written out is the
/// same tree.
#[test]
fn precedence_is_pythons() {
    let pairs = [
        ("a or b and c", "a or (b and c)"),
        ("not a == b", "not (a == b)"),
        ("not a in b", "not (a in b)"),
        ("a and not b or c", "(a and (not b)) or c"),
        ("a == b | c", "a == (b | c)"),
        ("a | b ^ c & d", "a | (b ^ (c & d))"),
        ("a & b << c + d", "a & (b << (c + d))"),
        ("a - b - c", "(a - b) - c"),
        ("a + b * c @ d", "a + ((b * c) @ d)"),
        ("-a * b", "(-a) * b"),
        ("-a ** b", "-(a ** b)"),
        ("a ** -b ** c", "a ** (-(b ** c))"),
        ("a ** b ** c", "a ** (b ** c)"),
        ("a ** -b * c", "(a ** (-b)) * c"),
        ("~-+a", "~(-(+a))"),
        ("-a.b(c)[d]", "-(((a.b)(c))[d])"),
        ("a if b else c if d else e", "a if b else (c if d else e)"),
        ("a if b or c else d", "a if (b or c) else d"),
        ("lambda: a if b else c", "lambda: (a if b else c)"),
        ("lambda: lambda: a, b", "(lambda: (lambda: a)), b"),
    ];
    let shape = |text: &str| {
        let source = Source::new("model.py", text);
        let (module, diagnostics) = parse(&source);
        assert_eq!(diagnostics, []);
        let printed = print(&module, &source);
        printed.chars().filter(|c| !c.is_ascii_digit() && *c != ':' && !c.is_whitespace()).collect::<String>()
    };
    for (plain, grouped) in pairs {
        assert_eq!(shape(plain), shape(grouped), "{plain}");
    }
}

/// Every keyword is refused as a name, and every word that only begins with one is accepted.
#[test]
fn keywords_are_not_names() {
    let keywords = "False None True and as assert async await break class continue def del elif else except finally \
                    for from global if import in is lambda nonlocal not or pass raise return try while with yield";
    for keyword in keywords.split(' ') {
        let refused = |text: String| !parse(&Source::new("model.py", text)).1.is_empty();
        assert!(refused(format!("{keyword} = 1")), "{keyword}");
        assert!(refused(format!("x.{keyword}")), "{keyword}");
        assert!(refused(format!("f({keyword}=1)")), "{keyword}");
        assert!(!refused(format!("{keyword}s = {keyword}_.{keyword}1({keyword}é=1)")), "{keyword}");
    }
}
