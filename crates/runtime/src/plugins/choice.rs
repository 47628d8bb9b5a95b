//! Which device a session runs on.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use keramos_pjrt::{Environment, Platform, discover};

/// The environment variable that names the device where no option does.
pub const DEVICE_VARIABLE: &str = "KERAMOS_DEVICE";

/// A device asked for: `auto`, `cpu`, `cuda`, `cuda:1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// The best that there is: an accelerator with its plugin, else the processor.
    #[default]
    Auto,
    /// A platform, and the number of the device there.
    Device(Platform, usize),
}

/// The text names no device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no device; name one as cpu, cuda, cuda:1, tpu, rocm or oneapi, or auto for the best that there is")]
pub struct UnknownDevice(pub String);

impl FromStr for DeviceChoice {
    type Err = UnknownDevice;

    fn from_str(text: &str) -> Result<Self, UnknownDevice> {
        if text == "auto" {
            return Ok(DeviceChoice::Auto);
        }
        let unknown = || UnknownDevice(text.to_owned());
        let (platform, number) = match text.split_once(':') {
            Some((platform, number)) => (platform, number.parse().map_err(|_| unknown())?),
            None => (text, 0),
        };
        Ok(DeviceChoice::Device(platform.parse().map_err(|_| unknown())?, number))
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeviceChoice::Auto => f.write_str("auto"),
            DeviceChoice::Device(platform, 0) => write!(f, "{platform}"),
            DeviceChoice::Device(platform, number) => write!(f, "{platform}:{number}"),
        }
    }
}

/// Accelerators, best first, with the device files of which one is there where the hardware and its driver are.
const ACCELERATORS: &[(Platform, &[&str])] = &[
    (Platform::Tpu, &["/dev/accel0", "/dev/vfio/0"]),
    (Platform::Cuda, &["/dev/nvidiactl", "/dev/dxg"]),
    (Platform::Rocm, &["/dev/kfd"]),
    (Platform::Oneapi, &["/dev/dri/renderD128"]),
];

impl DeviceChoice {
    /// The platforms to try, in order: those accelerators whose hardware and plugin both are there, then the processor.
    pub(crate) fn platforms(self, environment: &Environment) -> Vec<(Platform, usize)> {
        self.platforms_with(environment, |path| Path::new(path).exists())
    }

    fn platforms_with(self, environment: &Environment, exists: impl Fn(&str) -> bool) -> Vec<(Platform, usize)> {
        let DeviceChoice::Auto = self else {
            let DeviceChoice::Device(platform, number) = self else { return Vec::new() };
            return vec![(platform, number)];
        };
        let there = |(platform, files): &&(Platform, &[&str])| {
            files.iter().any(|file| exists(file)) && !discover::candidates(*platform, environment).is_empty()
        };
        let accelerators = ACCELERATORS.iter().filter(there).map(|(platform, _)| (*platform, 0));
        accelerators.chain([(Platform::Cpu, 0)]).collect()
    }
}

/// Whether the files of a platform's hardware and driver are there; always true for the processor.
#[must_use]
pub fn hardware_is_there(platform: Platform) -> bool {
    let files = ACCELERATORS.iter().find(|(accelerator, _)| *accelerator == platform);
    files.is_none_or(|(_, files)| files.iter().any(|file| Path::new(file).exists()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_read_and_written() {
        for (text, choice) in [
            ("auto", DeviceChoice::Auto),
            ("cpu", DeviceChoice::Device(Platform::Cpu, 0)),
            ("cuda:3", DeviceChoice::Device(Platform::Cuda, 3)),
            ("oneapi", DeviceChoice::Device(Platform::Oneapi, 0)),
        ] {
            assert_eq!(text.parse(), Ok(choice));
            assert_eq!(choice.to_string(), text);
        }
        for text in ["", "vax", "cuda:", "cuda:-1", "cuda:x", ":0"] {
            assert!(text.parse::<DeviceChoice>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_best_device_has_hardware_and_plugin() {
        let folder = tempfile::tempdir().expect("a folder");
        let plugins = folder.path().join("plugins");
        for file in ["cuda/xla_cuda_plugin.so", "tpu/libtpu.so"] {
            std::fs::create_dir_all(plugins.join(file).parent().expect("a folder")).expect("a folder made");
            std::fs::write(plugins.join(file), "").expect("a file");
        }
        let environment = Environment::empty().with_variable("KERAMOS_HOME", folder.path());
        let platforms = |there: &[&str]| DeviceChoice::Auto.platforms_with(&environment, |file| there.contains(&file));
        assert_eq!(platforms(&[]), [(Platform::Cpu, 0)]);
        assert_eq!(platforms(&["/dev/nvidiactl", "/dev/kfd"]), [(Platform::Cuda, 0), (Platform::Cpu, 0)]);
        assert_eq!(
            platforms(&["/dev/nvidiactl", "/dev/accel0"]),
            [(Platform::Tpu, 0), (Platform::Cuda, 0), (Platform::Cpu, 0)]
        );
        assert_eq!(DeviceChoice::Device(Platform::Rocm, 2).platforms(&environment), [(Platform::Rocm, 2)]);
    }
}
