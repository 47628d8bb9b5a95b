//! Axes named, split, ordered and merged by a pattern such as `b (h p) c -> b h (p c)`.

use indexmap::IndexMap;
use keramos_ir::as_tuple;

use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// The axes of one side: the names in each dimension.
fn side(text: &str) -> Result<Vec<Vec<String>>> {
    let mut dimensions = Vec::new();
    let mut group: Option<Vec<String>> = None;
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    for word in spaced.split_whitespace() {
        match (word, &mut group) {
            ("(", None) => group = Some(Vec::new()),
            (")", Some(_)) => dimensions.extend(group.take()),
            ("(" | ")", _) => return Err(Error::argument(format!("the parentheses of `{text}` do not match"))),
            (name, Some(names)) => names.push(name.to_owned()),
            (name, None) => dimensions.push(vec![name.to_owned()]),
        }
    }
    match group {
        None => Ok(dimensions),
        Some(_) => Err(Error::argument(format!("the parentheses of `{text}` do not match"))),
    }
}

impl Tracer {
    /// The tensor with its axes as `pattern` says; `sizes` of those that a dimension is split into, of which one per
    /// dimension may be left out.
    pub(crate) fn rearrange(&mut self, x: &Tensor, pattern: &str, sizes: &[(String, usize)]) -> Result<Tensor> {
        let Some((before, after)) = pattern.split_once("->") else {
            return Err(Error::argument(format!("the pattern `{pattern}` has no `->`")));
        };
        let (before, after) = (side(before)?, side(after)?);
        if before.len() != x.rank() {
            return Err(Error::shape(format!(
                "the pattern names {} dimensions, the tensor has shape {}",
                before.len(),
                as_tuple(x.shape())
            )));
        }
        let mut axes: IndexMap<String, usize> = IndexMap::new();
        for (names, &n) in before.iter().zip(x.shape()) {
            let given = |name: &String| sizes.iter().find(|(known, _)| known == name).map(|(_, size)| *size);
            let known: usize = names.iter().filter_map(given).fold(1, usize::saturating_mul);
            let missing = names.iter().filter(|name| given(name).is_none()).count();
            let fits = if missing == 0 { known == n } else { missing == 1 && known > 0 && n.is_multiple_of(known) };
            if !fits {
                return Err(Error::shape(format!("a dimension of size {n} is not split into `{}`", names.join(" ")))
                    .help("give the sizes of all but one of the names by keyword"));
            }
            for name in names {
                let size = given(name).unwrap_or_else(|| n / known.max(1));
                if axes.insert(name.clone(), size).is_some() {
                    return Err(Error::argument(format!("the pattern `{pattern}` names `{name}` twice")));
                }
            }
        }
        let order: Option<Vec<usize>> = after.iter().flatten().map(|name| axes.get_index_of(name)).collect();
        let order = order
            .filter(|order| order.len() == axes.len())
            .ok_or_else(|| Error::argument(format!("both sides of `{pattern}` must name the same axes, each once")))?;
        let split: Vec<usize> = axes.values().copied().collect();
        let merged: Vec<usize> = after
            .iter()
            .map(|names| names.iter().filter_map(|name| axes.get(name)).fold(1usize, |n, &size| n.saturating_mul(size)))
            .collect();
        let y = self.reshape(x, &split)?;
        let y = self.transpose(&y, &order)?;
        self.reshape(&y, &merged)
    }
}
