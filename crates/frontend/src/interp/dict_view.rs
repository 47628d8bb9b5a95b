//! `dict.keys()`, `dict.values()` and `dict.items()`.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::iterate::Iter;
use crate::value::{Key, Object, Value};

/// What of each entry is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The key.
    Keys,
    /// The value.
    Values,
    /// Both, as a tuple.
    Items,
}

/// A dict seen as a sequence; it follows the dict's changes.
#[derive(Clone, Debug)]
pub(crate) struct DictView {
    dict: Rc<RefCell<IndexMap<Key, Value>>>,
    part: Part,
}

impl DictView {
    /// A view of the keys.
    pub(crate) fn keys(dict: &Rc<RefCell<IndexMap<Key, Value>>>) -> Self {
        DictView { dict: dict.clone(), part: Part::Keys }
    }

    /// A view of the given part, as a value.
    pub(crate) fn value(dict: &Rc<RefCell<IndexMap<Key, Value>>>, part: Part) -> Value {
        Value::User(Rc::new(DictView { dict: dict.clone(), part }))
    }

    /// Number of entries.
    pub(crate) fn len(&self) -> usize {
        self.dict.borrow().len()
    }

    /// Element number `index`.
    pub(crate) fn at(&self, index: usize) -> Option<Value> {
        let dict = self.dict.borrow();
        let (key, value) = dict.get_index(index)?;
        Some(match self.part {
            Part::Keys => key.value().clone(),
            Part::Values => value.clone(),
            Part::Items => Value::tuple(vec![key.value().clone(), value.clone()]),
        })
    }

    /// An iteration over the view.
    pub(crate) fn iter(&self) -> Iter {
        Iter::Dict(self.clone(), 0, self.len())
    }

    /// All elements.
    pub(crate) fn elements(&self) -> Vec<Value> {
        (0..self.len()).filter_map(|index| self.at(index)).collect()
    }

    /// Which part it shows.
    pub(crate) fn part(&self) -> Part {
        self.part
    }
}

impl Object for DictView {
    fn class_name(&self) -> Rc<str> {
        match self.part {
            Part::Keys => "dict_keys",
            Part::Values => "dict_values",
            Part::Items => "dict_items",
        }
        .into()
    }
}
