//! Inputs made to be long or deep: each ends quickly, with a diagnostic where the limit is passed.

use std::time::Duration;

use keramos_frontend::diagnostics::Source;
use keramos_frontend::syntax::parse;

/// The codes found, each once, in order of appearance.
fn codes(text: &str) -> Vec<String> {
    let (_, diagnostics) = parse(&Source::new("model.py", text));
    let mut codes: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.code.to_string()).collect();
    codes.dedup();
    codes
}

fn nested(open: &str, inside: &str, close: &str, depth: usize) -> String {
    format!("x = {}{inside}{}\n", open.repeat(depth), close.repeat(depth))
}

#[test]
fn nesting_within_the_limit_is_accepted() {
    let texts = [
        nested("(", "1", ")", 100),
        nested("[", "", "]", 100),
        nested("f(a=[{1: lambda y: ", "1", "}])", 25),
        nested("f\"{", "1", "}\"", 50),
        nested("a[b:", "1", "]", 100),
        nested("1 if a else ", "2", "", 300),
        nested("not ", "2", "", 300),
        nested("a + ", "2", "", 300),
        nested("a ** ", "2", "", 300),
        (0..60).map(|depth| " ".repeat(depth) + "if x:\n").collect::<String>() + &" ".repeat(60) + "y\n",
    ];
    for text in texts {
        assert_eq!(codes(&text), [""; 0], "{text}");
    }
}

#[test]
fn nesting_beyond_the_limit_is_refused() {
    let texts = [
        nested("(", "1", ")", 101),
        nested("(", "1", ")", 100_000),
        nested("[", "", "", 100_000),
        nested("f\"{", "1", "}\"", 60),
        nested("lambda a=", "1", ": 1", 5_000),
        nested("1 if a else ", "2", "", 5_000),
        nested("lambda: ", "2", "", 5_000),
        nested("not ", "2", "", 5_000),
        nested("- ", "2", "", 5_000),
        nested("a + ", "2", "", 5_000),
        nested("a ** ", "2", "", 5_000),
        nested("a", "", "()", 5_000),
        nested("a", "", ".b", 5_000),
        (0..300).map(|depth| " ".repeat(depth) + "if x:\n").collect(),
    ];
    for text in texts {
        assert_eq!(codes(&text)[0], "K0114", "{text}");
    }
}

/// Long inputs of the kinds that make careless parsers quadratic or worse.
/// What this thread had of a processor, so that a busy machine changes nothing; zero where Linux does not tell.
fn processor_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(told.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok()).unwrap_or_default())
}

#[test]
fn time_grows_linearly() {
    let statement = "model.add(layers.Dense(units=128, activation='relu', name=f'dense_{i:02d}'))\n";
    let block =
        "def f(x, *, y=1):\n    if x:\n        return [a + b for a, b in zip(x, y) if a]\n    return {'k': (1, 2)}\n";
    let small = [
        statement.repeat(100),
        block.repeat(25),
        format!("x = [{}]\n", "(1, 'a', {2: 3}), ".repeat(200)),
        format!("f({})\n", (0..400).map(|i| format!("a{i}=1, ")).collect::<String>()),
        "(\n".repeat(400),
        "'\n".repeat(400),
        "x = (1,\n".repeat(100),
        "if x\n  y = )\n".repeat(100),
        "#\n\n".repeat(1000),
    ];
    for text in small {
        let time = |text: &str| {
            let start = processor_time();
            codes(text);
            processor_time() - start
        };
        let once = (0..3).map(|_| time(&text)).min().unwrap();
        let longer = time(&text.repeat(20));
        // Twenty times the text; the slack is for caches that others empty.
        assert!(longer < once * 20 * 5 + Duration::from_millis(100), "{once:?} became {longer:?} for {text}");
    }
}

#[test]
fn five_thousand_lines() {
    let text = "x = keras.layers.Conv2D(32, (3, 3), activation='relu')(x)  # a layer\n".repeat(5_000);
    let (module, diagnostics) = parse(&Source::new("model.py", text));
    assert_eq!((module.body.len(), diagnostics.len()), (5_000, 0));
}

#[test]
fn errors_are_counted_and_cut_off() {
    let (_, diagnostics) = parse(&Source::new("model.py", "x = = 1\n".repeat(1_000)));
    assert_eq!(diagnostics.len(), 101);
    assert_eq!(diagnostics[100].code.to_string(), "K0119");
}
