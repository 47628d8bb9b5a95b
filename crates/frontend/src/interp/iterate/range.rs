//! `range`.

use std::rc::Rc;

use super::Iter;
use crate::error::Result;
use crate::interp::Interp;
use crate::value::{Object, Value};

/// Integers from `start` to before `stop` in steps of `step`, which is not zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    /// The first.
    pub(crate) start: i64,
    /// The bound, not included.
    pub(crate) stop: i64,
    /// The step.
    pub(crate) step: i64,
}

impl Range {
    /// How many integers there are.
    pub(crate) fn len(&self) -> u64 {
        let (start, stop, step) = (i128::from(self.start), i128::from(self.stop), i128::from(self.step));
        let length = if step > 0 { (stop - start + step - 1) / step } else { (start - stop - step - 1) / -step };
        u64::try_from(length).unwrap_or(0)
    }

    /// The integer at `index`, counted from the start.
    pub(crate) fn get(&self, index: u64) -> i64 {
        (i128::from(self.start) + i128::from(index) * i128::from(self.step)) as i64
    }

    /// Whether `value` is one of them.
    pub(crate) fn contains(&self, value: i64) -> bool {
        self.index(value).is_some()
    }

    /// The position of `value`.
    pub(crate) fn index(&self, value: i64) -> Option<u64> {
        let offset = i128::from(value) - i128::from(self.start);
        let index = u64::try_from(offset / i128::from(self.step)).ok()?;
        (offset % i128::from(self.step) == 0 && index < self.len()).then_some(index)
    }

    /// An iteration over them.
    pub(crate) fn iter(&self) -> Iter {
        Iter::Range(self.start, self.step, self.len())
    }

    /// The same integers in the opposite order.
    pub(crate) fn reversed(&self) -> Range {
        let Some(last) = self.len().checked_sub(1) else { return Range { start: 0, stop: 0, step: 1 } };
        let step = self.step.saturating_neg();
        Range { start: self.get(last), stop: self.start.saturating_add(step), step }
    }

    /// Whether both have the same elements.
    pub(crate) fn same(&self, other: &Range) -> bool {
        let length = self.len();
        length == other.len() && (length == 0 || self.start == other.start && (length == 1 || self.step == other.step))
    }
}

impl Object for Range {
    fn class_name(&self) -> Rc<str> {
        "range".into()
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "start" => Some(Value::Int(self.start)),
            "stop" => Some(Value::Int(self.stop)),
            "step" => Some(Value::Int(self.step)),
            _ => None,
        })
    }

    fn attributes(&self) -> Vec<String> {
        ["start", "stop", "step"].map(String::from).to_vec()
    }

    fn repr(&self) -> String {
        match self.step {
            1 => format!("range({}, {})", self.start, self.stop),
            step => format!("range({}, {}, {step})", self.start, self.stop),
        }
    }
}
