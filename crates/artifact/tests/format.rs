//! The file format: what is written is read back, and every way of being wrong has its message.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failing test may panic, in its helpers too")]

#[allow(dead_code, reason = "each test binary uses a part of it")]
mod common;

use common::{builder, bytes, manifest, program, reseal, weights};
use keramos_artifact::{
    Artifact, ArtifactBuilder, BuildInfo, DType, Entry, Fault, Manifest, Port, PortKind, SectionKind,
};
use proptest::prelude::*;

/// Reads bytes that must be refused; gives the fault and its message.
fn refuse(bytes: Vec<u8>) -> (Fault, String) {
    let error = Artifact::from_bytes(bytes).expect_err("the bytes are damaged");
    let message = error.to_string();
    (error.fault, message)
}

/// Reads everything that an artifact holds, the way a runtime would.
fn read_all(artifact: &Artifact) -> Result<Vec<Vec<u8>>, Fault> {
    let mut all = Vec::new();
    for index in 0..artifact.manifest().programs.len() {
        let code = artifact.program_code(index).map_err(|e| e.fault)?;
        all.push(code.unwrap().into_owned());
    }
    for index in 0..artifact.manifest().executables.len() {
        let code = artifact.executable_code(index).map_err(|e| e.fault)?;
        all.push(code.unwrap().into_owned());
    }
    let weights = artifact.weights().map_err(|e| e.fault)?;
    all.extend(weights.iter().map(|(_, value)| value.to_vec()));
    Ok(all)
}

fn refuse_manifest(change: impl FnOnce(&mut Manifest)) -> String {
    let mut manifest = manifest();
    change(&mut manifest);
    let programs = std::mem::take(&mut manifest.programs);
    let mut builder = ArtifactBuilder::new(BuildInfo::default(), manifest);
    for program in programs {
        builder.add_program(program, Vec::new());
    }
    builder.finish().expect_err("the manifest is wrong").to_string()
}

#[test]
fn reads_back_what_was_written() {
    let artifact = Artifact::from_bytes(bytes()).unwrap();
    assert_eq!(artifact.manifest(), builder().manifest());
    assert_eq!(artifact.info().stablehlo_version, "1.13.3");
    let all = read_all(&artifact).unwrap();
    assert_eq!(all[0], b"module @init {}");
    assert_eq!(all[1], b"module @twice {}");
    assert_eq!(all[2], vec![7; 100]);
    assert_eq!(all[3], weights()[0].1);
    assert_eq!(all[4], weights()[1].1);
    assert_eq!(artifact.weights().unwrap().get(1), Some(weights()[1].1));
}

#[test]
fn a_file_reads_like_memory_and_copies_to_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.kar");
    builder().write_atomic(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes());
    let artifact = Artifact::open(&path).unwrap();
    let mut copy = ArtifactBuilder::from_artifact(&artifact).unwrap();
    copy.set_weights(artifact.weights().unwrap().iter()).unwrap();
    assert_eq!(copy.finish().unwrap(), bytes());
}

#[test]
fn sections_and_tensors_are_aligned_for_mapping() {
    let artifact = Artifact::from_bytes(bytes()).unwrap();
    assert!(artifact.sections().iter().all(|s| s.offset % 64 == 0));
    assert!(artifact.manifest().weights.iter().all(|w| w.offset % 64 == 0));
}

#[test]
fn other_kinds_of_file_are_named() {
    for (start, words) in [
        (&b"PK\x03\x04rest"[..], "zip archive"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"import keras\n", "Python source"),
        (b"", "empty"),
        (b"something else entirely", "another kind"),
    ] {
        let (fault, message) = refuse(start.to_vec());
        assert!(matches!(fault, Fault::NotAnArtifact { .. }), "{message}");
        assert!(message.contains(words), "{message}");
        assert!(message.contains("keramos compile"), "{message}");
    }
}

#[test]
fn older_and_newer_formats_are_told_apart() {
    let mut old = bytes();
    old[8..12].copy_from_slice(&0u32.to_le_bytes());
    let (fault, message) = refuse(old);
    assert!(matches!(fault, Fault::OlderFormat { found: 0 }));
    assert!(message.contains("compile the model again"), "{message}");

    let mut new = bytes();
    new[8..12].copy_from_slice(&2u32.to_le_bytes());
    let (fault, message) = refuse(new);
    assert!(matches!(fault, Fault::NewerFormat { found: 2 }));
    assert!(message.contains("update keramos-run"), "{message}");
}

