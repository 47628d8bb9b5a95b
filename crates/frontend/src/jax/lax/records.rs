//! Dimension numbers and named constants.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::value::{Object, Value, downcast};

/// An object of named fields.
#[derive(Debug)]
pub(super) struct Record {
    class: &'static ClassDecl,
    fields: Vec<(&'static str, Value)>,
}

impl Record {
    /// An object of `class` with these fields.
    pub(super) fn value(class: &'static ClassDecl, fields: Vec<(&'static str, Value)>) -> Value {
        Value::Object(Rc::new(Record { class, fields }))
    }

    /// The value, if it is an object of `class`.
    pub(super) fn of(value: &Value, class: &'static ClassDecl) -> Option<Rc<Record>> {
        match value {
            Value::Object(object) => downcast::<Record>(object).filter(|record| std::ptr::eq(record.class, class)),
            _ => None,
        }
    }

    /// A field's dimensions.
    ///
    /// # Errors
    /// They are no dimensions.
    pub(super) fn dims(&self, name: &str) -> Result<Vec<usize>> {
        let field = self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value);
        let dims = field.and_then(crate::jax::arguments::integers);
        let dims = dims.and_then(|dims| dims.iter().map(|&d| usize::try_from(d).ok()).collect::<Option<Vec<_>>>());
        dims.ok_or_else(|| Error::argument(format!("`{name}` of {} must be dimensions", self.class.name)))
    }
}

impl Object for Record {
    fn class_name(&self) -> Rc<str> {
        self.class.name.into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        Some(self.class)
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone()))
    }

    fn attributes(&self) -> Vec<String> {
        self.fields.iter().map(|(name, _)| (*name).to_owned()).collect()
    }
}

fn record(class: &'static ClassDecl, args: &Bound) -> Result<Value> {
    Ok(Record::value(class, args.iter().map(|(param, value)| (param.name, value.clone())).collect()))
}

const NO_DIMS: Default = Default::Ints(&[]);

macro_rules! record_class {
    ($constant:ident = $name:literal, $doc:literal, [$($param:expr),*]) => {
        #[doc = $doc]
        pub(super) static $constant: ClassDecl = ClassDecl {
            name: $name,
            aliases: &[],
            bases: &[],
            signature: Signature::new(&[$($param),*]),
            doc: $doc,
            new: |_, args| record(&$constant, args),
            methods: &[],
        };
    };
}

record_class!(
    GATHER = "GatherDimensionNumbers",
    "Which dimensions the indices of a gather address.",
    [
        Param::required("offset_dims"),
        Param::required("collapsed_slice_dims"),
        Param::required("start_index_map"),
        Param::new("operand_batching_dims", NO_DIMS),
        Param::new("start_indices_batching_dims", NO_DIMS)
    ]
);

record_class!(
    SCATTER = "ScatterDimensionNumbers",
    "Which dimensions the indices of a scatter address.",
    [
        Param::required("update_window_dims"),
        Param::required("inserted_window_dims"),
        Param::required("scatter_dims_to_operand_dims"),
        Param::new("operand_batching_dims", NO_DIMS),
        Param::new("scatter_indices_batching_dims", NO_DIMS)
    ]
);

record_class!(
    CONV = "ConvDimensionNumbers",
    "Where a convolution's operands and result have their dimensions.",
    [Param::required("lhs_spec"), Param::required("rhs_spec"), Param::required("out_spec")]
);

/// The classes of dimension numbers.
pub(super) static CLASSES: &[&ClassDecl] = &[&GATHER, &SCATTER, &CONV];

/// A set of named constants.
#[derive(Debug)]
struct Constants {
    name: &'static str,
    members: &'static [(&'static str, &'static str)],
}

impl Object for Constants {
    fn class_name(&self) -> Rc<str> {
        "EnumMeta".into()
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(self.members.iter().find(|(member, _)| *member == name).map(|(_, value)| Value::str(*value)))
    }

    fn attributes(&self) -> Vec<String> {
        self.members.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    fn repr(&self) -> String {
        format!("<enum '{}'>", self.name)
    }
}

/// A set of named numbers.
#[derive(Debug)]
struct Numbers {
    name: &'static str,
    members: &'static [(&'static str, i64)],
}

impl Object for Numbers {
    fn class_name(&self) -> Rc<str> {
        "EnumMeta".into()
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(self.members.iter().find(|(member, _)| *member == name).map(|(_, number)| Value::Int(*number)))
    }

    fn attributes(&self) -> Vec<String> {
        self.members.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    fn repr(&self) -> String {
        format!("<enum '{}'>", self.name)
    }
}

/// Sets of constants with the strings that stand for them.
const SETS: &[(&str, &[(&str, &str)])] = &[
    ("Precision", &[("DEFAULT", "default"), ("HIGH", "high"), ("HIGHEST", "highest")]),
    ("RoundingMethod", &[("AWAY_FROM_ZERO", "away_from_zero"), ("TO_NEAREST_EVEN", "to_nearest_even")]),
    (
        "GatherScatterMode",
        &[
            ("CLIP", "clip"),
            ("FILL_OR_DROP", "fill"),
            ("PROMISE_IN_BOUNDS", "promise_in_bounds"),
            ("ONE_HOT", "one_hot"),
        ],
    ),
    ("FftType", &[("FFT", "fft"), ("IFFT", "ifft"), ("RFFT", "rfft"), ("IRFFT", "irfft")]),
];

/// The names of the sets of constants.
pub(super) const VALUE_NAMES: &[&str] =
    &["Precision", "RoundingMethod", "GatherScatterMode", "FftType", "RandomAlgorithm"];

/// The generators of random bits by number.
const ALGORITHMS: &[(&str, i64)] = &[("RNG_DEFAULT", 0), ("RNG_THREE_FRY", 1), ("RNG_PHILOX", 2)];

/// A set of constants by name.
pub(super) fn value(name: &str) -> Option<Value> {
    if name == "RandomAlgorithm" {
        return Some(Value::Object(Rc::new(Numbers { name: "RandomAlgorithm", members: ALGORITHMS })));
    }
    let &(name, members) = SETS.iter().find(|(set, _)| *set == name)?;
    Some(Value::Object(Rc::new(Constants { name, members })))
}
