//! Memory and work of executables, as their compilers planned them.

use keramos_artifact::{Manifest, Program};

use super::super::table;
use super::{size, thousands};

/// A table of the executables that have a plan; nothing if none has.
pub(super) fn render(manifest: &Manifest) -> String {
    let head = ["Program", "Target", "Arguments", "Outputs", "Shared", "Temporaries", "In all", "FLOPs", "Bytes moved"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for executable in &manifest.executables {
        let Some(plan) = executable.plan else { continue };
        let target = manifest.targets.get(executable.target).map(|target| target.name.clone());
        let counted = |count: u64| if count == 0 { "-".to_owned() } else { thousands(count) };
        rows.push(vec![
            manifest.programs.get(executable.program).map(Program::label).unwrap_or_default(),
            target.unwrap_or_default(),
            size(plan.arguments),
            size(plan.outputs),
            size(plan.aliased),
            size(plan.temporaries),
            size(plan.total()),
            counted(plan.flops),
            if plan.bytes_accessed == 0 { "-".to_owned() } else { size(plan.bytes_accessed) },
        ]);
    }
    if rows.len() == 1 {
        return String::new();
    }
    format!("\nMemory and work of one run, as the compiler planned them\n{}", table::render(&rows))
}