/// A function of the file may be called like an entry point of a model, and be there for several types.
#[test]
fn functions_are_told_apart_from_the_entry_points_of_a_model() {
    let manifest = manifest();
    let argument = |shape: &[usize], donated| Port {
        name: "x".to_owned(),
        dtype: DType::F32,
        shape: shape.to_vec(),
        kind: PortKind::Data,
        donated,
        below: None,
    };
    let function = |shape: &[usize], donated| {
        let mut function = program(Entry::Function("predict".to_owned()), None, &manifest);
        function.inputs.push(argument(shape, donated));
        function
    };
    let build = |programs: Vec<keramos_artifact::Program>| {
        let mut builder = ArtifactBuilder::new(BuildInfo::default(), manifest.clone());
        programs.into_iter().for_each(|program| _ = builder.add_program(program, Vec::new()));
        builder.finish()
    };
    let model = program(Entry::Predict, None, &manifest);
    let bytes = build(vec![model, function(&[2], true), function(&[5], false)]).unwrap();
    let artifact = Artifact::from_bytes(bytes).unwrap();
    let entries: Vec<&Entry> = artifact.manifest().programs.iter().map(|p| &p.entry).collect();
    assert_eq!(*entries[0], Entry::Predict);
    assert_eq!(*entries[1], Entry::Function("predict".to_owned()));
    assert_eq!(artifact.info().features, ["functions"]);

    let twice = build(vec![function(&[2], false), function(&[2], false)]).unwrap_err().to_string();
    assert!(twice.contains("predict is there twice for the same argument types"), "{twice}");
    let lost = build(vec![function(&[5], true)]).unwrap_err().to_string();
    assert!(lost.contains("input `x` of predict (float32[5]) is donated, but no output takes its place"), "{lost}");
}

#[test]
fn features_that_are_not_known_are_named() {
    let info = BuildInfo { features: vec!["quantised-weights".to_owned()], ..BuildInfo::default() };
    let bytes = ArtifactBuilder::new(info, manifest()).finish().unwrap();
    let (fault, message) = refuse(bytes);
    assert!(matches!(fault, Fault::UnknownFeature { .. }));
    assert!(message.contains("`quantised-weights`"), "{message}");
}

#[test]
fn truncation_at_every_boundary_is_told() {
    let whole = bytes();
    let artifact = Artifact::from_bytes(whole.clone()).unwrap();
    let bounds = artifact.sections().iter().flat_map(|section| [section.offset, section.offset + section.length]);
    for end in [8, 12, 16, 31, 32].into_iter().chain(bounds) {
        if end == whole.len() as u64 {
            continue;
        }
        let (fault, message) = refuse(whole[..end as usize].to_vec());
        assert!(matches!(fault, Fault::Truncated { actual, .. } if actual == end));
        assert!(message.contains("fetch the file again"), "{message}");
    }
}

#[test]
fn appended_bytes_are_told() {
    let mut longer = bytes();
    longer.extend_from_slice(b"xyz");
    let (fault, _) = refuse(longer);
    assert!(matches!(fault, Fault::TrailingBytes { extra: 3 }));
}

#[test]
fn a_damaged_header_and_a_damaged_section_are_named() {
    let mut damaged = bytes();
    damaged[40] ^= 1;
    let (fault, message) = refuse(damaged);
    assert!(matches!(fault, Fault::Checksum { .. }));
    assert!(message.contains("the header is damaged"), "{message}");

    let artifact = Artifact::from_bytes(bytes()).unwrap();
    for (number, section) in artifact.sections().iter().enumerate() {
        let mut damaged = bytes();
        damaged[section.offset as usize] ^= 1;
        let fault = match Artifact::from_bytes(damaged) {
            Err(error) => error.fault,
            Ok(artifact) => read_all(&artifact).expect_err("a section is damaged"),
        };
        let part = format!("section {number} ({})", section.kind.name());
        assert!(matches!(fault, Fault::Checksum { part: p, .. } if p == part));
    }
}

