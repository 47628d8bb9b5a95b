//! A child process: it compiles inputs of one kind, one after the other.

use std::io::Write;
use std::ops::Range;
use std::time::Duration;

use super::After;
use super::generator::corpus::Corpus;
use super::generator::kinds::Kind;
use super::generator::program_of;

/// A child that holds more than this, in KiB, ends between two inputs; another goes on.
const RETIRE: u64 = 1 << 20;

/// What a child has done.
#[derive(Clone, Copy, Default)]
pub struct Done {
    /// Inputs compiled, and those of them that have a program.
    pub inputs: u64,
    pub programs: u64,
    /// The input that took most time of a processor, and how much: in steps of 10 ms.
    pub slowest: u64,
    pub longest: Duration,
    /// The input that took most memory beside what the process held, and how much, in KiB.
    pub heaviest: u64,
    pub most: u64,
    /// The time of a processor that it took.
    pub worked: Duration,
}

/// Says which seed is next, and compiles its input; at the end says what was done.
pub fn run(kind: &Kind, seeds: Range<u64>, corpus: &Corpus, after: After) {
    let mut out = std::io::stdout();
    let mut done = Done::default();
    for seed in seeds {
        writeln!(out, "{seed}").and_then(|()| out.flush()).unwrap();
        let input = super::input(kind, seed, corpus);
        let before = super::supervisor::held(std::process::id());
        forget_peak();
        let start = super::supervisor::worked(std::process::id());
        done.inputs += 1;
        if let Some(program) = program_of(&input.text, &input.entries) {
            done.programs += 1;
            after(&input, &program);
        }
        let took = super::supervisor::worked(std::process::id()).saturating_sub(start);
        if took > done.longest {
            (done.longest, done.slowest) = (took, seed);
        }
        let grown = super::supervisor::peak(std::process::id()).saturating_sub(before);
        if grown > done.most {
            (done.most, done.heaviest) = (grown, seed);
        }
        if seed % 64 == 0 && super::supervisor::held(std::process::id()) > RETIRE {
            break;
        }
    }
    let Done { inputs, programs, slowest, longest, heaviest, most, .. } = done;
    let worked = super::supervisor::worked(std::process::id()).as_millis();
    writeln!(out, "done {inputs} {programs} {slowest} {} {heaviest} {most} {worked}", longest.as_millis()).unwrap();
}

/// Makes the system measure the most memory that this process holds from now on; where it cannot, that is 0 or too much.
fn forget_peak() {
    drop(std::fs::write("/proc/self/clear_refs", "5"));
}

/// What a child said about what it did.
pub fn parse(line: &str) -> Option<Done> {
    let numbers: Vec<u64> = line.strip_prefix("done ")?.split(' ').filter_map(|word| word.parse().ok()).collect();
    let &[inputs, programs, slowest, longest, heaviest, most, worked] = numbers.as_slice() else { return None };
    let (longest, worked) = (Duration::from_millis(longest), Duration::from_millis(worked));
    Some(Done { inputs, programs, slowest, longest, heaviest, most, worked })
}
