//! Which characters are in a set.

use super::{Class, Item, Set};

impl Set {
    /// The set of one character.
    pub(super) fn of(c: char, ignore_case: bool) -> Set {
        Set { items: vec![Item::Range(c, c)], negative: false, ignore_case }
    }

    /// Whether the character is in the set.
    pub(super) fn has(&self, c: char) -> bool {
        let found = self.items.iter().any(|item| item.has(c));
        let found = found || self.ignore_case && others(c).any(|other| self.items.iter().any(|item| item.has(other)));
        found != self.negative
    }
}

impl Item {
    fn has(&self, c: char) -> bool {
        match *self {
            Item::Range(first, last) => (first..=last).contains(&c),
            Item::Class { class, negative, ascii } => class.has(c, ascii) != negative,
        }
    }
}

impl Class {
    /// Whether the character is in the class.
    pub(super) fn has(self, c: char, ascii: bool) -> bool {
        if ascii && !c.is_ascii() {
            return false;
        }
        match self {
            // Python's digits are those of the category Nd; of the numeric characters, only they count in tens.
            Class::Digit => c.is_ascii_digit() || !c.is_ascii() && is_decimal(c),
            Class::Space => c.is_whitespace() || ('\x1c'..='\x1f').contains(&c) && !ascii,
            Class::Word => c.is_alphanumeric() || c == '_',
        }
    }
}

/// The first digits of the sets of ten that scripts beyond ASCII have.
const ZEROS: &[u32] = &[
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x11066, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
];

fn is_decimal(c: char) -> bool {
    ZEROS.iter().any(|&zero| (zero..zero + 10).contains(&u32::from(c)))
}

/// The characters that are the same as this one but for their case.
fn others(c: char) -> impl Iterator<Item = char> {
    let single = |mut chars: Box<dyn Iterator<Item = char>>| match (chars.next(), chars.next()) {
        (Some(c), None) => Some(c),
        _ => None,
    };
    let lower = single(Box::new(c.to_lowercase()));
    let upper = single(Box::new(c.to_uppercase()));
    lower.into_iter().chain(upper).filter(move |other| *other != c)
}

/// Whether two characters are the same but for their case.
pub(super) fn same(a: char, b: char, ignore_case: bool) -> bool {
    a == b || ignore_case && (others(a).any(|other| other == b) || others(b).any(|other| other == a))
}
