//! Programs of several files: the model file, and those beside it that it imports.
//!
//! All files share one space of places: their texts one after the other, each starting where its [`Part`] says. What is
//! evaluated carries such places; diagnostics leave with those of their own file.

use std::rc::Rc;

use crate::diagnostics::{Diagnostic, FileId, Location, Source, SourceMap, Span};
use crate::interp::packages;
use crate::modules::{self, Found};
use crate::syntax::ast::{Block, ImportedNames, Stmt, StmtKind};
use crate::syntax::parse;

/// A file that the model file, or one that it imports, may import.
#[derive(Clone, Debug)]
pub struct File {
    /// The dotted name by which it is imported, seen from the model file's folder.
    pub module: String,
    /// Its text.
    pub source: Source,
}

/// One file in the space of places.
#[derive(Clone, Debug)]
struct Part {
    start: u32,
    source: Source,
}

/// The files of a program in one space of places.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// All texts, one after the other.
    pub(crate) whole: Source,
    parts: Vec<Part>,
    modules: Vec<(Rc<str>, Block)>,
}

impl Files {
    /// Puts files together and parses them: with the statements of the model file, and what is wrong with any of them.
    pub(crate) fn new(main: &Source, others: &[File]) -> (Files, Block, Vec<Diagnostic>) {
        let mut parts = vec![Part { start: 0, source: main.clone() }];
        if others.is_empty() {
            let (module, diagnostics) = parse(main);
            return (Files { whole: main.clone(), parts, modules: Vec::new() }, module.body, diagnostics);
        }
        let mut text = main.text().to_owned();
        let mut diagnostics = parse(main).1;
        for file in others {
            text.push('\n');
            let start = u32::try_from(text.len()).unwrap_or(u32::MAX);
            parts.push(Part { start, source: file.source.clone() });
            text.push_str(file.source.text());
            diagnostics.extend(parse(&file.source).1.into_iter().map(|problem| shifted(problem, start)));
        }
        let whole = Source::new(main.name(), text);
        if diagnostics.iter().any(Diagnostic::is_error) {
            return (Files { whole, parts, modules: Vec::new() }, Rc::new([]), diagnostics);
        }
        // Each file is right alone, so that together they are the statements of one after those of the other.
        let statements = parse(&whole).0.body;
        let mut blocks: Vec<Vec<Stmt>> = parts.iter().map(|_| Vec::new()).collect();
        for stmt in statements.iter() {
            let place = parts.partition_point(|part| part.start <= stmt.span.start).saturating_sub(1);
            if let Some(block) = blocks.get_mut(place) {
                block.push(stmt.clone());
            }
        }
        let mut blocks = blocks.into_iter().map(Block::from);
        let body = blocks.next().unwrap_or_else(|| Rc::new([]));
        let modules = others.iter().map(|file| Rc::from(file.module.as_str())).zip(blocks).collect();
        (Files { whole, parts, modules }, body, diagnostics)
    }

    /// The only file.
    pub(crate) fn single(source: Source) -> Files {
        Files { whole: source.clone(), parts: vec![Part { start: 0, source }], modules: Vec::new() }
    }

    /// The statements of the module of that name; a folder of modules has none.
    pub(crate) fn module(&self, name: &str) -> Option<(Rc<str>, Block)> {
        let own = self.modules.iter().find(|(known, _)| **known == *name);
        let folder = || {
            let inside = |known: &str| known.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
            self.modules.iter().any(|(known, _)| inside(known)).then(|| (Rc::from(name), Block::from(Vec::new())))
        };
        own.cloned().or_else(folder)
    }

    /// The statements of all modules but the model file.
    pub(crate) fn others(&self) -> impl Iterator<Item = &Block> {
        self.modules.iter().map(|(_, block)| block)
    }

    fn part(&self, offset: u32) -> Option<(usize, &Part)> {
        let at = self.parts.partition_point(|part| part.start <= offset).saturating_sub(1);
        self.parts.get(at).map(|part| (at, part))
    }

    /// The file and the line and column in it of a place.
    pub(crate) fn place(&self, offset: u32) -> (Rc<str>, Location) {
        match self.part(offset) {
            Some((_, part)) => (part.source.name_rc(), part.source.location(offset - part.start)),
            None => (self.whole.name_rc(), self.whole.location(offset)),
        }
    }

    /// Whether a place is in the model file itself.
    pub(crate) fn in_main(&self, offset: u32) -> bool {
        self.part(offset).is_none_or(|(at, _)| at == 0)
    }

    /// The dotted name of the module that a place is in; none for the model file.
    pub(crate) fn module_at(&self, offset: u32) -> Option<&str> {
        let (at, _) = self.part(offset)?;
        self.modules.get(at.checked_sub(1)?).map(|(name, _)| &**name)
    }

