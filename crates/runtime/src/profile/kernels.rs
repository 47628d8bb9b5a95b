//! Times of kernels that are run one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use keramos_pjrt::{
    Argument, Buffer, CompileOptions, Execution, HloComputation, HloInstruction, HloModule, LoadedExecutable,
    SliceOutput,
};

use super::{Event, Operation, Profile, TRACED_RUNS, median, microseconds};
use crate::error::Error;
use crate::numbers::Place;
use crate::session::Session;

/// A kernel of the compiled program, as a program of its own.
struct Kernel<'m> {
    instruction: &'m HloInstruction,
    /// The kernels and parameters whose values it takes.
    inputs: Vec<i64>,
    executable: LoadedExecutable,
}

/// Runs of the program that takes no time, to learn what starting one costs.
const CALIBRATION: usize = 200;
const NOTHING: &str = "func.func @main(%x: tensor<f32>) -> tensor<f32> {
  %y = stablehlo.negate %x : tensor<f32>
  return %y : tensor<f32>
}";

/// Adds the operations, and what happened when from the first counted pass on.
pub(super) fn add(
    profile: &mut Profile,
    session: &Session,
    module: &HloModule,
    arguments: &[&Buffer],
    optimizers: &[String],
) -> Result<(), Error> {
    let Some(entry) = module.entry() else { return Ok(()) };
    let kernels = compile(session, module, entry)?;
    profile.overhead = overhead(session)?;
    let given: BTreeMap<i64, Vec<&Buffer>> =
        entry.parameters().iter().zip(arguments).map(|(parameter, buffer)| (parameter.id, vec![*buffer])).collect();
    let mut times: Vec<Vec<f64>> = kernels.iter().map(|_| Vec::new()).collect();
    // The first pass is not counted.
    run(&kernels, &given, Instant::now())?;
    let begin = Instant::now();
    for pass in 0..profile.runs {
        let start = microseconds(begin.elapsed());
        let spans = run(&kernels, &given, begin)?;
        let duration = microseconds(begin.elapsed()) - start;
        let mut event = |name: String, operation: Option<usize>, start: f64, duration: f64| {
            if pass < TRACED_RUNS {
                let track = "kernels, one by one".to_owned();
                profile.events.push(Event { track, name, operation, start, duration });
            }
        };
        event(format!("{}, kernel by kernel", profile.program), None, start, duration);
        for (index, (times, (start, time))) in times.iter_mut().zip(spans).enumerate() {
            let time = (time - profile.overhead).max(0.0);
            times.push(time);
            event(String::new(), Some(index), start, time);
        }
    }
    for (kernel, times) in kernels.iter().zip(times) {
        let place = place(module, entry, kernel.instruction, optimizers);
        profile.operations.push(Operation {
            name: kernel.instruction.name.clone(),
            opcode: kernel.instruction.opcode.clone(),
            place,
            calls: 1.0,
            time: median(times),
        });
    }
    Ok(())
}

/// Whether an instruction is no work of its own, but part of what uses it.
fn is_light(opcode: &str) -> bool {
    matches!(opcode, "parameter" | "constant" | "tuple" | "get-tuple-element" | "bitcast" | "after-all" | "iota")
}

/// Every kernel of the program, in its order.
fn compile<'m>(session: &Session, module: &'m HloModule, entry: &'m HloComputation) -> Result<Vec<Kernel<'m>>, Error> {
    let known: BTreeMap<i64, &HloInstruction> = entry.instructions.iter().map(|i| (i.id, i)).collect();
    let heavy = entry.instructions.iter().filter(|instruction| !is_light(&instruction.opcode));
    let kernel = |instruction: &'m HloInstruction| {
        let inputs = inputs(&known, instruction);
        let slice = module.slice(entry, &inputs, &[SliceOutput::Value(instruction.id)]);
        let slice = slice.ok_or_else(|| Error::Program {
            model: instruction.name.clone(),
            reason: "this part of the compiled program cannot be run alone".to_owned(),
        })?;
        Ok(Kernel { instruction, inputs, executable: session.compile_hlo(&slice)? })
    };
    heavy.map(kernel).collect()
}

