//! The header: everything that is checked before the file is believed.
//!
//! All integers are little-endian. Offsets count from the start of the file.
//!
//! | bytes | prelude field |
//! |---|---|
//! | 0..8 | [`MAGIC`] |
//! | 8..12 | format version |
//! | 12..16 | CRC-32C of the whole header, these four bytes taken as zero |
//! | 16..20 | header length: prelude, info and table |
//! | 20..24 | number of sections |
//! | 24..32 | file length |
//!
//! The info block follows: compiler version, StableHLO version (each a `u16` length and UTF-8
//! bytes), a `u16` count and as many feature names. Then the table, 24 bytes per section: kind
//! (`u32`), CRC-32C of the section's bytes (`u32`), offset (`u64`), length (`u64`).
//! Magic, version and checksum keep their places in every format version to come.

use crate::error::Fault;

/// The first eight bytes. Not text, and damaged by any transfer that converts line ends.
pub const MAGIC: [u8; 8] = *b"\x89KAR\r\n\x1a\n";
/// The format version that is written; the only one that is read so far.
pub const FORMAT_VERSION: u32 = 1;
/// Sections start at multiples of this, so that a memory-mapped file can be used in place.
pub(crate) const SECTION_ALIGNMENT: u64 = 64;
pub(crate) const PRELUDE_LEN: usize = 32;
const TABLE_ENTRY_LEN: usize = 24;
const CHECKSUM_AT: std::ops::Range<usize> = 12..16;
/// More than any real header; what a larger claim would make us allocate is not worth finding out.
const MAX_HEADER_LEN: u32 = 16 << 20;
/// Features that this reader understands. A writer names one when a reader that does not know
/// it would misread the artifact; everything else may grow as new manifest fields.
const KNOWN_FEATURES: &[&str] = &[FEATURE_FUNCTIONS, FEATURE_STACKS];
/// Programs that are functions of the file ([`crate::Entry::Function`]).
pub const FEATURE_FUNCTIONS: &str = "functions";
/// Programs that take several variables as one array ([`crate::Manifest::stacks`]).
pub const FEATURE_STACKS: &str = "stacks";

/// Who wrote the artifact, and what it takes to read it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BuildInfo {
    /// Version of the Keramos compiler.
    pub compiler_version: String,
    /// StableHLO version that the programs are written in, such as `1.13.3`.
    pub stablehlo_version: String,
    /// Features that a reader must know.
    pub features: Vec<String>,
}

/// What a section holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SectionKind {
    /// The manifest, as JSON.
    Manifest = 0,
    /// StableHLO code of one program.
    Program = 1,
    /// One program compiled for one target.
    Executable = 2,
    /// All stored variables.
    Weights = 3,
}

impl SectionKind {
    const ALL: [SectionKind; 4] =
        [SectionKind::Manifest, SectionKind::Program, SectionKind::Executable, SectionKind::Weights];

    fn code(self) -> u32 {
        self as u32
    }

    /// The word used in messages.
    pub fn name(self) -> &'static str {
        match self {
            SectionKind::Manifest => "manifest",
            SectionKind::Program => "program",
            SectionKind::Executable => "executable",
            SectionKind::Weights => "weights",
        }
    }
}

/// One row of the section table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    /// What the section holds.
    pub kind: SectionKind,
    /// CRC-32C of the section's bytes.
    pub checksum: u32,
    /// Where the section starts, counted from the start of the file.
    pub offset: u64,
    /// Bytes in the section.
    pub length: u64,
}

/// The first bytes of a file, checked as far as they go without the rest of the header.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prelude {
    pub(crate) header_len: u32,
    section_count: u32,
    file_len: u64,
    checksum: u32,
}

/// The checked header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) info: BuildInfo,
    pub(crate) sections: Vec<Section>,
}

/// Rounds up to the next section boundary; `None` beyond `u64`.
pub(crate) fn align_up(offset: u64) -> Option<u64> {
    offset.checked_next_multiple_of(SECTION_ALIGNMENT)
}

