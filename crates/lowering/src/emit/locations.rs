//! IR locations as MLIR locations.

use keramos_ir::Location as Place;
use melior::Context;
use melior::ir::Location;

/// Converts locations; remembers the last one, since equations of one source line come in a row.
pub(crate) struct LocationCache<'c> {
    context: &'c Context,
    enabled: bool,
    last: (Place, Location<'c>),
}

impl<'c> LocationCache<'c> {
    /// A cache that answers "unknown" to everything unless `enabled`.
    pub(crate) fn new(context: &'c Context, enabled: bool) -> Self {
        LocationCache { context, enabled, last: (Place::UNKNOWN, Location::unknown(context)) }
    }

    /// `file:line:column`, wrapped in a name location of the layer path where there is one. XLA
    /// shows the name as an instruction's `op_name` and the rest as its source.
    pub(crate) fn get(&mut self, place: &Place) -> Location<'c> {
        if self.enabled && self.last.0 != *place {
            self.last = (place.clone(), self.convert(place));
        }
        self.last.1
    }

    fn convert(&self, place: &Place) -> Location<'c> {
        let position = match (place.file(), place.line_column()) {
            (Some(file), Some((line, column))) => Location::new(self.context, file, line as usize, column as usize),
            _ => Location::unknown(self.context),
        };
        match place.scope() {
            "" => position,
            scope => Location::name(self.context, scope, position),
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
