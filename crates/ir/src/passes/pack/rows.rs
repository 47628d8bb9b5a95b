//! Which values are rows of which arrays, and which equations are equal but for the row.

use std::collections::{HashMap, HashSet};
use std::mem::{Discriminant, discriminant};

use crate::ops::Slice;
use crate::passes::graph::is_commutative;
use crate::{Equation, Function, Op, TensorType, Value};

/// Values that are the rows of one array, in order.
#[derive(Debug)]
pub(super) struct Array {
    /// How many rows there are.
    pub(super) rows: usize,
    pub(super) source: Source,
}

/// Where the rows of an array come from.
#[derive(Debug)]
pub(super) enum Source {
    /// They are slices of size 1 along dimension 0 of this value.
    Slices(Value),
    /// They are these constants.
    Constants(Vec<Value>),
    /// They are these parameters, which could be rows of one array.
    Params(Vec<Value>),
    /// They are an output of the equations of a group.
    Output { group: usize, number: usize },
}

/// Equations that differ only in the rows that they use, one for each row.
#[derive(Debug)]
pub(super) struct Group {
    /// The equations, by row.
    pub(super) members: Vec<usize>,
    pub(super) operands: Vec<Operand>,
    /// How many equations lie between operands that no equation makes and these.
    pub(super) level: usize,
}

/// An operand of the equations of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Operand {
    /// The row of an array.
    Row(usize),
    /// The same value for all.
    Same(Value),
    /// A value that depends on a parameter which could become a row.
    Free(TensorType),
}

/// What is known about rows.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) arrays: Vec<Array>,
    pub(super) groups: Vec<Group>,
    /// For each value the array that it is a row of, and which.
    pub(super) row: Vec<Option<(usize, usize)>>,
    /// For each equation the group that it is in.
    pub(super) group: Vec<Option<usize>>,
    /// For each equation its level.
    pub(super) level: Vec<usize>,
    /// Parameters that may become rows.
    free: HashSet<Value>,
}

/// A group that may still lack members.
struct Candidate {
    first: usize,
    /// By row, an equation and its operands in the group's order.
    members: Vec<Option<(usize, Vec<Value>)>>,
}

/// An equation's operands, as far as rows go.
struct Operands {
    row: usize,
    /// How many rows there are.
    rows: usize,
    /// What they are; rows come first where the order is free, so that equal equations are equal here.
    operands: Vec<Operand>,
    inputs: Vec<Value>,
}

type Key = (Discriminant<Op>, Vec<Operand>, Vec<TensorType>);

impl Rows {
    /// Finds what is equal on rows. The parameters in each of `params` are the rows of an array; others that `free` picks may
    /// become rows of arrays that are found: one for each row of an equation's other operands.
    pub(super) fn find(
        function: &Function,
        min_rows: usize,
        params: Vec<Vec<Value>>,
        free: impl Fn(Value) -> bool,
    ) -> Rows {
        let mut rows = Rows::with_slices(function, min_rows);
        params.into_iter().for_each(|params| rows.add_array(params.clone(), Source::Params(params)));
        rows.add_constants(function, min_rows);
        rows.free = function.params.iter().copied().filter(|&param| free(param)).collect();
        let free = rows.depends_on_free(function);
        let mut order: Vec<usize> = (0..function.equations.len()).collect();
        order.sort_by_key(|&index| (rows.level[index], index));
        let mut rest = &order[..];
        while let Some(&first) = rest.first() {
            let level = rows.level[first];
            let count = rest.iter().take_while(|&&index| rows.level[index] == level).count();
            let (now, later) = rest.split_at(count);
            rows.add_level(function, now, level, &free);
            rest = later;
        }
        rows
    }

    /// Whether nothing can be packed.
    pub(super) fn is_empty(&self) -> bool {
        let is_joined = |array: &Array| matches!(array.source, Source::Slices(_));
        self.groups.is_empty() && !self.arrays.iter().any(is_joined)
    }

    /// The arrays that slices of the function show.
    fn with_slices(function: &Function, min_rows: usize) -> Rows {
        let mut rows = Rows {
            row: vec![None; function.num_values()],
            group: vec![None; function.equations.len()],
            ..Rows::default()
        };
        let mut levels = vec![0; function.num_values()];
        let mut known: HashMap<Value, usize> = HashMap::new();
        for eqn in &function.equations {
            let level = eqn.inputs.iter().map(|input| levels[input.index()] + 1).max().unwrap_or(0);
            rows.level.push(level);
            eqn.outputs.iter().for_each(|output| levels[output.index()] = level);
            let (Op::Slice(op), &[x], &[output]) = (&eqn.op, &eqn.inputs[..], &eqn.outputs[..]) else { continue };
            let shape = &function.ty(x).shape;
            let (Some(row), true) = (row_of_slice(op, shape), shape.first().is_some_and(|&n| n >= min_rows)) else {
                continue;
            };
            let arrays = &mut rows.arrays;
            let array = *known.entry(x).or_insert_with(|| {
                arrays.push(Array { rows: shape[0], source: Source::Slices(x) });
                arrays.len() - 1
            });
            rows.row[output.index()] = Some((array, row));
        }
        rows
    }

