//! Executables as bytes, and what they tell of themselves.

use keramos_pjrt::{ArrayType, ElementType, Error, ErrorCode, Execution, Value};

use crate::common::{ADD, STEP, client, compile};

#[test]
fn a_serialised_executable_runs_in_another_client() {
    let bytes = compile(&client(), ADD).executable().serialize().expect("bytes");
    let client = client();
    let executable = client.load(&bytes).expect("an executable");
    let device = client.device(0).expect("a device");
    let x = client.buffer_from_slice(&[4], &[1.0_f32, 2.0, 3.0, 4.0], device).expect("a buffer");
    let outputs = executable.execute([&x, &x]).and_then(Execution::wait).expect("a run");
    assert_eq!(outputs[0].to_vec::<f32>().expect("values"), [2.0, 4.0, 6.0, 8.0]);
}

#[test]
fn donation_survives_serialisation() {
    let client = client();
    let bytes = compile(&client, STEP).executable().serialize().expect("bytes");
    let executable = client.load(&bytes).expect("an executable");
    let device = client.device(0).expect("a device");
    let state = client.buffer_from_slice(&[1024], &[1.0_f32; 1024], device).expect("a buffer");
    let delta = client.buffer_from_slice(&[1024], &[2.0_f32; 1024], device).expect("a buffer");
    let address = state.address().expect("an address");
    let outputs = executable.execute([state, delta]).and_then(Execution::wait).expect("a run");
    assert_eq!(outputs[0].address().expect("an address"), address);
    assert_eq!(outputs[0].to_vec::<f32>().expect("values"), [3.0; 1024]);
}

#[test]
fn bytes_that_are_no_executable_are_refused() {
    let client = client();
    for bytes in [&b""[..], b"not an executable"] {
        let error = client.load(bytes).expect_err("no executable");
        assert!(matches!(error, Error::Call { function: "PJRT_Executable_DeserializeAndLoad", .. }), "{error:?}");
    }
}

#[test]
fn an_executable_describes_itself() {
    let executable = compile(&client(), STEP);
    let executable = executable.executable();
    assert!(executable.name().expect("a name").contains("step"));
    let array = ArrayType { element: ElementType::F32, dims: vec![1024] };
    assert_eq!(executable.outputs().expect("outputs"), std::slice::from_ref(&array));
    assert_eq!(executable.parameters(), Some(&[array.clone(), array][..]));
    assert_eq!(executable.num_outputs(), 1);

    let memory = executable.memory().expect("memory");
    assert_eq!((memory.arguments, memory.outputs, memory.aliased), (8192, 4096, 4096));
    // Not every plugin estimates; the newer CPU plugins do not.
    match executable.cost_analysis() {
        Ok(cost) => assert!(matches!(cost.get("flops"), Some(Value::Float(flops)) if *flops >= 1024.0)),
        Err(error) => assert!(matches!(error, Error::Call { code: ErrorCode::Unimplemented, .. })),
    }

    let program = executable.optimized_program().expect("a program");
    assert!(program.format.starts_with("hlo"), "{}", program.format);
    assert!(!program.code.is_empty());
}

#[test]
fn equal_programs_share_a_fingerprint() {
    let client = client();
    let fingerprint = |program| compile(&client, program).executable().fingerprint();
    let (one, same, other) = (fingerprint(ADD), fingerprint(ADD), fingerprint(STEP));
    let (one, same, other) = (one.expect("one"), same.expect("another"), other.expect("a third"));
    assert_eq!(one, same);
    assert_ne!(one, other);
}
