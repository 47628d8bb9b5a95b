//! Derivatives of `scan`, in JAX's way.
//!
//! Which carried values have a tangent is a fixed point: those whose start has one, and those to which
//! the body gives one. In forward mode the tangents are carried along. In reverse mode the scan is split
//! into one that computes values and stacks residuals, and a linear one that slices them; the transpose of
//! the linear one runs in the opposite order and carries the cotangents of carry and constants.

use std::sync::Arc;

use super::{Parts, Scan};
use crate::op::Dual;
use crate::ops::rules;
use crate::passes::dce;
use crate::transform::{self, Split};
use crate::verify::checked;
use crate::{Builder, Function, Operand, Result, Value};

/// A derivative of the body for the tangents that there are.
struct Derived<T> {
    body: T,
    /// Which of the body's parameters have a tangent.
    active: Vec<bool>,
    /// Which of the body's results have one.
    nonzero: Vec<bool>,
}

impl Scan {
    /// Derives the body until as many carried values leave with a tangent as come in with one.
    fn derive<T>(
        &self,
        tangents: &[Option<Value>],
        derive: impl Fn(&[bool], &[bool]) -> Result<(T, Vec<bool>)>,
    ) -> Result<Derived<T>> {
        let mut active: Vec<bool> = tangents.iter().map(Option::is_some).collect();
        loop {
            let carry = self.num_consts..self.num_consts + self.num_carry;
            let (body, nonzero) = derive(&active, &active[carry.clone()])?;
            let leaving = nonzero.get(..self.num_carry).unwrap_or_default();
            if active[carry.clone()] == *leaving {
                return Ok(Derived { body, active, nonzero });
            }
            active[carry].copy_from_slice(leaving);
        }
    }
}

/// The tangents that a derivative takes, in groups; zeros where a carry's start has none.
fn given_tangents(
    scan: &Scan,
    b: &mut Builder,
    active: &[bool],
    primals: &[Value],
    tangents: &[Option<Value>],
) -> Result<Parts<Vec<Value>>> {
    let mut all = Vec::new();
    for ((&primal, &tangent), &active) in primals.iter().zip(tangents).zip(active) {
        all.push(if active { Some(rules::instantiate(b, tangent, primal)?) } else { None });
    }
    let parts = scan.parts(&all);
    let present = |values: &[Option<Value>]| values.iter().flatten().copied().collect();
    Ok(Parts { consts: present(parts.consts), carry: present(parts.carry), xs: present(parts.xs) })
}

/// Splits a list after each of the first two sizes.
fn split3<T>(all: &[T], first: usize, second: usize) -> Parts<&[T]> {
    let (consts, rest) = all.split_at(first);
    let (carry, xs) = rest.split_at(second);
    Parts { consts, carry, xs }
}

/// Values and tangents in one scan.
pub(super) fn joint(scan: &Scan, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
    let derived = scan.derive(tangents, |active, instantiate| {
        let dual = transform::jvp(&scan.body, active, instantiate)?;
        Ok((dual.function, dual.nonzero))
    })?;
    let given = given_tangents(scan, b, &derived.active, primals, tangents)?;
    let (num_consts, num_carry) = (given.consts.len(), given.carry.len());

    // Tangents stand behind the values of their group.
    let mut body = derived.body;
    let (values, dotted) = body.params.split_at(primals.len());
    let (values, dotted) = (scan.parts(values), split3(dotted, num_consts, num_carry));
    body.params = [values.consts, dotted.consts, values.carry, dotted.carry, values.xs, dotted.xs].concat();
    let (values, dotted) = body.results.split_at(scan.body.results.len());
    let ((carry, ys), (dotted_carry, dotted_ys)) = (scan.result_parts(values), dotted.split_at(num_carry));
    body.results = [carry, dotted_carry, ys, dotted_ys].concat();

    let values = scan.parts(primals);
    let consts = [values.consts, &given.consts].concat();
    let init = [values.carry, &given.carry].concat();
    let xs = [values.xs, &given.xs].concat();
    let (carry, ys) = b.scan(&Arc::new(body), &consts, &init, &xs, scan.steps)?;
    let ((carry, dotted_carry), (ys, dotted_ys)) =
        (carry.split_at(scan.num_carry), ys.split_at(scan.body.results.len() - scan.num_carry));
    let tangents = rules::spread(&derived.nonzero, [dotted_carry, dotted_ys].concat());
    Ok(([carry, ys].concat(), tangents))
}

