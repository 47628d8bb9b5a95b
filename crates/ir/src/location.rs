//! Where an equation comes from.

use std::fmt;
use std::sync::Arc;

/// A place in a model file together with the layer (or function) being traced there.
///
/// Every equation carries one through every transform and pass into MLIR's locations, so that a
/// failure in lowering or at run time can still name the layer and the line. Cloning is cheap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Location(Option<Arc<Place>>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Place {
    file: Arc<str>,
    line: u32,
    column: u32,
    scope: Arc<str>,
}

impl Location {
    /// No location is known.
    pub const UNKNOWN: Location = Location(None);

    /// A place in a file (`line` and `column` count from 1) inside `scope`, a path such as
    /// `model/conv2d_1`, empty at top level.
    pub fn new(file: impl Into<Arc<str>>, line: u32, column: u32, scope: impl Into<Arc<str>>) -> Self {
        Location(Some(Arc::new(Place { file: file.into(), line, column, scope: scope.into() })))
    }

    /// The file name, unless unknown.
    pub fn file(&self) -> Option<&str> {
        self.0.as_deref().map(|p| &*p.file)
    }

    /// Line and column, both counted from 1, unless unknown.
    pub fn line_column(&self) -> Option<(u32, u32)> {
        self.0.as_deref().map(|p| (p.line, p.column))
    }

    /// The layer path, empty at top level or where nothing is known.
    pub fn scope(&self) -> &str {
        self.0.as_deref().map_or("", |p| &*p.scope)
    }

    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("unknown location"),
            Some(p) if p.scope.is_empty() => write!(f, "{}:{}:{}", p.file, p.line, p.column),
            Some(p) => write!(f, "{}:{}:{} ({})", p.file, p.line, p.column, p.scope),
        }
    }
}
