//! What users read when they make a mistake. Each snapshot holds the messages for one group of texts.

use keramos_frontend::diagnostics::{Diagnostic, Source, SourceMap, Span, Style, codes, render, suggest, to_json};
use keramos_frontend::syntax::parse;

use super::problems;

/// Every text with what is said about it; each must be refused.
fn report(texts: &[&str]) -> String {
    let mut out = String::new();
    for text in texts {
        let messages = problems(text);
        assert_ne!(messages, "", "{text} is accepted");
        out.push_str(&format!("{}\n{}\n{messages}\n", "-".repeat(60), text.trim_end_matches('\n')));
    }
    out
}

#[test]
fn headers() {
    let messages = report(&[
        "if x > 1\n    y = 2\n",
        "for i in range(10)\n    print(i)\n",
        "def f(x)\n    return x\n",
        "def f:\n    return 1\n",
        "class Model(keras.Model)\n    pass\n",
        "class Model\n    pass\n",
        "else\n    pass\n",
        "while True\n    break\n",
        "if x = 1:\n    pass\n",
        "while x = next():\n    pass\n",
        "if a:\n    pass\nelse if b:\n    pass\n",
        "for i = 0:\n    pass\n",
        "for i of values:\n    pass\n",
        "def f(x):\nreturn x\n",
        "import layers from keras\n",
        "from keras import\n",
        "import keras.layers as\n",
        "else:\n    pass\n",
        "try:\n    pass\nx = 1\n",
        "try:\n    pass\nexcept:\n    pass\nexcept ValueError:\n    pass\n",
        "@decorator\nx = 1\n",
    ]);
    insta::assert_snapshot!(messages);
}

#[test]
fn brackets_and_strings() {
    let messages = report(&[
        "model = Sequential([\n    Dense(10),\n    Dense(5)\n\nmodel.fit(x)\n",
        "x = (1, 2\ndef f():\n    pass\n",
        "x = (1, 2]\ny = 3\n",
        "x = 1)\n",
        "x = 'relu\ny = 1\n",
        "f(a, 'relu)\nb = 1\n",
        "x = \"\"\"never closed\ny = 1\n",
        "x = f'{a'\n",
        "x = f'{a:>10'\n",
        "x = f'{}'\n",
        "x = f'a } b'\n",
        "x = f'{a b}'\n",
        "x = f'{a!x}'\n",
        "x = f\"\"\"{\n    a +\n}\"\"\"\n",
        "x = [1 2 3]\n",
        "f(a, b c)\n",
        "layers.Dense(10 activation='relu')\n",
        "x = {'a': 1 'b': 2}\n",
        "x = {'a': 1, 'b'}\n",
        "'\\x4' '\\u12' '\\N{DASH}' '\\ud800'\n",
        "b'é'\n",
        "'a' b'b'\n",
    ]);
    insta::assert_snapshot!(messages);
}

#[test]
fn indentation() {
    let messages = report(&[
        "x = 1\n  y = 2\n",
        "if a:\n    x\n  y\nz\n",
        "if a:\n        x\n\ty\n",
        "def f():\n    if a:\n    return 1\n",
        "class A:\n\nx = 1\n",
    ]);
    insta::assert_snapshot!(messages);
}

#[test]
fn operators_and_words() {
    let messages = report(&[
        "x = a && b\n",
        "x = a || b\n",
        "x = !a\n",
        "x = a ? b : c\n",
        "x++\n",
        "x = 1 +\n",
        "x = \n",
        "x = = 1\n",
        "x = a not b\n",
        "x = a + not b\n",
        "x = a if b\n",
        "x = a if b else\n",
        "lambda = 0.1\n",
        "class = 3\n",
        "async = 1\n",
        "f(lambda=0.1)\n",
        "f(class=1)\n",
        "x.from = 1\n",
        "def in(): pass\n",
        "x y\n",
        "x = 3 4\n",
        "x = 10L\n",
        "x = 2nd\n",
        "x = 0777\n",
        "x = 1__0 + 0b12 + 0xfg\n",
        "x = “relu”\n",
        "x\u{a0}= 1\n",
        "x = a – b\n",
        "x = $y\n",
        "x = 1 \\ \n",
        "x: = 1\n",
        "return x +\n",
    ]);
    insta::assert_snapshot!(messages);
}

