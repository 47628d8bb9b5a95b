//! Reading an artifact: header and manifest at once, sections when they are asked for.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use crate::error::{ArtifactError, Fault};
use crate::header::{BuildInfo, Header, PRELUDE_LEN, Prelude, Section, SectionKind};
use crate::manifest::Manifest;
use crate::shared::{Holder, Shared};
use crate::weights::Weights;

/// An artifact whose header and manifest have been read and checked.
#[derive(Debug)]
pub struct Artifact {
    origin: String,
    source: Source,
    header: Header,
    manifest: Manifest,
}

enum Source {
    File(File),
    Held(Holder),
}

impl Artifact {
    /// Opens a file and checks its header and manifest; other sections are read on demand.
    ///
    /// # Errors
    /// Every [`Fault`] that reading can have, with the path.
    pub fn open(path: impl AsRef<Path>) -> Result<Artifact, ArtifactError> {
        let path = path.as_ref();
        let origin = path.display().to_string();
        match File::open(path) {
            Ok(file) => Artifact::read(origin, Source::File(file)),
            Err(source) => {
                let action = "open the file";
                Err(ArtifactError::new(origin, Fault::Io { action, source }))
            }
        }
    }

    /// Takes an artifact that is already in memory.
    ///
    /// # Errors
    /// Every [`Fault`] that reading can have, with `memory` for the origin.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Artifact, ArtifactError> {
        Artifact::held("memory", Arc::new(bytes))
    }

    /// Takes an artifact whose bytes lie elsewhere, such as in a mapped file; `origin` is what messages call it.
    ///
    /// # Errors
    /// Every [`Fault`] that reading can have.
    pub fn held(origin: impl Into<String>, bytes: Holder) -> Result<Artifact, ArtifactError> {
        Artifact::read(origin.into(), Source::Held(bytes))
    }

    fn read(origin: String, source: Source) -> Result<Artifact, ArtifactError> {
        match read_manifest(&source) {
            Ok((header, manifest)) => Ok(Artifact { origin, source, header, manifest }),
            Err(fault) => Err(ArtifactError::new(origin, fault)),
        }
    }

    /// The path that was opened, or `memory`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Versions and features from the header.
    pub fn info(&self) -> &BuildInfo {
        &self.header.info
    }

    /// What the model is and how its programs are called.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The section table.
    pub fn sections(&self) -> &[Section] {
        &self.header.sections
    }

    /// The code of `manifest().programs[index]`, or `None` if there is no such program.
    ///
    /// # Errors
    /// [`Fault::Io`], or [`Fault::Checksum`] if the section is damaged.
    pub fn program_code(&self, index: usize) -> Result<Option<Cow<'_, [u8]>>, ArtifactError> {
        self.section(SectionKind::Program, index)
    }

    /// The code of `manifest().executables[index]`, or `None` if there is no such executable.
    ///
    /// # Errors
    /// [`Fault::Io`], or [`Fault::Checksum`] if the section is damaged.
    pub fn executable_code(&self, index: usize) -> Result<Option<Cow<'_, [u8]>>, ArtifactError> {
        self.section(SectionKind::Executable, index)
    }

    /// The stored variables; empty if the artifact carries none.
    ///
    /// # Errors
    /// [`Fault::Io`], or [`Fault::Checksum`] if the section is damaged.
    pub fn weights(&self) -> Result<Weights<'_>, ArtifactError> {
        let bytes = self.section(SectionKind::Weights, 0)?;
        Ok(Weights { bytes: bytes.unwrap_or_default(), index: &self.manifest.weights })
    }

    /// The stored value of one variable, by index; the rest of the weights is not read. `None` if
    /// the variable is not stored. In an artifact that is [`Artifact::held`] it stays where it is.
    ///
    /// # Errors
    /// [`Fault::Io`], or [`Fault::Checksum`] if the value is damaged.
    pub fn weight(&self, variable: usize) -> Result<Option<Shared>, ArtifactError> {
        let stored = self.manifest.weights.iter().find(|stored| stored.variable == variable);
        let section = self.header.sections.last().filter(|section| section.kind == SectionKind::Weights);
        // A section that is not there holds values of no bytes.
        let start = section.map_or(0, |section| section.offset);
        let Some(stored) = stored else { return Ok(None) };
        let part = || {
            let path = self.manifest.variables.get(variable).map(|variable| variable.path.as_str());
            format!("the value of `{}`", path.unwrap_or_default())
        };
        // The reader has checked that the index fits the section, and the section the file.
        let offset = start.saturating_add(stored.offset);
        let read =
            read_checked(&self.source, offset, stored.length, stored.checksum, part).and_then(|bytes| match bytes {
                Cow::Owned(bytes) => Ok(Shared::owned(bytes)),
                Cow::Borrowed(_) => self.source.share(offset, stored.length),
            });
        read.map(Some).map_err(|fault| ArtifactError::new(self.origin.clone(), fault))
    }

    fn section(&self, kind: SectionKind, index: usize) -> Result<Option<Cow<'_, [u8]>>, ArtifactError> {
        let sections = self.header.sections.iter().enumerate();
        let mut of_kind = sections.filter(|(_, section)| section.kind == kind);
        let Some((number, section)) = of_kind.nth(index) else {
            return Ok(None);
        };
        match read_section(&self.source, number, section) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(fault) => Err(ArtifactError::new(self.origin.clone(), fault)),
        }
    }
}

