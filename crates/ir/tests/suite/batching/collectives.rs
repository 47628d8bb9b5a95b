//! Collectives: over the batch's own axis ordinary primitives, over another's themselves.

use std::sync::Arc;

use keramos_ir::ops::{Collective, CollectiveKind, Extremum};
use keramos_ir::transform::{jvp, value_and_grad, vjp, vmap};
use keramos_ir::{Array, Batch, Buffer, Builder, DType, Function, IrError, eval, text};

use super::ty;
use crate::numeric::{Random, assert_close, directional, dot, from_f64};

/// `kind` over an axis `i` of size `n`, of one operand of type `operand`.
fn function(kind: CollectiveKind, n: usize, operand: &str) -> Function {
    let mut b = Builder::new("f");
    let x = b.param(ty(operand));
    let y = b.collective(kind, &Arc::from("i"), n, Some(x)).unwrap();
    b.finish(vec![y])
}

/// One argument with counting numbers.
fn counting(ty_text: &str) -> Array {
    let ty = ty(ty_text);
    let numbers: Vec<f64> = (0..ty.size()).map(|i| i as f64).collect();
    from_f64(&ty, &numbers)
}

/// The results of the collective mapped over its axis, and whether they differ between examples.
fn mapped(kind: CollectiveKind, n: usize, operand: &str, argument: &str) -> (Vec<f64>, Vec<usize>, bool) {
    let (batched, flags) = vmap(&function(kind, n, operand), &[true], &Batch::named(n, "i"), &[]).unwrap();
    let result = eval(&batched, &[counting(argument)]).unwrap().remove(0);
    (crate::numeric::floats(&result), result.ty().shape.clone(), flags[0])
}

#[test]
fn reductions_are_the_same_for_all_examples() {
    let of = |kind| mapped(kind, 3, "f64[2]", "f64[3,2]");
    assert_eq!(of(CollectiveKind::Sum), (vec![6.0, 9.0], vec![2], false));
    assert_eq!(of(CollectiveKind::Extremum(Extremum::Max)), (vec![4.0, 5.0], vec![2], false));
    assert_eq!(of(CollectiveKind::Extremum(Extremum::Min)), (vec![0.0, 1.0], vec![2], false));
    let gather = |dim, tiled| of(CollectiveKind::Gather { dim, tiled });
    assert_eq!(gather(0, false), (vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0], vec![3, 2], false));
    assert_eq!(gather(1, false), (vec![0.0, 2.0, 4.0, 1.0, 3.0, 5.0], vec![2, 3], false));
    assert_eq!(gather(0, true), (vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0], vec![6], false));
}

#[test]
fn exchanges_move_pieces_between_examples() {
    // Values of jax.vmap of lax.ppermute, lax.psum_scatter and lax.all_to_all.
    let cycle = CollectiveKind::Permute { pairs: vec![(0, 1), (1, 2), (2, 0)] };
    assert_eq!(mapped(cycle, 3, "f64[]", "f64[3]"), (vec![2.0, 0.0, 1.0], vec![3], true));
    let open = CollectiveKind::Permute { pairs: vec![(0, 1)] };
    assert_eq!(mapped(open, 3, "f64[]", "f64[3]"), (vec![0.0, 0.0, 0.0], vec![3], true));
    let scatter = |tiled| CollectiveKind::SumScatter { dim: 0, tiled };
    assert_eq!(mapped(scatter(false), 2, "f64[2]", "f64[2,2]"), (vec![2.0, 4.0], vec![2], true));
    assert_eq!(mapped(scatter(true), 2, "f64[4]", "f64[2,4]"), (vec![4.0, 6.0, 8.0, 10.0], vec![2, 2], true));
    let exchange = |split, concat, tiled| CollectiveKind::Exchange { split, concat, tiled };
    assert_eq!(
        mapped(exchange(0, 1, false), 2, "f64[2,2]", "f64[2,2,2]"),
        (vec![0.0, 4.0, 1.0, 5.0, 2.0, 6.0, 3.0, 7.0], vec![2, 2, 2], true)
    );
    assert_eq!(
        mapped(exchange(1, 0, true), 2, "f64[1,4]", "f64[2,1,4]"),
        (vec![0.0, 1.0, 4.0, 5.0, 2.0, 3.0, 6.0, 7.0], vec![2, 2, 2], true)
    );
}

