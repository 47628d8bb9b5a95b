//! What a compiled program's HLO module tells of its arguments.

use super::shape::Shape;
use super::{field, module_bytes};
use crate::element::ArrayType;
use crate::executable::OptimizedProgram;
use crate::proto::{Field, Reader};

/// Types of the program's arguments; `None` where the program is in another format, or of an unknown form.
pub(crate) fn parameters(program: &OptimizedProgram) -> Option<Vec<ArrayType>> {
    let module = module_bytes(program)?;
    let shape = Reader::new(module).find_bytes(field::module::HOST_PROGRAM_SHAPE)?;
    Reader::new(shape)
        .filter_map(|(field, value)| match value {
            Field::Bytes(bytes) if field == field::program_shape::PARAMETERS => Some(array_type(bytes)),
            _ => None,
        })
        .collect()
}

/// The type in an `xla.ShapeProto`; `None` for tuples and tokens.
fn array_type(shape: &[u8]) -> Option<ArrayType> {
    Shape::decode(shape).array().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::ElementType;
    use crate::proto::Message;

    fn program(format: &str, shapes: &[Message]) -> OptimizedProgram {
        let shape = shapes.iter().fold(Message::new(), |message, shape| message.message(1, shape));
        let module = Message::new().bytes(1, b"name").message(field::module::HOST_PROGRAM_SHAPE, &shape);
        let code = Message::new().message(field::WITH_CONFIG_MODULE, &module).into_bytes();
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
