//! Attributes of primitives in the textual form.

use std::sync::Arc;

use crate::{Array, DType, Function};

/// One attribute value of a primitive, as the textual IR shows it.
#[derive(Clone, Debug, PartialEq)]
pub enum Attr {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A list of whole numbers, `[1,2]`.
    Ints(Vec<i64>),
    /// A list of lists, `[[0,0],[1,1]]`.
    IntLists(Vec<Vec<i64>>),
    /// An identifier such as `max` or `NHWC`.
    Name(String),
    /// A list of texts, `["a","b"]`.
    Names(Vec<String>),
    /// An element type.
    DType(DType),
    /// A dense constant.
    Array(Arc<Array>),
    /// A nested function (loop body, branch, callee), printed as `@name` and defined after its user.
    Function(Arc<Function>),
    /// A list of nested functions, `[@a,@b]`.
    Functions(Vec<Arc<Function>>),
}

impl Attr {
    /// The nested functions.
    pub fn functions(&self) -> &[Arc<Function>] {
        match self {
            Attr::Function(function) => std::slice::from_ref(function),
            Attr::Functions(functions) => functions,
            _ => &[],
        }
    }
}

/// The attributes of one primitive in their fixed printing order.
pub type Attrs = Vec<(&'static str, Attr)>;

/// Reads the attributes of one primitive while parsing textual IR.
///
/// Each `take` removes the attribute; [`AttrReader::finish`] rejects what is left, so that an
/// unknown attribute is an error rather than silently dropped.
#[derive(Debug)]
pub struct AttrReader {
    attrs: Vec<(String, Attr)>,
}

macro_rules! take {
    ($(#[$doc:meta])* $name:ident, $variant:ident, $ty:ty, $what:literal) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// The attribute is missing or of another kind; the message names it.
        pub fn $name(&mut self, key: &str) -> Result<$ty, String> {
            match self.take(key)? {
                Attr::$variant(value) => Ok(value),
                other => Err(format!(concat!("attribute {} must be ", $what, ", found {:?}"), key, other)),
            }
        }
    };
}

impl AttrReader {
    /// A reader over parsed attributes.
    pub fn new(attrs: Vec<(String, Attr)>) -> Self {
        AttrReader { attrs }
    }

    fn take(&mut self, key: &str) -> Result<Attr, String> {
        match self.attrs.iter().position(|(k, _)| k == key) {
            Some(i) => Ok(self.attrs.remove(i).1),
            None => Err(format!("attribute {key} is missing")),
        }
    }

    take!(/// A truth value.
        bool, Bool, bool, "true or false");
    take!(/// A whole number.
        int, Int, i64, "a whole number");
    take!(/// A list of whole numbers.
        ints, Ints, Vec<i64>, "a list of whole numbers");
    take!(/// An identifier.
        name, Name, String, "a name");
    take!(/// An element type.
        dtype, DType, DType, "an element type");
    take!(/// A dense constant.
        array, Array, Arc<Array>, "a constant");
    take!(/// A nested function.
        function, Function, Arc<Function>, "a function");
    take!(/// A list of nested functions.
        functions, Functions, Vec<Arc<Function>>, "a list of functions");

    /// A non-negative number, such as a dimension.
    ///
    /// # Errors
    /// As [`AttrReader::int`], or the number is negative.
    pub fn size(&mut self, key: &str) -> Result<usize, String> {
        let int = self.int(key)?;
        usize::try_from(int).map_err(|_| format!("attribute {key} must not be negative, found {int}"))
    }

    /// A list of non-negative numbers, such as dimensions or sizes.
    ///
    /// # Errors
    /// As [`AttrReader::ints`], or a number is negative.
    pub fn sizes(&mut self, key: &str) -> Result<Vec<usize>, String> {
        let ints = self.ints(key)?;
        ints.into_iter()
            .map(|i| usize::try_from(i).map_err(|_| format!("attribute {key} must not be negative, found {i}")))
            .collect()
    }

    /// Lists of non-negative numbers.
    ///
    /// # Errors
    /// As [`AttrReader::int_lists`], or a number is negative.
    pub fn size_lists(&mut self, key: &str) -> Result<Vec<Vec<usize>>, String> {
        let lists = self.int_lists(key)?;
        let size = |i: i64| usize::try_from(i).map_err(|_| format!("attribute {key} must not be negative, found {i}"));
        lists.into_iter().map(|list| list.into_iter().map(size).collect()).collect()
    }

    /// Pairs of whole numbers, `[[1,2],[0,0]]`.
    ///
    /// # Errors
    /// As [`AttrReader::int_lists`], or a list has another length than 2.
    pub fn pairs(&mut self, key: &str) -> Result<Vec<(i64, i64)>, String> {
        let pair = |list: Vec<i64>| match *list.as_slice() {
            [low, high] => Ok((low, high)),
            _ => Err(format!("attribute {key} must be a list of pairs")),
        };
        self.int_lists(key)?.into_iter().map(pair).collect()
    }

    /// A list of lists of whole numbers; `[]` is the empty one.
    ///
    /// # Errors
    /// The attribute is missing or of another kind; the message names it.
    pub fn int_lists(&mut self, key: &str) -> Result<Vec<Vec<i64>>, String> {
        match self.take(key)? {
            Attr::IntLists(lists) => Ok(lists),
            Attr::Ints(empty) if empty.is_empty() => Ok(Vec::new()),
            other => Err(format!("attribute {key} must be a list of lists of whole numbers, found {other:?}")),
        }
    }

    /// A list of texts; `[]` is the empty one.
    ///
    /// # Errors
    /// The attribute is missing or of another kind; the message names it.
    pub fn names(&mut self, key: &str) -> Result<Vec<String>, String> {
        match self.take(key)? {
            Attr::Names(names) => Ok(names),
            Attr::Ints(empty) if empty.is_empty() => Ok(Vec::new()),
            other => Err(format!("attribute {key} must be a list of texts, found {other:?}")),
        }
    }

    /// Checks that every attribute was taken.
    ///
    /// # Errors
    /// Names an attribute that the primitive does not have.
    pub fn finish(self) -> Result<(), String> {
        match self.attrs.first() {
            None => Ok(()),
            Some((key, _)) => Err(format!("unknown attribute {key}")),
        }
    }
}

impl From<&[usize]> for Attr {
    fn from(sizes: &[usize]) -> Self {
        Attr::Ints(sizes.iter().map(|&s| s as i64).collect())
    }
}

impl From<&Vec<usize>> for Attr {
    fn from(sizes: &Vec<usize>) -> Self {
        Attr::from(sizes.as_slice())
    }
}

impl From<usize> for Attr {
    fn from(size: usize) -> Self {
        Attr::Int(size as i64)
    }
}

impl From<&[(i64, i64)]> for Attr {
    fn from(pairs: &[(i64, i64)]) -> Self {
        Attr::IntLists(pairs.iter().map(|&(low, high)| vec![low, high]).collect())
    }
}
