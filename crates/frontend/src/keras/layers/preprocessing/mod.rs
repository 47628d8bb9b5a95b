//! Layers that prepare data.

mod normalization;
mod rescaling;

pub(super) use normalization::NORMALIZATION;
pub(super) use rescaling::RESCALING;
