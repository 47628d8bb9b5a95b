//! Reads patterns.

use super::{Class, Flags, Greed, Item, Node, Pattern, Place, Set, Wrong};

/// Groups may nest so deeply.
const MAX_DEPTH: usize = 100;

/// The most often that a repetition without a limit repeats.
const UNLIMITED: usize = usize::MAX;

/// Reads a pattern.
///
/// # Errors
/// The text is no pattern, or has parts that are not compiled.
pub(crate) fn parse(text: &str, flags: Flags) -> Result<Pattern, Wrong> {
    let chars: Vec<char> = text.chars().collect();
    let mut parser = Parser { chars, at: 0, flags, groups: 0, names: Vec::new(), open: Vec::new(), depth: 0 };
    parser.global_flags()?;
    let root = parser.alternatives()?;
    if parser.at < parser.chars.len() {
        return parser.wrong("unbalanced parenthesis", parser.at);
    }
    let mut flags = parser.flags;
    if !flags.has(Flags::ASCII) {
        flags.0 |= Flags::UNICODE;
    }
    Ok(Pattern { root, groups: parser.groups, names: parser.names, flags })
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    flags: Flags,
    groups: usize,
    names: Vec<(String, usize)>,
    /// Groups that are not closed yet.
    open: Vec<usize>,
    depth: usize,
}

type Read<T> = Result<T, Wrong>;

