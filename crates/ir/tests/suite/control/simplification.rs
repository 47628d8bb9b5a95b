//! Passes look inside loops and branches.

use keramos_ir::passes::{Options, dce, simplify};
use keramos_ir::text::parse;
use keramos_ir::{Function, eval, verify};

use crate::numeric::{Random, assert_close};

/// The simplified function, which computes the same.
fn simplified(text: &str) -> Function {
    let f = parse(text).unwrap();
    let simple = simplify(&f, &Options::default()).unwrap();
    verify(&simple).unwrap();
    let args = Random(6).args(&f);
    assert_close(&eval(&simple, &args).unwrap(), &eval(&f, &args).unwrap(), 0.0);
    simple
}

/// exp(w) and the constant carry leave the loop; x comes out as it went in; the mean is the same in every step.
#[test]
fn what_is_the_same_in_every_step_leaves_a_scan() {
    insta::assert_snapshot!(simplified("
func @f(%w: f64[2], %h: f64[2], %c: f64[2], %xs: f64[5,2], %s: f64[]) {
  %ss = broadcast_in_dim(%s) {shape=[5], dims=[]}
  %end, %same, %ys, %out, %means = scan(%w, %h, %c, %xs, %ss) {body=@step, num_consts=1, num_carry=2, length=5, reverse=false, unroll=1}
  return %end, %same, %ys, %out, %means
}
func @step(%w: f64[2], %h: f64[2], %c: f64[2], %x: f64[2], %s: f64[]) {
  %e = exp(%w)
  %ec = mul(%e, %c)
  %b = broadcast_in_dim(%s) {shape=[2], dims=[]}
  %hb = mul(%h, %b)
  %y = mul(%hb, %ec)
  %t = sin(%y)
  %m = reduce_sum(%ec) {axes=[0]}
  return %t, %c, %y, %x, %m
}"), @r"
    func @f(%0: f64[2], %1: f64[2], %2: f64[2], %3: f64[5,2], %4: f64[]) -> (f64[2], f64[2], f64[5,2], f64[5,2], f64[5]) {
      %5: f64[2] = exp(%0)
      %6: f64[2] = mul(%2, %5)
      %7: f64[] = reduce_sum(%6) {axes=[0]}
      %8: f64[2], %9: f64[5,2] = scan(%4, %6, %1) {body=@step, num_consts=2, num_carry=1, length=5, reverse=false, unroll=1}
      %10: f64[5] = broadcast_in_dim(%7) {shape=[5], dims=[]}
      return %8, %2, %9, %3, %10
    }

    func @step(%0: f64[], %1: f64[2], %2: f64[2]) -> (f64[2], f64[2]) {
      %3: f64[2] = broadcast_in_dim(%0) {shape=[2], dims=[]}
      %4: f64[2] = mul(%2, %3)
      %5: f64[2] = mul(%1, %4)
      %6: f64[2] = sin(%5)
      return %6, %5
    }
    ");
}

#[test]
fn dead_results_take_with_them_what_only_they_need() {
    let text = "
func @f(%a: f64[], %b: f64[], %c: f64[], %d: f64[], %xs: f64[4], %zs: f64[4]) {
  %p, %q, %r, %ys, %us = scan(%a, %b, %c, %d, %xs, %zs) {body=@step, num_consts=1, num_carry=3, length=4, reverse=false, unroll=1}
  return %p, %us
}
func @step(%a: f64[], %p: f64[], %q: f64[], %r: f64[], %x: f64[], %z: f64[]) {
  %p2 = mul(%p, %x)
  %q2 = mul(%q, %a)
  %r2 = mul(%r, %q)
  %u = add(%p2, %q2)
  return %p2, %q2, %r2, %z, %p2
}";
    insta::assert_snapshot!(simplified(text), @r"
    func @f(%0: f64[], %1: f64[], %2: f64[], %3: f64[], %4: f64[4], %5: f64[4]) -> (f64[], f64[4]) {
      %6: f64[], %7: f64[4] = scan(%1, %4) {body=@step, num_consts=0, num_carry=1, length=4, reverse=false, unroll=1}
      return %6, %7
    }

    func @step(%0: f64[], %1: f64[]) -> (f64[], f64[]) {
      %2: f64[] = mul(%0, %1)
      return %2, %2
    }
    ");
    let f = parse(text).unwrap();
    let args = Random(6).args(&f);
    assert_close(&eval(&dce(f.clone()), &args).unwrap(), &eval(&f, &args).unwrap(), 0.0);
}

#[test]
fn loops_of_unknown_length_lose_dead_values_and_what_never_changes() {
    insta::assert_snapshot!(simplified("
func @f(%x: f64[], %k: f64[], %dead: f64[]) {
  %n = constant {value=i32[] 3}
  %i, %y, %l, %z = while(%n, %x, %k, %dead) {cond=@more, body=@step}
  return %y
}
func @more(%i: i32[], %y: f64[], %k: f64[], %d: f64[]) {
  %z = constant {value=i32[] 0}
  %p = gt(%i, %z)
  return %p
}
func @step(%i: i32[], %y: f64[], %k: f64[], %d: f64[]) {
  %o = constant {value=i32[] 1}
  %j = sub(%i, %o)
  %e = exp(%k)
  %z = mul(%y, %e)
  %d2 = mul(%d, %z)
  return %j, %z, %k, %d2
}"), @r"
    func @f(%0: f64[], %1: f64[], %2: f64[]) -> (f64[]) {
      %3: i32[] = constant {value=i32[] 3}
      %4: f64[] = exp(%1)
      %5: f64[], %6: i32[], %7: f64[] = while(%4, %3, %0) {cond=@more, body=@step}
      return %7
    }

    func @more(%0: f64[], %1: i32[], %2: f64[]) -> (bool[]) {
      %3: i32[] = constant {value=i32[] 0}
      %4: bool[] = gt(%1, %3)
      return %4
    }

    func @step(%0: f64[], %1: i32[], %2: f64[]) -> (f64[], i32[], f64[]) {
      %3: i32[] = constant {value=i32[] 1}
      %4: i32[] = sub(%1, %3)
      %5: f64[] = mul(%2, %0)
      return %0, %4, %5
    }
    ");
}

#[test]
fn what_is_decided_at_compile_time_is_no_loop_or_branch() {
    insta::assert_snapshot!(simplified("
func @f(%x: f64[2], %xs: f64[1,2], %none: f64[0,2]) {
  %i = constant {value=i32[] 9}
  %y, %unused = cond(%i, %x) {branches=[@sine,@square]}
  %z, %zs = scan(%y, %xs) {body=@step, num_consts=0, num_carry=1, length=1, reverse=true, unroll=1}
  %u, %us = scan(%z, %none) {body=@step, num_consts=0, num_carry=1, length=0, reverse=false, unroll=1}
  return %u, %zs
}
func @sine(%x: f64[2]) { %y = sin(%x) %z = cos(%x) return %y, %z }
func @square(%x: f64[2]) { %y = mul(%x, %x) %z = exp(%x) return %y, %z }
func @step(%h: f64[2], %x: f64[2]) { %y = mul(%h, %x) return %y, %h }"), @r"
    func @f(%0: f64[2], %1: f64[1,2], %2: f64[0,2]) -> (f64[2], f64[1,2]) {
      %3: f64[2] = mul(%0, %0)
      %4: f64[2] = reshape(%1) {shape=[2]}
      %5: f64[2] = mul(%3, %4)
      %6: f64[1,2] = reshape(%3) {shape=[1,2]}
      return %5, %6
    }
    ");
}

#[test]
fn equal_loops_run_once_and_branches_lose_dead_results() {
    insta::assert_snapshot!(simplified("
func @f(%i: i32[], %x: f64[2], %y: f64[2], %xs: f64[3,2]) {
  %p, %ps = scan(%x, %xs) {body=@step, num_consts=0, num_carry=1, length=3, reverse=false, unroll=1}
  %q, %qs = scan(%x, %xs) {body=@step, num_consts=0, num_carry=1, length=3, reverse=false, unroll=1}
  %r = add(%ps, %qs)
  %s, %dead = cond(%i, %p, %y) {branches=[@sine,@square]}
  return %r, %s
}
func @step(%h: f64[2], %x: f64[2]) { %y = mul(%h, %x) return %y, %y }
func @sine(%x: f64[2], %y: f64[2]) { %s = sin(%x) return %s, %y }
func @square(%x: f64[2], %y: f64[2]) { %s = mul(%x, %x) %z = exp(%y) return %s, %z }"), @r"
    func @f(%0: i32[], %1: f64[2], %2: f64[2], %3: f64[3,2]) -> (f64[3,2], f64[2]) {
      %4: f64[2], %5: f64[3,2] = scan(%1, %3) {body=@step, num_consts=0, num_carry=1, length=3, reverse=false, unroll=1}
      %6: f64[3,2] = add(%5, %5)
      %7: f64[2] = cond(%0, %4) {branches=[@sine,@square]}
      return %6, %7
    }

    func @step(%0: f64[2], %1: f64[2]) -> (f64[2], f64[2]) {
      %2: f64[2] = mul(%0, %1)
      return %2, %2
    }

    func @sine(%0: f64[2]) -> (f64[2]) {
      %1: f64[2] = sin(%0)
      return %1
    }

    func @square(%0: f64[2]) -> (f64[2]) {
      %1: f64[2] = mul(%0, %0)
      return %1
    }
    ");
}
