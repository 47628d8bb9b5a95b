//! Putting an artifact together.

use std::borrow::Cow;
use std::path::Path;

use crate::atomic;
use crate::error::{ArtifactError, Fault};
use crate::header::{BuildInfo, FEATURE_FUNCTIONS, FEATURE_STACKS, Header, Section, SectionKind, align_up};
use crate::manifest::{Entry, ExecutableInfo, History, Manifest, Plan, Program, StoredTensor, Target};
use crate::reader::Artifact;
use crate::weights::WEIGHT_ALIGNMENT;

/// Collects the parts of an artifact. The order in which programs, targets and executables are
/// added is the order in which they are stored.
///
/// ```
/// use keramos_artifact::{Artifact, ArtifactBuilder, BuildInfo, Manifest};
///
/// let manifest = Manifest { name: "empty".to_owned(), ..Manifest::default() };
/// let bytes = ArtifactBuilder::new(BuildInfo::default(), manifest).finish()?;
/// assert_eq!(Artifact::from_bytes(bytes)?.manifest().name, "empty");
/// # Ok::<(), keramos_artifact::ArtifactError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ArtifactBuilder {
    info: BuildInfo,
    manifest: Manifest,
    programs: Vec<Vec<u8>>,
    executables: Vec<Vec<u8>>,
    weights: Vec<u8>,
}

impl ArtifactBuilder {
    /// Starts from a manifest; its programs, targets, executables and weights are dropped, since
    /// they are added together with their bytes.
    pub fn new(mut info: BuildInfo, manifest: Manifest) -> ArtifactBuilder {
        if !manifest.stacks.is_empty() && !info.features.iter().any(|f| f == FEATURE_STACKS) {
            info.features.push(FEATURE_STACKS.to_owned());
        }
        ArtifactBuilder {
            info,
            manifest: Manifest {
                programs: Vec::new(),
                targets: Vec::new(),
                executables: Vec::new(),
                weights: Vec::new(),
                ..manifest
            },
            programs: Vec::new(),
            executables: Vec::new(),
            weights: Vec::new(),
        }
    }

    /// Starts from everything in an artifact except its weights.
    ///
    /// # Errors
    /// When a section cannot be read or is damaged.
    pub fn from_artifact(artifact: &Artifact) -> Result<ArtifactBuilder, ArtifactError> {
        let manifest = artifact.manifest();
        let mut builder = ArtifactBuilder::new(artifact.info().clone(), manifest.clone());
        for (index, program) in manifest.programs.iter().enumerate() {
            let code = artifact.program_code(index)?.unwrap_or_default();
            builder.add_program(program.clone(), code.into_owned());
        }
        for target in &manifest.targets {
            builder.add_target(target.clone());
        }
        for (index, executable) in manifest.executables.iter().enumerate() {
            let code = artifact.executable_code(index)?.unwrap_or_default();
            builder.add_planned_executable(executable.program, executable.target, code.into_owned(), executable.plan);
        }
        Ok(builder)
    }

    /// Adds a program with its StableHLO code; returns its index. A function makes the artifact one that
    /// readers must know functions for.
    pub fn add_program(&mut self, program: Program, code: Vec<u8>) -> usize {
        let features = &mut self.info.features;
        if matches!(program.entry, Entry::Function(_)) && !features.iter().any(|f| f == FEATURE_FUNCTIONS) {
            features.push(FEATURE_FUNCTIONS.to_owned());
        }
        self.manifest.programs.push(program);
        self.programs.push(code);
        self.programs.len() - 1
    }

    /// Adds a target; returns its index.
    pub fn add_target(&mut self, target: Target) -> usize {
        self.manifest.targets.push(target);
        self.manifest.targets.len() - 1
    }

    /// Adds a program that has been compiled for a target, both given by index.
    pub fn add_executable(&mut self, program: usize, target: usize, code: Vec<u8>) {
        self.add_planned_executable(program, target, code, None);
    }

    /// As [`ArtifactBuilder::add_executable`], with what its compiler told of it.
    pub fn add_planned_executable(&mut self, program: usize, target: usize, code: Vec<u8>, plan: Option<Plan>) {
        self.manifest.executables.push(ExecutableInfo { program, target, plan });
        self.executables.push(code);
    }