/// A part of a set, or a character of it.
enum Member {
    Char(char),
    Class(Item),
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = text.chars().enumerate().all(|(i, c)| self.chars.get(self.at + i) == Some(&c));
        if found {
            self.at += text.chars().count();
        }
        found
    }

    fn wrong<T>(&self, message: impl Into<String>, at: usize) -> Read<T> {
        Err(Wrong::Pattern(message.into(), Some(at)))
    }

    fn has(&self, flag: i64) -> bool {
        self.flags.has(flag)
    }

    /// `(?aimsux)` at the very start.
    fn global_flags(&mut self) -> Read<()> {
        while self.eat("(?") {
            let start = self.at;
            let mut flags = 0;
            while let Some(flag) = self.peek().and_then(flag_of) {
                flags |= flag;
                self.at += 1;
            }
            if self.at == start || self.peek() != Some(')') {
                self.at = start - 2;
                return Ok(());
            }
            self.at += 1;
            self.flags.0 |= flags;
        }
        Ok(())
    }

    fn alternatives(&mut self) -> Read<Node> {
        let mut all = vec![self.sequence()?];
        while self.eat("|") {
            all.push(self.sequence()?);
        }
        Ok(if all.len() == 1 { all.pop().unwrap_or(Node::All(Vec::new())) } else { Node::Any(all) })
    }

    fn sequence(&mut self) -> Read<Node> {
        let mut nodes = Vec::new();
        loop {
            if self.has(Flags::VERBOSE) {
                self.skip_blanks();
            }
            match self.peek() {
                None | Some('|' | ')') => return Ok(Node::All(nodes)),
                Some(_) => {}
            }
            let start = self.at;
            if self.quantifier()?.is_some() {
                return self.wrong("nothing to repeat", start);
            }
            let Some(node) = self.atom()? else { continue };
            nodes.push(self.repeated(node)?);
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' => self.at += 1,
                '#' => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    /// `*`, `+`, `?`, `{m,n}`.
    fn quantifier(&mut self) -> Read<Option<(usize, usize)>> {
        let start = self.at;
        Ok(match self.peek() {
            Some('*') => {
                self.at += 1;
                Some((0, UNLIMITED))
            }
            Some('+') => {
                self.at += 1;
                Some((1, UNLIMITED))
            }
            Some('?') => {
                self.at += 1;
                Some((0, 1))
            }
            Some('{') => {
                self.at += 1;
                let least = self.number();
                let is_range = self.eat(",");
                let most = if is_range { self.number() } else { least };
                if !self.eat("}") || least.is_none() && !is_range {
                    self.at = start;
                    return Ok(None);
                }
                let (least, most) = (least.unwrap_or(0), most.unwrap_or(UNLIMITED));
                if most < least {
                    return self.wrong("min repeat greater than max repeat", start + 1);
                }
                Some((least, most))
            }
            _ => None,
        })
    }

    fn number(&mut self) -> Option<usize> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.chars.get(start..self.at).unwrap_or_default().iter().collect();
        if digits.is_empty() { None } else { Some(digits.parse().unwrap_or(UNLIMITED - 1)) }
    }

    fn repeated(&mut self, node: Node) -> Read<Node> {
        if self.has(Flags::VERBOSE) {
            self.skip_blanks();
        }
        let start = self.at;
        let Some((least, most)) = self.quantifier()? else { return Ok(node) };
        if matches!(node, Node::At(_)) {
            return self.wrong("nothing to repeat", start);
        }
        let greed = match self.peek() {
            Some('?') => Greed::Least,
            Some('+') => Greed::Possessive,
            _ => Greed::Most,
        };
        if greed != Greed::Most {
            self.at += 1;
        }
        if self.has(Flags::VERBOSE) {
            self.skip_blanks();
        }
        let again = self.at;
        if self.quantifier()?.is_some() {
            return self.wrong("multiple repeat", again);
        }
        Ok(Node::Repeat { node: Box::new(node), least, most, greed })
    }

    fn one(&self, c: char) -> Node {
        Node::One(Set::of(c, self.has(Flags::IGNORECASE)))
    }

    fn atom(&mut self) -> Read<Option<Node>> {
        let start = self.at;
        let Some(c) = self.next() else { return Ok(None) };
        Ok(Some(match c {
            '.' => {
                let items = if self.has(Flags::DOTALL) { Vec::new() } else { vec![Item::Range('\n', '\n')] };
                Node::One(Set { items, negative: true, ignore_case: false })
            }
            '^' => Node::At(if self.has(Flags::MULTILINE) { Place::LineStart } else { Place::Start }),
            '$' => Node::At(if self.has(Flags::MULTILINE) { Place::LineEnd } else { Place::End }),
            '[' => Node::One(self.set(start)?),
            '(' => return self.group(start),
            '\\' => self.escape(start)?,
            c => self.one(c),
        }))
    }

    fn set(&mut self, start: usize) -> Read<Set> {
        let negative = self.eat("^");
        let mut items = Vec::new();
        let first = self.at;
        loop {
            let here = self.at;
            let Some(c) = self.next() else { return self.wrong("unterminated character set", start) };
            if c == ']' && here > first {
                break;
            }
            let low = self.member(c, here)?;
            if self.peek() != Some('-') {
                items.push(item(low));
                continue;
            }
            self.at += 1;
            let there = self.at;
            let Some(c) = self.next() else { return self.wrong("unterminated character set", start) };
            if c == ']' {
                items.push(item(low));
                items.push(Item::Range('-', '-'));
                break;
            }
            let high = self.member(c, there)?;
            match (low, high) {
                (Member::Char(low), Member::Char(high)) if low <= high => items.push(Item::Range(low, high)),
                _ => {
                    let range: String = self.chars.get(here..self.at).unwrap_or_default().iter().collect();
                    return self.wrong(format!("bad character range {range}"), here);
                }
            }
        }
        Ok(Set { items, negative, ignore_case: self.has(Flags::IGNORECASE) })
    }

    fn member(&mut self, c: char, start: usize) -> Read<Member> {
        if c != '\\' {
            return Ok(Member::Char(c));
        }
        let Some(c) = self.next() else { return self.wrong("bad escape (end of pattern)", start) };
        if let Some(class) = self.class(c) {
            return Ok(Member::Class(class));
        }
        if c == 'b' {
            return Ok(Member::Char('\x08'));
        }
        if c.is_digit(8) {
            self.at -= 1;
            return Ok(Member::Char(self.octal(start)?));
        }
        self.character(c, start).map(Member::Char)
    }

    fn class(&self, c: char) -> Option<Item> {
        let class = match c.to_ascii_lowercase() {
            'd' => Class::Digit,
            's' => Class::Space,
            'w' => Class::Word,
            _ => return None,
        };
        Some(Item::Class { class, negative: c.is_ascii_uppercase(), ascii: self.has(Flags::ASCII) })
    }

    /// Up to three octal digits.
    fn octal(&mut self, start: usize) -> Read<char> {
        let mut value = 0;
        let mut digits = 0;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(8)).filter(|_| digits < 3) {
            value = value * 8 + digit;
            digits += 1;
            self.at += 1;
        }
        match char::from_u32(value).filter(|_| value <= 0o377) {
            Some(c) => Ok(c),
            None => {
                let escape: String = self.chars.get(start..self.at).unwrap_or_default().iter().collect();
                self.wrong(format!("octal escape value {escape} outside of range 0-0o377"), start)
            }
        }
    }

    /// The character of an escape that stands for one, inside sets and outside.
    fn character(&mut self, c: char, start: usize) -> Read<char> {
        let digits = match c {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            'a' => return Ok('\x07'),
            'f' => return Ok('\x0c'),
            'n' => return Ok('\n'),
            'r' => return Ok('\r'),
            't' => return Ok('\t'),
            'v' => return Ok('\x0b'),
            'N' => return Err(Wrong::Unsupported("characters by name")),
            c if c.is_ascii_alphanumeric() => return self.wrong(format!("bad escape \\{c}"), start),
            c => return Ok(c),
        };
        let mut value = 0;
        for _ in 0..digits {
            match self.peek().and_then(|c| c.to_digit(16)) {
                Some(digit) => {
                    value = value * 16 + digit;
                    self.at += 1;
                }
                None => {
                    let escape: String = self.chars.get(start..self.at).unwrap_or_default().iter().collect();
                    return self.wrong(format!("incomplete escape {escape}"), start);
                }
            }
        }
        match char::from_u32(value) {
            Some(c) => Ok(c),
            None => Err(Wrong::Unsupported("halves of surrogate pairs")),
        }
    }

    /// What a backslash begins, outside of a set.
    fn escape(&mut self, start: usize) -> Read<Node> {
        let Some(c) = self.next() else { return self.wrong("bad escape (end of pattern)", start) };
        if let Some(class) = self.class(c) {
            return Ok(Node::One(Set { items: vec![class], negative: false, ignore_case: false }));
        }
        let ascii = self.has(Flags::ASCII);
        Ok(match c {
            'A' => Node::At(Place::Start),
            'Z' => Node::At(Place::VeryEnd),
            'b' => Node::At(Place::Word { negative: false, ascii }),
            'B' => Node::At(Place::Word { negative: true, ascii }),
            '0' => {
                self.at -= 1;
                let c = self.octal(start)?;
                self.one(c)
            }
            '1'..='9' => {
                let octal = c.is_digit(8)
                    && self.chars.get(self.at..self.at + 2).is_some_and(|two| two.iter().all(|c| c.is_digit(8)));
                if octal {
                    self.at -= 1;
                    let c = self.octal(start)?;
                    return Ok(self.one(c));
                }
                let mut group = c.to_digit(10).unwrap_or(0) as usize;
                if let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
                    group = group * 10 + digit as usize;
                    self.at += 1;
                }
                self.back(group, start + 1)?
            }
            c => {
                let c = self.character(c, start)?;
                self.one(c)
            }
        })
    }

    fn back(&self, group: usize, at: usize) -> Read<Node> {
        if group > self.groups {
            return self.wrong(format!("invalid group reference {group}"), at);
        }
        if self.open.contains(&group) {
            return self.wrong("cannot refer to an open group", at.saturating_sub(1));
        }
        Ok(Node::Back { group, ignore_case: self.has(Flags::IGNORECASE) })
    }

    /// What an opening parenthesis begins.
    fn group(&mut self, start: usize) -> Read<Option<Node>> {
        if self.depth >= MAX_DEPTH {
            return Err(Wrong::Unsupported("a hundred groups inside one another"));
        }
        if !self.eat("?") {
            return self.kept(start, None).map(Some);
        }
        let before = self.flags;
        let Some(c) = self.next() else { return self.wrong("unexpected end of pattern", self.at) };
        let node = match c {
            ':' => self.inside(start)?,
            '#' => {
                while self.peek().is_some_and(|c| c != ')') {
                    self.at += 1;
                }
                if !self.eat(")") {
                    return self.wrong("missing ), unterminated comment", start);
                }
                return Ok(None);
            }
            '>' => Node::Atomic(Box::new(self.inside(start)?)),
            '=' | '!' => Node::Look { node: Box::new(self.inside(start)?), behind: None, negative: c == '!' },
            '<' => {
                let Some(c) = self.next().filter(|c| matches!(c, '=' | '!')) else {
                    let shown: String = self.chars.get(start + 1..self.at).unwrap_or_default().iter().collect();
                    return match self.chars.get(start + 3) {
                        None => self.wrong("unexpected end of pattern", self.at),
                        Some(_) => self.wrong(format!("unknown extension {shown}"), start + 1),
                    };
                };
                let node = self.inside(start)?;
                let Some((width, _)) = width(&node).filter(|(least, most)| least == most) else {
                    return Err(Wrong::Pattern("look-behind requires fixed-width pattern".to_owned(), None));
                };
                Node::Look { node: Box::new(node), behind: Some(width), negative: c == '!' }
            }
            'P' => match self.next() {
                Some('<') => {
                    let name = self.name('>')?;
                    return self.kept(start, Some(name)).map(Some);
                }
                Some('=') => {
                    let at = self.at;
                    let name = self.name(')')?;
                    let Some(&(_, group)) = self.names.iter().find(|(known, _)| *known == name) else {
                        return self.wrong(format!("unknown group name '{name}'"), at);
                    };
                    return self.back(group, at).map(Some);
                }
                Some(c) => return self.wrong(format!("unknown extension ?P{c}"), start + 1),
                None => return self.wrong("unexpected end of pattern", self.at),
            },
            '(' => {
                let at = self.at;
                let name = self.name(')')?;
                let known = self.names.iter().find(|(known, _)| *known == name).map(|(_, group)| *group);
                let group = match known.or_else(|| name.parse().ok()) {
                    Some(0) => return self.wrong("bad group number", at),
                    Some(group) => group,
                    None => return self.wrong(format!("unknown group name '{name}'"), at),
                };
                self.depth += 1;
                let yes = self.sequence()?;
                let no = if self.eat("|") { self.sequence()? } else { Node::All(Vec::new()) };
                self.depth -= 1;
                if self.peek() == Some('|') {
                    return self.wrong("conditional backref with more than two branches", self.at);
                }
                if group > self.groups {
                    return self.wrong(format!("invalid group reference {group}"), at);
                }
                self.close(start)?;
                Node::If(group, Box::new(yes), Box::new(no))
            }
            c if flag_of(c).is_some() || c == '-' => {
                self.at -= 1;
                self.local_flags(start)?;
                self.inside(start)?
            }
            c => return self.wrong(format!("unknown extension ?{c}"), start + 1),
        };
        self.flags = before;
        Ok(Some(node))
    }

    /// `aimsux-imsx:`
    fn local_flags(&mut self, start: usize) -> Read<()> {
        let mut negative = false;
        loop {
            match self.next() {
                Some(':') => return Ok(()),
                Some('-') if !negative => negative = true,
                Some(')') if !negative => {
                    return self.wrong("global flags not at the start of the expression", start);
                }
                Some(c) => match flag_of(c) {
                    Some(Flags::ASCII) if !negative => self.flags.0 = self.flags.0 & !Flags::UNICODE | Flags::ASCII,
                    Some(Flags::UNICODE) if !negative => self.flags.0 &= !Flags::ASCII,
                    Some(flag) if negative => self.flags.0 &= !flag,
                    Some(flag) => self.flags.0 |= flag,
                    None if c.is_alphabetic() => return self.wrong("unknown flag", self.at - 1),
                    None => return self.wrong("missing -, : or )", self.at - 1),
                },
                None => return self.wrong("missing -, : or )", self.at),
            }
        }
    }

    fn name(&mut self, end: char) -> Read<String> {
        let start = self.at;
        while self.peek().is_some_and(|c| c != end) {
            self.at += 1;
        }
        let name: String = self.chars.get(start..self.at).unwrap_or_default().iter().collect();
        if self.next().is_none() {
            return match name.is_empty() {
                true => self.wrong("missing group name", start),
                false => self.wrong(format!("missing {end}, unterminated name"), start),
            };
        }
        if name.is_empty() {
            return self.wrong("missing group name", start);
        }
        let is_number = end == ')' && name.chars().all(|c| c.is_ascii_digit());
        let is_name =
            !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_number && !is_name {
            return self.wrong(format!("bad character in group name '{name}'"), start);
        }
        Ok(name)
    }

    /// A group that is kept.
    fn kept(&mut self, start: usize, name: Option<String>) -> Read<Node> {
        self.groups += 1;
        let group = self.groups;
        if let Some(name) = name {
            if let Some((_, first)) = self.names.iter().find(|(known, _)| *known == name) {
                let message = format!("redefinition of group name '{name}' as group {group}; was group {first}");
                return self.wrong(message, start + 4);
            }
            self.names.push((name, group));
        }
        self.open.push(group);
        let node = self.inside(start)?;
        self.open.pop();
        Ok(Node::Group(group, Box::new(node)))
    }

    fn inside(&mut self, start: usize) -> Read<Node> {
        self.depth += 1;
        let node = self.alternatives()?;
        self.depth -= 1;
        self.close(start)?;
        Ok(node)
    }

    fn close(&mut self, start: usize) -> Read<()> {
        if self.eat(")") { Ok(()) } else { self.wrong("missing ), unterminated subpattern", start) }
    }
}

