//! Dense layers and other basic ones.

mod activation;
mod dense;
mod einsum_dense;
mod embedding;
mod identity;
mod lambda;
mod lora;

pub(super) use activation::ACTIVATION;
pub(super) use dense::DENSE;
pub(super) use einsum_dense::EINSUM_DENSE;
pub(super) use embedding::EMBEDDING;
pub(super) use identity::IDENTITY;
pub(super) use lambda::LAMBDA;
