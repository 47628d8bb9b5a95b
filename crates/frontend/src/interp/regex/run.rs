//! Matches patterns by backtracking.

use super::characters::same;
use super::{Class, Greed, Node, Pattern, Place};
use crate::interp::limits::deeper;

/// Steps that one search may take.
const MAX_STEPS: usize = 5_000_000;

/// Parts of the pattern that may be under way at once.
const MAX_DEPTH: usize = 20_000;

/// Where a group matched.
type Span = Option<(usize, usize)>;

/// A match.
#[derive(Debug)]
pub(crate) struct Match {
    /// Where the whole and the groups matched.
    pub(crate) spans: Vec<Span>,
    /// The group that was closed last.
    pub(crate) last: Option<usize>,
}

/// A search took too long.
#[derive(Debug)]
pub(crate) struct TooLong;

type Found = Result<bool, TooLong>;

/// What comes behind a part of the pattern: whether it matches from a place on.
type Then<'a, 't> = &'a mut dyn FnMut(&mut Search<'t>, usize) -> Found;

/// One search in a text. Whatever fails leaves the groups as they were.
#[derive(Debug)]
pub(crate) struct Search<'t> {
    text: &'t [char],
    groups: Vec<Span>,
    /// The group that was closed last.
    last: Option<usize>,
    steps: usize,
    depth: usize,
}

impl<'t> Search<'t> {
    /// A search in a text.
    pub(crate) fn new(text: &'t [char]) -> Self {
        Search { text, groups: Vec::new(), last: None, steps: 0, depth: 0 }
    }

    /// Steps taken.
    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    /// The first match that begins at one of `starts` and that is accepted, given its start and end.
    ///
    /// # Errors
    /// It takes too many steps.
    pub(crate) fn first(
        &mut self,
        pattern: &Pattern,
        starts: std::ops::RangeInclusive<usize>,
        accepted: impl Fn(usize, usize) -> bool,
    ) -> Result<Option<Match>, TooLong> {
        for start in starts {
            self.groups = vec![None; pattern.groups + 1];
            self.last = None;
            let mut end = start;
            let matched = self.node(&pattern.root, start, &mut |_, at| {
                end = at;
                Ok(accepted(start, at))
            })?;
            if matched {
                let mut spans = std::mem::take(&mut self.groups);
                if let Some(all) = spans.first_mut() {
                    *all = Some((start, end));
                }
                return Ok(Some(Match { spans, last: self.last }));
            }
        }
        Ok(None)
    }

    fn spend(&mut self, n: usize) -> Result<(), TooLong> {
        self.steps += n;
        if self.steps > MAX_STEPS { Err(TooLong) } else { Ok(()) }
    }

    fn node(&mut self, node: &Node, at: usize, then: Then<'_, 't>) -> Found {
        self.spend(1)?;
        match node {
            Node::One(set) => match self.text.get(at) {
                Some(&c) if set.has(c) => then(self, at + 1),
                _ => Ok(false),
            },
            Node::At(place) => Ok(self.is_at(*place, at) && then(self, at)?),
            Node::Back { group, ignore_case } => match self.back(*group, *ignore_case, at) {
                Some(end) => then(self, end),
                None => Ok(false),
            },
            Node::Repeat { node, least, most, greed } if matches!(**node, Node::One(_)) => {
                self.ones(node, (*least, *most), *greed, at, then)
            }
            _ => self.deeper(|search| search.compound(node, at, then)),
        }
    }

    /// Runs something that may call itself.
    fn deeper(&mut self, run: impl FnOnce(&mut Self) -> Found) -> Found {
        if self.depth >= MAX_DEPTH {
            return Err(TooLong);
        }
        self.depth += 1;
        let found = deeper(|| run(self));
        self.depth -= 1;
        found
    }

