//! Variables of equal layers as rows of one array.

use std::collections::HashMap;

use keramos_ir::passes::{self, MIN_REPEATS, Place, Roll, Stateful, find_stacks, pack, simplify, stack_state};
use keramos_ir::{Function, Result, TensorType};

use super::{Entry, EntryKind, Port, PortKind, Program, StateRole};

/// Puts the variables of equal layers one after the other into one array each, where the layers are rolled into loops:
/// the loops then take their slices of it, and what happens to each variable alone happens to all rows at once. Programs
/// without such layers stay as they are.
pub(super) fn apply(program: &mut Program) -> Result<()> {
    if !has_alike(program) {
        return Ok(());
    }
    let variables: Vec<Ports> = program.entries.iter().map(|entry| Ports::of(entry, program)).collect();
    let mut simple: Vec<Function> = Vec::with_capacity(program.entries.len());
    for entry in &program.entries {
        // Training steps are rolled before they are differentiated, and what a user writes as a function stays one.
        let function = match entry.kind {
            EntryKind::Predict | EntryKind::EvaluateStep => Roll::Auto.apply(entry.function.clone())?,
            _ => entry.function.clone(),
        };
        simple.push(simplified(&function)?);
    }
    // Where variables are trained shows most of them.
    let mut order: Vec<usize> = (0..simple.len()).collect();
    order.sort_by_key(|&index| match program.entries[index].kind {
        EntryKind::TrainStep => 0,
        EntryKind::Predict => 1,
        _ => 2,
    });
    let stateful =
        |index: usize| Stateful { function: &simple[index], params: &variables[index].0, results: &variables[index].1 };
    let all: Vec<Stateful<'_>> = order.into_iter().map(stateful).collect();
    let stacks = find_stacks(&all, MIN_REPEATS);
    if stacks.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = stacks.iter().map(|stack| name(program, stack)).collect();
    let mut changed = Vec::with_capacity(simple.len());
    for index in 0..simple.len() {
        let (function, inputs, outputs) = stack_state(&stateful(index), &stacks)?;
        changed.push((pack(&simplified(&function)?, MIN_REPEATS)?, inputs, outputs));
    }
    for (entry, (function, inputs, outputs)) in program.entries.iter_mut().zip(changed) {
        entry.function = function;
        place(entry, &inputs, &outputs, &stacks, &names);
    }
    program.stacks = stacks;
    Ok(())
}

/// Whether there are as many variables of one type as it takes.
fn has_alike(program: &Program) -> bool {
    let mut counts: HashMap<&TensorType, usize> = HashMap::new();
    program.variables.iter().for_each(|spec| *counts.entry(&spec.ty).or_default() += 1);
    counts.values().any(|&count| count >= MIN_REPEATS)
}

/// For each parameter and each result of an entry point the variable that it is, if that may become a row.
struct Ports(Vec<Option<usize>>, Vec<Option<usize>>);

impl Ports {
    fn of(entry: &Entry, program: &Program) -> Ports {
        let variable = |port: &Port| match port.kind {
            // The runtime sets metrics back one by one.
            PortKind::State(index) => {
                program.variables.get(index).filter(|spec| spec.role != StateRole::Metric).map(|_| index)
            }
            _ => None,
        };
        Ports(entry.inputs.iter().map(variable).collect(), entry.outputs.iter().map(variable).collect())
    }
}

fn simplified(function: &Function) -> Result<Function> {
    simplify(function, &passes::Options { differentiable: false, ..passes::Options::default() })
}

/// The name of a stack's ports: its first and last variable.
fn name(program: &Program, stack: &[usize]) -> String {
    let path = |index: Option<&usize>| index.map_or("", |&index| program.variables[index].path.as_str());
    format!("{}..{}", path(stack.first()), path(stack.last()))
}

/// Gives an entry the ports that its function has now.
fn place(entry: &mut Entry, inputs: &[Place], outputs: &[Place], stacks: &[Vec<usize>], names: &[String]) {
    let port = |place: &Place, old: &[Port]| match *place {
        Place::Kept(index) => old[index].clone(),
        Place::Stack(stack) => {
            Port { name: names[stack].clone(), kind: PortKind::Stack(stack), donated_to: None, below: None }
        }
    };
    let new_outputs: Vec<Port> = outputs.iter().map(|place| port(place, &entry.outputs)).collect();
    let moved: HashMap<usize, usize> = outputs
        .iter()
        .enumerate()
        .filter_map(|(new, place)| match place {
            Place::Kept(old) => Some((*old, new)),
            Place::Stack(_) => None,
        })
        .collect();
    let new_inputs = inputs.iter().map(|place| {
        let mut port = port(place, &entry.inputs);
        port.donated_to = match port.kind {
            PortKind::Stack(stack) => {
                let is_row =
                    |port: &&Port| matches!(port.kind, PortKind::State(index) if stacks[stack].contains(&index));
                let donated = entry.inputs.iter().filter(is_row).all(|port| port.donated_to.is_some());
                new_outputs.iter().position(|output| donated && output.kind == port.kind)
            }
            _ => port.donated_to.and_then(|old| moved.get(&old).copied()),
        };
        port
    });
    entry.inputs = new_inputs.collect();
    entry.outputs = new_outputs;
}
