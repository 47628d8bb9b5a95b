//! Which executables fit this machine: the fingerprint of a client, and the options that
//! programs are compiled with.

use std::fmt::Write;

use keramos_artifact::Target;
use keramos_pjrt::{Client, CompileOptions};

/// The options that every program is compiled with, ahead of time and as a fallback.
pub fn compile_options() -> CompileOptions {
    CompileOptions::new()
}

/// Describes what the executables of a client depend on, under the target name that the user
/// gave.
pub fn describe(name: &str, client: &Client) -> Target {
    let (major, minor) = client.plugin().api_version();
    let mut details = vec![format!("PJRT API {major}.{minor}"), client.platform_version().to_owned()];
    if let Some(version) = client.plugin().xla_version() {
        details.push(format!("XLA {version}"));
    }
    if client.platform_name() == "cpu" {
        details.push(format!("features {}", host_features().join(" ")));
    }
    Target {
        name: name.to_owned(),
        platform: client.platform_name().to_owned(),
        fingerprint: fingerprint(client),
        details,
    }
}

/// Everything that decides whether an executable loads and runs right, as one string: platform,
/// plugin build, kind and number of devices, and for the CPU the instruction set extensions.
///
/// The build of the plugin is told by its versions and the size of its file; a checksum of the
/// file would take longer than all else that a prediction needs.
pub fn fingerprint(client: &Client) -> String {
    let plugin = client.plugin();
    let (major, minor) = plugin.api_version();
    let size = std::fs::metadata(plugin.path()).map_or(0, |meta| meta.len());
    let xla = plugin.xla_version().unwrap_or_default();
    let mut text =
        format!("{} {} api={major}.{minor} xla={xla} plugin={size}", client.platform_name(), client.platform_version());
    if client.platform_name() == "cpu" {
        let _ = write!(text, " {}:{}", std::env::consts::ARCH, host_features().join(","));
    } else if let Some(Ok(device)) = client.addressable_devices().first().map(|device| device.description()) {
        let _ = write!(text, " {}", device.kind);
    }
    text
}

/// Instruction set extensions of this processor that code generators make use of.
#[cfg(target_arch = "x86_64")]
fn host_features() -> Vec<&'static str> {
    macro_rules! detected {
        ($($name:tt),*) => {
            [$(($name, std::is_x86_feature_detected!($name))),*]
        };
    }
    let features = detected!(
        "sse4.2",
        "avx",
        "avx2",
        "fma",
        "f16c",
        "bmi2",
        "avx512f",
        "avx512bw",
        "avx512vl",
        "avx512vnni",
        "avx512bf16",
        "avx512fp16",
        "avxvnni"
    );
    features.iter().filter_map(|(name, there)| there.then_some(*name)).collect()
}

/// Instruction set extensions are not told apart on this architecture.
#[cfg(not(target_arch = "x86_64"))]
fn host_features() -> Vec<&'static str> {
    Vec::new()
}
