//! IR locations as MLIR locations.

use keramos_ir::Location as Place;
use melior::Context;
use melior::ir::Location;

/// Converts locations; remembers the last one, since a rule emits several operations in a row.
pub(crate) struct LocationCache<'c> {
    context: &'c Context,
    enabled: bool,
    last: Option<(Place, &'static str, Location<'c>)>,
}

impl<'c> LocationCache<'c> {
    /// A cache that answers "unknown" to everything unless `enabled`.
    pub(crate) fn new(context: &'c Context, enabled: bool) -> Self {
        LocationCache { context, enabled, last: None }
    }

    /// `file:line:column`, wrapped in a name location of the layer path and the primitive, such as
    /// `model/dense/add`. XLA shows the name as an instruction's `op_name`, names the instruction
    /// after the name's last part, and shows the rest as its source.
    pub(crate) fn get(&mut self, place: &Place, primitive: &'static str) -> Location<'c> {
        if !self.enabled {
            return Location::unknown(self.context);
        }
        if let Some((last_place, last_primitive, location)) = &self.last
            && last_place == place
            && *last_primitive == primitive
        {
            return *location;
        }
        let location = self.convert(place, primitive);
        self.last = Some((place.clone(), primitive, location));
        location
    }

    fn convert(&self, place: &Place, primitive: &str) -> Location<'c> {
        let position = match (place.file(), place.line_column()) {
            (Some(file), Some((line, column))) => Location::new(self.context, file, line as usize, column as usize),
            _ => Location::unknown(self.context),
        };
        match (place.scope(), primitive) {
            ("", "") => position,
            ("", name) | (name, "") => Location::name(self.context, name, position),
            (scope, primitive) => Location::name(self.context, &format!("{scope}/{primitive}"), position),
        }
    }

    /// A bare name, the location of the entry function's arguments.
    pub(crate) fn named(&self, name: &str) -> Location<'c> {
        match name {
            name if self.enabled && !name.is_empty() => {
                Location::name(self.context, name, Location::unknown(self.context))
            }
            _ => Location::unknown(self.context),
        }
    }
}
