//! Any bytes, taken as a model file: the frontend answers with a program or with diagnostics.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../generator/mod.rs"]
mod generator;

fuzz_target!(|data: &[u8]| generator::compiled(&String::from_utf8_lossy(data)));
