//! The parent process: it starts children, watches their time and memory, and counts.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use super::child::{self, Done};
use super::generator::corpus::Corpus;
use super::generator::kinds::Kind;

/// The time of a processor that one input may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Memory that a child may hold while it compiles one input, in KiB.
const MEMORY: u64 = 3 << 20;

/// Inputs of all kinds in one round.
const ROUND: u64 = 12_000;

/// What to run.
pub struct Plan {
    pub kinds: Vec<&'static Kind>,
    pub seconds: u64,
    pub seed: u64,
    /// Children at once.
    pub jobs: u64,
}

/// What was run of one kind.
#[derive(Default)]
struct Count {
    done: Done,
    failed: u64,
}

/// All that children share.
struct Totals {
    counts: BTreeMap<&'static str, Count>,
    /// What went wrong, with the first input that did and how many did.
    problems: BTreeMap<String, (String, u64)>,
    /// The next batch: its kind's place in the plan, and its round.
    next: (usize, u64),
}

/// Runs children until the time is over; ends the process with 1 if anything failed.
pub fn run(plan: &Plan) {
    let start = Instant::now();
    let totals = Mutex::new(Totals { counts: BTreeMap::new(), problems: BTreeMap::new(), next: (0, 0) });
    let all: u64 = plan.kinds.iter().map(|kind| kind.share).sum();
    std::thread::scope(|scope| {
        for _ in 0..plan.jobs {
            scope.spawn(|| {
                while start.elapsed().as_secs() < plan.seconds {
                    let (kind, round) = {
                        let mut totals = totals.lock().unwrap();
                        let (at, round) = totals.next;
                        totals.next = if at + 1 < plan.kinds.len() { (at + 1, round) } else { (0, round + 1) };
                        (plan.kinds[at], round)
                    };
                    let count = (ROUND * kind.share / all).max(1);
                    let from = (plan.seed << 40) + round * count;
                    batch(kind, from, from + count, &totals, start + Duration::from_secs(plan.seconds));
                }
            });
        }
    });
    let totals = totals.into_inner().unwrap();
    report(&totals, start.elapsed());
    std::process::exit(i32::from(!totals.problems.is_empty()));
}

/// Compiles the inputs `from..to` of a kind, by as many children as it takes.
fn batch(kind: &'static Kind, mut from: u64, to: u64, totals: &Mutex<Totals>, end: Instant) {
    while from < to && Instant::now() < end {
        let outcome = watch(kind, from, to - from, end);
        let mut totals = totals.lock().unwrap();
        let count = totals.counts.entry(kind.name).or_default();
        count.done.worked += outcome.worked;
        match outcome.done {
            Some(done) => {
                from += done.inputs;
                let total = &mut count.done;
                total.inputs += done.inputs;
                total.programs += done.programs;
                if done.longest > total.longest {
                    (total.longest, total.slowest) = (done.longest, done.slowest);
                }
                if done.most > total.most {
                    (total.most, total.heaviest) = (done.most, done.heaviest);
                }
            }
            None => {
                count.done.inputs += outcome.last + 1 - from;
                from = outcome.last + 1;
            }
        }
        if let Some(problem) = outcome.problem {
            count.failed += 1;
            totals.failed(&format!("{}-{}", kind.name, outcome.last), problem, kind, outcome.last);
        }
    }
}

impl Totals {
    /// Keeps what failed; tells of each place of the compiler once.
    fn failed(&mut self, name: &str, problem: String, kind: &Kind, seed: u64) {
        let told = problem.split_once("error[").or_else(|| problem.split_once("panicked at "));
        let key: String = told.map_or(problem.as_str(), |(_, told)| told).chars().take(60).collect();
        let known = self.problems.entry(key).or_insert_with(|| (name.to_owned(), 0));
        known.1 += 1;
        if known.1 <= 3 {
            let artifacts = super::root().join("fuzz/artifacts");
            let input = super::input(kind, seed, &Corpus::read(&super::root()));
            std::fs::create_dir_all(&artifacts).unwrap();
            std::fs::write(artifacts.join(format!("{name}.py")), input.text).unwrap();
            println!("{name}: {problem} {}", input.entries.join(" "));
        }
    }
}

