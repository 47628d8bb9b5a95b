//! The weights section: every stored variable once, raw and aligned.

use crate::error::Fault;
use crate::manifest::{StoredTensor, Variable};

/// Each tensor starts at a multiple of this many bytes from the start of the section, and
/// the section at a multiple of it from the start of the file.
pub const WEIGHT_ALIGNMENT: u64 = 64;

/// The stored values, as read from an artifact.
#[derive(Debug, Clone)]
pub struct Weights<'a> {
    pub(crate) bytes: std::borrow::Cow<'a, [u8]>,
    pub(crate) index: &'a [StoredTensor],
}

impl Weights<'_> {
    /// Index of each stored variable and its value: dense, row-major, little-endian.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &[u8])> {
        self.index.iter().map(|stored| {
            let start = usize::try_from(stored.offset).unwrap_or(usize::MAX);
            let end = start.saturating_add(usize::try_from(stored.length).unwrap_or(usize::MAX));
            // The reader has checked that the index fits the section.
            (stored.variable, self.bytes.get(start..end).unwrap_or_default())
        })
    }

    /// The value of the variable with this index, if it is stored.
    pub fn get(&self, variable: usize) -> Option<&[u8]> {
        self.iter().find_map(|(index, bytes)| (index == variable).then_some(bytes))
    }
}

impl Fault {
    /// `actual` bytes were given or stored for a variable of another size.
    pub(crate) fn weight_size(index: usize, variable: &Variable, actual: u64) -> Fault {
        Fault::WeightSize {
            index,
            path: variable.path.clone(),
            wanted: format!("{}{:?}", variable.dtype, variable.shape),
            expected: variable.byte_len().map_or(u64::MAX, |len| len as u64),
            actual,
        }
    }
}
