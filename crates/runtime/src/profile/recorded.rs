//! Times that the plugin's own profiler recorded.

use std::collections::BTreeMap;

use keramos_pjrt::{HloModule, TraceEvent};

use super::{Event, Operation, Profile, kernels};

/// Adds the operations and what happened when, from what the plugin recorded while the program ran.
pub(super) fn add(profile: &mut Profile, module: &HloModule, recorded: &[TraceEvent], optimizers: &[String]) {
    let Some(entry) = module.entry() else { return };
    let first = recorded.iter().map(|event| event.start).fold(f64::INFINITY, f64::min);
    let mut indices: BTreeMap<&str, usize> = BTreeMap::new();
    let mut times: Vec<f64> = Vec::new();
    let mut calls: Vec<f64> = Vec::new();
    let runs = profile.runs.max(1) as f64;
    for event in recorded {
        let name = event.instruction.as_deref();
        // Instructions of loops and fusions are in computations of their own.
        let found = name.and_then(|name| {
            module.computations().find_map(|computation| {
                let instruction = computation.instructions.iter().find(|instruction| instruction.name == name)?;
                Some((computation, instruction))
            })
        });
        let operation = found.map(|(computation, instruction)| {
            *indices.entry(instruction.name.as_str()).or_insert_with(|| {
                let around = if computation.id == entry.id { entry } else { computation };
                profile.operations.push(Operation {
                    name: instruction.name.clone(),
                    opcode: instruction.opcode.clone(),
                    place: kernels::place(module, around, instruction, optimizers),
                    calls: 0.0,
                    time: 0.0,
                });
                times.push(0.0);
                calls.push(0.0);
                profile.operations.len() - 1
            })
        });
        if let Some(index) = operation {
            if let Some(time) = times.get_mut(index) {
                *time += event.duration;
            }
            if let Some(calls) = calls.get_mut(index) {
                *calls += 1.0;
            }
        }
        profile.events.push(Event {
            track: format!("{} {}", event.device, event.line),
            name: event.name.clone(),
            operation,
            start: event.start - first,
            duration: event.duration,
        });
    }
    for ((operation, time), calls) in profile.operations.iter_mut().zip(times).zip(calls) {
        (operation.time, operation.calls) = (time / runs, calls / runs);
    }
}