fn item(member: Member) -> Item {
    match member {
        Member::Char(c) => Item::Range(c, c),
        Member::Class(item) => item,
    }
}

fn flag_of(c: char) -> Option<i64> {
    Some(match c {
        'a' => Flags::ASCII,
        'i' => Flags::IGNORECASE,
        'm' => Flags::MULTILINE,
        's' => Flags::DOTALL,
        'u' => Flags::UNICODE,
        'x' => Flags::VERBOSE,
        _ => return None,
    })
}

/// How many characters a part matches at least and at most; `None` where that is unlimited or depends on a group.
fn width(node: &Node) -> Option<(usize, usize)> {
    Some(match node {
        Node::One(_) => (1, 1),
        Node::At(_) | Node::Look { .. } => (0, 0),
        Node::All(nodes) => nodes.iter().map(width).try_fold((0_usize, 0_usize), |(least, most), each| {
            let (a, b) = each?;
            Some((least.saturating_add(a), most.saturating_add(b)))
        })?,
        Node::Any(nodes) => nodes.iter().map(width).try_fold((usize::MAX, 0_usize), |(least, most), each| {
            let (a, b) = each?;
            Some((least.min(a), most.max(b)))
        })?,
        Node::Group(_, node) | Node::Atomic(node) => width(node)?,
        Node::Back { .. } => return None,
        Node::Repeat { node, least, most, .. } => {
            let (a, b) = width(node)?;
            (a.checked_mul(*least)?, b.checked_mul(*most)?)
        }
        Node::If(_, yes, no) => {
            let ((a, b), (c, d)) = (width(yes)?, width(no)?);
            (a.min(c), b.max(d))
        }
    })
}
