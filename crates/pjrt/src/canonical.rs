//! Equal programs as equal bytes.
//!
//! XLA for CPU compiles the parts of a program in parallel and stores their object files in the order in which they were
//! done. The linker does not care for the order; whoever compares artifacts does. So they are put in order of content.

use crate::proto::{Field, Message, Reader};

/// `xla::cpu` wraps its result in a message with the compiled program as field 1.
const COMPILED: u64 = 1;
/// The object files of the compiled program, a repeated field.
const OBJECT_FILES: u64 = 8;
/// An object file is a message with the file's bytes as its first field.
const ELF_AT: std::ops::Range<usize> = 1..8;

/// Puts the object files of a serialised CPU executable in order. Bytes of any other form stay as they are.
pub(crate) fn order_object_files(bytes: &mut [u8]) {
    if let Some((start, ordered)) = ordered_run(bytes)
        && let Some(place) = bytes.get_mut(start..start + ordered.len())
    {
        place.copy_from_slice(&ordered);
    }
}

/// Where the object files start, and how they read in order; `None` if they are not one run of such fields.
fn ordered_run(bytes: &[u8]) -> Option<(usize, Vec<u8>)> {
    let compiled = Reader::new(bytes).find_bytes(COMPILED)?;
    let mut files: Vec<&[u8]> = Reader::new(compiled)
        .filter_map(|(field, value)| match value {
            Field::Bytes(file) if field == OBJECT_FILES => Some(file),
            _ => None,
        })
        .collect();
    let is_object = |file: &&[u8]| file.get(ELF_AT).is_some_and(|head| head.windows(4).any(|w| w == b"\x7fELF"));
    if files.len() < 2 || !files.iter().all(is_object) {
        return None;
    }
    let run = |files: &[&[u8]]| {
        files.iter().fold(Message::new(), |message, file| message.bytes(OBJECT_FILES, file)).into_bytes()
    };
    let found = run(&files);
    // Where the first file lies, from the addresses of two parts of the same bytes.
    let first = files.first()?.as_ptr().addr().checked_sub(bytes.as_ptr().addr())?;
    let head = Message::new().bytes(OBJECT_FILES, files.first()?).into_bytes().len() - files.first()?.len();
    let start = first.checked_sub(head)?;
    if bytes.get(start..start + found.len())? != found {
        return None;
    }
    files.sort_unstable();
    Some((start, run(&files)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn executable(files: &[&[u8]], between: bool) -> Vec<u8> {
        let mut inner = Message::new().bytes(1, b"module");
        for file in files {
            inner = inner.message(OBJECT_FILES, &Message::new().bytes(1, file));
            if between {
                inner = inner.int(5, 1);
            }
        }
        let inner = inner.bytes(9, b"target");
        Message::new().message(COMPILED, &inner).bytes(2, b"options").into_bytes()
    }

    fn ordered(mut bytes: Vec<u8>) -> Vec<u8> {
        order_object_files(&mut bytes);
        bytes
    }

    #[test]
    fn files_come_in_order_of_content() {
        let long = [b"\x7fELF".as_slice(), &[9; 300]].concat();
        let files: [&[u8]; 3] = [b"\x7fELF b", &long, b"\x7fELF a"];
        let one = ordered(executable(&files, false));
        assert_eq!(one, ordered(executable(&[files[2], files[0], files[1]], false)));
        assert_eq!(one, ordered(one.clone()));
        assert_ne!(one, executable(&files, false));
    }

    #[test]
    fn other_forms_stay_as_they_are() {
        let scattered = executable(&[b"\x7fELF b", b"\x7fELF a"], true);
        let no_objects = executable(&[b"b", b"a"], false);
        for bytes in [scattered, no_objects, Vec::new(), vec![0xff; 40]] {
            assert_eq!(ordered(bytes.clone()), bytes);
        }
    }
}
