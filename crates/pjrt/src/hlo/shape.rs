//! Shapes of values: arrays, and tuples of shapes.

use super::field::shape as field;
use crate::element::{ArrayType, ElementType};
use crate::proto::{Field, Message, Reader};

/// Codes of `xla.PrimitiveType` that have no [`ElementType`] or are needed by name.
const PRED: i64 = 1;
const TUPLE: u64 = 13;

/// The shape of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// An array.
    Array(ArrayType),
    /// Several values.
    Tuple(Vec<Shape>),
    /// A token, or a type that is not known.
    Other,
}

impl Shape {
    /// Reads an `xla.ShapeProto`.
    pub(crate) fn decode(bytes: &[u8]) -> Shape {
        let mut element = None;
        let mut is_tuple = false;
        let (mut dims, mut parts) = (Vec::new(), Vec::new());
        for (number, value) in Reader::new(bytes) {
            match (number, value) {
                (field::ELEMENT_TYPE, Field::Int(TUPLE)) => is_tuple = true,
                (field::ELEMENT_TYPE, Field::Int(code)) => element = element_type(code),
                (field::DIMENSIONS, value) => dims.extend(value.numbers()),
                (field::TUPLE_SHAPES, Field::Bytes(part)) => parts.push(Shape::decode(part)),
                _ => {}
            }
        }
        match element {
            _ if is_tuple => Shape::Tuple(parts),
            Some(element) => Shape::Array(ArrayType { element, dims }),
            None => Shape::Other,
        }
    }

    /// The type, if this is an array.
    #[must_use]
    pub fn array(&self) -> Option<&ArrayType> {
        match self {
            Shape::Array(ty) => Some(ty),
            _ => None,
        }
    }

    /// How many arrays it consists of; `None` if some of it is no array.
    #[must_use]
    pub fn leaves(&self) -> Option<usize> {
        match self {
            Shape::Array(_) => Some(1),
            Shape::Tuple(parts) => parts.iter().map(Shape::leaves).sum(),
            Shape::Other => None,
        }
    }
}

/// The encoded parts of an encoded tuple shape.
pub(super) fn parts(bytes: &[u8]) -> Vec<&[u8]> {
    let part = |(number, value)| match value {
        Field::Bytes(part) if number == field::TUPLE_SHAPES => Some(part),
        _ => None,
    };
    Reader::new(bytes).filter_map(part).collect()
}

/// An encoded tuple of encoded shapes.
pub(super) fn tuple(parts: &[Vec<u8>]) -> Vec<u8> {
    let head = Message::new().int(field::ELEMENT_TYPE, TUPLE.cast_signed());
    parts.iter().fold(head, |message, part| message.bytes(field::TUPLE_SHAPES, part)).into_bytes()
}

/// An encoded array shape with other elements: truth values.
pub(super) fn as_pred(bytes: &[u8]) -> Vec<u8> {
    replace(bytes, field::ELEMENT_TYPE, Message::new().int(field::ELEMENT_TYPE, PRED))
}

/// The encoded shape of a single truth value.
pub(super) fn pred() -> Vec<u8> {
    Message::new().int(field::ELEMENT_TYPE, PRED).message(field::LAYOUT, &Message::new()).into_bytes()
}

/// An encoded array shape with the last dimension the one that varies fastest; `None` if it is so already.
pub(super) fn row_major(bytes: &[u8]) -> Option<Vec<u8>> {
    let layout = Reader::new(bytes).find_bytes(field::LAYOUT)?;
    let order: Vec<i64> = Reader::new(layout)
        .filter(|(number, _)| *number == field::LAYOUT_MINOR_TO_MAJOR)
        .flat_map(|(_, value)| value.numbers())
        .collect();
    let wanted: Vec<i64> = (0..i64::try_from(order.len()).ok()?).rev().collect();
    let layout = Message::new().packed(field::LAYOUT_MINOR_TO_MAJOR, &wanted);
    (order != wanted).then(|| replace(bytes, field::LAYOUT, Message::new().message(field::LAYOUT, &layout)))
}

/// A message with one of its fields replaced by what `with` holds.
fn replace(bytes: &[u8], number: u64, with: Message) -> Vec<u8> {
    let mut kept = with;
    for (_, _, raw) in Reader::new(bytes).raw_fields().filter(|(found, _, _)| *found != number) {
        kept = kept.raw(raw);
    }
    kept.into_bytes()
}

/// The type behind a code of `xla.PrimitiveType`, which numbers types otherwise than `PJRT_Buffer_Type` does.
fn element_type(code: u64) -> Option<ElementType> {
    Some(match code {
        1 => ElementType::Pred,
        2 => ElementType::S8,
        3 => ElementType::S16,
        4 => ElementType::S32,
        5 => ElementType::S64,
        6 => ElementType::U8,
        7 => ElementType::U16,
        8 => ElementType::U32,
        9 => ElementType::U64,
        10 => ElementType::F16,
        11 => ElementType::F32,
        12 => ElementType::F64,
        15 => ElementType::C64,
        16 => ElementType::BF16,
        18 => ElementType::C128,
        19 => ElementType::F8E5M2,
        20 => ElementType::F8E4M3FN,
        21 => ElementType::S4,
        22 => ElementType::U4,
        23 => ElementType::F8E4M3B11FNUZ,
        24 => ElementType::F8E5M2FNUZ,
        25 => ElementType::F8E4M3FNUZ,
        26 => ElementType::S2,
        27 => ElementType::U2,
        28 => ElementType::F8E4M3,
        29 => ElementType::F8E3M4,
        _ => return None,
    })
}
