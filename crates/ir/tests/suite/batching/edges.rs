//! What surrounds the rules: axes at the edges, flags, sizes, locations, messages.

use keramos_ir::text::parse;
use keramos_ir::transform::{batch_size, resolve_axis, vmap, vmap_at};
use keramos_ir::{Batch, Builder, Function, IrError, Location, eval};

use super::ty;
use crate::numeric::{assert_close, from_f64};

fn outer_product() -> Function {
    parse(
        "
func @outer(%x: f64[2], %y: f64[3]) {
  %p = dot_general(%x, %y) {contracting=[[],[]], batch=[[],[]], precision=default, dtype=f64}
  %s = sin(%y)
  return %p, %s
}",
    )
    .unwrap()
}

#[test]
fn what_examples_share_is_computed_once() {
    let (batched, flags) = vmap(&outer_product(), &[true, false], &Batch::new(4), &[]).unwrap();
    assert_eq!(flags, [true, false]);
    insta::assert_snapshot!(batched, @r"
    func @outer_batched(%0: f64[4,2], %1: f64[3]) -> (f64[4,2,3], f64[3]) {
      %2: f64[4,2,3] = dot_general(%0, %1) {contracting=[[],[]], batch=[[],[]], precision=default, dtype=f64}
      %3: f64[3] = sin(%1)
      return %2, %3
    }
    ");
    let (batched, flags) = vmap(&outer_product(), &[true, false], &Batch::new(4), &[false, true]).unwrap();
    assert_eq!(flags, [true, true]);
    assert_eq!(batched.result_types(), [ty("f64[4,2,3]"), ty("f64[4,3]")]);
}

#[test]
fn axes_are_where_they_are_asked_for() {
    let f = outer_product();
    let batch = Batch::new(4);
    let batched = vmap_at(&f, &[Some(1), None], &[Some(-1), None], &batch).unwrap();
    assert_eq!(batched.param_types(), [ty("f64[2,4]"), ty("f64[3]")]);
    assert_eq!(batched.result_types(), [ty("f64[2,3,4]"), ty("f64[3]")]);
    let batched = vmap_at(&f, &[Some(-2), Some(-1)], &[Some(1), Some(0)], &batch).unwrap();
    assert_eq!(batched.param_types(), [ty("f64[4,2]"), ty("f64[3,4]")]);
    assert_eq!(batched.result_types(), [ty("f64[2,4,3]"), ty("f64[4,3]")]);

    let batched = vmap_at(&f, &[Some(1), None], &[Some(0), Some(1)], &Batch::new(2)).unwrap();
    let x = from_f64(&ty("f64[2,2]"), &[1.0, 2.0, 3.0, 4.0]);
    let y = from_f64(&ty("f64[3]"), &[0.0, 1.0, 2.0]);
    let products = [0.0, 1.0, 2.0, 0.0, 3.0, 6.0, 0.0, 2.0, 4.0, 0.0, 4.0, 8.0];
    let sines: Vec<f64> = [0.0_f64, 0.0, 1.0, 1.0, 2.0, 2.0].iter().map(|x| x.sin()).collect();
    let expected = [from_f64(&ty("f64[2,2,3]"), &products), from_f64(&ty("f64[3,2]"), &sines)];
    assert_close(&eval(&batched, &[x, y]).unwrap(), &expected, 1e-15);
}

#[test]
fn unfit_requests_are_typed_errors() {
    let f = outer_product();
    let batch = Batch::new(4);
    let message = |result: Result<_, IrError>| match result {
        Err(error @ IrError::Transform { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(message(vmap(&f, &[true], &batch, &[]).map(|(f, _)| f)), "vmap of outer: 2 parameters, but 1 flags");
    assert_eq!(
        message(vmap_at(&f, &[Some(2), None], &[Some(0), None], &batch)),
        "vmap of outer: in_axes of parameter 0: axis 2 is out of range for 2 dimensions: give -2 to 1"
    );
    assert_eq!(
        message(vmap_at(&f, &[Some(0), None], &[Some(-4), None], &batch)),
        "vmap of outer: out_axes of result 0: axis -4 is out of range for 3 dimensions: give -3 to 2"
    );
    assert_eq!(
        message(vmap_at(&f, &[Some(0), None], &[None, None], &batch)),
        "vmap of outer: result 0 differs between examples, so out_axes cannot be None for it"
    );
    assert_eq!(
        message(vmap_at(&f, &[Some(0)], &[None, None], &batch)),
        "vmap of outer: 1 in_axes and 2 out_axes for 2 parameters and 2 results"
    );
}

#[test]
fn the_size_of_a_batch_is_that_of_all_mapped_axes() {
    let (x, y, s) = (ty("f32[4,3]"), ty("i32[5,4]"), ty("f32[]"));
    assert_eq!(batch_size([(&x, Some(0)), (&y, Some(-1)), (&s, None)]), Ok(4));
    assert_eq!(
        batch_size([(&x, Some(0)), (&y, Some(0))]),
        Err("mapped axes must have one size: axis 0 of argument 0, f32[4,3], has size 4; \
             axis 0 of argument 1, i32[5,4], has size 5"
            .to_owned())
    );
    assert_eq!(
        batch_size([(&x, Some(0)), (&s, Some(0))]),
        Err("argument 1, f32[]: axis 0 is out of range: a scalar has no axes".to_owned())
    );
    assert_eq!(
        batch_size([(&x, None)]),
        Err("at least one argument must be mapped, in_axes is None for all".to_owned())
    );
    assert_eq!(resolve_axis(-1, 2), Ok(1));
}

#[test]
fn equations_keep_their_locations() {
    let mut b = Builder::new("f");
    let x = b.param(ty("f32[3]"));
    b.set_location(Location::new("m.py", 3, 7, "net/dense"));
    let y = b.sin(x).unwrap();
    b.set_location(Location::new("m.py", 4, 1, ""));
    let z = b.reduce_sum(y, &[0]).unwrap();
    let f = b.finish(vec![z]);
    let (batched, _) = vmap(&f, &[true], &Batch::new(2), &[]).unwrap();
    let places: Vec<_> = batched.equations.iter().map(|eqn| eqn.location.clone()).collect();
    assert_eq!(places, [Location::new("m.py", 3, 7, "net/dense"), Location::new("m.py", 4, 1, "")]);
}