fn report(totals: &Totals, took: Duration) {
    println!("| kind | inputs | programs | failed | processor s | inputs/s | slowest | ms | heaviest | MiB |");
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let (mut inputs, mut worked) = (0, 0.0);
    for (name, Count { done, failed }) in &totals.counts {
        let time = done.worked.as_secs_f64();
        let rate = done.inputs as f64 / time.max(0.01);
        println!(
            "| {name} | {} | {} | {failed} | {time:.0} | {rate:.0} | {} | {} | {} | {} |",
            done.inputs,
            done.programs,
            done.slowest,
            done.longest.as_millis(),
            done.heaviest,
            done.most >> 10
        );
        inputs += done.inputs;
        worked += time;
    }
    let rate = inputs as f64 / f64::max(worked, 0.01);
    println!("{inputs} inputs, {worked:.0} s of a processor ({rate:.0}/s), {:.0} s in all", took.as_secs_f64());
    for (problem, (first, times)) in &totals.problems {
        println!("{times} x {first}: {problem}");
    }
}

/// How a child ended.
struct Outcome {
    /// The last seed that it began.
    last: u64,
    /// What it did, if it could say so.
    done: Option<Done>,
    problem: Option<String>,
    worked: Duration,
}

/// Runs a child.
fn watch(kind: &Kind, from: u64, count: u64, end: Instant) -> Outcome {
    let program = std::env::current_exe().unwrap();
    let (from_text, count) = (from.to_string(), count.to_string());
    let mut child = Command::new(program)
        .args(["--child", kind.name, "--from", &from_text, "--count", &count])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (send, seeds) = mpsc::channel();
    let out = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let errors = std::thread::spawn(move || {
        let mut text = String::new();
        let mut line = String::new();
        while errors.read_line(&mut line).is_ok_and(|n| n > 0) {
            if text.len() < 2000 {
                text.push_str(&line);
            }
            line.clear();
        }
        text
    });
    let (mut last, mut began, mut done, mut problem) = (from, None, None, None);
    let mut time = Duration::ZERO;
    loop {
        match seeds.recv_timeout(Duration::from_millis(200)) {
            Ok(line) => match child::parse(&line) {
                Some(said) => done = Some(said),
                None => (last, began) = (line.parse().unwrap_or(last), None),
            },
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                time = worked(child.id());
                let began = *began.get_or_insert(time);
                if time.saturating_sub(began) > PATIENCE {
                    problem = Some("it takes too long".to_owned());
                } else if held(child.id()) > MEMORY {
                    problem = Some("it takes too much memory".to_owned());
                }
            }
        }
        if problem.is_some() || Instant::now() > end + PATIENCE {
            child.kill().unwrap();
            break;
        }
    }
    let status = child.wait().unwrap();
    let errors = errors.join().unwrap_or_default();
    let told = || format!("{status}: {}", errors.lines().take(4).collect::<Vec<_>>().join(" "));
    let over = Instant::now() > end;
    let problem = problem.or_else(|| (!status.success() && !over).then(told));
    Outcome { last, done, problem, worked: done.map_or(time, |done| done.worked) }
}

/// The time of a processor that a process has taken, however busy the machine is; 0 where that cannot be told.
pub fn worked(process: u32) -> Duration {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name before the other fields may hold blanks; 11 fields behind it come user and system time.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    let ticks: f64 = fields.filter_map(|field| field.parse::<f64>().ok()).sum();
    Duration::from_secs_f64(ticks / TICKS_PER_SECOND)
}

/// The memory that a process holds, in KiB; 0 where that cannot be told.
pub fn held(process: u32) -> u64 {
    status(process, "VmRSS:")
}

/// The most memory that a process has held, in KiB; 0 where that cannot be told.
pub fn peak(process: u32) -> u64 {
    status(process, "VmHWM:")
}

fn status(process: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse().ok()).unwrap_or(0)
}