#[test]
fn targets_and_arguments() {
    let messages = report(&[
        "f() = 1\n",
        "1 = x\n",
        "a + b = c\n",
        "a == b = c\n",
        "None = 1\n",
        "x, 1 = y\n",
        "*a = b\n",
        "*a, *b = c\n",
        "(a, b) += 1\n",
        "a, b: int = 1\n",
        "for f() in x: pass\n",
        "del f()\n",
        "x = *a\n",
        "f(a=1, b)\n",
        "f(**a, b)\n",
        "f(**a, *b)\n",
        "f(a=1, a=2)\n",
        "f(a.b=1)\n",
        "f(x for x in y, 1)\n",
        "def f(a=1, b): pass\n",
        "def f(a, a): pass\n",
        "def f(*): pass\n",
        "def f(**k, a): pass\n",
        "def f(*a, *b): pass\n",
        "def f(/, a): pass\n",
        "lambda x, x: 1\n",
        "[*a for a in b]\n",
        "{**a for a in b}\n",
    ]);
    insta::assert_snapshot!(messages);
}

#[test]
fn misplaced_python_2_and_unsupported() {
    let messages = report(&[
        "return 1\n",
        "break\n",
        "def f():\n    continue\n",
        "class A:\n    return 1\n",
        "yield 1\n",
        "nonlocal x\n",
        "print 'hello'\n",
        "print x\n",
        "exec 'code'\n",
        "try:\n    pass\nexcept ValueError, e:\n    pass\n",
        "raise ValueError, 'message'\n",
        "if a <> b: pass\n",
        "async def f():\n    await g()\n",
        "async with a:\n    pass\n",
        "def f():\n    x = await g()\n    return [i async for i in x]\n",
        "def f[T](x: T): pass\n",
        "type X = int\n",
        "try:\n    pass\nexcept* ValueError:\n    pass\n",
        "!pip install keras\n%matplotlib inline\nx = 1\n",
    ]);
    insta::assert_snapshot!(messages);
}

#[test]
fn patterns() {
    let messages = report(&[
        "match x:\n    case 1 pass\n",
        "match x\n    case 1: pass\n",
        "match x:\n",
        "match x:\n    pass\n",
        "match x:\n    y = 1\n    case 1: pass\n",
        "case 1:\n    pass\n",
        "match x:\n    case a: pass\n    case 2: pass\n",
        "match x:\n    case a | 2: pass\n",
        "match x:\n    case [a, a]: pass\n",
        "match x:\n    case [*a, *b]: pass\n",
        "match x:\n    case [a] | [b]: pass\n",
        "match x:\n    case C(a=1, b): pass\n",
        "match x:\n    case C(a=1, a=2): pass\n",
        "match x:\n    case {**r, 'a': 1}: pass\n",
        "match x:\n    case f'{a}': pass\n",
        "match x:\n    case 1 as _: pass\n",
        "match x:\n    case 1 + 1: pass\n",
        "match x:\n    case a.b(: pass\n",
        "match x:\n    case (1, 2: pass\n",
        "match x:\n    case -a: pass\n",
    ]);
    insta::assert_snapshot!(messages);
}

/// One run shows the mistakes of the whole file, and blocks whose header is broken are looked into.
#[test]
fn several_at_once() {
    let messages = problems(
        "import keras\nfrom keras import layers as\n\ndef build(x)\n    x = layers.Dense(10 activation='relu')(x)\n    if x = 1:\n        return (x\n    return x\n\nmodel = keras.Sequential([\n    layers.Dense(3),\n    layers.Dense(3)\nmodel.fit(x, epochs=3, y)\nfor epoch in range(3)\n    print 'epoch'\n",
    );
    insta::assert_snapshot!(messages);
}

#[test]
fn json_form() {
    let source = Source::new("model.py", "x = größe +\nf(a=1, b)\n");
    let (_, diagnostics) = parse(&source);
    insta::assert_snapshot!(to_json(&diagnostics, &SourceMap::single(source)));
}