/// The kernels and parameters whose values an instruction takes, directly or through instructions that are no work.
fn inputs(known: &BTreeMap<i64, &HloInstruction>, instruction: &HloInstruction) -> Vec<i64> {
    let mut open = instruction.operands.clone();
    let mut seen = BTreeSet::new();
    let mut inputs = Vec::new();
    while let Some(id) = open.pop() {
        let Some(found) = known.get(&id).filter(|_| seen.insert(id)) else { continue };
        if found.opcode == "parameter" || !is_light(&found.opcode) {
            inputs.push(id);
        } else {
            open.extend(&found.operands);
        }
    }
    inputs.sort_unstable();
    inputs
}

/// Runs the kernels in their order; start and time of each, in microseconds.
fn run(kernels: &[Kernel<'_>], given: &BTreeMap<i64, Vec<&Buffer>>, begin: Instant) -> Result<Vec<(f64, f64)>, Error> {
    let mut last_use: BTreeMap<i64, usize> = BTreeMap::new();
    for (index, kernel) in kernels.iter().enumerate() {
        kernel.inputs.iter().for_each(|&input| _ = last_use.insert(input, index));
    }
    let mut values: BTreeMap<i64, Vec<Buffer>> = BTreeMap::new();
    let mut spans = Vec::with_capacity(kernels.len());
    for (index, kernel) in kernels.iter().enumerate() {
        let mut arguments: Vec<&Buffer> = Vec::new();
        for input in &kernel.inputs {
            match (given.get(input), values.get(input)) {
                (Some(buffers), _) => arguments.extend(buffers.iter().copied()),
                (None, Some(buffers)) => arguments.extend(buffers),
                (None, None) => {}
            }
        }
        let start = begin.elapsed();
        let run = kernel.executable.execute(arguments.into_iter().map(Argument::Keep)).and_then(Execution::wait)?;
        spans.push((microseconds(start), microseconds(begin.elapsed().saturating_sub(start))));
        values.insert(kernel.instruction.id, run);
        values.retain(|id, _| last_use.get(id).is_some_and(|&last| last > index));
    }
    Ok(spans)
}

/// What starting a kernel and waiting for it costs, in microseconds.
fn overhead(session: &Session) -> Result<f64, Error> {
    let executable = session.client().compile(NOTHING, &CompileOptions::new())?;
    let x = session.client().buffer_from_slice(&[], &[1.0_f32], session.device())?;
    let mut times = Vec::with_capacity(CALIBRATION);
    for _ in 0..CALIBRATION {
        let start = Instant::now();
        executable.execute([&x]).and_then(Execution::wait)?;
        times.push(microseconds(start.elapsed()));
    }
    Ok(median(times))
}

/// The place of a kernel: its own, or that of the last instruction inside, or of what it takes.
pub(super) fn place(
    module: &HloModule,
    computation: &HloComputation,
    instruction: &HloInstruction,
    optimizers: &[String],
) -> Place {
    let named = |found: &HloInstruction| !found.op_name.is_empty() && found.opcode != "parameter";
    let inside = || {
        let called = instruction.called.iter().filter_map(|&id| module.computation(id));
        called.flat_map(|computation| computation.instructions.iter().rev()).find(|found| named(found))
    };
    let before = || {
        let mut open = std::collections::VecDeque::from(instruction.operands.clone());
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop_front() {
            let Some(found) = computation.instruction(id).filter(|_| seen.insert(id)) else { continue };
            if named(found) {
                return Some(found);
            }
            open.extend(&found.operands);
        }
        None
    };
    let own = Some(instruction).filter(|found| named(found)).or_else(inside);
    let (op_name, source) = match own.or_else(before) {
        Some(found) if own.is_some() && instruction.opcode != "copy" => (found.op_name.clone(), found.source.clone()),
        // What the compiler adds belongs to what it works on.
        Some(found) => (Place::replace_operation(&found.op_name, &instruction.opcode), found.source.clone()),
        None => (instruction.opcode.clone(), None),
    };
    Place::of(&op_name, source, optimizers)
}
