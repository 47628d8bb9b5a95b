//! What checkpoints save and compute again.

use keramos_ir::ops::{DotDims, Policy, Steps};
use keramos_ir::transform::{linearize, value_and_grad};
use keramos_ir::{DType, Function, Op, Primitive};

use super::{f64s, inner};
use crate::gradients::{check_scalar, function};

/// Two layers, in a checkpoint: a named product, a batched product.
fn layers(policy: Policy) -> Function {
    let body = inner("layers", &[f64s(&[2, 3]), f64s(&[3, 3])], |b, v| {
        let y = b.dot_general(v[0], v[1], DotDims::contracting([1], [0]))?;
        let y = b.checkpoint_name(y, "hidden")?;
        let y = b.tanh(y)?;
        let y = b.sin(y)?;
        let batched = DotDims { lhs_batch: vec![0], rhs_batch: vec![0], ..DotDims::contracting([1], [1]) };
        let y = b.dot_general(y, v[0], batched)?;
        Ok(vec![b.exp(y)?])
    });
    function(&[&[2, 3], &[3, 3]], |b, v| {
        let y = b.checkpoint(&body, policy, true, v)?;
        let y = b.cos(y[0])?;
        Ok(vec![b.reduce_sum(y, &[0])?])
    })
}

/// How often an equation called `name` is in `f` and the functions inside.
fn count(f: &Function, name: &str) -> usize {
    let own = f.equations.iter().filter(|eqn| eqn.op.name() == name).count();
    let attrs = f.equations.iter().flat_map(|eqn| eqn.op.attrs());
    own + attrs.map(|(_, attr)| attr.functions().iter().map(|f| count(f, name)).sum::<usize>()).sum::<usize>()
}

/// Per policy: how often the gradient computes tanh, and how many of the two products twice.
#[test]
fn policies_choose_what_is_computed_again() {
    let cases = [
        (Policy::everything(), 1, 0),
        (Policy::nothing(), 2, 2),
        (Policy::dots(), 2, 0),
        (Policy::dots_with_no_batch_dims(), 2, 1),
        (Policy::only_names(["hidden"]), 2, 1),
        (Policy::only_names(["other"]), 2, 2),
        (Policy::any_names_but(["other"]), 2, 1),
        (Policy::any_names_but(["hidden"]), 2, 2),
        (Policy::any_names_but(["hidden"]).or(Policy::only_names(["hidden"])), 2, 1),
    ];
    let plain = count(&value_and_grad(&layers(Policy::everything()), &[0, 1], 0).unwrap(), "dot_general");
    for (policy, tanh, again) in cases {
        let f = layers(policy.clone());
        check_scalar(&f);
        let gradient = value_and_grad(&f, &[0, 1], 0).unwrap();
        println!("{policy:?}\n{gradient}");
        assert_eq!(count(&gradient, "tanh"), tanh);
        assert_eq!(count(&gradient, "dot_general"), plain + again);
    }
}

/// A scan whose body is a checkpoint stacks only what enters the body.
#[test]
fn a_checkpoint_in_a_scan_stacks_the_carry_only() {
    let body = inner("body", &[f64s(&[4])], |b, v| {
        let y = b.sin(v[0])?;
        let y = b.exp(y)?;
        Ok(vec![b.tanh(y)?])
    });
    let stacks = |checkpointed: bool| {
        let step = inner("step", &[f64s(&[4])], |b, v| match checkpointed {
            true => b.checkpoint(&body, Policy::nothing(), false, v),
            false => b.inline(&body, v),
        });
        let f = function(&[&[4]], |b, v| Ok(b.scan(&step, &[], v, &[], Steps::new(6))?.0));
        let split = linearize(&f, &[true], &[true]).unwrap();
        let types = split.primal.result_types();
        types.iter().filter(|ty| **ty == f64s(&[6, 4]) && ty.dtype == DType::F64).count()
    };
    assert_eq!(stacks(true), 1);
    assert_eq!(stacks(false), 3);
}

/// What is computed again stands behind a barrier, whatever simplification does.
#[test]
fn simplification_keeps_the_barrier() {
    use keramos_ir::passes::{Options, simplify};
    let gradient = value_and_grad(&layers(Policy::nothing()), &[0, 1], 0).unwrap();
    let options = Options { differentiable: false, ..Options::default() };
    let simple = simplify(&gradient, &options).unwrap();
    assert_eq!(count(&simple, "checkpoint"), 0);
    assert_eq!(count(&simple, "name"), 0);
    assert_eq!(count(&simple, "tanh"), 2);
    assert!(simple.equations.iter().any(|eqn| matches!(eqn.op, Op::OptimizationBarrier(_))));
}

