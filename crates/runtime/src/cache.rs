//! Programs that were compiled on this machine, kept on disk for the next process.
//!
//! Each entry is an artifact of one program and one executable: the same format, checks and way of writing as any artifact
//! has. An entry is used if its fingerprint, its compile options and its StableHLO code are equal to what is asked for, byte by
//! byte; its name is only where to look. Entries appear by rename, so that processes may share a folder: two that compile the
//! same program write the same entry one after the other. What goes wrong with the cache is told and costs a compilation, nothing
//! else.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use keramos_artifact::{
    ArtifactBuilder, ArtifactError, BuildInfo, CodeFormat, Entry, Fault, Manifest, Program, Target,
};

/// The environment variable that names the folder; `off` turns the cache off.
pub const FOLDER_VARIABLE: &str = "KERAMOS_CACHE";
/// The environment variable that says how many megabytes the cache may take.
pub const LIMIT_VARIABLE: &str = "KERAMOS_CACHE_MB";
const DEFAULT_LIMIT_MB: u64 = 1024;
const EXTENSION: &str = "kar";

/// A folder of compiled programs, of bounded size. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
    /// Bytes that all entries may take together.
    limit: u64,
    warned: Arc<AtomicBool>,
}

/// What a program is found by.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    /// What the executable runs on.
    pub fingerprint: &'a str,
    /// The compile options, encoded.
    pub options: &'a [u8],
    /// The StableHLO code.
    pub code: &'a [u8],
}

/// An entry, for listing.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The file.
    pub path: PathBuf,
    /// Bytes that it takes.
    pub size: u64,
    /// When it was last used.
    pub used: SystemTime,
    /// The program, and what it was compiled for; the fault of an entry that is damaged.
    pub content: Result<(String, String), String>,
}

impl Cache {
    /// A cache in this folder, which is made when the first program is kept; `limit` in bytes.
    #[must_use]
    pub fn new(folder: PathBuf, limit: u64) -> Cache {
        Cache { folder, limit, warned: Arc::default() }
    }

    /// The user's cache: in the folder of `KERAMOS_CACHE`, or else in `keramos` in the folder for caches of the system
    /// (`XDG_CACHE_HOME`, `~/.cache`). `None` if it is turned off, or there is no home.
    #[must_use]
    pub fn of_user() -> Option<Cache> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let limit = variable(LIMIT_VARIABLE).and_then(|value| value.to_str()?.parse().ok()).unwrap_or(DEFAULT_LIMIT_MB);
        let folder = match variable(FOLDER_VARIABLE) {
            Some(value) if value == "off" => return None,
            Some(folder) => PathBuf::from(folder),
            None => match variable("XDG_CACHE_HOME") {
                Some(caches) => Path::new(&caches).join("keramos"),
                None => std::env::home_dir()?.join(".cache/keramos"),
            },
        };
        Some(Cache::new(folder, limit.saturating_mul(1 << 20)))
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Bytes that all entries may take together.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// The executable that is kept for the key, if there is one. A damaged entry is removed.
    #[must_use]
    pub fn get(&self, key: &Key<'_>) -> Option<Vec<u8>> {
        let path = self.path(key);
        match read(&path, key) {
            Ok(found) => {
                if found.is_some() {
                    // Least recently used entries go first; where the time cannot be set, the oldest do.
                    let _ = fs::File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
                }
                found
            }
            Err(error) if is_missing(&error) => None,
            Err(error) => {
                log::warn!("an entry of the cache is damaged and is not used: {error}");
                let _ = fs::remove_file(&path);
                None
            }
        }
    }

    /// Keeps an executable, and removes what has not been used longest as far as the limit asks for it. A failure is told
    /// once.
    pub fn put(&self, key: &Key<'_>, label: &str, executable: Vec<u8>) {
        if let Err(error) = self.write(key, label, executable)
            && !self.warned.swap(true, Ordering::Relaxed)
        {
            log::warn!(
                "compiled programs cannot be kept in the cache {}: {error}; they will be compiled again next time: set \
                 {FOLDER_VARIABLE} to a folder that can be written to, or to `off`",
                self.folder.display()
            );
        }
    }

