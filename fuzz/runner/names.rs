//! Measures how many of the names of the tables are called without an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::generator::Random;
use super::generator::guess;
use super::generator::tables;

/// Draws so many calls of each name with arguments that should fit; tells the names of which none was accepted. `part`: the first name, and how many.
pub fn run(count: u64, seed: u64, part: (u64, u64)) {
    let (mut accepted, mut calls) = (0, 0);
    let (from, most) = (part.0 as usize, part.1 as usize);
    let all = tables::all().iter().skip(from).take(most);
    let mut names = 0;
    for callable in all {
        names += 1;
        let mut last = String::new();
        for draw in 0..count {
            let text = guess::alone(&mut Random(seed.wrapping_add(calls)), callable);
            calls += 1;
            let Ok(said) = catch_unwind(AssertUnwindSafe(|| super::generator::errors_of(&text))) else {
                println!("PANIC {}: {text}", callable.path);
                continue;
            };
            match said {
                None => {
                    accepted += 1;
                    last.clear();
                    break;
                }
                Some(error) => last = error,
            }
            if draw + 1 == count {
                println!("{}({}): {last}", callable.path, callable.required.join(", "));
            }
        }
    }
    println!("{accepted} of {names} names were accepted at least once in {calls} calls");
}
