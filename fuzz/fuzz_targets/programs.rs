//! Programs of the grammar, whose choices are the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../generator/mod.rs"]
mod generator;

fuzz_target!(|data: &[u8]| {
    let mut choices = generator::Bytes::new(data);
    generator::compiled(&generator::program(&mut choices));
});
