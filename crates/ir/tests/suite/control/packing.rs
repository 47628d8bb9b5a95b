//! What is equal on all rows of an array happens to the array.

use keramos_ir::passes::{Options, Place, Stateful, find_stacks, pack, simplify, stack_state};
use keramos_ir::{Array, Builder, Function, Op, Result, Value, eval, verify};

use super::f64s;
use crate::batching::stack;
use crate::numeric::Random;

fn simple(f: &Function) -> Function {
    simplify(f, &Options { differentiable: false, ..Options::default() }).unwrap()
}

/// One step of gradient descent with momentum on `n` weights, whose gradients are rows of one array, clipped by their
/// norm: parameters are the gradients, a rate, weights and momenta in turn, results new weights and momenta. A weight of
/// another type comes first.
fn step(n: usize) -> Function {
    let build = |b: &mut Builder| -> Result<Vec<Value>> {
        let (gradients, rate) = (b.param(f64s(&[n, 3])), b.param(f64s(&[])));
        let odd = b.param(f64s(&[3]));
        let mut state = vec![odd];
        for _ in 0..2 * n {
            state.push(b.param(f64s(&[3])));
        }
        let mut norm = b.reduce_sum(odd, &[0])?;
        let mut rows = Vec::new();
        for i in 0..n {
            let row = b.slice_in_dim(gradients, i, i + 1, 0)?;
            let row = b.reshape(row, &[3])?;
            let square = b.mul(row, row)?;
            let square = b.reduce_sum(square, &[0])?;
            norm = b.add(norm, square)?;
            rows.push(row);
        }
        let norm = b.broadcast(norm, &[3])?;
        let rate = b.broadcast(rate, &[3])?;
        let mut results = vec![b.mul(odd, rate)?];
        for (i, &row) in rows.iter().enumerate() {
            let (weight, momentum) = (state[1 + 2 * i], state[2 + 2 * i]);
            let gradient = b.div(row, norm)?;
            let momentum = b.mul(momentum, rate)?;
            let momentum = b.sub(momentum, gradient)?;
            results.push(b.add(weight, momentum)?);
            results.push(momentum);
        }
        Ok(results)
    };
    let mut b = Builder::new("step");
    let results = build(&mut b).unwrap();
    b.finish(results)
}

/// What the parameters and results of [`step`] are.
fn variables(n: usize) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
    let results: Vec<Option<usize>> = (0..=2 * n).map(Some).collect();
    ([&[None, None], &results[..]].concat(), results)
}

/// The step with stacked state, packed.
fn packed(n: usize) -> (Function, Vec<Place>, Vec<Place>) {
    let f = simple(&step(n));
    let (params, results) = variables(n);
    let stateful = Stateful { function: &f, params: &params, results: &results };
    let stacks = find_stacks(&[stateful], 8);
    let odd = |first: usize| (0..n).map(|i| first + 2 * i).collect::<Vec<_>>();
    assert_eq!(stacks, [odd(2), odd(1)]);
    let (stacked, inputs, outputs) = stack_state(&stateful, &stacks).unwrap();
    (pack(&simple(&stacked), 8).unwrap(), inputs, outputs)
}

#[test]
fn equal_updates_are_one_update_of_all_rows() {
    let (f, inputs, outputs) = packed(9);
    insta::assert_snapshot!(f);
    assert_eq!(inputs, [Place::Kept(0), Place::Kept(1), Place::Kept(2), Place::Stack(1), Place::Stack(0)]);
    assert_eq!(outputs, [Place::Kept(0), Place::Stack(1), Place::Stack(0)]);
}

#[test]
fn the_number_of_rows_does_not_show_in_the_program() {
    let length = |n| packed(n).0.equations.len();
    assert_eq!(length(8), length(40));
}

#[test]
fn stacked_state_means_the_same() {
    let n = 9;
    let (f, ..) = packed(n);
    verify(&f).unwrap();
    let original = step(n);
    let args = Random(7).args(&original);
    let every_other =
        |all: &[Array], first: usize| stack(&(0..n).map(|i| all[first + 2 * i].clone()).collect::<Vec<_>>());
    let given = [&args[..3], &[every_other(&args, 3), every_other(&args, 4)]].concat();
    let (expected, found) = (eval(&original, &args).unwrap(), eval(&f, &given).unwrap());
    assert_eq!(found[0], expected[0]);
    // Sums keep their order, so every bit is the same.
    assert_eq!(found[1..], [every_other(&expected, 1), every_other(&expected, 2)]);
}

/// One gradient more than rows: nothing is equal on all rows of anything but what is.
#[test]
fn what_some_rows_lack_stays() {
    let mut b = Builder::new("f");
    let x = b.param(f64s(&[9, 2]));
    let mut results = Vec::new();
    for i in 0..8 {
        let row = b.slice_in_dim(x, i, i + 1, 0).unwrap();
        results.push(b.exp(row).unwrap());
    }
    let f = b.finish(results);
    let packed = pack(&f, 8).unwrap();
    assert_eq!(packed.equations.iter().filter(|eqn| matches!(eqn.op, Op::Unary(_))).count(), 8, "{packed}");
}
