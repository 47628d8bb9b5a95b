//! Trees that stand for larger ones, and trees that must have a given shape.

use super::{Kind, Path, TreeDef};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::value::Value;

/// How two trees are called in messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names<'a> {
    /// The tree that must fit.
    pub(crate) given: &'a str,
    /// The tree that decides.
    pub(crate) wanted: &'a str,
}

impl Interp {
    /// One value for each leaf of `def`: `prefix` is a tree whose leaves stand for all leaves below them.
    /// `None` counts as a leaf of the prefix.
    ///
    /// # Errors
    /// The prefix does not fit; the message names the place in both trees.
    pub(crate) fn broadcast_prefix(&mut self, prefix: &Value, def: &TreeDef, names: Names<'_>) -> Result<Vec<Value>> {
        let mut found = Vec::with_capacity(def.num_leaves());
        self.spread(prefix, def, names, &mut Path::default(), &mut found)?;
        Ok(found)
    }

    fn spread(
        &mut self,
        prefix: &Value,
        def: &TreeDef,
        names: Names<'_>,
        here: &mut Path,
        found: &mut Vec<Value>,
    ) -> Result<()> {
        let (kind, children) = self.expand(prefix)?;
        if matches!(kind, Kind::Leaf | Kind::None) {
            found.extend(std::iter::repeat_n(prefix.clone(), def.num_leaves()));
            return Ok(());
        }
        check(&kind, children.len(), def, names, here)?;
        for (index, (child, def)) in children.iter().zip(def.children()).enumerate() {
            here.0.push(kind.key(index));
            self.spread(child, def, names, here, found)?;
            here.0.pop();
        }
        Ok(())
    }

    /// The subtrees of `tree` at the leaves of `def`.
    ///
    /// # Errors
    /// The tree has another shape; the message names the place in both trees.
    pub(crate) fn flatten_up_to(&mut self, def: &TreeDef, tree: &Value, names: Names<'_>) -> Result<Vec<Value>> {
        let mut found = Vec::with_capacity(def.num_leaves());
        self.descend(def, tree, names, &mut Path::default(), &mut found)?;
        Ok(found)
    }

    fn descend(
        &mut self,
        def: &TreeDef,
        tree: &Value,
        names: Names<'_>,
        here: &mut Path,
        found: &mut Vec<Value>,
    ) -> Result<()> {
        if def.is_leaf() {
            found.push(tree.clone());
            return Ok(());
        }
        let (kind, children) = self.expand(tree)?;
        check(&kind, children.len(), def, names, here)?;
        for (index, (def, child)) in def.children().iter().zip(&children).enumerate() {
            here.0.push(kind.key(index));
            self.descend(def, child, names, here, found)?;
            here.0.pop();
        }
        Ok(())
    }
}

fn check(kind: &Kind, children: usize, def: &TreeDef, names: Names<'_>, here: &Path) -> Result<()> {
    if kind == def.kind() && children == def.children().len() {
        return Ok(());
    }
    Err(mismatch(names, here, &kind.describe(children), &def.kind().describe(def.children().len())))
}

/// The error of two trees that differ at `path`.
fn mismatch(names: Names<'_>, path: &Path, given: &str, wanted: &str) -> Error {
    let Names { given: given_name, wanted: wanted_name } = names;
    raise("ValueError", format!("{given_name} and {wanted_name} have different tree structures")).note(format!(
        "`{}{path}` is {given}, `{}{path}` is {wanted}",
        bare(given_name),
        bare(wanted_name)
    ))
}

/// The name itself of "the argument `x`".
fn bare(name: &str) -> &str {
    name.split('`').nth(1).unwrap_or(name)
}

/// The first difference between two trees, in words, for trees that must be equal.
pub(crate) fn difference(given: &TreeDef, wanted: &TreeDef) -> Option<(Path, String, String)> {
    let mut path = Path::default();
    let (a, b) = differ(given, wanted, &mut path)?;
    Some((path, a, b))
}

fn differ(given: &TreeDef, wanted: &TreeDef, path: &mut Path) -> Option<(String, String)> {
    let (a, b) = (given.children().len(), wanted.children().len());
    if given.kind() != wanted.kind() || a != b {
        return Some((given.kind().describe(a), wanted.kind().describe(b)));
    }
    for (index, (x, y)) in given.children().iter().zip(wanted.children()).enumerate() {
        path.0.push(given.kind().key(index));
        if let Some(found) = differ(x, y, path) {
            return Some(found);
        }
        path.0.pop();
    }
    None
}