impl Prelude {
    /// Reads the prelude from the first bytes of a file of `actual_len` bytes in all.
    pub(crate) fn decode(start: &[u8], actual_len: u64) -> Result<Prelude, Fault> {
        let magic_len = start.len().min(MAGIC.len());
        if magic_len == 0 || start.get(..magic_len) != MAGIC.get(..magic_len) {
            let found = guess(start);
            return Err(Fault::NotAnArtifact { found });
        }
        let truncated = || Fault::Truncated { expected: PRELUDE_LEN as u64, actual: actual_len };
        let mut fields = Cursor(start.get(MAGIC.len()..).unwrap_or_default());
        let version = fields.u32().ok_or_else(truncated)?;
        if version < FORMAT_VERSION {
            return Err(Fault::OlderFormat { found: version });
        }
        if version > FORMAT_VERSION {
            return Err(Fault::NewerFormat { found: version });
        }
        let checksum = fields.u32().ok_or_else(truncated)?;
        let header_len = fields.u32().ok_or_else(truncated)?;
        let section_count = fields.u32().ok_or_else(truncated)?;
        let file_len = fields.u64().ok_or_else(truncated)?;
        if (header_len as usize) < PRELUDE_LEN || header_len > MAX_HEADER_LEN {
            let reason = format!("a header of {header_len} bytes, outside {PRELUDE_LEN} to {MAX_HEADER_LEN}");
            return Err(Fault::Header { reason });
        }
        if u64::from(header_len) > actual_len {
            return Err(Fault::Truncated { expected: u64::from(header_len).max(file_len), actual: actual_len });
        }
        Ok(Prelude { header_len, section_count, file_len, checksum })
    }
}

impl Header {
    /// Checks and reads the whole header, `prelude.header_len` bytes of a file of `actual_len`.
    pub(crate) fn decode(prelude: Prelude, bytes: &[u8], actual_len: u64) -> Result<Header, Fault> {
        let actual = checksum_without_field(bytes);
        if actual != prelude.checksum {
            return Err(Fault::Checksum { part: "the header".to_owned(), expected: prelude.checksum, actual });
        }
        if actual_len < prelude.file_len {
            return Err(Fault::Truncated { expected: prelude.file_len, actual: actual_len });
        }
        if actual_len > prelude.file_len {
            let extra = actual_len - prelude.file_len;
            return Err(Fault::TrailingBytes { extra });
        }
        let mut rest = Cursor(bytes.get(PRELUDE_LEN..).unwrap_or_default());
        let info = BuildInfo::decode(&mut rest)?;
        let unknown = |feature: &&String| !KNOWN_FEATURES.contains(&feature.as_str());
        if let Some(feature) = info.features.iter().find(unknown) {
            let feature = feature.clone();
            return Err(Fault::UnknownFeature { feature });
        }
        let sections = decode_table(&mut rest, prelude, actual_len)?;
        Ok(Header { info, sections })
    }

    /// The bytes of the header, for sections that lie at the offsets given in the table.
    pub(crate) fn encode(&self, file_len: u64) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::with_capacity(self.encoded_len());
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        let header_len = u32::try_from(self.encoded_len())
            .ok()
            .filter(|&len| len <= MAX_HEADER_LEN)
            .ok_or_else(|| too_large("the header"))?;
        bytes.extend_from_slice(&header_len.to_le_bytes());
        let count = u32::try_from(self.sections.len()).map_err(|_| too_large("the table"))?;
        bytes.extend_from_slice(&count.to_le_bytes());
        bytes.extend_from_slice(&file_len.to_le_bytes());
        self.info.encode(&mut bytes)?;
        for section in &self.sections {
            bytes.extend_from_slice(&section.kind.code().to_le_bytes());
            bytes.extend_from_slice(&section.checksum.to_le_bytes());
            bytes.extend_from_slice(&section.offset.to_le_bytes());
            bytes.extend_from_slice(&section.length.to_le_bytes());
        }
        let checksum = checksum_without_field(&bytes);
        if let Some(field) = bytes.get_mut(CHECKSUM_AT) {
            field.copy_from_slice(&checksum.to_le_bytes());
        }
        Ok(bytes)
    }

    /// Length of what [`Header::encode`] gives, whatever the offsets.
    pub(crate) fn encoded_len(&self) -> usize {
        PRELUDE_LEN + self.info.encoded_len() + self.sections.len() * TABLE_ENTRY_LEN
    }
}

impl BuildInfo {
    fn encoded_len(&self) -> usize {
        let versions = [&self.compiler_version, &self.stablehlo_version];
        let strings = versions.into_iter().chain(&self.features);
        2 + strings.map(|text| 2 + text.len()).sum::<usize>()
    }

    fn encode(&self, bytes: &mut Vec<u8>) -> Result<(), Fault> {
        push_string(bytes, &self.compiler_version)?;
        push_string(bytes, &self.stablehlo_version)?;
        push_u16(bytes, self.features.len(), "the feature list")?;
        self.features.iter().try_for_each(|feature| push_string(bytes, feature))
    }

    fn decode(rest: &mut Cursor<'_>) -> Result<BuildInfo, Fault> {
        let cut = || Fault::Header {
            reason: "the block of versions and features runs past the header or is not UTF-8".to_owned(),
        };
        let compiler_version = rest.string().ok_or_else(cut)?;
        let stablehlo_version = rest.string().ok_or_else(cut)?;
        let count = rest.u16().ok_or_else(cut)?;
        let features = (0..count).map(|_| rest.string().ok_or_else(cut));
        Ok(BuildInfo { compiler_version, stablehlo_version, features: features.collect::<Result<_, _>>()? })
    }
}

