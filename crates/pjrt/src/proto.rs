//! The little of the protocol-buffer wire format that compile options and programs need.

const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const BYTES: u64 = 2;
const FIXED_32: u64 = 5;

/// A message under construction. Fields are written in the order of the calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    bytes: Vec<u8>,
}

impl Message {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn int(mut self, field: u64, value: i64) -> Self {
        self.tag(field, VARINT);
        self.varint(value.cast_unsigned());
        self
    }

    pub(crate) fn boolean(self, field: u64, value: bool) -> Self {
        self.int(field, i64::from(value))
    }

    pub(crate) fn double(mut self, field: u64, value: f64) -> Self {
        self.tag(field, FIXED_64);
        self.bytes.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub(crate) fn bytes(mut self, field: u64, value: &[u8]) -> Self {
        self.tag(field, BYTES);
        self.varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
        self
    }

    pub(crate) fn message(self, field: u64, value: &Message) -> Self {
        self.bytes(field, &value.bytes)
    }

    /// A repeated whole number in its packed form.
    pub(crate) fn packed(self, field: u64, values: &[i64]) -> Self {
        let mut packed = Message::new();
        for value in values {
            packed.varint(value.cast_unsigned());
        }
        self.bytes(field, &packed.bytes)
    }

    /// A field that is encoded already, its tag included.
    pub(crate) fn raw(mut self, field: &[u8]) -> Self {
        self.bytes.extend_from_slice(field);
        self
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn tag(&mut self, field: u64, wire_type: u64) {
        self.varint(field << 3 | wire_type);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

/// The value of a field that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    /// A whole number, or a truth value.
    Int(u64),
    /// Text, a message, or packed numbers.
    Bytes(&'a [u8]),
    /// A number of fixed width, unread.
    Fixed,
}

impl<'a> Field<'a> {
    /// The values of a repeated whole number, of which this is a single one or several in packed form.
    pub(crate) fn numbers(self) -> impl Iterator<Item = i64> + 'a {
        let (single, packed) = match self {
            Field::Int(value) => (Some(value), &[][..]),
            Field::Bytes(packed) => (None, packed),
            Field::Fixed => (None, &[][..]),
        };
        let mut packed = Reader::new(packed);
        single.into_iter().chain(std::iter::from_fn(move || packed.varint())).map(u64::cast_signed)
    }
}

/// Reads the fields of a message, in the order in which they were written; ends where the message is malformed.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// The first field with this number, if it is bytes.
    pub(crate) fn find_bytes(mut self, field: u64) -> Option<&'a [u8]> {
        self.find_map(|(number, value)| match value {
            Field::Bytes(bytes) if number == field => Some(bytes),
            _ => None,
        })
    }

    /// The fields, each with its bytes as they stand, tag included.
    pub(crate) fn raw_fields(mut self) -> impl Iterator<Item = (u64, Field<'a>, &'a [u8])> {
        std::iter::from_fn(move || {
            let before = self.rest;
            let (number, value) = self.next()?;
            let raw = before.get(..before.len() - self.rest.len())?;
            Some((number, value, raw))
        })
    }

    pub(crate) fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(count).ok()?)?;
        self.rest = rest;
        Some(taken)
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = (u64, Field<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let tag = self.varint()?;
        let value = match tag & 7 {
            VARINT => Field::Int(self.varint()?),
            FIXED_64 => self.take(8).map(|_| Field::Fixed)?,
            BYTES => {
                let length = self.varint()?;
                Field::Bytes(self.take(length)?)
            }
            FIXED_32 => self.take(4).map(|_| Field::Fixed)?,
            _ => return None,
        };
        Some((tag >> 3, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let inner = Message::new().int(1, -1).into_bytes();
        let message = Message::new().int(1, 300).double(2, 0.5).bytes(3, &inner).boolean(20, true);
        let message = message.into_bytes();
        let fields: Vec<_> = Reader::new(&message).collect();
        let expected = [(1, Field::Int(300)), (2, Field::Fixed), (3, Field::Bytes(&inner)), (20, Field::Int(1))];
        assert_eq!(fields, expected);
        assert_eq!(Reader::new(&inner).next(), Some((1, Field::Int(u64::MAX))));
        assert_eq!(Reader::new(&message).find_bytes(3), Some(&inner[..]));
        assert_eq!(Reader::new(&message).find_bytes(1), None);
    }

    #[test]
    fn a_message_cut_short_ends_the_reading() {
        let message = Message::new().int(1, 1).bytes(2, b"abc").into_bytes();
        for length in 0..message.len() {
            assert!(Reader::new(&message[..length]).count() < 2);
        }
        assert_eq!(Reader::new(&[0xff; 32]).count(), 0);
    }

    #[test]
    fn numbers_follow_the_wire_format() {
        assert_eq!(Message::new().int(1, 150).into_bytes(), [0x08, 0x96, 0x01]);
        let minus_one = Message::new().int(1, -1).into_bytes();
        assert_eq!(minus_one, [0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
        assert_eq!(Message::new().double(4, 1.5).into_bytes(), [0x21, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f]);
    }

    #[test]
    fn text_and_lists_carry_their_length() {
        assert_eq!(Message::new().bytes(2, b"abc").into_bytes(), [0x12, 3, b'a', b'b', b'c']);
        assert_eq!(Message::new().packed(1, &[2, 300]).into_bytes(), [0x0a, 3, 2, 0xac, 0x02]);
    }
}