    fn compound(&mut self, node: &Node, at: usize, then: Then<'_, 't>) -> Found {
        match node {
            Node::All(nodes) => self.all(nodes, at, then),
            Node::Any(nodes) => {
                for node in nodes {
                    if self.node(node, at, then)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Node::Group(group, inner) => self.node(inner, at, &mut |search, end| {
                let (before, last) = (search.groups.get(*group).copied().flatten(), search.last);
                search.set(*group, Some((at, end)));
                search.last = Some(*group);
                let found = then(search, end)?;
                if !found {
                    search.set(*group, before);
                    search.last = last;
                }
                Ok(found)
            }),
            Node::Repeat { node, least, most, greed: Greed::Possessive } => {
                let bounds = (*least, *most);
                self.only(|search, then| search.repeat(node, bounds, Greed::Most, 0, at, None, then), then)
            }
            Node::Repeat { node, least, most, greed } => self.repeat(node, (*least, *most), *greed, 0, at, None, then),
            Node::Atomic(inner) => self.only(|search, then| search.node(inner, at, then), then),
            Node::Look { node, behind, negative } => {
                let Some(start) = at.checked_sub(behind.unwrap_or(0)) else { return Ok(*negative && then(self, at)?) };
                if *negative {
                    let (groups, last) = (self.groups.clone(), self.last);
                    let found = self.node(node, start, &mut |_, _| Ok(true))?;
                    (self.groups, self.last) = (groups, last);
                    return Ok(!found && then(self, at)?);
                }
                self.only(|search, then| search.node(node, start, then), &mut |search, _| then(search, at))
            }
            Node::If(group, yes, no) => {
                let matched = self.groups.get(*group).is_some_and(Option::is_some);
                self.node(if matched { yes } else { no }, at, then)
            }
            Node::One(_) | Node::At(_) | Node::Back { .. } => self.node(node, at, then),
        }
    }

    fn set(&mut self, group: usize, span: Span) {
        if let Some(slot) = self.groups.get_mut(group) {
            *slot = span;
        }
    }

    fn all(&mut self, nodes: &[Node], at: usize, then: Then<'_, 't>) -> Found {
        match nodes.split_first() {
            None => then(self, at),
            Some((first, rest)) => self.node(first, at, &mut |search, at| search.all(rest, at, then)),
        }
    }

    /// The first way in which something matches, and no other.
    fn only(&mut self, run: impl FnOnce(&mut Self, Then<'_, 't>) -> Found, then: Then<'_, 't>) -> Found {
        let (groups, last) = (self.groups.clone(), self.last);
        let mut end = 0;
        let first = run(self, &mut |_, at| {
            end = at;
            Ok(true)
        })?;
        if first && then(self, end)? {
            return Ok(true);
        }
        (self.groups, self.last) = (groups, last);
        Ok(false)
    }

    /// A repetition of one character.
    fn ones(&mut self, node: &Node, bounds: (usize, usize), greed: Greed, at: usize, then: Then<'_, 't>) -> Found {
        let (Node::One(set), (least, most)) = (node, bounds) else { return Ok(false) };
        let rest = self.text.get(at..).unwrap_or_default();
        let wanted = if greed == Greed::Least { least } else { most };
        let mut count = rest.iter().take(wanted).take_while(|&&c| set.has(c)).count();
        self.spend(count)?;
        if count < least {
            return Ok(false);
        }
        loop {
            if self.deeper(|search| then(search, at + count))? {
                return Ok(true);
            }
            self.spend(1)?;
            match greed {
                Greed::Possessive => return Ok(false),
                Greed::Most if count > least => count -= 1,
                Greed::Least if count < most && self.text.get(at + count).is_some_and(|&c| set.has(c)) => count += 1,
                _ => return Ok(false),
            }
        }
    }

    /// A repetition after `count` times, the last of which began at `last`.
    #[allow(clippy::too_many_arguments, reason = "the state of the repetition")]
    fn repeat(
        &mut self,
        node: &Node,
        bounds: (usize, usize),
        greed: Greed,
        count: usize,
        at: usize,
        last: Option<usize>,
        then: Then<'_, 't>,
    ) -> Found {
        let (least, most) = bounds;
        if count < least {
            return self.node(node, at, &mut |search, next| {
                search.deeper(|search| search.repeat(node, bounds, greed, count + 1, next, None, then))
            });
        }
        if greed == Greed::Least && then(self, at)? {
            return Ok(true);
        }
        // A time that matched nothing is not tried again.
        if count < most && last != Some(at) {
            let again = self.node(node, at, &mut |search, next| {
                search.deeper(|search| search.repeat(node, bounds, greed, count + 1, next, Some(at), then))
            })?;
            if again {
                return Ok(true);
            }
        }
        Ok(greed == Greed::Most && then(self, at)?)
    }

    fn is_at(&self, place: Place, at: usize) -> bool {
        let is = |at: Option<usize>, c: char| at.and_then(|at| self.text.get(at)) == Some(&c);
        let before = at.checked_sub(1);
        let end = at == self.text.len();
        match place {
            Place::Start => at == 0,
            Place::LineStart => at == 0 || is(before, '\n'),
            Place::End => end || at + 1 == self.text.len() && is(Some(at), '\n'),
            Place::LineEnd => end || is(Some(at), '\n'),
            Place::VeryEnd => end,
            Place::Word { negative, ascii } => {
                let word =
                    |at: Option<usize>| at.and_then(|at| self.text.get(at)).is_some_and(|&c| Class::Word.has(c, ascii));
                // In an empty text there is no place that is none of a word, as Python has it.
                !self.text.is_empty() && (word(before) != word(Some(at))) != negative
            }
        }
    }

    /// The end of what a group matched, once more.
    fn back(&mut self, group: usize, ignore_case: bool, at: usize) -> Option<usize> {
        let (start, end) = self.groups.get(group).copied().flatten()?;
        let (old, new) = (self.text.get(start..end)?, self.text.get(at..at + (end - start))?);
        self.steps += old.len();
        old.iter().zip(new).all(|(&a, &b)| same(a, b, ignore_case)).then_some(at + (end - start))
    }
}
