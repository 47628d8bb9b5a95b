//! Texts as bytes and back.

use crate::error::{Error, Result};
use crate::interp::exceptions::raise;

/// What happens to what a code cannot write or read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fallback {
    /// It is an error.
    Strict,
    /// It is left out.
    Ignore,
    /// A mark stands for it.
    Replace,
}

/// A way of writing characters as bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    Utf8,
    Ascii,
    Latin1,
}

impl Codec {
    /// The codec of that name.
    ///
    /// # Errors
    /// It is one that is not evaluated.
    pub(super) fn named(name: &str) -> Result<Codec> {
        match name.to_ascii_lowercase().replace(['-', ' '], "_").as_str() {
            "utf_8" | "utf8" | "u8" => Ok(Codec::Utf8),
            "ascii" | "us_ascii" | "646" => Ok(Codec::Ascii),
            "latin_1" | "latin1" | "latin" | "iso_8859_1" | "iso8859_1" | "l1" => Ok(Codec::Latin1),
            _ => Err(Error::unsupported(format!("the encoding `{name}` is not evaluated"))
                .help("use utf-8, latin-1 or ascii")),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Codec::Utf8 => "utf-8",
            Codec::Ascii => "ascii",
            Codec::Latin1 => "latin-1",
        }
    }

    /// One more than the largest character that has a byte.
    fn end(self) -> u32 {
        match self {
            Codec::Utf8 => u32::MAX,
            Codec::Ascii => 128,
            Codec::Latin1 => 256,
        }
    }

    /// The bytes of a text.
    ///
    /// # Errors
    /// A `UnicodeEncodeError`, unless the fallback says what to do.
    pub(super) fn encode(self, text: &str, fallback: Fallback) -> Result<Vec<u8>> {
        if self == Codec::Utf8 {
            return Ok(text.as_bytes().to_vec());
        }
        let mut bytes = Vec::with_capacity(text.len());
        for (at, c) in text.chars().enumerate() {
            match u8::try_from(u32::from(c)).ok().filter(|byte| u32::from(*byte) < self.end()) {
                Some(byte) => bytes.push(byte),
                None => match fallback {
                    Fallback::Ignore => {}
                    Fallback::Replace => bytes.push(b'?'),
                    Fallback::Strict => return Err(self.unwritable(text, at)),
                },
            }
        }
        Ok(bytes)
    }

    fn unwritable(self, text: &str, at: usize) -> Error {
        let run = text.chars().skip(at).take_while(|c| u32::from(*c) >= self.end()).count();
        let what = match text.chars().nth(at) {
            Some(c) if run == 1 => {
                let code = u32::from(c);
                let shown = match code {
                    0..=0xff => format!("\\x{code:02x}"),
                    0x100..=0xffff => format!("\\u{code:04x}"),
                    _ => format!("\\U{code:08x}"),
                };
                format!("character '{shown}' in position {at}")
            }
            _ => format!("characters in position {at}-{}", at + run.max(1) - 1),
        };
        let message = format!("'{}' codec can't encode {what}: ordinal not in range({})", self.name(), self.end());
        raise("UnicodeEncodeError", message)
    }

    /// The text of bytes.
    ///
    /// # Errors
    /// A `UnicodeDecodeError`, unless the fallback says what to do.
    pub(super) fn decode(self, bytes: &[u8], fallback: Fallback) -> Result<String> {
        if self == Codec::Utf8 {
            return decode_utf8(bytes, fallback);
        }
        let mut text = String::with_capacity(bytes.len());
        for (at, &byte) in bytes.iter().enumerate() {
            match u32::from(byte) < self.end() {
                true => text.push(char::from(byte)),
                false => match fallback {
                    Fallback::Ignore => {}
                    Fallback::Replace => text.push('\u{fffd}'),
                    Fallback::Strict => {
                        let message = format!(
                            "'ascii' codec can't decode byte 0x{byte:02x} in position {at}: ordinal not in range(128)"
                        );
                        return Err(raise("UnicodeDecodeError", message));
                    }
                },
            }
        }
        Ok(text)
    }
}

fn decode_utf8(bytes: &[u8], fallback: Fallback) -> Result<String> {
    let mut text = String::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(rest) = bytes.get(at..) {
        match std::str::from_utf8(rest) {
            Ok(rest) => {
                text.push_str(rest);
                break;
            }
            Err(error) => {
                let valid = error.valid_up_to();
                text.push_str(std::str::from_utf8(rest.get(..valid).unwrap_or_default()).unwrap_or_default());
                let length = error.error_len().unwrap_or(rest.len() - valid);
                let start = at + valid;
                match fallback {
                    Fallback::Ignore => {}
                    Fallback::Replace => text.push('\u{fffd}'),
                    Fallback::Strict => {
                        let byte = bytes.get(start).copied().unwrap_or_default();
                        let begins = matches!(byte, 0xc2..=0xf4);
                        let why = match (error.error_len(), begins) {
                            (None, _) => "unexpected end of data",
                            (_, false) => "invalid start byte",
                            (_, true) => "invalid continuation byte",
                        };
                        let place = match length {
                            1 => format!("byte 0x{byte:02x} in position {start}"),
                            _ => format!("bytes in position {start}-{}", start + length - 1),
                        };
                        let message = format!("'utf-8' codec can't decode {place}: {why}");
                        return Err(raise("UnicodeDecodeError", message));
                    }
                }
                at = start + length;
            }
        }
    }
    Ok(text)
}

impl Fallback {
    /// What the name of a way to handle errors means.
    ///
    /// # Errors
    /// It is one that is not evaluated.
    pub(super) fn named(name: &str) -> Result<Fallback> {
        match name {
            "strict" => Ok(Fallback::Strict),
            "ignore" => Ok(Fallback::Ignore),
            "replace" => Ok(Fallback::Replace),
            _ => Err(Error::unsupported(format!("the handler `{name}` of errors in texts is not evaluated"))
                .help("use \"strict\", \"ignore\" or \"replace\"")),
        }
    }
}