    /// Constants at the same place in equal terms that are joined are rows.
    fn add_constants(&mut self, function: &Function, min_rows: usize) {
        let joins = function.equations.iter().filter(|eqn| matches!(&eqn.op, Op::Concatenate(op) if op.dim == 0));
        let joined: Vec<Vec<Value>> =
            joins.map(|eqn| eqn.inputs.clone()).filter(|inputs| inputs.len() >= min_rows).collect();
        let definition = definitions(function);
        let is_constant = |value: Value| {
            definition[value.index()].is_some_and(|index| matches!(function.equations[index].op, Op::Constant(_)))
        };
        for values in aligned(function, &definition, joined, is_constant) {
            self.add_distinct(values, Source::Constants);
        }
    }

    /// For each value whether it depends on a free parameter.
    fn depends_on_free(&self, function: &Function) -> Vec<bool> {
        let mut depends = vec![false; function.num_values()];
        self.free.iter().for_each(|param| depends[param.index()] = true);
        for eqn in function.equations.iter().filter(|_| !self.free.is_empty()) {
            if eqn.inputs.iter().any(|input| depends[input.index()]) {
                eqn.outputs.iter().for_each(|output| depends[output.index()] = true);
            }
        }
        depends
    }

    /// Makes values that are no rows yet rows, if no two are the same.
    fn add_distinct(&mut self, values: Vec<Value>, source: impl FnOnce(Vec<Value>) -> Source) {
        let distinct: HashSet<Value> = values.iter().copied().collect();
        if distinct.len() == values.len() && values.iter().all(|v| self.row[v.index()].is_none()) {
            self.add_array(values.clone(), source(values));
        }
    }

    fn add_array(&mut self, values: Vec<Value>, source: Source) {
        let array = self.arrays.len();
        values.iter().enumerate().for_each(|(row, value)| self.row[value.index()] = Some((array, row)));
        self.arrays.push(Array { rows: values.len(), source });
    }

    /// Groups the equations of one level.
    fn add_level(&mut self, function: &Function, equations: &[usize], level: usize, free: &[bool]) {
        let mut candidates: HashMap<Key, Vec<Candidate>> = HashMap::new();
        let mut keys: Vec<Key> = Vec::new();
        for &index in equations {
            let eqn = &function.equations[index];
            if eqn.outputs.iter().any(|output| self.row[output.index()].is_some()) || !is_packed(&eqn.op) {
                continue;
            }
            let Some(Operands { row, rows, operands, inputs }) = self.operands(function, eqn, free) else { continue };
            let types = eqn.outputs.iter().map(|&output| function.ty(output).clone()).collect();
            let key = (discriminant(&eqn.op), operands, types);
            let alike = candidates.entry(key.clone()).or_insert_with(|| {
                keys.push(key);
                Vec::new()
            });
            let fits = |candidate: &&mut Candidate| {
                candidate.members[row].is_none() && function.equations[candidate.first].op == eqn.op
            };
            match alike.iter_mut().find(fits) {
                Some(candidate) => candidate.members[row] = Some((index, inputs)),
                None => {
                    let mut members = vec![None; rows];
                    members[row] = Some((index, inputs));
                    alike.push(Candidate { first: index, members });
                }
            }
        }
        for key in keys {
            for candidate in candidates.remove(&key).unwrap_or_default() {
                if let Some(members) = candidate.members.into_iter().collect::<Option<Vec<_>>>() {
                    self.add_group(function, &members, key.1.clone(), level);
                }
            }
        }
    }

    /// The operands of an equation; nothing if none is a row.
    fn operands(&self, function: &Function, eqn: &Equation, free: &[bool]) -> Option<Operands> {
        let mut place = None;
        for (array, row) in eqn.inputs.iter().filter_map(|input| self.row[input.index()]) {
            let this = (row, self.arrays[array].rows);
            if *place.get_or_insert(this) != this {
                return None;
            }
        }
        let (row, rows) = place?;
        let operand = |&input: &Value| match self.row[input.index()] {
            Some((array, _)) => Operand::Row(array),
            None if free[input.index()] => Operand::Free(function.ty(input).clone()),
            None => Operand::Same(input),
        };
        let (mut operands, mut inputs): (Vec<_>, Vec<_>) =
            (eqn.inputs.iter().map(operand).collect(), eqn.inputs.clone());
        let rank = |operand: &Operand| match operand {
            Operand::Row(array) => (0, *array),
            Operand::Free(_) => (1, 0),
            Operand::Same(_) => (2, 0),
        };
        if is_commutative(&eqn.op) && rank(&operands[0]) > rank(&operands[1]) {
            operands.swap(0, 1);
            inputs.swap(0, 1);
        }
        Some(Operands { row, rows, operands, inputs })
    }

