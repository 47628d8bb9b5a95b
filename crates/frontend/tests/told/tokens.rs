//! Rust source as tokens: as much of the language as finding calls and their string literals takes.

/// A token with the line that it stands in, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name, a keyword or a number.
    Word(String),
    /// A string literal, its escapes resolved.
    Text(String),
    /// Any other character.
    Mark(char),
}

impl Token {
    pub fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The tokens of a file, without comments and without modules that only tests see.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = next(rest, first);
        if let Some(kind) = kind {
            found.push(Token { kind, line });
        }
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    without_tests(found)
}

/// What `rest` begins with, and how many bytes that takes.
fn next(rest: &str, first: char) -> (Option<Kind>, usize) {
    if rest.starts_with("//") {
        return (None, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (None, rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    if first == '"' {
        let length = quoted(rest, '"');
        return (Some(Kind::Text(unescaped(&rest[1..length - 1]))), length);
    }
    if let Some((text, length)) = raw(rest) {
        return (Some(Kind::Text(text.to_owned())), length);
    }
    if first == '\'' {
        let is_lifetime = rest.chars().nth(1).is_some_and(char::is_alphabetic) && rest.chars().nth(2) != Some('\'');
        return if is_lifetime { (None, 1) } else { (None, quoted(rest, '\'')) };
    }
    if first.is_alphanumeric() || first == '_' {
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        return (Some(Kind::Word(rest[..length].to_owned())), length);
    }
    let kind = if first.is_whitespace() { None } else { Some(Kind::Mark(first)) };
    (kind, first.len_utf8())
}

/// The length of the literal that `rest` begins with, quotes included.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// The contents and the length of the raw string that `rest` begins with.
fn raw(rest: &str) -> Option<(&str, usize)> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end)?;
    Some((&body[..length], 2 + hashes + length + end.len()))
}

fn unescaped(literal: &str) -> String {
    let mut text = String::new();
    let mut rest = literal.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, if c == '\\' { rest.next() } else { None }) {
            ('\\', Some('n')) => text.push('\n'),
            ('\\', Some('t')) => text.push('\t'),
            ('\\', Some('\n')) => while rest.next_if(|c| c.is_whitespace()).is_some() {},
            ('\\', Some(other)) => text.push(other),
            (c, _) => text.push(c),
        }
    }
    text
}

/// Drops `#[cfg(test)] mod name { … }`.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let words: Vec<&str> = tokens[at..].iter().take(8).filter_map(Token::word).collect();
        if tokens[at].is('#') && words.starts_with(&["cfg", "test", "mod"]) {
            let open = (at..tokens.len()).find(|&i| tokens[i].is('{') || tokens[i].is(';')).unwrap_or(at);
            at = if tokens[open].is('{') { closing(&tokens, open) + 1 } else { open + 1 };
            continue;
        }
        kept.push(tokens[at].clone());
        at += 1;
    }
    kept
}

/// The place of the bracket that closes the one at `open`.
pub fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Mark('(' | '[' | '{') => depth += 1,
            Kind::Mark(')' | ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len() - 1
}

/// The places of the arguments between the brackets at `open` and `close`.
pub fn arguments(tokens: &[Token], open: usize, close: usize) -> Vec<std::ops::Range<usize>> {
    let mut all = Vec::new();
    let (mut start, mut at, mut bars) = (open + 1, open + 1, 0);
    while at < close {
        match tokens[at].kind {
            Kind::Mark('(' | '[' | '{') => at = closing(tokens, at),
            // The parameters of a closure.
            Kind::Mark('|') => bars += 1,
            Kind::Mark(',') if bars % 2 == 0 => {
                all.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if start < close {
        all.push(start..close);
    }
    all
}
