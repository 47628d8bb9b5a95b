//! Every construct of the language once.

use super::tree;

#[test]
fn statements() {
    insta::assert_snapshot!(tree(include_str!("tour_statements.py")));
}

#[test]
fn expressions() {
    insta::assert_snapshot!(tree(include_str!("tour_expressions.py")));
}

#[test]
fn strings_and_numbers() {
    insta::assert_snapshot!(tree(include_str!("tour_literals.py")));
}

/// Line ends, tabs and a byte-order mark change where things are, not what they are.
#[test]
fn layout_variants_give_the_same_tree() {
    let text = "if a:\n    b = (1,\n         2)\n    c = '''x\n    y'''\nelse:\n    d = 1 + \\\n        2\n";
    let expected = tree(text);
    assert_eq!(tree(&text.replace('\n', "\r\n")), expected);
    assert_eq!(tree(&text.replace('\n', "\r")), expected);
    assert_eq!(tree(&format!("{text}\n\n  # no line break after this comment")), expected);
    let plain = tree("if a:\n  b\n").replace(" 2:3", " 2:2");
    assert_eq!(tree("if a:\n\tb\n"), plain);
    // The mark counts as a character of its line, as it does in editors that show it.
    assert_eq!(tree("\u{feff}a\n"), "(expr 1:2 (name 1:2 a))\n");
}

/// Characters outside ASCII: columns count characters, not bytes.
#[test]
fn columns_count_characters() {
    insta::assert_snapshot!(tree("größe = 'é😀' + β\n"), @r#"(assign 1:1 (name 1:1 größe) (binary 1:9 + (str 1:9 "é😀") (name 1:16 β)))"#);
}