    fn write(&self, key: &Key<'_>, label: &str, executable: Vec<u8>) -> Result<(), String> {
        if (executable.len() + key.code.len()) as u64 > self.limit {
            log::debug!("`{label}` is larger than the cache may be, and is not kept");
            return Ok(());
        }
        fs::create_dir_all(&self.folder).map_err(|error| error.to_string())?;
        let manifest = Manifest { name: label.to_owned(), ..Manifest::default() };
        let info = BuildInfo {
            compiler_version: env!("CARGO_PKG_VERSION").to_owned(),
            stablehlo_version: String::new(),
            features: Vec::new(),
        };
        let mut builder = ArtifactBuilder::new(info, manifest);
        let program = builder.add_program(
            Program {
                entry: Entry::Other("cached".to_owned()),
                batch: None,
                inputs: Vec::new(),
                outputs: Vec::new(),
                format: CodeFormat::StablehloBytecode,
                counts_padding: Vec::new(),
            },
            key.code.to_vec(),
        );
        let target = builder.add_target(Target {
            name: hexadecimal(key.options),
            platform: key.fingerprint.split(' ').next().unwrap_or_default().to_owned(),
            fingerprint: key.fingerprint.to_owned(),
            details: Vec::new(),
        });
        builder.add_executable(program, target, executable);
        builder.write_atomic(self.path(key)).map_err(|error| error.fault.to_string())?;
        self.trim().map_err(|error| error.to_string())
    }

    /// Removes what has not been used longest until the rest fits the limit, and what processes that were killed have left.
    fn trim(&self) -> io::Result<()> {
        const ABANDONED: std::time::Duration = std::time::Duration::from_secs(3600);
        for (path, _, written) in self.files_with("tmp")? {
            if written.elapsed().is_ok_and(|age| age > ABANDONED) {
                let _ = fs::remove_file(path);
            }
        }
        let mut entries = self.files()?;
        entries.sort_by_key(|(_, _, used)| *used);
        let mut total: u64 = entries.iter().map(|(_, size, _)| size).sum();
        for (path, size, _) in entries {
            if total <= self.limit {
                break;
            }
            // Another process may have been faster.
            let _ = fs::remove_file(path);
            total -= size;
        }
        Ok(())
    }

    /// All entries, the last used first.
    ///
    /// # Errors
    /// Where the folder cannot be read; one that does not exist has no entries.
    pub fn list(&self) -> io::Result<Vec<Listed>> {
        let mut files = self.files()?;
        files.sort_by_key(|(_, _, used)| std::cmp::Reverse(*used));
        let listed = files.into_iter().map(|(path, size, used)| {
            let content = crate::open(&path).map_err(|error| error.fault.to_string()).map(|artifact| {
                let manifest = artifact.manifest();
                let target = manifest.targets.first().map(|target| target.fingerprint.clone());
                (manifest.name.clone(), target.unwrap_or_default())
            });
            Listed { path, size, used, content }
        });
        Ok(listed.collect())
    }

    /// Removes all entries; gives their number and size.
    ///
    /// # Errors
    /// Where the folder cannot be read, or an entry cannot be removed.
    pub fn clear(&self) -> io::Result<(usize, u64)> {
        let files = self.files()?;
        for (path, _, _) in &files {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok((files.len(), files.iter().map(|(_, size, _)| size).sum()))
    }

    /// Path, size and time of last use of each entry.
    fn files(&self) -> io::Result<Vec<(PathBuf, u64, SystemTime)>> {
        self.files_with(EXTENSION)
    }

    fn files_with(&self, extension: &str) -> io::Result<Vec<(PathBuf, u64, SystemTime)>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let file = |entry: fs::DirEntry| {
            let path = entry.path();
            let metadata =
                entry.metadata().ok().filter(|_| path.extension().is_some_and(|found| found == extension))?;
            Some((path, metadata.len(), metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH)))
        };
        Ok(entries.filter_map(Result::ok).filter_map(file).collect())
    }

    fn path(&self, key: &Key<'_>) -> PathBuf {
        let mut hash = Fnv::default();
        for part in [key.fingerprint.as_bytes(), key.options, key.code] {
            hash.update(&part.len().to_le_bytes());
            hash.update(part);
        }
        self.folder.join(format!("{:016x}.{EXTENSION}", hash.0))
    }
}

/// The executable in an entry; `None` if it is for another key of the same name.
fn read(path: &Path, key: &Key<'_>) -> Result<Option<Vec<u8>>, ArtifactError> {
    let artifact = crate::open(path)?;
    let fits = artifact
        .manifest()
        .targets
        .first()
        .is_some_and(|target| target.fingerprint == key.fingerprint && target.name == hexadecimal(key.options));
    if !fits || artifact.program_code(0)?.as_deref() != Some(key.code) {
        return Ok(None);
    }
    Ok(artifact.executable_code(0)?.map(std::borrow::Cow::into_owned))
}

