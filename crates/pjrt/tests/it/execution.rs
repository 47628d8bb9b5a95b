//! Compiling and running.

use keramos_pjrt::{Argument, Buffer, Client, CompileOptions, ElementType, Error, ErrorCode, Execution};

use crate::common::{ADD, ADD_GENERIC, STEP, client, compile};

fn vector(client: &Client, values: [f32; 4]) -> Buffer {
    client.buffer_from_slice(&[4], &values, client.device(0).expect("a device")).expect("a buffer")
}

#[test]
fn adds_two_vectors() {
    let client = client();
    let executable = compile(&client, ADD);
    let (x, y) = (vector(&client, [1.0, 2.0, 3.0, 4.0]), vector(&client, [10.0, 20.0, 30.0, 40.0]));
    let outputs = executable.execute([&x, &y]).expect("a run").wait().expect("its end");
    assert_eq!(outputs.len(), 1);
    assert_eq!(outputs[0].dims(), [4]);
    assert_eq!(outputs[0].element_type(), ElementType::F32);
    assert_eq!(outputs[0].to_vec::<f32>().expect("values"), [11.0, 22.0, 33.0, 44.0]);
    assert_eq!(x.to_vec::<f32>().expect("kept"), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn reads_the_generic_form() {
    let client = client();
    let executable = compile(&client, ADD_GENERIC);
    let x = vector(&client, [1.0, 2.0, 3.0, 4.0]);
    let outputs = executable.execute([&x, &x]).expect("a run").into_outputs();
    assert_eq!(outputs[0].to_vec::<f32>().expect("values"), [2.0, 4.0, 6.0, 8.0]);
}

#[test]
fn a_program_that_does_not_compile_is_explained() {
    let program = ADD.replace("stablehlo.add %x, %y", "stablehlo.add %x, %nowhere");
    let error = client().compile(&program, &CompileOptions::new()).expect_err("an undefined value");
    let Error::Call { function, code, message, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*function, "PJRT_Client_Compile");
    assert_eq!(*code, ErrorCode::Unknown);
    assert!(message.contains("4:28: error: use of undeclared SSA value name"), "{message}");
    assert!(error.to_string().contains("PJRT_Client_Compile failed (unknown)"), "{error}");
}

#[test]
fn a_donated_buffer_gives_its_memory_to_the_output() {
    let client = client();
    let executable = compile(&client, STEP);
    let device = client.device(0).expect("a device");
    let delta = client.buffer_from_slice(&[1024], &[1.0_f32; 1024], device).expect("a buffer");
    let mut state = client.buffer_from_slice(&[1024], &[0.0_f32; 1024], device).expect("a buffer");
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
    let ones = client.buffer_from_slice(&[1024], &[1.0_f32; 1024], device).expect("a buffer");
    let outputs = executable.execute([&ones, &ones]).and_then(Execution::wait).expect("a run");
    assert_ne!(outputs[0].address().expect("an address"), ones.address().expect("an address"));
    assert_eq!(outputs[0].to_vec::<f32>().expect("values"), [2.0; 1024]);
    assert_eq!(ones.to_vec::<f32>().expect("values"), [1.0; 1024]);
    assert!(!ones.is_deleted().expect("an answer"));
}

#[test]
fn a_donated_argument_that_nothing_is_written_over_is_just_given_up() {
    let client = client();
    let executable = compile(&client, ADD);
    let (x, y) = (vector(&client, [1.0; 4]), vector(&client, [2.0; 4]));
    let outputs = executable.execute([x, y]).and_then(Execution::wait).expect("a run");
    assert_eq!(outputs[0].to_vec::<f32>().expect("values"), [3.0; 4]);
}

#[test]
fn arguments_that_do_not_fit_are_refused() {
    let client = client();
    let executable = compile(&client, ADD);
    let x = vector(&client, [1.0; 4]);
    let device = client.device(0).expect("a device");
    let refusal = |other: &Buffer| executable.execute([&x, other]).expect_err("no fit").to_string();

    let short = client.buffer_from_slice(&[3], &[1.0_f32; 3], device).expect("a buffer");
    assert_eq!(refusal(&short), "argument 1 of the program is float32[4], but float32[3] was given");
    // As many bytes as the program takes, so that a plugin would let them pass.
    let integers = client.buffer_from_slice(&[4], &[1_i32; 4], device).expect("a buffer");
    assert_eq!(refusal(&integers), "argument 1 of the program is float32[4], but int32[4] was given");
    let square = client.buffer_from_slice(&[2, 2], &[1.0_f32; 4], device).expect("a buffer");
    assert_eq!(refusal(&square), "argument 1 of the program is float32[4], but float32[2, 2] was given");

    let error = executable.execute([&x]).expect_err("an argument too few");
    assert!(matches!(error, Error::ArgumentCount { expected: 2, actual: 1 }), "{error:?}");
}

#[test]
fn a_deleted_buffer_is_an_error_not_a_crash() {
    let client = client();
    let executable = compile(&client, ADD);
    let (x, y) = (vector(&client, [1.0; 4]), vector(&client, [2.0; 4]));
    y.delete().expect("deletion");
    assert!(y.is_deleted().expect("an answer"));
    assert!(matches!(y.to_vec::<f32>(), Err(Error::Call { .. })));
    assert!(matches!(executable.execute([&x, &y]), Err(Error::Call { .. })));
}

#[test]
fn handles_of_two_clients_do_not_mix() {
    let (one, other) = (client(), client());
    let executable = compile(&one, ADD);
    let (x, foreign) = (vector(&one, [1.0; 4]), vector(&other, [1.0; 4]));
    let error = executable.execute([&x, &foreign]).expect_err("a foreign buffer");
    assert!(matches!(error, Error::ForeignHandle { what: "buffer" }), "{error:?}");
    let device = other.device(0).expect("a device");
    let error = one.buffer_from_slice(&[1], &[0_i32], device).expect_err("a foreign device");
    assert!(matches!(error, Error::ForeignHandle { what: "device" }), "{error:?}");
}

#[test]
fn handles_keep_alive_what_they_came_from() {
    let output = {
        let client = client();
        let executable = compile(&client, ADD);
        let x = vector(&client, [1.0; 4]);
        executable.execute([&x, &x]).expect("a run").into_outputs()
    };
    assert_eq!(output[0].to_vec::<f32>().expect("values"), [2.0; 4]);
}

#[test]
fn one_executable_runs_in_many_threads_at_once() {
    let client = client();
    let executable = compile(&client, ADD);
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            let (client, executable) = (&client, &executable);
            scope.spawn(move || {
                for step in 0..50_u8 {
                    let x = vector(client, [f32::from(thread); 4]);
                    let y = vector(client, [f32::from(step); 4]);
                    let outputs = executable.execute([&x, &y]).expect("a run").into_outputs();
                    let sum = f32::from(thread) + f32::from(step);
                    assert_eq!(outputs[0].to_vec::<f32>().expect("values"), [sum; 4]);
                }
            });
        }
    });
}

#[test]
fn xla_options_reach_the_compiler() {
    let client = client();
    let unoptimised = CompileOptions::new().xla("xla_backend_optimization_level", 0_i64);
    let executable = client.compile(ADD, &unoptimised).expect("a known option");
    let x = vector(&client, [1.0; 4]);
    let outputs = executable.execute([&x, &x]).and_then(Execution::wait).expect("a run");
    assert_eq!(outputs[0].to_vec::<f32>().expect("values"), [2.0; 4]);

    let unknown = CompileOptions::new().xla("xla_no_such_option", true);
    let error = client.compile(ADD, &unknown).expect_err("an unknown option");
    assert!(error.to_string().contains("xla_no_such_option"), "{error}");
}