/// Values in one scan, tangents in another.
pub(super) fn separate(scan: &Scan, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
    let derived = scan.derive(tangents, |active, instantiate| {
        let split = transform::linearize(&scan.body, active, instantiate)?;
        let nonzero = split.nonzero.clone();
        Ok((split, nonzero))
    })?;
    let given = given_tangents(scan, b, &derived.active, primals, tangents)?;
    let primal = Scan { body: Arc::new(derived.body.primal), ..scan.clone() };
    let (results, residuals) = run_known(&primal, b, primals, scan.body.results.len())?;
    let given = Parts { consts: &given.consts[..], carry: &given.carry, xs: &given.xs };
    let (linear, operands) = scan_of_unknown(scan, derived.body.linear, &residuals, given, |value| value);
    let tangents = b.emit(linear, &operands)?;
    Ok((results, rules::spread(&derived.nonzero, tangents)))
}

/// Where the linear scan finds what the body hands over: among its constants or its inputs.
#[derive(Clone, Copy)]
enum Residual {
    Const(Value),
    Stack(Value),
}

/// Runs a scan whose body returns residuals after its `num_results` results. What does not depend on the
/// step is computed once, and what is an input or an output already is not stacked again.
fn run_known(
    scan: &Scan,
    b: &mut Builder,
    operands: &[Value],
    num_results: usize,
) -> Result<(Vec<Value>, Vec<Residual>)> {
    let body = &scan.body;
    let (given, params) = (scan.parts(operands), scan.parts(&body.params));
    let (results, residuals) = body.results.split_at(num_results);
    let (_, ys) = scan.result_parts(results);

    let is_const = |p: &Value| params.consts.contains(p);
    let varying = Split::new(body, body.params.iter().map(|p| !is_const(p)));
    let constant: Vec<Value> = residuals.iter().copied().filter(|&r| !varying.is_unknown(r)).collect();
    let constants = transform::part(body, format!("{}_constants", body.name), params.consts, &constant)?;
    let mut constants = b.inline(&constants, given.consts)?.into_iter();

    let mut inner = Function::clone(body);
    inner.results.truncate(num_results);
    /// A residual before the scan is emitted.
    enum Place {
        Found(Residual),
        Output(usize),
    }
    let mut places = Vec::new();
    for &residual in residuals {
        let input = params.xs.iter().position(|&x| x == residual);
        let output = ys.iter().position(|&y| y == residual);
        places.push(match (varying.is_unknown(residual), input, output) {
            (false, ..) => match constants.next() {
                Some(value) => Place::Found(Residual::Const(value)),
                None => continue,
            },
            (true, Some(i), _) => Place::Found(Residual::Stack(given.xs[i])),
            (true, None, Some(i)) => Place::Output(scan.num_carry + i),
            (true, None, None) => {
                inner.results.push(residual);
                Place::Output(inner.results.len() - 1)
            }
        });
    }
    let inner = checked(dce(inner))?;
    let outer = b.emit(Scan { body: Arc::new(inner), ..scan.clone() }, operands)?;
    let residuals = places.into_iter().map(|place| match place {
        Place::Found(residual) => residual,
        Place::Output(i) => Residual::Stack(outer[i]),
    });
    let residuals = residuals.collect();
    Ok((outer[..num_results].to_vec(), residuals))
}

