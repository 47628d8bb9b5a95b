//! Bytes that several owners read in place.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// What holds an artifact's bytes: memory, or a file that is mapped into it.
pub type Holder = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Part of an artifact's bytes; what holds them lives as long as this. Cheap to clone.
#[derive(Clone)]
pub struct Shared {
    holder: Holder,
    range: Range<usize>,
}

impl Shared {
    /// The bytes of a range; `None` if the holder has fewer.
    pub(crate) fn new(holder: &Holder, range: Range<usize>) -> Option<Shared> {
        (**holder).as_ref().get(range.clone())?;
        Some(Shared { holder: Arc::clone(holder), range })
    }

    /// All of a vector.
    pub(crate) fn owned(bytes: Vec<u8>) -> Shared {
        let range = 0..bytes.len();
        Shared { holder: Arc::new(bytes), range }
    }
}

impl Deref for Shared {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // The range was checked when this was made, and what holds the bytes does not change.
        (*self.holder).as_ref().get(self.range.clone()).unwrap_or_default()
    }
}

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shared({} bytes)", self.len())
    }
}
