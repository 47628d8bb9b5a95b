//! Which executables fit this machine: the fingerprint of a client, and the options that
//! programs are compiled with.

use std::fmt::Write;

use keramos_artifact::Target;
use keramos_pjrt::{Client, CompileOptions};

use crate::error::Error;

/// The options that every program is compiled with, ahead of time and as a fallback.
pub fn compile_options() -> CompileOptions {
    // By default XLA for CPU drops NaN in maximum and minimum; JAX and Keras keep it.
    CompileOptions::new().xla("xla_cpu_enable_fast_min_max", false)
}

/// Describes what the executables of a client depend on, under the target name that the user
/// gave.
///
/// # Errors
/// As [`fingerprint`].
pub fn describe(name: &str, client: &Client) -> Result<Target, Error> {
    let (major, minor) = client.plugin().api_version();
    let mut details = vec![format!("PJRT API {major}.{minor}"), client.platform_version().to_owned()];
    if let Some(version) = client.plugin().xla_version() {
        details.push(format!("XLA {version}"));
    }
    if client.platform_name() == "cpu" {
        details.push(format!("{FEATURES}{}", host_features().join(" ")));
    }
    Ok(Target {
        name: name.to_owned(),
        platform: client.platform_name().to_owned(),
        fingerprint: fingerprint(client)?,
        details,
    })
}

/// Everything that decides whether an executable loads and runs right, as one string: platform,
/// plugin build, kind of device, and for the CPU the instruction set extensions.
///
/// # Errors
/// [`Error::Pjrt`] if the plugin's file or the device cannot be described.
pub fn fingerprint(client: &Client) -> Result<String, Error> {
    let mut text =
        format!("{} {} build={}", client.platform_name(), client.platform_version(), client.plugin().build_id()?);
    if client.platform_name() == "cpu" {
        let _ = write!(text, " {}:{}", std::env::consts::ARCH, host_features().join(","));
    } else {
        let _ = write!(text, " {}", client.device(0)?.description()?.kind);
    }
    Ok(text)
}

/// What a target's details list of the processor's instruction set extensions starts with.
const FEATURES: &str = "features ";

/// Instruction set extensions that executables of a CPU target rely on and this processor does not have.
pub fn missing_features(target: &Target) -> Vec<String> {
    let host = host_features();
    let needed = target.details.iter().filter_map(|detail| detail.strip_prefix(FEATURES));
    needed.flat_map(str::split_whitespace).filter(|name| !host.contains(name)).map(str::to_owned).collect()
}

/// Instruction set extensions of this processor that code generators make use of.
#[cfg(target_arch = "x86_64")]
pub fn host_features() -> Vec<&'static str> {
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
pub fn host_features() -> Vec<&'static str> {
    Vec::new()
}
