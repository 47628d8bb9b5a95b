//! Attributes from MLIR assembly, each distinct text parsed once.

use std::collections::HashMap;

use melior::Context;
use melior::ir::{Attribute, Identifier};

/// Parsed attributes by their text, attribute names by theirs.
pub(crate) struct AttributeCache<'c> {
    context: &'c Context,
    parsed: HashMap<Box<str>, Attribute<'c>>,
    names: HashMap<&'static str, Identifier<'c>>,
}

impl<'c> AttributeCache<'c> {
    pub(crate) fn new(context: &'c Context) -> Self {
        AttributeCache { context, parsed: HashMap::new(), names: HashMap::new() }
    }

    /// The attribute that `text` denotes; `None`, with a diagnostic reported to the context, if it denotes none.
    pub(crate) fn parse(&mut self, text: &str) -> Option<Attribute<'c>> {
        if let Some(&attribute) = self.parsed.get(text) {
            return Some(attribute);
        }
        let attribute = Attribute::parse(self.context, text)?;
        self.parsed.insert(text.into(), attribute);
        Some(attribute)
    }

    /// The uniqued form of an attribute's name.
    pub(crate) fn name(&mut self, name: &'static str) -> Identifier<'c> {
        *self.names.entry(name).or_insert_with(|| Identifier::new(self.context, name))
    }
}
