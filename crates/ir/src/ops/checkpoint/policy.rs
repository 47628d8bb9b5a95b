//! What a checkpoint saves.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::{Attr, AttrReader, Attrs, Equation, Op};

/// Which values a checkpoint saves for the backward pass; the others are computed again.
///
/// Policies reach into scans, whose saved values are stacked, and into branches. A loop of unknown length has no stack:
/// unless its results are saved, it is computed again as a whole, as in JAX.
///
/// Policies form a lattice: of two, [`Policy::or`] saves what either does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Policy {
    values: Values,
    names: BTreeSet<Arc<str>>,
    /// Whether `names` are the named values that are not saved, rather than those that are.
    all_but: bool,
}

/// Which values are saved whether they have a name or not; each variant includes those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Values {
    #[default]
    Nothing,
    DotsWithNoBatchDims,
    Dots,
    Everything,
}

impl Values {
    const ALL: [(Values, &'static str); 4] = [
        (Values::Nothing, "nothing"),
        (Values::DotsWithNoBatchDims, "dots_with_no_batch_dims"),
        (Values::Dots, "dots"),
        (Values::Everything, "everything"),
    ];
}

impl Policy {
    /// Nothing is saved; JAX's `nothing_saveable` and the default.
    pub fn nothing() -> Self {
        Policy::default()
    }

    /// Everything is saved, as if there were no checkpoint; JAX's `everything_saveable`, and its
    /// `save_anything_except_these_names` whatever the names.
    pub fn everything() -> Self {
        Policy { values: Values::Everything, ..Policy::default() }
    }

    /// Products and convolutions are saved; JAX's `dots_saveable` and `checkpoint_dots`.
    pub fn dots() -> Self {
        Policy { values: Values::Dots, ..Policy::default() }
    }

    /// Products without batch dimensions are saved; JAX's `dots_with_no_batch_dims_saveable`.
    pub fn dots_with_no_batch_dims() -> Self {
        Policy { values: Values::DotsWithNoBatchDims, ..Policy::default() }
    }

    /// Values with one of these names (see [`Builder::checkpoint_name`](crate::Builder::checkpoint_name)) are saved; JAX's
    /// `save_only_these_names`.
    pub fn only_names<T: Into<Arc<str>>>(names: impl IntoIterator<Item = T>) -> Self {
        Policy { names: names.into_iter().map(Into::into).collect(), ..Policy::default() }
    }

    /// Named values are saved but for those with one of these names; JAX's `save_any_names_but_these`.
    pub fn any_names_but<T: Into<Arc<str>>>(names: impl IntoIterator<Item = T>) -> Self {
        Policy { all_but: true, ..Policy::only_names(names) }
    }

    /// What either policy saves; JAX's `save_from_both_policies`.
    pub fn or(self, other: Policy) -> Self {
        let values = self.values.max(other.values);
        let (all_but, names) = match (self.all_but, other.all_but) {
            (false, false) => (false, &self.names | &other.names),
            (true, true) => (true, &self.names & &other.names),
            (true, false) => (true, &self.names - &other.names),
            (false, true) => (true, &other.names - &self.names),
        };
        Policy { values, names, all_but }
    }

    /// Whether what `eqn` computes is saved.
    pub(crate) fn saves(&self, eqn: &Equation) -> bool {
        match &eqn.op {
            Op::CheckpointName(op) if self.names.contains(&op.name) != self.all_but => true,
            Op::DotGeneral(op) if op.dims.lhs_batch.is_empty() => self.values >= Values::DotsWithNoBatchDims,
            Op::DotGeneral(_) | Op::Conv(_) => self.values >= Values::Dots,
            _ => self.values >= Values::Everything,
        }
    }

    pub(super) fn attrs(&self) -> Attrs {
        let values = Values::ALL.into_iter().find(|(values, _)| *values == self.values).map_or("", |(_, name)| name);
        vec![
            ("saves", Attr::Name(values.to_owned())),
            ("names", Attr::Names(self.names.iter().map(|name| (**name).to_owned()).collect())),
            ("all_but_names", Attr::Bool(self.all_but)),
        ]
    }

    pub(super) fn parse(attrs: &mut AttrReader) -> Result<Self, String> {
        let name = attrs.name("saves")?;
        let Some((values, _)) = Values::ALL.into_iter().find(|(_, known)| *known == name) else {
            return Err(format!("a checkpoint does not save {name}"));
        };
        let names = attrs.names("names")?.into_iter().map(Into::into).collect();
        Ok(Policy { values, names, all_but: attrs.bool("all_but_names")? })
    }
}
