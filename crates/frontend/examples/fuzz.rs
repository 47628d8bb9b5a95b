//! Fuzzes the frontend for as long as there is time: programs of a grammar, mutations of real programs, and bytes.
//!
//! ```text
//! CARGO_PROFILE_DEV_OPT_LEVEL=1 cargo run -p keramos-frontend --example fuzz -- --seconds 3600 --seed 1
//! ```
//!
//! Programs are compiled by a child process, some hundreds by each, so that one that panics, hangs or takes too much
//! memory ends its child alone. What failed is written to `fuzz/artifacts/`.

#![allow(clippy::unwrap_used, reason = "a tool for developers")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

#[path = "../../../fuzz/generator/mod.rs"]
mod generator;

use generator::{Choices, Random};

/// Programs that one child compiles.
const BATCH: u64 = 400;

/// Seconds of a processor that one program may take.
const PATIENCE: u64 = 60;

/// Memory that a child may hold, in KiB.
const MEMORY: u64 = 3 << 20;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |flag: &str| {
        let at = args.iter().position(|arg| arg == flag)?;
        args.get(at + 1)?.parse::<u64>().ok()
    };
    match (number("--from"), number("--show")) {
        (Some(from), _) => compile_batch(from),
        (_, Some(seed)) => print!("{}", program(seed, &corpus())),
        _ => supervise(number("--seconds").unwrap_or(60), number("--seed").unwrap_or(0)),
    }
}

/// The repository's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Real programs to mutate.
fn corpus() -> Vec<String> {
    let folders = ["crates/frontend/tests/python", "crates/frontend/tests/transforms", "examples", "fuzz/corpus"];
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(root().join(folder)).unwrap());
    let mut paths: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "py"));
    paths.sort();
    paths.into_iter().map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()).collect()
}

/// The program of a seed.
fn program(seed: u64, corpus: &[String]) -> String {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9).wrapping_add(seed << 32));
    match seed % 8 {
        0..4 => generator::program(&mut random),
        4..7 => generator::mutated(&mut random, corpus),
        _ => bytes(&mut random, corpus),
    }
}

/// Bytes that mean something wherever they stand.
const SIGNS: &[u8] = b"()[]{}'\"\\\n\t:;,#@ \xff\x00";

/// A real program some bytes of which are others.
fn bytes(random: &mut Random, corpus: &[String]) -> String {
    let mut bytes = corpus[random.below(corpus.len())].clone().into_bytes();
    let start = random.below(bytes.len().max(1));
    bytes = bytes[start..(start + 1 + random.below(2000)).min(bytes.len())].to_vec();
    for _ in 0..1 + random.below(20) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        match random.below(4) {
            0 => bytes[at] = random.below(256) as u8,
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, SIGNS[random.below(SIGNS.len())]),
            _ => {
                let other = random.below(bytes.len());
                bytes.swap(at, other);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What a child does: it says which seed is next, and compiles its program.
fn compile_batch(from: u64) {
    let corpus = corpus();
    let mut out = std::io::stdout();
    for seed in from..from + BATCH {
        writeln!(out, "{seed}").and_then(|()| out.flush()).unwrap();
        generator::compiled(&program(seed, &corpus));
    }
}

fn supervise(seconds: u64, seed: u64) {
    let end = Instant::now() + Duration::from_secs(seconds);
    let corpus = corpus();
    let artifacts = root().join("fuzz/artifacts");
    let (mut from, mut compiled, mut failed) = (seed << 40, 0, 0);
    while Instant::now() < end {
        let (last, problem) = watch(from);
        compiled += last + 1 - from;
        if let Some(problem) = problem {
            failed += 1;
            std::fs::create_dir_all(&artifacts).unwrap();
            std::fs::write(artifacts.join(format!("{last}.py")), program(last, &corpus)).unwrap();
            println!("{last}: {problem}");
        }
        from = last + 1;
        if compiled % (BATCH * 50) < BATCH {
            println!("{compiled} programs, {failed} failed");
        }
    }
    println!("{compiled} programs, {failed} failed");
    std::process::exit(i32::from(failed > 0));
}

/// Runs a child; the last seed that it began, and what went wrong with it.
fn watch(from: u64) -> (u64, Option<String>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--from", &from.to_string()])
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
    let (mut last, mut began, mut problem) = (from, 0, None);
    loop {
        match seeds.recv_timeout(Duration::from_secs(1)) {
            Ok(line) => (last, began) = (line.parse().unwrap_or(last), worked(child.id())),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {}
        }
        if worked(child.id()).saturating_sub(began) > PATIENCE {
            problem = Some("it takes too long".to_owned());
        } else if held(child.id()) > MEMORY {
            problem = Some("it takes too much memory".to_owned());
        }
        if problem.is_some() {
            child.kill().unwrap();
            break;
        }
    }
    let status = child.wait().unwrap();
    let errors = errors.join().unwrap_or_default();
    let told = || format!("{status}: {}", errors.lines().take(3).collect::<Vec<_>>().join(" "));
    (last, problem.or_else(|| (!status.success()).then(told)))
}

/// The seconds that a process has worked, however busy the machine is; 0 where that cannot be told.
fn worked(process: u32) -> u64 {
    const TICKS_PER_SECOND: u64 = 100;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name before the other fields may hold blanks; 11 fields behind it come user and system time.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|field| field.parse::<u64>().ok()).sum::<u64>() / TICKS_PER_SECOND
}

/// The memory that a process holds, in KiB; 0 where that cannot be told.
fn held(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse().ok()).unwrap_or(0)
}
