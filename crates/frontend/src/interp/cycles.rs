//! Functions refer to the namespaces that they stand in, and namespaces to functions: at the end of a compilation these
//! circles are opened, so that a process that compiles many files keeps nothing of them.

use std::rc::{Rc, Weak};

use super::function::UserFunction;

/// The functions of a compilation. When it is dropped, those that are still there forget what they see.
#[derive(Debug, Default)]
pub(crate) struct Functions {
    made: Vec<Weak<UserFunction>>,
    /// How many were there when those that are gone were last left out.
    kept: usize,
}

impl Functions {
    /// Takes note of a function.
    pub(super) fn note(&mut self, function: &Rc<UserFunction>) {
        const FEW: usize = 1024;
        if self.made.len() >= self.kept.max(FEW) * 2 {
            self.made.retain(|function| function.strong_count() > 0);
            self.kept = self.made.len();
        }
        self.made.push(Rc::downgrade(function));
    }
}

impl Drop for Functions {
    fn drop(&mut self) {
        for function in std::mem::take(&mut self.made) {
            if let Some(function) = function.upgrade() {
                function.forget();
            }
        }
    }
}
