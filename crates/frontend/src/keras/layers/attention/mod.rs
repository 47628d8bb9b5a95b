//! Attention layers.

mod equations;
mod multi_head;

pub(super) use multi_head::MULTI_HEAD_ATTENTION;