/// Changes one field of a table row and makes the checksum right again.
fn refuse_table(row: usize, field: std::ops::Range<usize>, value: &[u8]) -> String {
    let mut bytes = bytes();
    let header_len = u32::from_le_bytes(bytes[16..20].try_into().unwrap()) as usize;
    let rows = Artifact::from_bytes(bytes.clone()).unwrap().sections().len();
    let start = header_len - 24 * (rows - row);
    bytes[start + field.start..start + field.end].copy_from_slice(value);
    reseal(&mut bytes);
    let (fault, message) = refuse(bytes);
    assert!(matches!(fault, Fault::Header { .. }), "{message}");
    message
}

#[test]
fn lying_section_tables_are_refused_without_allocating() {
    let past = refuse_table(4, 16..24, &u64::MAX.to_le_bytes());
    assert!(past.contains("runs past the end"), "{past}");
    let overlap = refuse_table(2, 8..16, &0u64.to_le_bytes());
    assert!(overlap.contains("starts at 0"), "{overlap}");
    let kind = refuse_table(1, 0..4, &99u32.to_le_bytes());
    assert!(kind.contains("unknown kind 99"), "{kind}");
    let twice = refuse_table(1, 0..4, &0u32.to_le_bytes());
    assert!(twice.contains("there twice"), "{twice}");
    let first = refuse_table(0, 0..4, &1u32.to_le_bytes());
    assert!(first.contains("out of order"), "{first}");
}

#[test]
fn lying_header_lengths_are_refused_without_allocating() {
    let mut long = bytes();
    long[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(refuse(long).0, Fault::Header { .. }));
    let mut count = bytes();
    count[20..24].copy_from_slice(&u32::MAX.to_le_bytes());
    reseal(&mut count);
    let (_, message) = refuse(count);
    assert!(message.contains("do not fit a table"), "{message}");
    let mut info = bytes();
    info[32..34].copy_from_slice(&u16::MAX.to_le_bytes());
    reseal(&mut info);
    let (_, message) = refuse(info);
    assert!(message.contains("runs past the header"), "{message}");
}

#[test]
fn weights_that_do_not_fit_name_the_variable() {
    let short: &[u8] = &[0; 20];
    let error = builder().set_weights([(0, short)]).unwrap_err();
    let message = error.to_string();
    assert!(matches!(error.fault, Fault::WeightSize { expected: 24, actual: 20, .. }));
    assert!(message.contains("`linear/dense/kernel`: it is float32[3, 2]"), "{message}");
    let error = builder().set_weights([(9, short)]).unwrap_err();
    assert!(error.to_string().contains("no variable 9"), "{error}");
}

#[test]
fn stored_weights_of_another_model_are_refused() {
    // The same file with a manifest that gives the kernel another shape of the same JSON length.
    let whole = bytes();
    let manifest = Artifact::from_bytes(whole.clone()).unwrap().sections()[0];
    let (start, end) = (manifest.offset as usize, (manifest.offset + manifest.length) as usize);
    let json = String::from_utf8(whole[start..end].to_vec()).unwrap();
    let other = json.replacen("[3,2]", "[4,2]", 3);
    assert_ne!(json, other);
    let mut changed = whole.clone();
    changed[start..end].copy_from_slice(other.as_bytes());
    let header_len = u32::from_le_bytes(whole[16..20].try_into().unwrap()) as usize;
    let row = header_len - 24 * 5;
    changed[row + 4..row + 8].copy_from_slice(&crc32c::crc32c(other.as_bytes()).to_le_bytes());
    reseal(&mut changed);
    let (fault, message) = refuse(changed);
    assert!(matches!(fault, Fault::WeightSize { expected: 32, actual: 24, .. }), "{message}");
}

