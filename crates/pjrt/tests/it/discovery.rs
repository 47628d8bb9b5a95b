//! The search for plugins.

use std::fs;
use std::path::PathBuf;

use keramos_pjrt::discover::{Origin, candidates, discover};
use keramos_pjrt::{Environment, Error, Platform, Plugin};
use tempfile::TempDir;

/// A file under `root`; what it holds does not matter to the search.
fn put(root: &TempDir, path: &str) -> PathBuf {
    let path = root.path().join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder made");
    fs::write(&path, "").expect("a file written");
    path
}

fn root() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn found(platform: Platform, environment: &Environment) -> Vec<(PathBuf, Origin)> {
    let candidates = candidates(platform, environment);
    candidates.into_iter().map(|candidate| (candidate.path, candidate.origin)).collect()
}

#[test]
fn a_plugin_named_is_the_plugin_taken() {
    let root = root();
    let named = put(&root, "anything.bin");
    put(&root, ".keramos/plugins/cpu/pjrt_c_api_cpu_plugin.so");
    let environment = Environment::empty().with_home(root.path()).with_variable("KERAMOS_PJRT_PLUGIN", &named);
    assert_eq!(found(Platform::Cpu, &environment), [(named, Origin::Variable("KERAMOS_PJRT_PLUGIN"))]);
}

#[test]
fn a_named_plugin_that_is_not_there_is_not_replaced_by_another() {
    let root = root();
    put(&root, ".keramos/plugins/cpu/pjrt_c_api_cpu_plugin.so");
    let environment =
        Environment::empty().with_home(root.path()).with_variable("KERAMOS_PJRT_PLUGIN", "/no/such/plugin.so");
    let error = Plugin::find(Platform::Cpu, &environment).expect_err("no plugin");
    let message = error.to_string();
    assert!(message.contains("/no/such/plugin.so ($KERAMOS_PJRT_PLUGIN): does not exist"), "{message}");
}

#[test]
fn an_empty_variable_counts_as_none() {
    let root = root();
    let own = put(&root, ".keramos/plugins/cpu/libpjrt_cpu.so");
    let environment = Environment::empty().with_home(root.path()).with_variable("KERAMOS_PJRT_PLUGIN", "");
    assert_eq!(discover(Platform::Cpu, &environment).expect("a plugin").path, own);
}

#[test]
fn places_come_in_the_order_documented() {
    let root = root();
    let jax_named = put(&root, "jax/plugin.so");
    let folder = put(&root, "folder/pjrt_c_api_cpu_plugin.so");
    let own = put(&root, "keramos/plugins/cpu/xla_cpu_pjrt.so");
    let active = put(&root, "venv/lib/python3.13/site-packages/some_pjrt_cpu/libpjrt_cpu.so");
    let user = put(&root, "home/.local/lib/python3.11/site-packages/jax_plugins/cpu/libpjrt_cpu.so");
    let system = put(&root, "usr/lib/python3/dist-packages/xla_plugins/cpu/xla_cpu_pjrt.so");
    // In the home folder, which `KERAMOS_HOME` takes the place of.
    put(&root, "home/.keramos/plugins/cpu/libpjrt_cpu.so");
    let environment = Environment::empty()
        .with_variable("PJRT_NAMES_AND_LIBRARY_PATHS", format!("cuda:/no/cuda.so,cpu:{}", jax_named.display()))
        .with_variable("PJRT_PLUGIN_LIBRARY_PATH", root.path().join("folder"))
        .with_variable("KERAMOS_HOME", root.path().join("keramos"))
        .with_variable("VIRTUAL_ENV", root.path().join("venv"))
        .with_home(root.path().join("home"))
        .with_system_libraries(root.path().join("usr/lib"));
    assert_eq!(
        found(Platform::Cpu, &environment),
        [
            (jax_named, Origin::Variable("PJRT_NAMES_AND_LIBRARY_PATHS")),
            (folder, Origin::Variable("PJRT_PLUGIN_LIBRARY_PATH")),
            (own, Origin::PluginFolder),
            (active, Origin::PythonPackages),
            (user, Origin::PythonPackages),
            (system, Origin::PythonPackages),
        ]
    );
}

#[test]
fn each_platform_finds_its_own_plugins() {
    let root = root();
    let packages = "venv/lib/python3.13/site-packages";
    let cuda = put(&root, &format!("{packages}/jax_plugins/xla_cuda13/xla_cuda_plugin.so"));
    put(&root, &format!("{packages}/jax_plugins/xla_cuda13/_rnn.so"));
    let tpu = put(&root, &format!("{packages}/libtpu/libtpu.so"));
    let environment = Environment::empty().with_variable("VIRTUAL_ENV", root.path().join("venv"));
    assert_eq!(found(Platform::Cuda, &environment), [(cuda, Origin::PythonPackages)]);
    assert_eq!(found(Platform::Tpu, &environment), [(tpu, Origin::PythonPackages)]);
    assert_eq!(found(Platform::Cpu, &environment), []);
}

#[test]
fn a_plugin_of_several_packages_lies_in_a_folder_of_its_own() {
    let root = root();
    let plugins = ".keramos/plugins/cuda";
    let older = put(&root, &format!("{plugins}/cuda12/jax_plugins/xla_cuda12/xla_cuda_plugin.so"));
    let newer = put(&root, &format!("{plugins}/cuda13/jax_plugins/xla_cuda13/xla_cuda_plugin.so"));
    put(&root, &format!("{plugins}/cuda13/nvidia/cu13/lib/libcudart.so.13"));
    put(&root, &format!("{plugins}/.partial-1/jax_plugins/xla_cuda13/xla_cuda_plugin.so"));
    let environment = Environment::empty().with_home(root.path());
    let expected = [(newer, Origin::PluginFolder), (older, Origin::PluginFolder)];
    assert_eq!(found(Platform::Cuda, &environment), expected);
}

#[test]
fn what_was_searched_is_listed_with_what_to_do() {
    let root = root();
    put(&root, "home/.keramos/plugins/cpu/README");
    let environment = Environment::empty()
        .with_home(root.path().join("home"))
        .with_variable("PJRT_PLUGIN_LIBRARY_PATH", "/no/such/folder");
    let error = Plugin::find(Platform::Cpu, &environment).expect_err("no plugin");
    let Error::PluginNotFound(not_found) = &error else { panic!("{error:?}") };
    assert_eq!(not_found.platform, Platform::Cpu);
    let message = error.to_string();
    for part in [
        "no PJRT plugin for platform `cpu`",
        "/no/such/folder ($PJRT_PLUGIN_LIBRARY_PATH): does not exist",
        "home/.keramos/plugins/cpu (plugin folder): no plugin there",
        "KERAMOS_PJRT_PLUGIN",
        "keramos-run plugins install cpu",
    ] {
        assert!(message.contains(part), "{part} is missing in: {message}");
    }
}
