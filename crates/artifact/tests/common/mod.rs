//! A small artifact with every kind of section in it.

use keramos_artifact::{
    ArtifactBuilder, BuildInfo, CodeFormat, DType, Entry, Manifest, Port, PortKind, Program, Role, Target, Variable,
};

pub fn variable(path: &str, shape: &[usize]) -> Variable {
    Variable {
        path: path.to_owned(),
        dtype: DType::F32,
        shape: shape.to_vec(),
        role: Role::Trainable,
        layer: Some("dense".to_owned()),
        h5_path: None,
    }
}

pub fn state(index: usize, variable: &Variable) -> Port {
    Port {
        name: variable.path.clone(),
        dtype: variable.dtype,
        shape: variable.shape.clone(),
        kind: PortKind::State(index),
        donated: false,
        below: None,
    }
}

pub fn manifest() -> Manifest {
    Manifest {
        name: "linear".to_owned(),
        source: Some("linear.py".to_owned()),
        variables: vec![variable("linear/dense/kernel", &[3, 2]), variable("linear/dense/bias", &[2])],
        ..Manifest::default()
    }
}

pub fn program(entry: Entry, batch: Option<usize>, manifest: &Manifest) -> Program {
    let ports = manifest.variables.iter().enumerate();
    let outputs = ports.map(|(index, variable)| state(index, variable));
    Program {
        entry,
        batch,
        inputs: Vec::new(),
        outputs: outputs.collect(),
        format: CodeFormat::StablehloText,
        counts_padding: Vec::new(),
    }
}

pub fn builder() -> ArtifactBuilder {
    let manifest = manifest();
    let info = BuildInfo {
        compiler_version: "0.1.0".to_owned(),
        stablehlo_version: "1.13.3".to_owned(),
        features: Vec::new(),
    };
    let mut builder = ArtifactBuilder::new(info, manifest.clone());
    builder.add_program(program(Entry::Init, None, &manifest), b"module @init {}".to_vec());
    builder.add_program(program(Entry::Function("twice".to_owned()), None, &manifest), b"module @twice {}".to_vec());
    let target = builder.add_target(Target {
        name: "cpu".to_owned(),
        platform: "cpu".to_owned(),
        fingerprint: "cpu/1".to_owned(),
        details: Vec::new(),
    });
    builder.add_executable(1, target, vec![7; 100]);
    builder.set_weights(weights()).unwrap();
    builder
}

pub fn weights() -> [(usize, &'static [u8]); 2] {
    [(0, &[1; 24]), (1, &[2; 8])]
}

pub fn bytes() -> Vec<u8> {
    builder().finish().unwrap()
}

/// Writes the right checksum into a header that a test has changed.
pub fn reseal(bytes: &mut [u8]) {
    let len = u32::from_le_bytes(bytes[16..20].try_into().unwrap()) as usize;
    bytes[12..16].fill(0);
    let checksum = crc32c::crc32c(&bytes[..len]);
    bytes[12..16].copy_from_slice(&checksum.to_le_bytes());
}
