//! Compiling and running.

use keramos_pjrt::{
    Argument, Buffer, Client, CompileOptions, ElementType, Error, ErrorCode, Execution,
};

use crate::common::{ADD, ADD_GENERIC, STEP, client, compile};

fn vector(client: &Client, values: [f32; 4]) -> Buffer {
    client
        .buffer_from_slice(&[4], &values, client.device(0).expect("a device"))
        .expect("a buffer")
}

#[test]
fn adds_two_vectors() {
    let client = client();
    let executable = compile(&client, ADD);
    let (x, y) = (
        vector(&client, [1.0, 2.0, 3.0, 4.0]),
        vector(&client, [10.0, 20.0, 30.0, 40.0]),
    );
    let outputs = executable
        .execute([&x, &y])
        .expect("a run")
        .wait()
        .expect("its end");
    assert_eq!(outputs.len(), 1);
    assert_eq!(outputs[0].dims(), [4]);
    assert_eq!(outputs[0].element_type(), ElementType::F32);
    assert_eq!(
        outputs[0].to_vec::<f32>().expect("values"),
        [11.0, 22.0, 33.0, 44.0]
    );
    assert_eq!(x.to_vec::<f32>().expect("kept"), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn reads_the_generic_form() {
    let client = client();
    let executable = compile(&client, ADD_GENERIC);
    let x = vector(&client, [1.0, 2.0, 3.0, 4.0]);
    let outputs = executable.execute([&x, &x]).expect("a run").into_outputs();
    assert_eq!(
        outputs[0].to_vec::<f32>().expect("values"),
        [2.0, 4.0, 6.0, 8.0]
    );
}

#[test]
fn a_program_that_does_not_compile_is_explained() {
    let program = ADD.replace("stablehlo.add %x, %y", "stablehlo.add %x, %nowhere");
    let error = client()
        .compile(&program, &CompileOptions::new())
        .expect_err("an undefined value");
    let Error::Call {
        function,
        code,
        message,
        ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(*function, "PJRT_Client_Compile");
    assert_eq!(*code, ErrorCode::Unknown);
    assert!(message.contains("nowhere"), "{message}");
    assert!(
        error
            .to_string()
            .contains("PJRT_Client_Compile failed (unknown)"),
        "{error}"
    );
}

#[test]
fn a_donated_buffer_gives_its_memory_to_the_output() {
    let client = client();
    let executable = compile(&client, STEP);
    let device = client.device(0).expect("a device");
    let delta = client
        .buffer_from_slice(&[1024], &[1.0_f32; 1024], device)
        .expect("a buffer");
    let mut state = client
        .buffer_from_slice(&[1024], &[0.0_f32; 1024], device)
        .expect("a buffer");
    let address = state.address().expect("an address");
    for _ in 0..3 {
        let outputs = executable
            .execute([Argument::Donate(state), Argument::Keep(&delta)])
            .and_then(Execution::wait)
            .expect("a run");
        [state] = <[Buffer; 1]>::try_from(outputs).expect("one output");
        assert_eq!(state.address().expect("an address"), address);
    }
    assert_eq!(state.to_vec::<f32>().expect("values"), [3.0; 1024]);
}

#[test]
fn a_kept_buffer_survives_an_aliasing_program() {
    let client = client();
    let executable = compile(&client, STEP);
    let device = client.device(0).expect("a device");
    let ones = client
        .buffer_from_slice(&[1024], &[1.0_f32; 1024], device)
        .expect("a buffer");
    let outputs = executable
        .execute([&ones, &ones])
        .and_then(Execution::wait)
        .expect("a run");
    assert_ne!(
        outputs[0].address().expect("an address"),
        ones.address().expect("an address")
    );
    assert_eq!(outputs[0].to_vec::<f32>().expect("values"), [2.0; 1024]);
    assert_eq!(ones.to_vec::<f32>().expect("values"), [1.0; 1024]);
    assert!(!ones.is_deleted().expect("an answer"));
}