#[test]
fn inconsistent_manifests_say_where() {
    let message = refuse_manifest(|m| m.variables[1].path = m.variables[0].path.clone());
    assert!(message.contains("two variables have the path"), "{message}");

    let message = refuse_manifest(|m| {
        let mut twice = program(Entry::Init, None, m);
        twice.outputs[0].shape = vec![9];
        m.programs.push(twice);
    });
    assert!(message.contains("output 0 `linear/dense/kernel` of init is float32[9], but its"), "{message}");

    let message = refuse_manifest(|m| {
        let mut step = program(Entry::TrainStep, Some(2), m);
        step.outputs[0].kind = PortKind::State(7);
        m.programs.push(step);
    });
    assert!(message.contains("refers to variable 7"), "{message}");

    let message = refuse_manifest(|m| {
        let mut step = program(Entry::TrainStep, Some(2), m);
        step.inputs = vec![step.outputs.remove(0)];
        step.inputs[0].donated = true;
        m.programs.push(step);
    });
    assert!(message.contains("is donated, but no output takes its place"), "{message}");

    let message = refuse_manifest(|m| {
        m.programs = vec![program(Entry::Init, None, m), program(Entry::Init, None, m)];
    });
    assert!(message.contains("there twice"), "{message}");
}

#[test]
fn single_weights_are_read_and_checked_alone() {
    let whole = bytes();
    let artifact = Artifact::from_bytes(whole.clone()).unwrap();
    let start = artifact.sections().last().unwrap().offset as usize;
    assert_eq!(&*artifact.weight(1).unwrap().unwrap(), weights()[1].1);
    assert!(artifact.weight(2).unwrap().is_none());
    let mut damaged = whole;
    damaged[start] ^= 1;
    let artifact = Artifact::from_bytes(damaged).unwrap();
    assert_eq!(&*artifact.weight(1).unwrap().unwrap(), weights()[1].1);
    let message = artifact.weight(0).unwrap_err().to_string();
    assert!(message.contains("the value of `linear/dense/kernel` is damaged"), "{message}");
    assert!(matches!(artifact.weights().unwrap_err().fault, Fault::Checksum { .. }));
}

#[test]
fn same_input_same_bytes() {
    assert_eq!(bytes(), bytes());
}

#[test]
fn held_weights_are_used_in_place_and_outlive_the_artifact() {
    let bytes: std::sync::Arc<Vec<u8>> = std::sync::Arc::new(bytes());
    let artifact = Artifact::held("there", bytes.clone()).unwrap();
    let (start, held) = (bytes.as_ptr() as usize, artifact.weight(1).unwrap().unwrap());
    let offset = held.as_ptr() as usize - start;
    assert!(offset < bytes.len() && offset.is_multiple_of(64), "{offset}");
    assert_eq!(artifact.origin(), "there");
    drop((artifact, bytes));
    assert_eq!(&*held, weights()[1].1);
}

#[test]
fn missing_weights_are_known() {
    let mut without = builder();
    without.set_weights([weights()[0]]).unwrap();
    let artifact = Artifact::from_bytes(without.finish().unwrap()).unwrap();
    assert!(!artifact.manifest().has_all_weights());
    let none = ArtifactBuilder::from_artifact(&artifact).unwrap();
    let artifact = Artifact::from_bytes(none.finish().unwrap()).unwrap();
    assert!(artifact.weights().unwrap().iter().next().is_none());
    let kinds = artifact.sections().iter().map(|section| section.kind);
    assert!(!kinds.into_iter().any(|kind| kind == SectionKind::Weights));
}

proptest! {
    #[test]
    fn any_truncation_is_a_typed_error(end in 0usize..bytes().len()) {
        prop_assert!(Artifact::from_bytes(bytes()[..end].to_vec()).is_err());
    }

    #[test]
    fn any_bit_flip_is_refused_or_harmless(at in 0usize..bytes().len(), bit in 0u8..8) {
        let mut flipped = bytes();
        flipped[at] ^= 1 << bit;
        if let Ok(artifact) = Artifact::from_bytes(flipped)
            && let Ok(all) = read_all(&artifact)
        {
            let whole = Artifact::from_bytes(bytes()).unwrap();
            prop_assert_eq!(artifact.manifest(), whole.manifest());
            prop_assert_eq!(all, read_all(&whole).unwrap());
        }
    }

    #[test]
    fn arbitrary_bytes_after_the_magic_never_panic(tail in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut bytes = b"\x89KAR\r\n\x1a\n\x01\0\0\0".to_vec();
        bytes.extend(tail);
        prop_assert!(Artifact::from_bytes(bytes).is_err());
    }
}
