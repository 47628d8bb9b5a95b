//! Runs of equations whose kinds repeat with some period.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::mem::discriminant;

use rustc_hash::FxHasher;

use crate::{Attr, Equation, Function, Op, Primitive};

/// How many runs are looked at more closely.
const MOST_CANDIDATES: usize = 8;

/// The fewest equations that rolling must save.
const LEAST_SAVED: usize = 64;

/// Equations from `start` on whose kinds repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: usize,
    /// The length of a segment.
    pub(super) period: usize,
    /// The length of the run, at least two periods; it need not be a multiple.
    pub(super) length: usize,
}

/// Runs of at least `min_repeats` segments, those first that save most equations.
pub(super) fn candidates(function: &Function, min_repeats: usize) -> Vec<Run> {
    let kinds = kinds(function);
    let n = kinds.len();
    let mut runs: Vec<Run> = Vec::new();
    for period in 1..=n / min_repeats {
        let mut start = 0;
        while start + period < n {
            let equal = (start..n - period).take_while(|&i| kinds[i] == kinds[i + period]).count();
            if equal + period >= min_repeats * period {
                runs.push(Run { start, period, length: equal + period });
            }
            start += equal + 1;
        }
    }
    let saved = |run: &Run| run.length - run.length % run.period - run.period;
    runs.retain(|run| saved(run) >= LEAST_SAVED);
    runs.sort_by_key(|run| (usize::MAX - saved(run), run.period, run.start));
    runs.truncate(MOST_CANDIDATES);
    runs
}

/// A number for each equation; equal numbers are equal primitives on operands of equal types. Constants
/// are equal if their types are.
fn kinds(function: &Function) -> Vec<usize> {
    let mut known: HashMap<u64, Vec<(usize, usize)>> = HashMap::new();
    let mut count = 0;
    let mut kinds = Vec::with_capacity(function.equations.len());
    for (index, eqn) in function.equations.iter().enumerate() {
        let mut hasher = FxHasher::default();
        discriminant(&eqn.op).hash(&mut hasher);
        for &value in eqn.inputs.iter().chain(&eqn.outputs) {
            function.ty(value).hash(&mut hasher);
        }
        let alike = known.entry(hasher.finish()).or_default();
        let found = alike.iter().find(|&&(other, _)| same_kind(function, eqn, &function.equations[other]));
        kinds.push(match found {
            Some(&(_, kind)) => kind,
            None => {
                alike.push((index, count));
                count += 1;
                count - 1
            }
        });
    }
    kinds
}

fn same_kind(function: &Function, a: &Equation, b: &Equation) -> bool {
    let types =
        |eqn: &Equation| eqn.inputs.iter().chain(&eqn.outputs).map(|&v| function.ty(v).clone()).collect::<Vec<_>>();
    a.inputs.len() == b.inputs.len() && same_op(&a.op, &b.op) && types(a) == types(b)
}

/// Whether two primitives compute the same; constants of one type count as the same.
fn same_op(a: &Op, b: &Op) -> bool {
    if matches!((a, b), (Op::Constant(_), Op::Constant(_))) || a == b {
        return true;
    }
    // Functions inside are the same even if they come from different places.
    let (left, right) = (a.attrs(), b.attrs());
    let same = |(a, b): (&Attr, &Attr)| match (a.functions(), b.functions()) {
        ([], []) => a == b,
        (a, b) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_function(a, b)),
    };
    crate::passes::has_nested(a)
        && a.name() == b.name()
        && left.len() == right.len()
        && left.iter().zip(&right).all(|(a, b)| same((&a.1, &b.1)))
}

/// Whether two functions are the same but for names and locations.
fn same_function(a: &Function, b: &Function) -> bool {
    let same = |(a, b): (&Equation, &Equation)| {
        let same_constant = !matches!(a.op, Op::Constant(_)) || a.op == b.op;
        a.inputs == b.inputs && a.outputs == b.outputs && same_constant && same_op(&a.op, &b.op)
    };
    a.params == b.params
        && a.results == b.results
        && a.types == b.types
        && a.equations.len() == b.equations.len()
        && a.equations.iter().zip(&b.equations).all(same)
}
