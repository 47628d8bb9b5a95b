//! Descriptions of NVIDIA GPUs, as XLA takes them in place of a device that is there.

const TABLE: &str = include_str!("gpus.tsv");

/// The names of the GPUs that are described.
pub(super) fn names() -> Vec<&'static str> {
    rows().filter_map(|row| row.first().copied()).collect()
}

/// The description of a GPU as a text of `stream_executor.GpuTargetConfigProto`; `None` for a name that is not there.
pub(super) fn config(name: &str) -> Option<String> {
    let row = rows().find(|row| row.first() == Some(&name))?;
    let [_, device, capability, accelerated, cores, fpus, threads, shared, optin, l2, memory, bandwidth, ghz] = row[..]
    else {
        return None;
    };
    let (major, minor) = capability.split_once('.')?;
    let features = if accelerated == "yes" { "ACCELERATED_FEATURES" } else { "NONE" };
    let mut info: Vec<(&str, &str)> = vec![
        ("core_count", cores),
        ("fpus_per_core", fpus),
        ("threads_per_core_limit", threads),
        ("shared_memory_per_core", shared),
        ("shared_memory_per_block_optin", optin),
        ("l2_cache_size", l2),
        ("device_memory_size", memory),
        ("memory_bandwidth", bandwidth),
        ("clock_rate_ghz", ghz),
    ];
    info.extend(COMMON);
    let fields: String = info.iter().map(|(field, value)| format!("  {field}: {value}\n")).collect();
    Some(format!(
        "gpu_device_info {{\n{fields}  cuda_compute_capability {{ major: {major} minor: {minor} feature_extension: {features} }}\n}}\n\
         platform_name: \"CUDA\"\ndnn_version_info {{ major: 9 minor: 10 }}\ndevice_description_str: \"{device}\"\n"
    ))
}

/// Limits that CUDA's programming guide gives for every compute capability since 8.0.
const COMMON: [(&str, &str); 12] = [
    ("threads_per_block_limit", "1024"),
    ("threads_per_warp", "32"),
    ("shared_memory_per_block", "49152"),
    ("registers_per_core_limit", "65536"),
    ("registers_per_block_limit", "65536"),
    ("block_dim_limit_x", "2147483647"),
    ("block_dim_limit_y", "65535"),
    ("block_dim_limit_z", "65535"),
    ("thread_dim_limit_x", "1024"),
    ("thread_dim_limit_y", "1024"),
    ("thread_dim_limit_z", "64"),
    ("device_address_bits", "64"),
];

fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gpu_has_a_description() {
        assert_eq!(names(), ["h100", "h200", "a100", "b200", "l4", "rtx6000pro"]);
        for name in names() {
            let config = config(name).expect("a whole row");
            assert_eq!(config.matches('{').count(), config.matches('}').count());
        }
        let h100 = config("h100").expect("a description");
        assert!(h100.contains("major: 9 minor: 0 feature_extension: ACCELERATED_FEATURES"), "{h100}");
        assert_eq!(config("h1000"), None);
    }
}
