//! Layers that prepare data.

mod normalization;
mod rescaling;
mod resizing;

pub(super) use normalization::NORMALIZATION;
pub(in crate::keras) use normalization::Normalization;
pub(super) use rescaling::RESCALING;
pub(super) use resizing::RESIZING;
