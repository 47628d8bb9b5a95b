//! Source texts, and the way from byte offsets to lines and columns.

use std::ops::Range;
use std::rc::Rc;

/// A half-open range of byte offsets into one source text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset just past the last byte; never less than `start`.
    pub end: u32,
}

impl Span {
    /// The range `start..end`; a reversed range becomes the empty one at `start`.
    pub fn new(start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        Self { start, end: end.max(start) }
    }

    /// The empty range at `offset`.
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// The smallest range that covers both.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Number of bytes covered.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether no byte is covered.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The same range for indexing a text.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// Which source of a [`SourceMap`] a span belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct FileId(pub u32);

impl FileId {
    /// The model file that is being compiled: the first source of its map.
    pub const MAIN: Self = Self(0);
}

/// A place in a source as people count it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Location {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One source text with its name and an index of its lines.
///
/// Cloning is cheap: the text is shared. Texts of 4 GiB and more cannot be addressed by a [`Span`];
/// callers refuse them before they get here.
#[derive(Clone, Debug)]
pub struct Source {
    name: Rc<str>,
    text: Rc<str>,
    line_starts: Rc<[u32]>,
}

impl Source {
    /// Indexes `text`. `name` is what diagnostics call the file, usually its path as the user gave it.
    pub fn new(name: impl Into<Rc<str>>, text: impl Into<Rc<str>>) -> Self {
        let text: Rc<str> = text.into();
        let line_starts = std::iter::once(0).chain(line_ends(&text).map(|end| end as u32)).collect();
        Self { name: name.into(), text, line_starts }
    }

    /// The file's name as diagnostics print it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name, shared.
    pub fn name_rc(&self) -> Rc<str> {
        self.name.clone()
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Number of lines; an empty text has one.
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// The text under `span`, or what of it lies inside the source.
    pub fn slice(&self, span: Span) -> &str {
        let span = self.clamp(span);
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Line and column of a byte offset; offsets past the end give the end.
    pub fn location(&self, offset: u32) -> Location {
        let offset = self.floor_boundary(offset as usize);
        let line = self.line_starts.partition_point(|&start| start as usize <= offset).max(1);
        let start = self.line_start(line);
        let column = self.text.get(start..offset).unwrap_or_default().chars().count() + 1;
        Location { line, column }
    }

    /// Byte range of line `line` (from 1) without its line break.
    pub fn line_span(&self, line: usize) -> Span {
        let start = self.line_start(line);
        let end = self.line_starts.get(line).map_or(self.text.len(), |&end| end as usize);
        let content = self.text.get(start..end).unwrap_or_default();
        Span::new(start, start + content.trim_end_matches(['\n', '\r']).len())
    }

    /// The nearest span inside the text whose ends are on character boundaries.
    pub fn clamp(&self, span: Span) -> Span {
        let start = self.floor_boundary(span.start as usize);
        let end = self.floor_boundary(span.end as usize);
        Span::new(start, end)
    }

    fn line_start(&self, line: usize) -> usize {
        let index = line.saturating_sub(1);
        self.line_starts.get(index).map_or(self.text.len(), |&start| start as usize)
    }

    fn floor_boundary(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset)
    }
}

/// Offsets just past each line break: `\n`, `\r\n` or a lone `\r`, as Python reads files.
fn line_ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().filter_map(move |(at, byte)| match byte {
        b'\n' => Some(at + 1),
        b'\r' if bytes.get(at + 1) != Some(&b'\n') => Some(at + 1),
        _ => None,
    })
}

/// The sources of one compilation, found by [`FileId`].
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
}

impl SourceMap {
    /// A map that holds one source, as [`FileId::MAIN`].
    pub fn single(source: Source) -> Self {
        Self { sources: vec![source] }
    }

    /// Adds a source and says under which id it is found.
    pub fn add(&mut self, source: Source) -> FileId {
        self.sources.push(source);
        FileId(self.sources.len() as u32 - 1)
    }

    /// The source of that id, if the map has one.
    pub fn get(&self, file: FileId) -> Option<&Source> {
        self.sources.get(file.0 as usize)
    }
}
