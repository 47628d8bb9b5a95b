//! The stages that `keramos compile --emit` prints.

/// A stage of compilation whose result can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The syntax tree.
    Ast,
    /// The entry points as traced.
    Ir,
    /// The entry points after the IR's passes.
    IrOpt,
    /// The entry points as StableHLO.
    StableHlo,
}
