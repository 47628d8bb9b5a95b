//! What a compiled program's HLO module tells of its arguments.

use crate::element::{ArrayType, ElementType};
use crate::executable::OptimizedProgram;
use crate::proto::{Field, Reader};

/// `xla.HloModuleProtoWithConfig`.
const MODULE_WITH_CONFIG_MODULE: u64 = 1;
/// `xla.HloModuleProto`.
const MODULE_HOST_PROGRAM_SHAPE: u64 = 4;
/// `xla.ProgramShapeProto`.
const PROGRAM_SHAPE_PARAMETERS: u64 = 1;
/// `xla.ShapeProto`.
const SHAPE_ELEMENT_TYPE: u64 = 2;
const SHAPE_DIMENSIONS: u64 = 3;

/// Types of the program's arguments; `None` where the program is in another format, or of an unknown form.
pub(crate) fn parameters(program: &OptimizedProgram) -> Option<Vec<ArrayType>> {
    let module = match program.format.as_str() {
        "hlo" => program.code.as_slice(),
        "hlo_with_config" => Reader::new(&program.code).find_bytes(MODULE_WITH_CONFIG_MODULE)?,
        _ => return None,
    };
    let shape = Reader::new(module).find_bytes(MODULE_HOST_PROGRAM_SHAPE)?;
    Reader::new(shape)
        .filter_map(|(field, value)| match value {
            Field::Bytes(bytes) if field == PROGRAM_SHAPE_PARAMETERS => Some(array_type(bytes)),
            _ => None,
        })
        .collect()
}

/// The type in an `xla.ShapeProto`; `None` for tuples and tokens.
fn array_type(shape: &[u8]) -> Option<ArrayType> {
    let mut element = None;
    let mut dims = Vec::new();
    for (field, value) in Reader::new(shape) {
        match (field, value) {
            (SHAPE_ELEMENT_TYPE, Field::Int(code)) => element = element_type(code),
            (SHAPE_DIMENSIONS, Field::Int(dim)) => dims.push(dim.cast_signed()),
            (SHAPE_DIMENSIONS, Field::Bytes(packed)) => {
                let mut packed = Reader::new(packed);
                dims.extend(std::iter::from_fn(|| packed.varint()).map(u64::cast_signed));
            }
            _ => {}
        }
    }
    Some(ArrayType { element: element?, dims })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::Message;

    fn program(format: &str, shapes: &[Message]) -> OptimizedProgram {
        let shape = shapes.iter().fold(Message::new(), |message, shape| message.message(1, shape));
        let module = Message::new().bytes(1, b"name").message(MODULE_HOST_PROGRAM_SHAPE, &shape);
        let code = Message::new().message(MODULE_WITH_CONFIG_MODULE, &module).into_bytes();
        OptimizedProgram { format: format.to_owned(), code }
    }

    #[test]
    fn arrays_are_read_with_their_dimensions() {
        let shapes = [Message::new().int(2, 11).packed(3, &[2, 300]), Message::new().int(2, 1)];
        let parameters = parameters(&program("hlo_with_config", &shapes));
        let expected = [
            ArrayType { element: ElementType::F32, dims: vec![2, 300] },
            ArrayType { element: ElementType::Pred, dims: Vec::new() },
        ];
        assert_eq!(parameters.as_deref(), Some(&expected[..]));
    }

    #[test]
    fn what_is_not_understood_is_not_guessed() {
        const TUPLE: i64 = 13;
        let tuple = [Message::new().int(2, TUPLE)];
        assert_eq!(parameters(&program("hlo_with_config", &tuple)), None);
        assert_eq!(parameters(&program("mlir", &[])), None);
        let garbage = OptimizedProgram { format: "hlo".to_owned(), code: vec![0xff; 40] };
        assert_eq!(parameters(&garbage), None);
    }
}