#[test]
fn each_example_knows_its_place() {
    let mut b = Builder::new("f");
    let axis: Arc<str> = "i".into();
    let place = b.axis_index(&axis, 3).unwrap();
    let f = b.finish(vec![place]);
    let (batched, flags) = vmap(&f, &[], &Batch::named(3, "i"), &[]).unwrap();
    assert_eq!(flags, [true]);
    let expected = Array::new([3], Buffer::I32(vec![0, 1, 2])).unwrap();
    assert_eq!(eval::<Array>(&batched, &[]).unwrap(), [expected]);
}

#[test]
fn what_all_examples_share_is_counted_for_each() {
    let f = function(CollectiveKind::Sum, 5, "f64[]");
    let (batched, flags) = vmap(&f, &[false], &Batch::named(5, "i"), &[]).unwrap();
    assert_eq!(flags, [false]);
    assert_eq!(eval(&batched, &[Array::scalar(DType::F64, 2.0)]).unwrap(), [Array::scalar(DType::F64, 10.0)]);
}

/// The kinds with a derivative, over an axis of size 2, and an operand.
fn linear() -> Vec<(CollectiveKind, &'static str)> {
    vec![
        (CollectiveKind::Sum, "f64[2]"),
        (CollectiveKind::Gather { dim: 1, tiled: false }, "f64[2]"),
        (CollectiveKind::Gather { dim: 0, tiled: true }, "f64[2]"),
        (CollectiveKind::Permute { pairs: vec![(0, 1)] }, "f64[3]"),
        (CollectiveKind::Exchange { split: 1, concat: 0, tiled: false }, "f64[3,2]"),
        (CollectiveKind::Exchange { split: 1, concat: 0, tiled: true }, "f64[3,4]"),
        (CollectiveKind::SumScatter { dim: 1, tiled: false }, "f64[3,2]"),
        (CollectiveKind::SumScatter { dim: 0, tiled: true }, "f64[4]"),
    ]
}

#[test]
fn another_axis_passes_through() {
    let mut random = Random(3);
    let kinds = linear().into_iter().chain([(CollectiveKind::Extremum(Extremum::Max), "f64[3]")]);
    for (kind, operand) in kinds {
        let f = function(kind, 2, operand);
        let every = [true];
        let (own, _) = vmap(&f, &every, &Batch::named(2, "i"), &every).unwrap();
        let (own_then_other, _) = vmap(&own, &every, &Batch::named(3, "j"), &every).unwrap();
        let (other, _) = vmap(&f, &every, &Batch::named(3, "j"), &every).unwrap();
        let (other_then_own, _) = vmap(&other, &every, &Batch::named(2, "i"), &every).unwrap();
        let x = random.array(&own_then_other.param_types()[0]);
        let expected = eval(&own_then_other, &[&x]).unwrap();
        let swap = |x: &Array| {
            let mut b = Builder::new("swap");
            let p = b.param(x.ty().clone());
            let y = b.move_axis(p, 0, 1).unwrap();
            eval(&b.finish(vec![y]), &[x]).unwrap().remove(0)
        };
        let found = eval(&other_then_own, &[swap(&x)]).unwrap();
        assert_close(&[swap(&found[0])], &expected, 1e-12);
    }
}

#[test]
fn derivatives_go_through_before_and_after_batching() {
    let mut random = Random(4);
    for (kind, operand) in linear() {
        let mut b = Builder::new("f");
        let x = b.param(ty(operand));
        let sin = b.sin(x).unwrap();
        let y = b.collective(kind, &Arc::from("i"), 2, Some(sin)).unwrap();
        let f = b.finish(vec![y]);
        let batch = Batch::named(2, "i");

        let (batched, _) = vmap(&f, &[true], &batch, &[true]).unwrap();
        let outside = jvp(&batched, &[true], &[true]).unwrap().function;
        let dual = jvp(&f, &[true], &[true]).unwrap().function;
        let (inside, _) = vmap(&dual, &[true, true], &batch, &[true, true]).unwrap();
        let (x, dx) = (random.array(&batched.param_types()[0]), random.array(&batched.param_types()[0]));
        let found = eval(&inside, &[x.clone(), dx.clone()]).unwrap();
        assert_close(&found, &eval(&outside, &[x.clone(), dx.clone()]).unwrap(), 1e-12);
        assert_close(&found[1..], &directional(&batched, std::slice::from_ref(&x), &[Some(dx.clone())], 1e-6), 1e-8);

        // The examples' cotangents pulled back are those of the sum over the examples.
        let (inside, _) = vmap(&vjp(&f, &[true]).unwrap(), &[true, true], &batch, &[true, true]).unwrap();
        let ct = random.array(found[1].ty());
        let pulled = eval(&inside, &[x.clone(), ct.clone()]).unwrap();
        assert_close(&pulled, &eval(&vjp(&batched, &[true]).unwrap(), &[x, ct.clone()]).unwrap(), 1e-12);
        let (left, right) = (dot(&[ct], &found[1..]), dot(&pulled[1..], &[dx]));
        assert!(crate::numeric::close(left, right, 1e-12), "{f}{left} {right}");
    }
}