    fn add_group(
        &mut self,
        function: &Function,
        members: &[(usize, Vec<Value>)],
        mut operands: Vec<Operand>,
        level: usize,
    ) {
        for (i, operand) in operands.iter_mut().enumerate() {
            if !matches!(operand, Operand::Free(_)) {
                continue;
            }
            let values: Vec<Value> = members.iter().map(|(_, inputs)| inputs[i]).collect();
            if values.iter().all(|&value| value == values[0]) {
                *operand = Operand::Same(values[0]);
                continue;
            }
            let definition = definitions(function);
            for params in aligned(function, &definition, vec![values.clone()], |value| self.free.contains(&value)) {
                self.add_distinct(params, Source::Params);
            }
            // What is made of parameters that are rows from now on is seen when all is looked at again.
            let rows: Vec<Option<(usize, usize)>> = values.iter().map(|v| self.row[v.index()]).collect();
            match rows.first() {
                Some(&Some((array, _))) if rows.iter().copied().eq((0..rows.len()).map(|row| Some((array, row)))) => {
                    *operand = Operand::Row(array);
                }
                _ => return,
            }
        }
        let group = self.groups.len();
        let members: Vec<usize> = members.iter().map(|&(member, _)| member).collect();
        let outputs = members.first().map_or(0, |&first| function.equations[first].outputs.len());
        for number in 0..outputs {
            let values = members.iter().map(|&member| function.equations[member].outputs[number]).collect();
            self.add_array(values, Source::Output { group, number });
        }
        members.iter().for_each(|&member| self.group[member] = Some(group));
        self.groups.push(Group { members, operands, level });
    }
}

/// For each value the equation that makes it.
pub(super) fn definitions(function: &Function) -> Vec<Option<usize>> {
    let mut definition = vec![None; function.num_values()];
    for (index, eqn) in function.equations.iter().enumerate() {
        eqn.outputs.iter().for_each(|output| definition[output.index()] = Some(index));
    }
    definition
}

/// The lists of different values that `is_wanted` picks, at the same place in the terms that are the values of each list in
/// `open`, as far as these are equal.
fn aligned(
    function: &Function,
    definition: &[Option<usize>],
    mut open: Vec<Vec<Value>>,
    is_wanted: impl Fn(Value) -> bool,
) -> Vec<Vec<Value>> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    while let Some(values) = open.pop() {
        let Some(&first) = values.first() else { continue };
        if values.iter().all(|&v| v == first) || !seen.insert(values.clone()) {
            continue;
        }
        let one_type = values.iter().all(|&v| function.ty(v) == function.ty(first));
        if values.iter().all(|&v| is_wanted(v)) {
            found.extend(Some(values).filter(|_| one_type));
            continue;
        }
        let Some(members) = values.iter().map(|v| definition[v.index()]).collect::<Option<Vec<usize>>>() else {
            continue;
        };
        let eqn = &function.equations[members[0]];
        let alike = members.iter().all(|&member| {
            let other = &function.equations[member];
            discriminant(&other.op) == discriminant(&eqn.op) && other.inputs.len() == eqn.inputs.len()
        });
        if one_type && alike && is_packed(&eqn.op) {
            let operand = |i: usize| members.iter().map(|&member| function.equations[member].inputs[i]).collect();
            open.extend((0..eqn.inputs.len()).map(operand));
        }
    }
    found
}

/// The row that a slice is, if it is a whole row along dimension 0.
pub(super) fn row_of_slice(op: &Slice, shape: &[usize]) -> Option<usize> {
    let (&start, &limit) = (op.start.first()?, op.limit.first()?);
    let whole = (1..shape.len()).all(|d| op.start[d] == 0 && op.limit[d] == shape[d] && op.strides[d] == 1);
    (limit == start + 1 && whole).then_some(start)
}

/// Whether equations of this kind are packed: those whose elements stay the same numbers and cost the same if many are
/// computed at once. Products and loops are not among them: a backend may run a batch of them on a slower path.
fn is_packed(op: &Op) -> bool {
    match op {
        Op::Call(op) => op
            .function
            .equations
            .iter()
            .all(|eqn| matches!(eqn.op, Op::Constant(_) | Op::Iota(_)) || is_packed(&eqn.op)),
        Op::Unary(_)
        | Op::Binary(_)
        | Op::NextAfter(_)
        | Op::ReducePrecision(_)
        | Op::MakeComplex(_)
        | Op::ComplexPart(_)
        | Op::Compare(_)
        | Op::Select(_)
        | Op::Clamp(_)
        | Op::BroadcastInDim(_)
        | Op::Reshape(_)
        | Op::Transpose(_)
        | Op::Convert(_)
        | Op::BitcastConvert(_)
        | Op::Rev(_)
        | Op::Concatenate(_)
        | Op::Pad(_)
        | Op::Slice(_)
        | Op::Reduce(_)
        | Op::IntegerPow(_)
        | Op::Threefry2x32(_)
        | Op::StopGradient(_) => true,
        _ => false,
    }
}
