//! Arrays of which something is known that their elements and types do not tell.

use std::collections::HashMap;
use std::rc::{Rc, Weak};

use keramos_ir::Array;

/// How many arrays come anew before those that are gone are forgotten, at least: as many as were there the last time.
const MAX_NOTED: usize = 1 << 12;

/// A set of arrays, which it does not keep.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    /// By address.
    arrays: HashMap<usize, Weak<Array>>,
    /// How many of them were still there when those that are gone were last forgotten.
    alive: usize,
}

impl Noted {
    pub(crate) fn note(&mut self, array: &Rc<Array>) {
        if self.arrays.len() > self.alive + self.alive.max(MAX_NOTED) {
            self.arrays.retain(|_, known| known.strong_count() > 0);
            self.alive = self.arrays.len();
        }
        self.arrays.insert(address(array), Rc::downgrade(array));
    }

    pub(crate) fn has(&self, array: &Rc<Array>) -> bool {
        self.arrays.get(&address(array)).is_some_and(|known| known.strong_count() > 0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.arrays.is_empty()
    }
}

fn address(array: &Rc<Array>) -> usize {
    Rc::as_ptr(array).addr()
}
