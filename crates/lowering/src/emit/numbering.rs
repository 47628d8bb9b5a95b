//! Value numbering: an operation that repeats an earlier one of its block is not emitted again.
//!
//! MLIR's own CSE leaves unregistered operations alone, as it cannot know that they have no side
//! effects. Knowing that at emission is free, and keeps the helper constants and broadcasts that `lower`
//! rules emit from piling up.

use std::collections::HashMap;

use keramos_ir::stablehlo::HloValue;
use melior::ir::Attribute;

use super::types::TypeId;

/// Operations that must stay as many as they are, because they have effects or stand for themselves:
/// a barrier keeps what it separates from being merged.
const DISTINCT: &[&str] = &[
    "stablehlo.custom_call",
    "stablehlo.infeed",
    "stablehlo.optimization_barrier",
    "stablehlo.outfeed",
    "stablehlo.recv",
    "stablehlo.rng",
    "stablehlo.send",
];

/// Everything that an operation without regions consists of.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct OpKey<'c> {
    pub(crate) name: &'static str,
    pub(crate) operands: Box<[HloValue]>,
    pub(crate) attributes: Box<[(&'static str, Attribute<'c>)]>,
    pub(crate) results: Box<[TypeId]>,
}

/// The operations of one block by what they compute.
#[derive(Default)]
pub(crate) struct ValueNumbering<'c> {
    seen: HashMap<OpKey<'c>, Vec<HloValue>>,
}

impl<'c> ValueNumbering<'c> {
    /// Whether operations of this name may be merged.
    pub(crate) fn covers(name: &str) -> bool {
        !DISTINCT.contains(&name)
    }

    pub(crate) fn get(&self, key: &OpKey<'c>) -> Option<&Vec<HloValue>> {
        self.seen.get(key)
    }

    pub(crate) fn insert(&mut self, key: OpKey<'c>, results: Vec<HloValue>) {
        self.seen.insert(key, results);
    }
}