    /// Whether a module is a folder's own file.
    pub(crate) fn is_folder(&self, module: &str) -> bool {
        let at = self.modules.iter().position(|(known, _)| **known == *module);
        let part = at.and_then(|at| self.parts.get(at + 1));
        part.is_none_or(|part| part.source.name().ends_with("__init__.py"))
    }

    /// The same diagnostic with places in its own files.
    pub(crate) fn told(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let place = |span: &mut Span, file: &mut FileId| {
            if let Some((at, part)) = self.part(span.start) {
                *file = FileId(u32::try_from(at).unwrap_or_default());
                *span = Span { start: span.start - part.start, end: span.end.saturating_sub(part.start) };
            }
        };
        let labels = diagnostic.primary.iter_mut().chain(&mut diagnostic.labels);
        labels.for_each(|label| place(&mut label.span, &mut label.file));
        diagnostic.trail.iter_mut().for_each(|frame| place(&mut frame.span, &mut frame.file));
        diagnostic
    }

    /// The files for printing diagnostics.
    pub(crate) fn map(&self) -> SourceMap {
        let mut map = SourceMap::default();
        for part in &self.parts {
            map.add(part.source.clone());
        }
        map
    }
}

fn shifted(mut diagnostic: Diagnostic, by: u32) -> Diagnostic {
    let place = |span: &mut Span| *span = Span { start: span.start + by, end: span.end + by };
    let labels = diagnostic.primary.iter_mut().chain(&mut diagnostic.labels);
    labels.for_each(|label| place(&mut label.span));
    diagnostic.trail.iter_mut().for_each(|frame| place(&mut frame.span));
    diagnostic
}

/// The dotted names of modules that a file may import from files beside it: what Keramos has itself is not among them.
/// `package` is the folder that the file's relative imports start from.
///
/// A file that takes its configuration from another one named on the command line (`DEFINE_config_file`) imports that
/// too: the one that is its default, or `configs.default`.
pub fn imports(source: &Source, package: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(&parse(source).0.body, package, &mut found);
    if source.text().contains("DEFINE_config_file") {
        found.extend(configs(source.text()));
    }
    let known = |name: &str| {
        let top = name.split('.').next().unwrap_or(name);
        packages::is_package(top) || !matches!(modules::find(top), Found::Host)
    };
    found.retain(|name| !name.is_empty() && !known(name));
    let mut seen = std::collections::HashSet::new();
    found.retain(|name| seen.insert(name.clone()));
    found
}

/// The modules of the configurations that a text names, and the customary one.
fn configs(text: &str) -> impl Iterator<Item = String> + '_ {
    let quoted = text.split(['"', '\'']).filter(|part| part.contains(".py") && !part.contains(char::is_whitespace));
    let modules = quoted.filter_map(packages::config_module);
    modules.chain(std::iter::once("configs.default".to_owned()))
}

fn collect(block: &[Stmt], package: &str, found: &mut Vec<String>) {
    for stmt in block {
        match &stmt.kind {
            StmtKind::Import(modules) => {
                found.extend(modules.iter().flat_map(|import| prefixes(&dotted(&import.module.parts))));
            }
            StmtKind::ImportFrom { level, module, names } => {
                let module = module.as_ref().map(|module| dotted(&module.parts)).unwrap_or_default();
                let base = relative(package, *level, &module);
                found.extend(prefixes(&base));
                if let ImportedNames::Names(names) = names {
                    found.extend(names.iter().map(|name| joined(&base, &name.name.name)));
                }
            }
            StmtKind::Function(function) => collect(&function.body, package, found),
            StmtKind::Class(class) => collect(&class.body, package, found),
            other => other.blocks().for_each(|block| collect(block, package, found)),
        }
    }
}

fn dotted(parts: &[crate::syntax::ast::Ident]) -> String {
    parts.iter().map(|part| &*part.name).collect::<Vec<_>>().join(".")
}

/// `a`, `a.b` and `a.b.c` of `a.b.c`.
fn prefixes(name: &str) -> Vec<String> {
    let dots = name.match_indices('.').map(|(at, _)| name[..at].to_owned());
    dots.chain((!name.is_empty()).then(|| name.to_owned())).collect()
}

fn joined(base: &str, name: &str) -> String {
    if base.is_empty() { name.to_owned() } else { format!("{base}.{name}") }
}

/// What `from ..module import` means in a folder: each dot but the first goes one folder up.
pub(crate) fn relative(package: &str, level: u32, module: &str) -> String {
    if level == 0 {
        return module.to_owned();
    }
    let mut folder = package;
    for _ in 1..level {
        folder = folder.rsplit_once('.').map_or("", |(outer, _)| outer);
    }
    match module.is_empty() {
        true => folder.to_owned(),
        false => joined(folder, module),
    }
}