/// Reads the table and checks the order, bounds, alignment and number of the sections.
fn decode_table(rest: &mut Cursor<'_>, prelude: Prelude, actual_len: u64) -> Result<Vec<Section>, Fault> {
    let wrong = |reason: String| Err(Fault::Header { reason });
    let expected = (prelude.section_count as usize).checked_mul(TABLE_ENTRY_LEN);
    if expected != Some(rest.0.len()) {
        return wrong(format!("{} sections do not fit a table of {} bytes", prelude.section_count, rest.0.len()));
    }
    let mut sections: Vec<Section> = Vec::with_capacity(prelude.section_count as usize);
    let mut end = u64::from(prelude.header_len);
    while let (Some(code), Some(checksum), Some(offset), Some(length)) =
        (rest.u32(), rest.u32(), rest.u64(), rest.u64())
    {
        let index = sections.len();
        let Some(kind) = SectionKind::ALL.into_iter().find(|kind| kind.code() == code) else {
            return wrong(format!("section {index} is of the unknown kind {code}"));
        };
        let last = sections.last().map(|section| section.kind);
        let in_order = match last {
            None => kind == SectionKind::Manifest,
            Some(last) => kind > last || (kind == last && is_repeatable(kind)),
        };
        if !in_order {
            return wrong(format!("section {index} ({}) is out of order or there twice", kind.name()));
        }
        if align_up(end) != Some(offset) {
            return wrong(format!(
                "section {index} ({}) starts at {offset} and the one before it ends at {end}",
                kind.name()
            ));
        }
        match offset.checked_add(length) {
            Some(section_end) if section_end <= actual_len => end = section_end,
            _ => {
                return wrong(format!(
                    "section {index} ({}) of {length} bytes at {offset} runs past the end of the file",
                    kind.name()
                ));
            }
        }
        sections.push(Section { kind, checksum, offset, length });
    }
    if sections.is_empty() {
        return wrong("there is no manifest".to_owned());
    }
    if end != actual_len {
        return wrong(format!("the last section ends at {end} and the file at {actual_len}"));
    }
    Ok(sections)
}

fn is_repeatable(kind: SectionKind) -> bool {
    matches!(kind, SectionKind::Program | SectionKind::Executable)
}

fn checksum_without_field(header: &[u8]) -> u32 {
    let (before, from_field) = header.split_at(CHECKSUM_AT.start.min(header.len()));
    let after = from_field.get(CHECKSUM_AT.len()..).unwrap_or_default();
    let crc = crc32c::crc32c_append(crc32c::crc32c(before), &[0; 4]);
    crc32c::crc32c_append(crc, after)
}

fn push_string(bytes: &mut Vec<u8>, text: &str) -> Result<(), Fault> {
    push_u16(bytes, text.len(), "a version or feature name")?;
    bytes.extend_from_slice(text.as_bytes());
    Ok(())
}

fn push_u16(bytes: &mut Vec<u8>, value: usize, what: &'static str) -> Result<(), Fault> {
    let value = u16::try_from(value).map_err(|_| too_large(what))?;
    bytes.extend_from_slice(&value.to_le_bytes());
    Ok(())
}

fn too_large(what: &str) -> Fault {
    let reason = format!("{what} is too large for the format");
    Fault::Header { reason }
}

/// Names the kind of file that somebody may have given by mistake.
fn guess(start: &[u8]) -> &'static str {
    let known: &[(&[u8], &str)] = &[
        (b"PK\x03\x04", "this is a zip archive (a .keras or .npz file?)"),
        (b"\x89HDF", "this is an HDF5 file (saved weights?)"),
        (b"\x93NUMPY", "this is a NumPy array"),
        (b"ML\xefR", "this is MLIR bytecode"),
        (b"\x7fELF", "this is a program or shared library"),
        (b"import ", "this is Python source, which has to be compiled first"),
    ];
    let matches = |(prefix, _): &&(&[u8], &str)| start.starts_with(prefix);
    match known.iter().find(matches) {
        Some((_, words)) => words,
        None if start.is_empty() => "the file is empty",
        None => "its first bytes are of another kind of file",
    }
}

/// Takes fixed-size fields from the front of a slice; `None` once it runs out.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (field, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(field)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn string(&mut self) -> Option<String> {
        let len = self.u16()?;
        let bytes = self.take(len.into())?;
        Some(std::str::from_utf8(bytes).ok()?.to_owned())
    }
}