fn read_manifest(source: &Source) -> Result<(Header, Manifest), Fault> {
    let actual_len = source.len()?;
    let start = source.read(0, actual_len.min(PRELUDE_LEN as u64))?;
    let prelude = Prelude::decode(&start, actual_len)?;
    let header_bytes = source.read(0, prelude.header_len.into())?;
    let header = Header::decode(prelude, &header_bytes, actual_len)?;
    let Some(section) = header.sections.first() else {
        let reason = "there is no manifest".to_owned();
        return Err(Fault::Header { reason });
    };
    let json = read_section(source, 0, section)?;
    let manifest: Manifest = serde_json::from_slice(&json).map_err(|source| Fault::ManifestSyntax { source })?;
    manifest.validate()?;
    check_sections(&header.sections, &manifest)?;
    Ok((header, manifest))
}

/// Checks that the sections are those that the manifest speaks of.
fn check_sections(sections: &[Section], manifest: &Manifest) -> Result<(), Fault> {
    let count = |kind| sections.iter().filter(|section| section.kind == kind).count();
    for (kind, wanted) in
        [(SectionKind::Program, manifest.programs.len()), (SectionKind::Executable, manifest.executables.len())]
    {
        let actual = count(kind);
        if actual != wanted {
            let reason = format!("it lists {wanted} {}s, the file has {actual}", kind.name());
            return Err(Fault::Manifest { reason });
        }
    }
    let last = sections.last();
    let weights = last.filter(|section| section.kind == SectionKind::Weights);
    let actual = weights.map_or(0, |section| section.length);
    let wanted = manifest.weights_len();
    if actual != wanted {
        let reason = format!("it places {wanted} bytes of weights, the file has {actual}");
        return Err(Fault::Manifest { reason });
    }
    Ok(())
}

fn read_section<'a>(source: &'a Source, number: usize, section: &Section) -> Result<Cow<'a, [u8]>, Fault> {
    let part = || format!("section {number} ({})", section.kind.name());
    read_checked(source, section.offset, section.length, section.checksum, part)
}

/// Reads a range that lies within the file and compares its checksum; `part` names it in the message.
fn read_checked(
    source: &Source,
    offset: u64,
    length: u64,
    expected: u32,
    part: impl FnOnce() -> String,
) -> Result<Cow<'_, [u8]>, Fault> {
    let bytes = source.read(offset, length)?;
    let actual = crc32c::crc32c(&bytes);
    if actual != expected {
        return Err(Fault::Checksum { part: part(), expected, actual });
    }
    Ok(bytes)
}

impl Source {
    fn len(&self) -> Result<u64, Fault> {
        match self {
            Source::Held(bytes) => Ok((**bytes).as_ref().len() as u64),
            Source::File(file) => {
                let action = "read the file's size";
                let fail = |source| Fault::Io { action, source };
                let meta = file.metadata().map_err(fail)?;
                if !meta.is_file() {
                    return Err(Fault::NotAnArtifact { found: "it is a folder or a device" });
                }
                Ok(meta.len())
            }
        }
    }

    /// Reads a range that has been checked against [`Source::len`].
    fn read(&self, offset: u64, length: u64) -> Result<Cow<'_, [u8]>, Fault> {
        let range = range(offset, length)?;
        match self {
            Source::Held(bytes) => (**bytes).as_ref().get(range).map(Cow::Borrowed).ok_or_else(ended),
            Source::File(file) => {
                let mut buffer = vec![0; range.len()];
                file.read_exact_at(&mut buffer, offset)
                    .map_err(|source| Fault::Io { action: "read a section", source })?;
                Ok(Cow::Owned(buffer))
            }
        }
    }

    /// As [`Source::read`], without a copy where the bytes are held.
    fn share(&self, offset: u64, length: u64) -> Result<Shared, Fault> {
        match self {
            Source::Held(bytes) => Shared::new(bytes, range(offset, length)?).ok_or_else(ended),
            Source::File(_) => Ok(Shared::owned(self.read(offset, length)?.into_owned())),
        }
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Source::File(_) => "a file",
            Source::Held(_) => "bytes in memory",
        })
    }
}

fn range(offset: u64, length: u64) -> Result<std::ops::Range<usize>, Fault> {
    let start = usize::try_from(offset).map_err(|_| ended())?;
    let length = usize::try_from(length).map_err(|_| ended())?;
    Ok(start..start.checked_add(length).ok_or_else(ended)?)
}

fn ended() -> Fault {
    Fault::Io { action: "read a section", source: io::ErrorKind::UnexpectedEof.into() }
}