#[test]
fn the_gradient_of_a_sum_over_examples_is_the_sum_of_gradients() {
    // jax.vmap(jax.grad(lambda x: lax.psum(jnp.sin(x), 'i') * x), axis_name='i')(jnp.array([1., 2., 3.]))
    let f = text::parse(
        "
func @f(%x: f64[]) {
  %s = sin(%x)
  %t = psum(%s) {axis_name=i, axis_size=3}
  %y = mul(%t, %x)
  return %y
}",
    )
    .unwrap();
    let gradient = value_and_grad(&f, &[0], 0).unwrap();
    let (batched, _) = vmap(&gradient, &[true], &Batch::named(3, "i"), &[]).unwrap();
    let x = Array::new([3], Buffer::F64(vec![1.0, 2.0, 3.0])).unwrap();
    let found = eval(&batched, &[x]).unwrap();
    let expected = Array::new([3], Buffer::F64(vec![5.1337023, -0.6049926, -4.048066])).unwrap();
    assert_close(&found[1..], &[expected], 1e-6);
}

#[test]
fn collectives_are_found_inside_functions() {
    let f = text::parse(
        "
func @f(%x: f64[2]) {
  %y = call(%x) {function=@g}
  return %y
}
func @g(%x: f64[2]) {
  %i = axis_index() {axis_name=i, axis_size=3}
  %j = convert_element_type(%i) {dtype=f64}
  %k = broadcast_in_dim(%j) {shape=[2], dims=[]}
  %y = add(%x, %k)
  return %y
}",
    )
    .unwrap();
    let (batched, flags) = vmap(&f, &[false], &Batch::named(3, "i"), &[]).unwrap();
    assert_eq!(flags, [true]);
    let found = eval(&batched, &[counting("f64[2]")]).unwrap();
    assert_eq!(crate::numeric::floats(&found[0]), [0.0, 1.0, 1.0, 2.0, 2.0, 3.0]);
}

#[test]
fn what_does_not_fit_is_a_typed_error() {
    let f = function(CollectiveKind::Sum, 3, "f64[2]");
    let unbound = eval(&f, &[counting("f64[2]")]).unwrap_err();
    assert_eq!(unbound.to_string(), "psum: no axis is named i; map the function over it with vmap(…, axis_name='i')");
    let size = vmap(&f, &[true], &Batch::named(4, "i"), &[]).unwrap_err();
    assert!(matches!(size, IrError::Type { op: "psum", .. }), "{size}");
    let forward = jvp(&function(CollectiveKind::Extremum(Extremum::Max), 3, "f64[2]"), &[true], &[]).unwrap_err();
    assert!(matches!(forward, IrError::NoRule { op: "pmax", transform: "jvp", .. }), "{forward}");

    let bad = [
        (CollectiveKind::Sum, "bool[]"),
        (CollectiveKind::Gather { dim: 2, tiled: false }, "f64[2]"),
        (CollectiveKind::Gather { dim: 1, tiled: true }, "f64[2]"),
        (CollectiveKind::SumScatter { dim: 0, tiled: false }, "f64[2]"),
        (CollectiveKind::SumScatter { dim: 0, tiled: true }, "f64[4]"),
        (CollectiveKind::Exchange { split: 0, concat: 2, tiled: false }, "f64[3,2]"),
        (CollectiveKind::Permute { pairs: vec![(0, 3)] }, "f64[2]"),
        (CollectiveKind::Permute { pairs: vec![(0, 1), (1, 1)] }, "f64[2]"),
    ];
    for (kind, operand) in bad {
        let mut b = Builder::new("f");
        let x = b.param(ty(operand));
        let collective = Collective { kind, axis_name: "i".into(), axis_size: 3 };
        let error = b.emit1(collective.clone(), &[x]).unwrap_err();
        assert!(matches!(error, IrError::Type { .. }), "{collective:?}: {error}");
    }
}

#[test]
fn text_is_read_back() {
    for (kind, operand) in linear() {
        let f = function(kind, 2, operand);
        assert_eq!(text::parse(&f.to_string()).unwrap(), f);
    }
}
