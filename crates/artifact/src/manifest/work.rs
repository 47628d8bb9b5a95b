//! What a program does, layer by layer, as the compiler counted it before any plugin saw it.

use serde::{Deserialize, Serialize};

/// The work of one program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Index in [`crate::Manifest::programs`].
    pub program: usize,
    /// The layers in the order in which they compute. What belongs to no layer stands under its own name, such as that of
    /// the optimizer, or under no name.
    pub layers: Vec<LayerWork>,
    /// The operations, for one program of a model: what its picture unfolds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// What one layer does in one run of a program. A loop over equal layers counts as the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerWork {
    /// Name of the layer, as [`crate::LayerSummary`] has it.
    pub layer: String,
    /// Floating-point operations outside of the backward pass; a multiplication and an addition are two.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub flops: u64,
    /// Floating-point operations of the backward pass.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub backward_flops: u64,
    /// Bytes of results that the backward pass reads.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub kept: u64,
}

/// One operation of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Index in [`Work::layers`].
    pub layer: usize,
    /// Name of the primitive, JAX's where JAX has it.
    pub op: String,
    /// Type of the result, such as `f32[32,10]`.
    pub result: String,
    /// Floating-point operations.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub flops: u64,
    /// Indices of the steps whose results it takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<usize>,
}

impl Work {
    /// Floating-point operations of one run, those of the backward pass among them.
    #[must_use]
    pub fn flops(&self) -> u64 {
        self.layers.iter().map(|layer| layer.flops.saturating_add(layer.backward_flops)).fold(0, u64::saturating_add)
    }

    /// Bytes that the forward pass leaves for the backward pass.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.layers.iter().map(|layer| layer.kept).fold(0, u64::saturating_add)
    }

    /// What a layer does.
    #[must_use]
    pub fn layer(&self, name: &str) -> Option<&LayerWork> {
        self.layers.iter().find(|layer| layer.layer == name)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}
