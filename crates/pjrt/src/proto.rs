//! The little of the protocol-buffer wire format that compile options need.

const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const BYTES: u64 = 2;

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

#[cfg(test)]
mod tests {
    use super::*;

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