fn is_missing(error: &ArtifactError) -> bool {
    matches!(&error.fault, Fault::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The 64-bit FNV-1a hash.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test may panic")]

    use super::*;

    fn key<'a>(fingerprint: &'a str, code: &'a [u8]) -> Key<'a> {
        Key { fingerprint, options: &[1, 2], code }
    }

    fn cache(limit: u64) -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().join("deep/cache"), limit);
        (folder, cache)
    }

    #[test]
    fn what_is_kept_is_found_by_all_of_its_key() {
        let (_folder, cache) = cache(1 << 20);
        assert_eq!(cache.get(&key("cpu a", b"code")), None);
        assert!(cache.list().unwrap().is_empty());
        cache.put(&key("cpu a", b"code"), "predict", vec![7; 10]);
        assert_eq!(cache.get(&key("cpu a", b"code")), Some(vec![7; 10]));
        assert_eq!(cache.get(&key("cpu b", b"code")), None);
        assert_eq!(cache.get(&key("cpu a", b"other")), None);
        assert_eq!(cache.get(&Key { options: &[1], ..key("cpu a", b"code") }), None);
        let listed = cache.list().unwrap();
        assert_eq!(listed[0].content, Ok(("predict".to_owned(), "cpu a".to_owned())));
        assert_eq!(cache.clear().unwrap().0, 1);
        assert_eq!(cache.get(&key("cpu a", b"code")), None);
    }

    #[test]
    fn an_entry_of_the_same_name_for_another_key_is_not_used() {
        let (_folder, cache) = cache(1 << 20);
        cache.put(&key("cpu a", b"code"), "one", vec![7]);
        let other = cache.path(&key("cpu a", b"other"));
        fs::rename(cache.path(&key("cpu a", b"code")), &other).unwrap();
        assert_eq!(cache.get(&key("cpu a", b"other")), None);
    }

    #[test]
    fn damaged_entries_are_removed_wherever_they_are_damaged() {
        let (_folder, cache) = cache(1 << 20);
        let key = key("cpu a", b"code");
        let path = cache.path(&key);
        cache.put(&key, "one", vec![7; 100]);
        let whole = fs::read(&path).unwrap();
        for damage in [0, 9, 40, whole.len() / 2, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[damage] ^= 0xff;
            fs::write(&path, &bytes).unwrap();
            assert_eq!(cache.get(&key), None, "byte {damage}");
            assert!(!path.exists(), "byte {damage}");
            fs::write(&path, &whole[..damage]).unwrap();
            assert!(cache.list().unwrap()[0].content.is_err(), "{damage} bytes");
            assert_eq!(cache.get(&key), None, "{damage} bytes");
        }
        cache.put(&key, "one", vec![8]);
        assert_eq!(cache.get(&key), Some(vec![8]));
    }

    #[test]
    fn what_was_not_used_longest_makes_room() {
        let (_folder, cache) = cache(20_000);
        let codes = [b"a", b"b", b"c", b"d"];
        let set_age = |code: &[u8], seconds: u64| {
            let time = SystemTime::now() - std::time::Duration::from_secs(seconds);
            fs::File::open(cache.path(&key("cpu", code))).unwrap().set_modified(time).unwrap();
        };
        for (code, age) in codes[..3].iter().zip([300, 200, 100]) {
            cache.put(&key("cpu", *code), "one", vec![0; 5000]);
            set_age(*code, age);
        }
        assert!(cache.get(&key("cpu", b"a")).is_some(), "used now");
        cache.put(&key("cpu", b"d"), "one", vec![0; 5000]);
        let there = codes.map(|code| cache.get(&key("cpu", code)).is_some());
        assert_eq!(there, [true, false, true, true]);
        cache.put(&key("cpu", b"e"), "one", vec![0; 30_000]);
        assert_eq!(cache.list().unwrap().len(), 3, "larger than the cache");
    }

    #[test]
    fn a_folder_that_cannot_be_made_costs_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let cache = Cache::new(file.join("cache"), 1 << 20);
        cache.put(&key("cpu", b"code"), "one", vec![1]);
        assert_eq!(cache.get(&key("cpu", b"code")), None);
    }

    #[test]
    fn processes_that_keep_the_same_program_do_not_disturb_each_other() {
        let (_folder, cache) = cache(1 << 20);
        let executable = vec![5; 50_000];
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        cache.put(&key("cpu", b"code"), "one", executable.clone());
                        assert_eq!(cache.get(&key("cpu", b"code")).as_ref(), Some(&executable));
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(cache.folder()).unwrap().count(), 1, "nothing is left beside the entry");
    }
}