/// A diagnostic with everything that one can have, over two files, with tabs, wide characters and a long line.
#[test]
fn rendering() {
    let mut sources = SourceMap::default();
    let text = format!("\tx = Dense('宽字符', units=-1)\ny = 1\n{}here{}\n", "a + ".repeat(60), " + b".repeat(60));
    let main = sources.add(Source::new("model.py", text.as_str()));
    let other = sources.add(Source::new("lib.py", "def build():\n    return Dense(3)\n"));
    let at = |word: &str| {
        let start = text.find(word).unwrap();
        Span::new(start, start + word.len())
    };
    let full = Diagnostic::error(codes::SHAPE_MISMATCH, at("units=-1"), "`units` must be positive")
        .here("this is -1")
        .label(at("'宽字符'"), "for this layer")
        .label_in(other, Span::new(24, 32), "built here")
        .note("input shape (None, 28, 28, 1)")
        .frame("in function `build`", at("y = 1"))
        .frame("in layer `dense` (None, 784)", at("Dense"))
        .help("write a whole number above zero");
    let long = Diagnostic::warning(codes::TYPE, at("here"), "a mark in a long line").in_file(main);
    let nowhere = Diagnostic::nowhere(full.severity, codes::LIMIT, "no place at all\u{1b}[31m");
    let beyond = Diagnostic::remark(codes::TYPE, Span::new(100_000, 200_000), "past the end");
    let mut out = String::new();
    for diagnostic in [&full, &long, &nowhere, &beyond] {
        out.push_str(&render(diagnostic, &sources, Style { width: 80, ..Style::default() }));
        out.push('\n');
    }
    insta::assert_snapshot!(out);
    let coloured = render(&full, &sources, Style { colour: true, ..Style::default() });
    assert!(coloured.contains("\u{1b}["));
    assert!(!out.contains('\u{1b}'));
}

#[test]
fn suggestions() {
    let layers = ["Dense", "Conv1D", "Conv2D", "Dropout", "MaxPooling2D", "LSTM", "GRU", "x"];
    let closest = |wrong: &str| suggest::closest(wrong, layers);
    assert_eq!(closest("Dnese"), Some("Dense"));
    assert_eq!(closest("dense"), Some("Dense"));
    assert_eq!(closest("Con2D"), Some("Conv2D"));
    assert_eq!(closest("max_pooling2d"), Some("MaxPooling2D"));
    assert_eq!(closest("Dropuot"), Some("Dropout"));
    assert_eq!(closest("Attention"), None);
    assert_eq!(closest("y"), None);
    assert_eq!(closest("LSTM"), None, "the same word is no suggestion");
    assert_eq!(suggest::did_you_mean("dens", layers), Some("did you mean `Dense`?".into()));
}

#[test]
fn codes_are_distinct_and_found() {
    for (index, code) in codes::ALL.iter().enumerate() {
        assert!(codes::ALL.iter().skip(index + 1).all(|other| other.number > code.number), "{code} is out of order");
        assert_eq!(codes::find(&code.to_string()), Some(*code));
        assert_eq!(codes::find(code.name), Some(*code));
        assert!(code.title.chars().next().is_some_and(|c| !c.is_uppercase()) && !code.title.ends_with('.'));
    }
    assert_eq!(codes::find("K9999"), None);
    assert_eq!(codes::find(""), None);
}

#[test]
fn locations() {
    let source = Source::new("model.py", "ab\r\né😀c\rd\n");
    let at = |offset| {
        let location = source.location(offset);
        (location.line, location.column)
    };
    assert_eq!(
        [at(0), at(2), at(4), at(6), at(10), at(11), at(12), at(13)],
        [(1, 1), (1, 3), (2, 1), (2, 2), (2, 3), (2, 4), (3, 1), (3, 2),]
    );
    assert_eq!(at(7), (2, 2), "inside a character");
    assert_eq!(at(1000), (4, 1), "past the end");
    let lines: Vec<_> = (1..=5).map(|line| source.slice(source.line_span(line))).collect();
    assert_eq!(lines, ["ab", "é😀c", "d", "", ""]);
}
