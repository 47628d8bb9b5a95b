//! Platforms, and the names of their plugins' files.

use std::fmt;
use std::str::FromStr;

/// A kind of device that there are plugins for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Platform {
    /// The host's processor.
    Cpu,
    /// NVIDIA GPUs.
    Cuda,
    /// AMD GPUs.
    Rocm,
    /// Google TPUs.
    Tpu,
    /// Intel GPUs.
    Oneapi,
}

impl Platform {
    /// Every platform.
    pub const ALL: &[Self] = &[Self::Cpu, Self::Cuda, Self::Rocm, Self::Tpu, Self::Oneapi];

    /// The platform's name: `cpu`, `cuda`, `rocm`, `tpu`, `oneapi`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Rocm => "rocm",
            Self::Tpu => "tpu",
            Self::Oneapi => "oneapi",
        }
    }

    /// The platform of a plugin's file, judged by the file's name; `None` for a file that does not look like a plugin.
    ///
    /// Known forms are `pjrt_c_api_cpu_plugin.so`, `libpjrt_cpu.so`, `xla_cpu_pjrt.so`, `pjrt-plugin-cuda.so`,
    /// `xla_cuda_plugin.so`, `xla_rocm_plugin.so`, `pjrt_plugin_xpu.so` and `libtpu.so`.
    #[must_use]
    pub fn of_file_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let stem = [".so", ".dylib", ".dll"].iter().find_map(|suffix| name.strip_suffix(suffix))?;
        if stem == "libtpu" {
            return Some(Self::Tpu);
        }
        let is_plugin = stem.contains("pjrt") || (stem.starts_with("xla_") && stem.ends_with("_plugin"));
        if !is_plugin {
            return None;
        }
        let has = |word: &str| {
            stem.split(|c: char| !c.is_ascii_alphanumeric())
                .any(|part| part.trim_end_matches(|c: char| c.is_ascii_digit()) == word)
        };
        if has("cpu") {
            Some(Self::Cpu)
        } else if has("cuda") || has("gpu") {
            Some(Self::Cuda)
        } else if has("rocm") {
            Some(Self::Rocm)
        } else if has("tpu") {
            Some(Self::Tpu)
        } else if has("xpu") || has("oneapi") {
            Some(Self::Oneapi)
        } else {
            None
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is not that of a platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a platform; platforms are cpu, cuda, rocm, tpu and oneapi")]
pub struct UnknownPlatform(pub String);

impl FromStr for Platform {
    type Err = UnknownPlatform;

    fn from_str(name: &str) -> Result<Self, UnknownPlatform> {
        let platform = Self::ALL.iter().copied().find(|platform| platform.name() == name);
        // JAX's and XLA's other name for CUDA devices.
        let platform = platform.or_else(|| (name == "gpu").then_some(Self::Cuda));
        platform.ok_or_else(|| UnknownPlatform(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugin_files_are_told_by_their_names() {
        for (name, platform) in [
            ("pjrt_c_api_cpu_plugin.so", Some(Platform::Cpu)),
            ("libpjrt_cpu.so", Some(Platform::Cpu)),
            ("xla_cpu_pjrt.so", Some(Platform::Cpu)),
            ("pjrt-plugin-cuda.so", Some(Platform::Cuda)),
            ("pjrt_c_api_gpu_plugin.so", Some(Platform::Cuda)),
            ("xla_cuda_plugin.so", Some(Platform::Cuda)),
            ("xla_cuda12_plugin.so", Some(Platform::Cuda)),
            ("xla_rocm_plugin.so", Some(Platform::Rocm)),
            ("libtpu.so", Some(Platform::Tpu)),
            ("pjrt_plugin_xpu.so", Some(Platform::Oneapi)),
            ("libpjrt_cpu.dylib", Some(Platform::Cpu)),
            ("libm.so", None),
            ("xla_extension.so", None),
            ("pjrt_cpu.py", None),
            ("libpjrt.so", None),
        ] {
            assert_eq!(Platform::of_file_name(name), platform, "{name}");
        }
    }

    #[test]
    fn platform_names_round_trip() {
        for &platform in Platform::ALL {
            assert_eq!(platform.name().parse(), Ok(platform));
        }
        assert_eq!("gpu".parse(), Ok(Platform::Cuda));
        assert!("vax".parse::<Platform>().is_err());
    }
}