    /// Replaces the stored weights: for each variable, by index, its value as dense, row-major,
    /// little-endian bytes. Variables that are left out take their initial values.
    ///
    /// # Errors
    /// [`Fault::WeightSize`] if a value does not have its variable's size, [`Fault::Manifest`]
    /// if there is no such variable.
    pub fn set_weights<'a>(
        &mut self,
        values: impl IntoIterator<Item = (usize, &'a [u8])>,
    ) -> Result<(), ArtifactError> {
        let mut block: Vec<u8> = Vec::new();
        let mut index = Vec::new();
        for (variable, value) in values {
            let Some(wanted) = self.manifest.variables.get(variable) else {
                let reason = format!("there is no variable {variable} to store weights for");
                return Err(self.error(Fault::Manifest { reason }));
            };
            let length = value.len() as u64;
            if wanted.byte_len() != Some(value.len()) {
                return Err(self.error(Fault::weight_size(variable, wanted, length)));
            }
            block.resize(block.len().next_multiple_of(WEIGHT_ALIGNMENT as usize), 0);
            index.push(StoredTensor { variable, offset: block.len() as u64, length, checksum: crc32c::crc32c(value) });
            block.extend_from_slice(value);
        }
        self.manifest.weights = index;
        self.weights = block;
        Ok(())
    }

    /// The manifest as it is so far.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Records the logs of the training that produced the weights.
    pub fn set_history(&mut self, history: History) {
        self.manifest.history = Some(history);
    }

    /// The artifact as bytes.
    ///
    /// # Errors
    /// [`Fault::Manifest`] if the parts do not fit together.
    pub fn finish(&self) -> Result<Vec<u8>, ArtifactError> {
        let chunks = self.layout().map_err(|fault| self.error(fault))?;
        Ok(chunks.concat())
    }

    /// Saves the artifact; a previous file stays as it is until the new one is complete.
    ///
    /// # Errors
    /// As [`ArtifactBuilder::finish`] and [`atomic::write`].
    pub fn write_atomic(&self, path: impl AsRef<Path>) -> Result<(), ArtifactError> {
        let chunks = self.layout().map_err(|fault| self.error(fault))?;
        atomic::write(path.as_ref(), chunks.iter().map(|chunk| &**chunk))
    }

    fn error(&self, fault: Fault) -> ArtifactError {
        ArtifactError::new(format!("artifact of `{}`", self.manifest.name), fault)
    }

    /// The file as consecutive pieces: header, then padding and content of each section.
    fn layout(&self) -> Result<Vec<Cow<'_, [u8]>>, Fault> {
        self.manifest.validate()?;
        let json = serde_json::to_vec(&self.manifest).map_err(|source| Fault::ManifestSyntax { source })?;
        let mut contents: Vec<(SectionKind, Cow<'_, [u8]>)> = vec![(SectionKind::Manifest, json.into())];
        let programs = self.programs.iter().map(|code| (SectionKind::Program, code));
        let executables = self.executables.iter().map(|code| (SectionKind::Executable, code));
        let weights = (!self.weights.is_empty()).then_some((SectionKind::Weights, &self.weights));
        for (kind, bytes) in programs.chain(executables).chain(weights) {
            contents.push((kind, Cow::Borrowed(bytes)));
        }

        let mut header = Header { info: self.info.clone(), sections: Vec::new() };
        // Offsets depend on the header's length, which depends on the number of sections only.
        let unplaced = |(kind, bytes): &(SectionKind, Cow<'_, [u8]>)| Section {
            kind: *kind,
            checksum: crc32c::crc32c(bytes),
            offset: 0,
            length: bytes.len() as u64,
        };
        header.sections = contents.iter().map(unplaced).collect();
        let header_len = header.encoded_len();
        let mut end = header_len as u64;
        let mut pieces = vec![Cow::Borrowed(&[][..])];
        for (section, (_, bytes)) in header.sections.iter_mut().zip(contents) {
            let too_large = || Fault::Header { reason: "the sections are larger than any file".to_owned() };
            section.offset = align_up(end).ok_or_else(too_large)?;
            let padding = usize::try_from(section.offset - end).unwrap_or_default();
            end = section.offset.checked_add(section.length).ok_or_else(too_large)?;
            pieces.push(vec![0; padding].into());
            pieces.push(bytes);
        }
        if let Some(first) = pieces.first_mut() {
            *first = header.encode(end)?.into();
        }
        Ok(pieces)
    }
}
