//! Which executables fit a machine: the fingerprint of a client, and what an executable tells of itself.

use keramos_artifact::{Plan, Target};
use keramos_pjrt::{Client, Executable, Plugin, Topology, Value};

use crate::error::Error;

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

/// Extensions that portable executables rely on: those of x86-64-v3, which processors of both makers have since 2015.
pub const PORTABLE: [&str; 5] = ["avx", "avx2", "bmi2", "f16c", "fma"];
/// XLA's name for them.
pub(crate) const PORTABLE_ISA: &str = "AVX2";

/// Describes executables that stay on a baseline of this kind of processor.
///
/// # Errors
/// As [`fingerprint`].
pub(crate) fn describe_portable(name: &str, client: &Client) -> Result<Target, Error> {
    let mut target = describe(name, client)?;
    target.fingerprint = portable_fingerprint(client)?;
    target.details.retain(|detail| !detail.starts_with(FEATURES));
    target.details.push(format!("{FEATURES}{}", PORTABLE.join(" ")));
    Ok(target)
}

/// What portable executables for a client depend on.
fn portable_fingerprint(client: &Client) -> Result<String, Error> {
    Ok(format!("{} {}:portable", cpu_fingerprint(client)?, std::env::consts::ARCH))
}

/// The fingerprints that fit a client: its own, and that of portable executables if the processor has what they rely on.
pub(crate) fn fitting(client: &Client) -> Result<Vec<String>, Error> {
    let mut fitting = vec![fingerprint(client)?];
    let host = host_features();
    if client.platform_name() == "cpu" && PORTABLE.iter().all(|feature| host.contains(feature)) {
        fitting.push(portable_fingerprint(client)?);
    }
    Ok(fitting)
}

/// Describes devices that need not be there.
///
/// # Errors
/// As [`fingerprint`].
pub(crate) fn describe_topology(name: &str, plugin: &Plugin, topology: &Topology) -> Result<Target, Error> {
    let (platform, version) = (topology.platform_name()?, topology.platform_version()?);
    let devices = topology.devices()?;
    let kind = devices.first().map(|device| device.kind.clone()).unwrap_or_default();
    let (major, minor) = plugin.api_version();
    Ok(Target {
        name: name.to_owned(),
        fingerprint: accelerator_fingerprint(plugin, &platform, devices.len(), &kind)?,
        platform,
        details: vec![
            format!("PJRT API {major}.{minor}"),
            version.lines().next().unwrap_or_default().to_owned(),
            format!("{} × {kind}", devices.len()),
        ],
    })
}

/// What executables for an accelerator depend on, the same whether the devices are there or described: platform, build of
/// the plugin, kind of device, and for TPUs how many there are, since their topology is compiled in.
fn accelerator_fingerprint(plugin: &Plugin, platform: &str, devices: usize, kind: &str) -> Result<String, Error> {
    let count = if platform == "tpu" { format!("{devices} × ") } else { String::new() };
    Ok(format!("{platform} build={} {count}{kind}", plugin.build_id()?))
}

/// Everything that decides whether an executable loads and runs right, as one string: platform,
/// plugin build, kind of device, and for the CPU the instruction set extensions.
///
/// # Errors
/// [`Error::Pjrt`] if the plugin's file or the device cannot be described.
pub fn fingerprint(client: &Client) -> Result<String, Error> {
    if client.platform_name() != "cpu" {
        let kind = client.device(0)?.description()?.kind;
        return accelerator_fingerprint(client.plugin(), client.platform_name(), client.devices()?.len(), &kind);
    }
    let features = host_features().join(",");
    Ok(format!("{} {}:{features}", cpu_fingerprint(client)?, std::env::consts::ARCH))
}

fn cpu_fingerprint(client: &Client) -> Result<String, Error> {
    Ok(format!("cpu {} build={}", client.platform_version(), client.plugin().build_id()?))
}

/// What the plugin tells of an executable: as much of it as it tells.
pub(crate) fn plan(executable: &Executable) -> Option<Plan> {
    let memory = executable.memory().ok()?;
    let bytes = |count: i64| u64::try_from(count).unwrap_or(0);
    let costs = executable.cost_analysis().unwrap_or_default();
    let cost = |name: &str| match costs.get(name) {
        Some(Value::Float(count)) if *count >= 0.0 => *count as u64,
        Some(Value::Int(count)) => bytes(*count),
        _ => 0,
    };
    Some(Plan {
        code: bytes(memory.generated_code),
        arguments: bytes(memory.arguments),
        outputs: bytes(memory.outputs),
        aliased: bytes(memory.aliased),
        temporaries: bytes(memory.temporaries),
        flops: cost("flops"),
        bytes_accessed: cost("bytes accessed"),
    })
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