/// The scan of `half`, a function of residuals and then of constants, carry and inputs as many as `given`
/// has; and its operands.
fn scan_of_unknown<T: Clone>(
    scan: &Scan,
    mut half: Function,
    residuals: &[Residual],
    given: Parts<&[T]>,
    operand: impl Fn(Value) -> T,
) -> (Scan, Vec<T>) {
    let (handed_over, rest) = half.params.split_at(residuals.len());
    let rest = split3(rest, given.consts.len(), given.carry.len());
    let (mut consts, mut stacks) = (Vec::new(), Vec::new());
    for (&param, &residual) in handed_over.iter().zip(residuals) {
        match residual {
            Residual::Const(value) => consts.push((param, operand(value))),
            Residual::Stack(value) => stacks.push((param, operand(value))),
        }
    }
    let params = |list: &[(Value, T)]| list.iter().map(|pair| pair.0).collect::<Vec<_>>();
    let values = |list: &[(Value, T)]| list.iter().map(|pair| pair.1.clone()).collect::<Vec<_>>();
    let all = [&params(&consts), rest.consts, rest.carry, &params(&stacks), rest.xs].concat();
    let operands = [&values(&consts), given.consts, given.carry, &values(&stacks), given.xs].concat();
    half.params = all;
    let num_consts = consts.len() + given.consts.len();
    let scan = Scan { body: Arc::new(half), num_consts, num_carry: given.carry.len(), steps: scan.steps };
    (scan, operands)
}

/// The cotangents of the linear operands.
pub(super) fn transpose(
    scan: &Scan,
    b: &mut Builder,
    cotangents: &[Option<Value>],
    operands: &[Operand],
) -> Result<Vec<Option<Value>>> {
    // A carried value is linear if its start is, or if the body makes it of something linear.
    let mut linear: Vec<bool> = operands.iter().map(Operand::is_linear).collect();
    let scan = loop {
        let body = transform::untangle(&scan.body, linear.iter().copied())?;
        let split = Split::new(&body, linear.iter().copied());
        let (carry, _) = scan.result_parts(&body.results);
        let inside = &mut linear[scan.num_consts..scan.num_consts + scan.num_carry];
        let before = inside.to_vec();
        for (flag, &result) in inside.iter_mut().zip(carry) {
            *flag |= split.is_unknown(result);
        }
        if *inside == before {
            break Scan { body: Arc::new(body.into_owned()), ..scan.clone() };
        }
    };
    let scan = &scan;
    let split = Split::new(&scan.body, linear.iter().copied());
    if scan.parts(&linear).carry.contains(&false) {
        return transpose_unknown_half(scan, b, cotangents, operands, &linear, &split);
    }

    let mut inner = Builder::new(format!("{}_transpose", scan.body.name));
    let body = &scan.body;
    let given: Vec<Operand> = body
        .params
        .iter()
        .zip(&linear)
        .map(|(&p, &linear)| match (linear, body.ty(p).clone()) {
            (true, ty) => Operand::Linear(ty),
            (false, ty) => Operand::Known(inner.param(ty)),
        })
        .collect();
    let (carry, ys) = scan.result_parts(&body.results);
    let (carry_cts, ys_cts) = scan.result_parts(cotangents);
    let carry: Vec<Value> = carry.iter().map(|&r| inner.param(body.ty(r).clone())).collect();
    let ys: Vec<Option<Value>> = ys
        .iter()
        .zip(ys_cts)
        .map(|(&y, ct)| (ct.is_some() && split.is_unknown(y)).then(|| inner.param(body.ty(y).clone())))
        .collect();
    let inner_cts: Vec<Option<Value>> = carry.iter().copied().map(Some).chain(ys.iter().copied()).collect();
    let made = transform::transpose_into(&mut inner, body, &given, &inner_cts)?;

    // The scan that runs backwards: constants' cotangents are summed in the carry.
    let (given, made) = (scan.parts(&given), scan.parts(&made));
    let known = |operands: &[Operand]| operands.iter().filter_map(Operand::known).collect::<Vec<_>>();
    let outside = scan.parts(operands);
    let (mut sums, mut new_sums, mut zeros) = (Vec::new(), Vec::new(), Vec::new());
    for (&ct, operand) in made.consts.iter().zip(outside.consts) {
        if let (Some(ct), Operand::Linear(ty)) = (ct, operand) {
            let sum = inner.param(ty.clone());
            sums.push(sum);
            new_sums.push(inner.add(sum, ct)?);
            zeros.push(b.full(ty, 0.0)?);
        }
    }
    let mut new_carry = Vec::new();
    for (&ct, &like) in made.carry.iter().zip(&carry) {
        new_carry.push(rules::instantiate(&mut inner, ct, like)?);
    }
    let mut init = zeros;
    for (&ct, &inside) in carry_cts.iter().zip(&carry) {
        init.push(ct.map_or_else(|| b.full(inner.ty(inside), 0.0), Ok)?);
    }
    let (consts, xs) = (known(given.consts), known(given.xs));
    let ys: Vec<Value> = ys.into_iter().flatten().collect();
    let new_ys: Vec<Value> = made.xs.iter().flatten().copied().collect();
    let ys_cts = ys_cts.iter().zip(scan.result_parts(&body.results).1);
    let ys_cts: Vec<Value> = ys_cts.filter(|(_, y)| split.is_unknown(**y)).filter_map(|(&ct, _)| ct).collect();
    inner.order_params([&consts[..], &sums, &carry, &xs, &ys].concat());
    let inner = Arc::new(checked(inner.finish([&new_sums[..], &new_carry, &new_ys].concat()))?);
    let xs = [known(outside.xs), ys_cts].concat();
    let (ends, stacks) = b.scan(&inner, &known(outside.consts), &init, &xs, scan.steps.reversed())?;

    let (sums, carry) = ends.split_at(sums.len());
    let (mut sums, mut stacks) = (sums.iter().copied(), stacks.into_iter());
    let mut answer: Vec<Option<Value>> = Vec::new();
    answer.extend(made.consts.iter().map(|ct| ct.and_then(|_| sums.next())));
    answer.extend(carry.iter().zip(outside.carry).map(|(&ct, operand)| operand.is_linear().then_some(ct)));
    answer.extend(made.xs.iter().map(|ct| ct.and_then(|_| stacks.next())));
    Ok(answer)
}

