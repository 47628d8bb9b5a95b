//! The table of plugins that can be installed.

use keramos_pjrt::Platform;

const TABLE: &str = include_str!("pins.tsv");

/// A plugin that can be installed by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The name: the platform's, with a version where there are several.
    pub name: String,
    /// What it is for.
    pub platform: Platform,
    /// Where its files go.
    pub layout: Layout,
    /// The wheels that it consists of.
    pub wheels: Vec<Wheel>,
    /// Path of the plugin's library in its wheel.
    pub library: String,
}

/// Where the files of a plugin go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// The library alone, right into the platform's plugin folder.
    File,
    /// All files, into a folder of the plugin's name there.
    Folder,
}

/// A wheel on PyPI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wheel {
    /// Name and version, such as `libtpu==0.0.51`.
    pub requirement: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// All plugins that can be installed, in the order of the table.
pub fn pins() -> Vec<Pin> {
    parse(TABLE)
}

/// Reads the table; rows that are none are left out, which a test excludes for the real one.
fn parse(table: &str) -> Vec<Pin> {
    let mut pins: Vec<Pin> = Vec::new();
    for row in table.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [name, platform, layout, requirement, sha256, library] = cells[..] else { continue };
        let Ok(platform) = platform.parse() else { continue };
        let layout = if layout == "file" { Layout::File } else { Layout::Folder };
        let wheel = Wheel { requirement: requirement.to_owned(), sha256: sha256.to_owned() };
        match pins.iter_mut().find(|pin| pin.name == name) {
            Some(pin) => pin.wheels.push(wheel),
            None => pins.push(Pin {
                name: name.to_owned(),
                platform,
                layout,
                wheels: vec![wheel],
                library: library.to_owned(),
            }),
        }
    }
    pins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole() {
        let pins = pins();
        let rows = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(pins.iter().map(|pin| pin.wheels.len()).sum::<usize>(), rows);
        let names: Vec<&str> = pins.iter().map(|pin| pin.name.as_str()).collect();
        assert_eq!(names, ["cpu", "cuda13", "cuda12", "cuda13-full", "cuda12-full", "rocm", "tpu", "oneapi"]);
        for pin in &pins {
            let file = pin.library.rsplit('/').next().unwrap_or_default();
            assert_eq!(Platform::of_file_name(file), Some(pin.platform), "{}: the search would not find it", pin.name);
            for wheel in &pin.wheels {
                assert!(wheel.requirement.contains("=="), "{}", wheel.requirement);
                assert!(wheel.sha256.len() == 64 && wheel.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()));
            }
        }
    }
}