/// Steps of tanh(w·c) + x and, in a branch, of another product: a policy reaches what is inside.
fn steps(policy: Policy) -> Function {
    let square = inner("square", &[f64s(&[3, 3]), f64s(&[3])], |b, v| {
        let y = b.dot_general(v[0], v[1], DotDims::contracting([1], [0]))?;
        Ok(vec![b.sin(y)?])
    });
    let same = inner("same", &[f64s(&[3, 3]), f64s(&[3])], |_, v| Ok(vec![v[1]]));
    let step = inner("step", &[f64s(&[3, 3]), f64s(&[3]), f64s(&[3])], |b, v| {
        let y = b.dot_general(v[0], v[1], DotDims::contracting([1], [0]))?;
        let y = b.checkpoint_name(y, "hidden")?;
        let y = b.tanh(y)?;
        let first = b.constant(keramos_ir::Array::scalar(DType::I32, 1.0))?;
        let y = b.cond(first, &[same.clone(), square.clone()], &[v[0], y])?;
        let y = b.add(y[0], v[2])?;
        let y = b.tanh(y)?;
        Ok(vec![y])
    });
    let body = inner("steps", &[f64s(&[3, 3]), f64s(&[3]), f64s(&[5, 3])], |b, v| {
        Ok(b.scan(&step, &[v[0]], &[v[1]], &[v[2]], Steps::new(5))?.0)
    });
    function(&[&[3, 3], &[3], &[5, 3]], |b, v| {
        let y = b.checkpoint(&body, policy, true, v)?;
        let y = b.cos(y[0])?;
        Ok(vec![b.reduce_sum(y, &[0])?])
    })
}

/// Per policy: how many stacks the first pass keeps, and how many of the two products in the loop the second
/// computes again. JAX's `print_saved_residuals` shows as many stacks.
#[test]
fn policies_reach_into_loops_and_branches() {
    use keramos_ir::passes::{Options, simplify};
    let cases = [
        (Policy::nothing(), 0, 2),
        (Policy::dots(), 2, 0),
        (Policy::dots_with_no_batch_dims(), 2, 0),
        (Policy::only_names(["hidden"]), 1, 1),
        (Policy::only_names(["other"]), 0, 2),
    ];
    let plain = count(&value_and_grad(&steps(Policy::everything()), &[0, 1, 2], 0).unwrap(), "dot_general");
    for (policy, stacks, again) in cases {
        let f = steps(policy.clone());
        check_scalar(&f);
        let split = linearize(&f, &[true, true, true], &[true]).unwrap();
        let kept = split.primal.result_types().into_iter().filter(|ty| *ty == f64s(&[5, 3])).count();
        assert_eq!(kept, stacks + 1, "{policy:?} (and the steps' inputs)\n{}", split.primal);
        let gradient = value_and_grad(&f, &[0, 1, 2], 0).unwrap();
        let gradient = simplify(&gradient, &Options::default()).unwrap();
        assert_eq!(count(&gradient, "dot_general"), plain + again, "{policy:?}\n{gradient}");
    }
}

/// Products of a loop of unknown length have no stack to be saved in: the loop runs again, as in JAX, unless the policy
/// saves its results.
#[test]
fn a_loop_of_unknown_length_runs_again() {
    let turn = inner("turn", &[f64s(&[3, 3]), f64s(&[3])], |b, v| {
        let y = b.dot_general(v[0], v[1], DotDims::contracting([1], [0]))?;
        Ok(vec![v[0], y])
    });
    let small = inner("small", &[f64s(&[3, 3]), f64s(&[3])], |b, v| {
        let norm = b.dot_general(v[1], v[1], DotDims::contracting([0], [0]))?;
        let limit = b.full_like(norm, 2.0)?;
        Ok(vec![b.lt(norm, limit)?])
    });
    let body = inner("looped", &[f64s(&[3, 3]), f64s(&[3])], |b, v| {
        let still = b.stop_gradient(v[0])?;
        let start = b.stop_gradient(v[1])?;
        let end = b.while_loop(&small, &turn, &[still, start])?;
        let y = b.sin(v[1])?;
        Ok(vec![b.mul(y, end[1])?])
    });
    for (policy, loops) in
        [(Policy::nothing(), 2), (Policy::dots(), 2), (Policy::only_names(["end"]), 2), (Policy::everything(), 1)]
    {
        let f = function(&[&[3, 3], &[3]], |b, v| {
            let y = b.checkpoint(&body, policy.clone(), true, v)?;
            Ok(vec![b.reduce_sum(y[0], &[0])?])
        });
        let gradient = value_and_grad(&f, &[0, 1], 0).unwrap();
        assert_eq!(count(&gradient, "while"), loops, "{policy:?}\n{gradient}");
    }
}