/// The cotangents of the linear operands of a scan that also carries known values: these are computed by
/// a scan of their own first.
fn transpose_unknown_half(
    scan: &Scan,
    b: &mut Builder,
    cotangents: &[Option<Value>],
    operands: &[Operand],
    linear: &[bool],
    split: &Split<'_>,
) -> Result<Vec<Option<Value>>> {
    let body = &scan.body;
    let (carry, ys) = scan.result_parts(&body.results);
    let flags = scan.parts(linear);
    let ys_linear: Vec<bool> = ys.iter().map(|&y| split.is_unknown(y)).collect();
    let mut results = select(carry, flags.carry, true);
    results.extend(select(ys, &ys_linear, true));
    let half_name = format!("{}_linear", body.name);
    let (half, residuals) = split.unknown_half(half_name, &results, transform::is_cheap)?;
    let known_carry = select(carry, flags.carry, false);
    let known = split.known_half(body.name.clone(), &[&known_carry[..], &residuals].concat())?;

    let given = scan.parts(operands);
    let known = Scan {
        body: Arc::new(known),
        num_consts: flags.consts.iter().filter(|linear| !**linear).count(),
        num_carry: known_carry.len(),
        steps: scan.steps,
    };
    let known_operands: Vec<Value> = select(operands, linear, false).iter().filter_map(Operand::known).collect();
    let (_, residuals) = run_known(&known, b, &known_operands, known_carry.len())?;

    let unknown = Parts {
        consts: &select(given.consts, flags.consts, true)[..],
        carry: &select(given.carry, flags.carry, true),
        xs: &select(given.xs, flags.xs, true),
    };
    let (half, half_operands) = scan_of_unknown(scan, half, &residuals, unknown, Operand::Known);
    let (carry_cts, ys_cts) = scan.result_parts(cotangents);
    let cts = [select(carry_cts, flags.carry, true), select(ys_cts, &ys_linear, true)].concat();
    let made = transpose(&half, b, &cts, &half_operands)?;

    let made = half.parts(&made);
    let last = |all: &[Option<Value>], n: usize| all[all.len() - n..].to_vec();
    let mut made = [last(made.consts, unknown.consts.len()), made.carry.to_vec(), last(made.xs, unknown.xs.len())]
        .concat()
        .into_iter();
    Ok(linear.iter().map(|&linear| if linear { made.next().flatten() } else { None }).collect())
}

/// The items whose flag is as asked.
fn select<T: Clone>(all: &[T], flags: &[bool], asked: bool) -> Vec<T> {
    all.iter().zip(flags).filter(|(_, flag)| **flag == asked).map(|(item, _)| item.clone()).collect()
}
