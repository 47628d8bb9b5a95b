//! Tokens of the textual form.

use crate::{IrError, Result};

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// A name or keyword.
    Word(&'a str),
    /// `%` and a label.
    Value(&'a str),
    /// A number, possibly with sign, fraction and exponent; also `-inf`.
    Number(&'a str),
    /// A quoted string, escapes resolved.
    Text(String),
    /// One of `( ) { } [ ] , : = @ #`.
    Mark(char),
    /// `->`.
    Arrow,
    /// The end of the input.
    End,
}

impl Token<'_> {
    /// The token as messages show it.
    pub(super) fn describe(&self) -> String {
        match self {
            Token::Word(w) | Token::Number(w) => (*w).to_owned(),
            Token::Value(v) => format!("%{v}"),
            Token::Text(t) => format!("{t:?}"),
            Token::Mark(c) => c.to_string(),
            Token::Arrow => "->".to_owned(),
            Token::End => "the end".to_owned(),
        }
    }
}

/// Splits `text` into tokens with their lines, counted from 1. The last token is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token<'_>, usize)>> {
    let mut lexer = Lexer { text, at: 0, line: 1 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_space();
        let line = lexer.line;
        let token = lexer.token()?;
        let end = token == Token::End;
        tokens.push((token, line));
        if end {
            return Ok(tokens);
        }
    }
}

/// Whether `text` can stand as a word, unquoted.
pub(super) fn is_word(text: &str) -> bool {
    text.starts_with(is_word_start) && text.chars().all(is_word_part)
}

fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn is_word_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '.'
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        loop {
            let rest = self.rest();
            let skipped = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else {
                rest.len() - rest.trim_start().len()
            };
            if skipped == 0 {
                return;
            }
            self.line += rest[..skipped].matches('\n').count();
            self.at += skipped;
        }
    }

    /// Takes characters while `part` holds, given the previous character.
    fn take(&mut self, mut part: impl FnMut(char, char) -> bool) -> &'a str {
        let rest = self.rest();
        let mut previous = '\0';
        let end = rest.find(|c| {
            let ends = !part(previous, c);
            previous = c;
            ends
        });
        let taken = &rest[..end.unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    fn token(&mut self) -> Result<Token<'a>> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        match first {
            '"' => self.string().map(Token::Text),
            '%' => {
                self.at += 1;
                Ok(Token::Value(self.take(|_, c| is_word_part(c))))
            }
            '-' if rest.starts_with("->") => {
                self.at += 2;
                Ok(Token::Arrow)
            }
            c if c == '-' || c.is_ascii_digit() => {
                // A sign continues a number only after the letter of an exponent or of an imaginary part.
                let number = self.take(|previous, c| {
                    c.is_ascii_alphanumeric()
                        || c == '.'
                        || matches!((previous, c), ('\0' | 'e' | 'j', '-') | ('e', '+'))
                });
                Ok(Token::Number(number))
            }
            c if is_word_start(c) => Ok(Token::Word(self.take(|_, c| is_word_part(c)))),
            c if "(){}[],:=@#".contains(c) => {
                self.at += 1;
                Ok(Token::Mark(c))
            }
            c => Err(self.error(format!("unexpected character {c:?}"))),
        }
    }

    /// A string as `{:?}` of Rust writes it.
    fn string(&mut self) -> Result<String> {
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += i + 1;
                    return Ok(text);
                }
                '\n' => break,
                '\\' => match chars.next().map(|(_, c)| c) {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some('0') => text.push('\0'),
                    Some(c @ ('"' | '\\' | '\'')) => text.push(c),
                    Some('u') => {
                        let digits: String = chars
                            .by_ref()
                            .map(|(_, c)| c)
                            .skip_while(|&c| c == '{')
                            .take_while(|&c| c != '}')
                            .collect();
                        match u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
                            Some(c) => text.push(c),
                            None => return Err(self.error(format!("{digits:?} is no character code"))),
                        }
                    }
                    _ => return Err(self.error("unknown escape in a string")),
                },
                c => text.push(c),
            }
        }
        Err(self.error("the string is not closed on its line"))
    }

    fn error(&self, message: impl Into<String>) -> IrError {
        IrError::Parse { line: self.line, message: message.into() }
    }
}
