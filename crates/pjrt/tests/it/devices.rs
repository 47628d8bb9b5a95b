//! Plugins, clients and their devices.

use keramos_pjrt::{
    Argument, Client, ClientOptions, CompileOptions, Error, ErrorCode, Execution, Plugin, Topology, Value,
};

use crate::common::{ADD, client, client_with, plugin};

fn four() -> Client {
    client_with(&ClientOptions::new().cpu_device_count(4))
}

#[test]
fn the_plugin_tells_its_versions() {
    let plugin = plugin();
    let (major, minor) = plugin.api_version();
    assert!(major == 0 && minor >= 81, "{major}.{minor}");
    let current = plugin.stablehlo_current_version().expect("a StableHLO version");
    let minimum = plugin.stablehlo_minimum_version().expect("a StableHLO version");
    assert!(minimum < current, "{minimum:?} {current:?}");
    assert!(plugin.xla_version().is_some());
    assert!(plugin.path().is_absolute());
    let build = plugin.build_id().expect("a name");
    assert!(build.starts_with(&format!("{major}.{minor}-")), "{build}");
    assert_eq!(build, plugin.build_id().expect("the same name"));
}

#[test]
fn a_plugin_is_loaded_once() {
    let first = plugin();
    let again = Plugin::load(first.path()).expect("the same plugin");
    assert!(std::ptr::eq(first.attributes(), again.attributes()));
}

#[test]
fn a_client_shows_its_devices() {
    let client = four();
    assert_eq!(client.platform_name(), "cpu");
    assert!(!client.platform_version().is_empty());
    assert_eq!(client.process_index().expect("an index"), 0);
    assert_eq!(client.addressable_devices().len(), 4);
    assert_eq!(client.devices().expect("devices").len(), 4);
    for (index, device) in client.addressable_devices().iter().enumerate() {
        let description = device.description().expect("a description");
        assert_eq!(description.id, device.id().expect("an id"));
        assert_eq!(usize::try_from(description.id), Ok(index));
        assert!(device.is_addressable().expect("an answer"));
        assert_eq!(description.process_index, 0);
        assert!(!description.kind.is_empty());
    }
    let error = client.device(4).expect_err("a fifth device");
    assert!(matches!(error, Error::NoSuchDevice { index: 4, available: 4 }), "{error:?}");
}

#[test]
fn cpu_devices_keep_no_account_of_memory() {
    let client = client();
    let error = client.device(0).expect("a device").memory().expect_err("no account");
    assert!(matches!(error, Error::Call { code: ErrorCode::Unimplemented, .. }), "{error:?}");
}

#[test]
fn data_moves_between_devices() {
    let client = four();
    let (first, last) = (client.device(0).expect("a device"), client.device(3).expect("a device"));
    let buffer = client.buffer_from_slice(&[2], &[1.0_f32, 2.0], first).expect("a buffer");
    let copy = buffer.copy_to(last).expect("a copy");
    assert_eq!(copy.device().expect("a device"), *last);
    assert_eq!(copy.to_vec::<f32>().expect("values"), [1.0, 2.0]);
}

#[test]
fn a_program_runs_on_the_device_that_it_is_compiled_for() {
    let client = four();
    let executable = client.compile(ADD, &CompileOptions::new().on_devices([2])).expect("an executable");
    let device = client.device(2).expect("a device");
    assert_eq!(executable.devices(), std::slice::from_ref(device));
    let x = client.buffer_from_slice(&[4], &[1.0_f32; 4], device).expect("a buffer");
    let outputs = executable.execute([&x, &x]).and_then(Execution::wait).expect("a run");
    assert_eq!(outputs[0].device().expect("a device"), *device);
    assert_eq!(outputs[0].to_vec::<f32>().expect("values"), [2.0; 4]);
}

#[test]
fn a_portable_program_runs_on_any_device() {
    let client = four();
    let executable = client.compile(ADD, &CompileOptions::new().portable()).expect("an executable");
    for device in client.addressable_devices() {
        let x = client.buffer_from_slice(&[4], &[1.0_f32; 4], device).expect("a buffer");
        let outputs = executable.execute_on(device, [&x, &x]).and_then(Execution::wait).expect("a run");
        assert_eq!(outputs[0].device().expect("a device"), *device);
        assert_eq!(outputs[0].to_vec::<f32>().expect("values"), [2.0; 4]);
    }
}

/// The sum over all replicas of one number each.
const SUM_OVER_REPLICAS: &str = r#"
module @sum attributes {mhlo.num_replicas = 4 : i32} {
  func.func public @main(%x: tensor<f32>) -> tensor<f32> {
    %sum = "stablehlo.all_reduce"(%x) ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %c = stablehlo.add %a, %b : tensor<f32>
      stablehlo.return %c : tensor<f32>
    }) {replica_groups = dense<[[0, 1, 2, 3]]> : tensor<1x4xi64>} : (tensor<f32>) -> tensor<f32>
    return %sum : tensor<f32>
  }
}"#;

#[test]
fn replicas_run_together_and_exchange_data() {
    let client = four();
    let options = CompileOptions::new().on_devices(0..4);
    let executable = client.compile(SUM_OVER_REPLICAS, &options).expect("an executable");
    assert_eq!(executable.devices().len(), 4);
    let numbers: Vec<_> = client
        .addressable_devices()
        .iter()
        .zip([1.0_f32, 2.0, 3.0, 4.0])
        .map(|(device, number)| client.buffer_from_slice(&[], &[number], device).expect("a buffer"))
        .collect();
    let arguments = numbers.iter().map(|number| vec![Argument::Keep(number)]).collect();
    let executions = executable.execute_replicas(arguments).expect("a run");
    assert_eq!(executions.len(), 4);
    for execution in executions {
        let outputs = execution.wait().expect("its end");
        assert_eq!(outputs[0].to_vec::<f32>().expect("a value"), [10.0]);
    }

    let error = executable.execute([&numbers[0]]).expect_err("arguments of one device alone");
    assert!(matches!(error, Error::ArgumentLists { devices: 4, .. }), "{error:?}");
}

#[test]
fn a_client_option_of_the_wrong_kind_never_reaches_the_plugin() {
    for value in [Value::from("many"), Value::Int(0), Value::Int(-1), Value::from(true)] {
        let options = ClientOptions::new().set("cpu_device_count", value);
        let error = Client::new(&plugin(), &options).expect_err("no number of devices");
        assert!(matches!(error, Error::OptionKind { name: "cpu_device_count", .. }), "{error:?}");
    }
}

#[test]
fn a_topology_that_the_plugin_does_not_know_is_an_error() {
    let error = Topology::new(&plugin(), "no:such:topology", &ClientOptions::new());
    let error = error.expect_err("an unknown topology");
    assert!(matches!(error, Error::Call { function: "PJRT_TopologyDescription_Create", .. }), "{error:?}");
}
