//! How values go into, between and out of the segments of a run.

use std::collections::HashMap;

use super::repeats::Run;
use crate::{Function, Op, Value};

/// How many rotations of a run are tried, at most.
const MOST_ROTATIONS: usize = 256;

/// A way to roll a run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    /// The first equation of the first segment.
    pub(super) start: usize,
    /// Equations per segment.
    pub(super) period: usize,
    /// Segments.
    pub(super) count: usize,
    /// For each input of each equation of the first segment where the body finds it.
    pub(super) sources: Vec<Vec<Source>>,
    /// Values from before that all segments use.
    pub(super) consts: Vec<Value>,
    /// What the first segment starts with, and the output of a segment that the next one takes.
    pub(super) carry: Vec<(Value, Output)>,
    /// Values from before, one for each segment.
    pub(super) xs: Vec<Vec<Value>>,
    /// Equations that are constants of different values.
    pub(super) constants: Vec<usize>,
    /// Outputs that later equations use, other than what the last segment hands over.
    pub(super) ys: Vec<Output>,
}

/// Where an equation of the body finds an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    Local(Output),
    Const(usize),
    Carry(usize),
    Sliced(usize),
}

/// An output of an equation, both as numbers inside the segment and the equation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Output {
    pub(super) equation: usize,
    pub(super) number: usize,
}

/// Where a value is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Before,
    In(usize, Output),
}

impl Plan {
    /// The value that an output is in some segment.
    pub(super) fn value(&self, function: &Function, segment: usize, output: Output) -> Value {
        function.equations[self.start + segment * self.period + output.equation].outputs[output.number]
    }

    /// The first equation after the last segment.
    pub(super) fn end(&self) -> usize {
        self.start + self.period * self.count
    }
}

/// The rotation of `run` that carries least; of several such, one with most segments.
pub(super) fn best(function: &Function, run: Run, min_repeats: usize) -> Option<Plan> {
    let mut best: Option<((usize, usize), Plan)> = None;
    for rotation in 0..run.period.min(MOST_ROTATIONS) {
        let count = (run.length - rotation) / run.period;
        if count < min_repeats {
            break;
        }
        let Some(plan) = analyse(function, run.start + rotation, run.period, count) else { continue };
        let carried: usize = plan.carry.iter().map(|&(init, _)| function.ty(init).bytes()).sum();
        let stacked: usize = plan.ys.iter().map(|&y| function.ty(plan.value(function, 0, y)).bytes()).sum();
        let cost = (carried + stacked, usize::MAX - count);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, plan));
        }
    }
    best.map(|(_, plan)| plan)
}

/// The plan for `count` segments of `period` equations from `start` on, if values go only from before
/// into segments, inside segments, from one segment into the next, and out.
fn analyse(function: &Function, start: usize, period: usize, count: usize) -> Option<Plan> {
    let mut plan = Plan {
        start,
        period,
        count,
        sources: Vec::with_capacity(period),
        consts: Vec::new(),
        carry: Vec::new(),
        xs: Vec::new(),
        constants: Vec::new(),
        ys: Vec::new(),
    };
    let mut place = vec![Place::Before; function.num_values()];
    for (at, eqn) in function.equations[start..start + period * count].iter().enumerate() {
        for (number, output) in eqn.outputs.iter().enumerate() {
            place[output.index()] = Place::In(at / period, Output { equation: at % period, number });
        }
    }
    let mut known = Known::default();
    for equation in 0..period {
        let in_segment = |segment: usize| &function.equations[start + segment * period + equation];
        let first = in_segment(0);
        if matches!(first.op, Op::Constant(_)) && (1..count).any(|segment| in_segment(segment).op != first.op) {
            plan.constants.push(equation);
        }
        let mut sources = Vec::with_capacity(first.inputs.len());
        for input in 0..first.inputs.len() {
            let values: Vec<Value> = (0..count).map(|segment| in_segment(segment).inputs[input]).collect();
            sources.push(known.source(&mut plan, &place, values)?);
        }
        plan.sources.push(sources);
    }

    // What is used after the last segment; and where segments use what others computed, the plan has it.
    let last = count - 1;
    let after = function.equations[plan.end()..].iter().flat_map(|eqn| &eqn.inputs);
    for &value in after.chain(&function.results) {
        let Place::In(segment, output) = place[value.index()] else { continue };
        let is_end = segment == last && plan.carry.iter().any(|&(_, source)| source == output);
        if !is_end && !plan.ys.contains(&output) {
            plan.ys.push(output);
        }
    }
    Some(plan)
}

/// The sources found so far, so that each is there once.
#[derive(Default)]
struct Known {
    consts: HashMap<Value, usize>,
    carry: HashMap<(Value, Output), usize>,
    xs: HashMap<Vec<Value>, usize>,
}

impl Known {
    /// The common source of an input whose values in the segments are given.
    fn source(&mut self, plan: &mut Plan, place: &[Place], values: Vec<Value>) -> Option<Source> {
        let places: Vec<Place> = values.iter().map(|v| place[v.index()]).collect();
        let (&first, later) = (values.first()?, places.get(1..)?);
        match (places.first()?, later.first()?) {
            (&Place::In(0, output), _) => {
                let local = places.iter().enumerate().all(|(segment, &place)| place == Place::In(segment, output));
                local.then_some(Source::Local(output))
            }
            (Place::In(..), _) => None,
            (Place::Before, &Place::In(0, output)) => {
                let handed = later.iter().enumerate().all(|(segment, &place)| place == Place::In(segment, output));
                let carry = &mut plan.carry;
                handed.then(|| {
                    Source::Carry(*self.carry.entry((first, output)).or_insert_with(|| {
                        carry.push((first, output));
                        carry.len() - 1
                    }))
                })
            }
            (Place::Before, Place::In(..)) => None,
            (Place::Before, Place::Before) if values.iter().all(|&v| v == first) => {
                let consts = &mut plan.consts;
                Some(Source::Const(*self.consts.entry(first).or_insert_with(|| {
                    consts.push(first);
                    consts.len() - 1
                })))
            }
            (Place::Before, Place::Before) => {
                if places.iter().any(|&place| place != Place::Before) {
                    return None;
                }
                let xs = &mut plan.xs;
                Some(Source::Sliced(*self.xs.entry(values.clone()).or_insert_with(|| {
                    xs.push(values);
                    xs.len() - 1
                })))
            }
        }
    }
}
