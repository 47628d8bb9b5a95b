//! The entry function: names, donation, locations, formats.

use keramos_ir::{Function, Location};

use crate::{Argument, Format, LoweringError, Options, Program, lower};

use super::{f32, failure, function, program, text, text_of};

/// `(w, x) -> (w + x·x, exp(x))`, every equation with a location.
fn step() -> Function {
    function(&[f32(&[2, 3]), f32(&[2, 3])], |b, v| {
        b.set_location(Location::new("model.py", 12, 5, "sequential/dense"));
        let square = b.mul(v[1], v[1])?;
        b.set_location(Location::new("model.py", 13, 9, ""));
        let sum = b.add(v[0], square)?;
        Ok(vec![sum, b.exp(v[1])?])
    })
}

fn donating(to: Option<usize>) -> Vec<Argument> {
    vec![Argument { name: "dense/kernel".into(), donated_to: to }, Argument { name: "x".into(), donated_to: None }]
}

#[test]
fn a_plain_function() {
    insta::assert_snapshot!(text(&step()));
}

#[test]
fn names_donation_and_locations() {
    let function = step();
    let results = ["dense/kernel".to_owned(), String::new()];
    let program = Program {
        name: "train_step",
        arguments: &donating(Some(0)),
        results: &results,
        partitions: 4,
        replicas: 2,
        ..program(&function)
    };
    insta::assert_snapshot!(text_of(&program, true));
}

#[test]
fn one_value_may_be_several_results_and_a_parameter_may_be_a_result() {
    let function = function(&[f32(&[])], |b, v| {
        let y = b.neg(v[0])?;
        Ok(vec![y, v[0], y])
    });
    insta::assert_snapshot!(text(&function));
}

#[test]
fn equal_operations_are_emitted_once() {
    let function = function(&[f32(&[4])], |b, v| {
        let ones = [b.full(&f32(&[4]), 1.0)?, b.full(&f32(&[4]), 1.0)?];
        let left = b.add(v[0], ones[0])?;
        let right = b.add(v[0], ones[1])?;
        Ok(vec![b.mul(left, right)?])
    });
    let lowered = lower(&program(&function), &Options::default()).unwrap();
    // A constant, a broadcast and an addition are there twice.
    assert_eq!((lowered.stats.operations, lowered.stats.merged, lowered.stats.functions), (4, 3, 1));
}

#[test]
fn bytecode_is_mlir_bytecode() {
    let function = step();
    let lowered = lower(&program(&function), &Options { format: Format::Bytecode, ..Options::default() }).unwrap();
    assert_eq!(lowered.code.get(..4), Some(b"ML\xefR".as_slice()));
    assert_eq!(lowered.text(), None);
}

#[test]
fn a_signature_that_does_not_fit_is_refused() {
    let function = function(&[f32(&[2]), f32(&[3])], |b, v| Ok(vec![b.neg(v[0])?, b.neg(v[1])?]));
    let donate =
        |first, second| [first, second].map(|donated_to| Argument { name: String::new(), donated_to }).to_vec();
    let cases: &[(Vec<Argument>, &str)] = &[
        (vec![Argument::default()], "1 parameters are described, the function has 2"),
        (donate(Some(2), None), "argument 0 is donated to result 2, which does not exist"),
        (donate(Some(1), None), "argument 0 of type f32[2] is donated to result 1 of type f32[3]"),
        (donate(Some(0), Some(0)), "arguments 0 and 1 are both donated to result 0"),
    ];
    let mut told = String::new();
    for (arguments, expected) in cases {
        let error = failure(&Program { arguments, ..program(&function) });
        told.push_str(&format!("{arguments:?}\nerror: {error}\n"));
        let LoweringError::Signature { message, .. } = error else { panic!("{error}") };
        assert_eq!(message, *expected);
    }
    insta::assert_snapshot!(format!("{function}\n{told}"));
}
