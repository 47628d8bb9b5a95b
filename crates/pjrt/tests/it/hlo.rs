//! Compiled programs cut into parts.

use keramos_pjrt::{Buffer, Client, CompileOptions, HloComputation, HloModule, SliceOutput};

use crate::common::{client, compile};

/// A loop that doubles `x` four times, and what comes of it.
const LOOP: &str = r#"
module @loop {
  func.func public @main(%x: tensor<2x3xf32>, %w: tensor<3x2xf32>) -> tensor<2x2xf32> {
    %zero = stablehlo.constant dense<0> : tensor<i32>
    %four = stablehlo.constant dense<4> : tensor<i32>
    %one = stablehlo.constant dense<1> : tensor<i32>
    %out:2 = stablehlo.while(%i = %zero, %v = %x) : tensor<i32>, tensor<2x3xf32>
    cond {
      %more = stablehlo.compare LT, %i, %four : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %more : tensor<i1>
    } do {
      %next = stablehlo.add %i, %one : tensor<i32>
      %double = stablehlo.add %v, %v : tensor<2x3xf32>
      stablehlo.return %next, %double : tensor<i32>, tensor<2x3xf32>
    }
    %y = stablehlo.dot_general %out#1, %w, contracting_dims = [1] x [0]
      : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32> loc("layer/dot_general"("m.py":7:3))
    %z = stablehlo.log %y : tensor<2x2xf32> loc("backward(layer)/log"("m.py":8:3))
    return %z : tensor<2x2xf32>
  }
}"#;

fn buffer(client: &Client, dims: &[i64], values: &[f32]) -> Buffer {
    client.buffer_from_slice(dims, values, client.device(0).expect("a device")).expect("a buffer")
}

fn module(client: &Client) -> HloModule {
    let program = compile(client, LOOP).executable().optimized_program().expect("a program");
    HloModule::of(&program).expect("an HLO module")
}

fn run(client: &Client, slice: &[u8], arguments: &[&Buffer]) -> Vec<Buffer> {
    let executable = client.compile_hlo(slice, &CompileOptions::new()).expect("a slice compiles");
    executable.execute(arguments.iter().copied()).expect("a run").wait().expect("its end")
}

fn parameters(computation: &HloComputation) -> Vec<i64> {
    computation.parameters().iter().map(|parameter| parameter.id).collect()
}

#[test]
fn a_slice_of_everything_computes_what_the_program_does() {
    let client = client();
    let module = module(&client);
    let entry = module.entry().expect("an entry");
    let x = buffer(&client, &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let w = buffer(&client, &[3, 2], &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
    let slice = module.slice(entry, &parameters(entry), &[SliceOutput::Value(entry.root)]).expect("a slice");
    let results = run(&client, &slice, &[&x, &w]);
    let expected: Vec<f32> = [64.0_f32, 80.0, 160.0, 176.0].iter().map(|value| value.ln()).collect();
    for (ours, wanted) in results[0].to_vec::<f32>().expect("values").iter().zip(expected) {
        assert!((ours - wanted).abs() < 1e-5, "{ours} {wanted}");
    }
    // The loop works on a copy of what it is given.
    assert_eq!(x.to_vec::<f32>().expect("values"), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
}

#[test]
fn a_value_may_be_asked_for_twice() {
    let client = client();
    let module = module(&client);
    let entry = module.entry().expect("an entry");
    let x = parameters(entry)[0];
    let slice = module.slice(entry, &[x], &[SliceOutput::Value(x), SliceOutput::Value(x)]).expect("a slice");
    let given = buffer(&client, &[2, 3], &[1.0; 6]);
    for result in run(&client, &slice, &[&given]) {
        assert_eq!(result.to_vec::<f32>().expect("values"), [1.0; 6]);
    }
}

#[test]
fn instructions_tell_path_and_line() {
    let module = module(&client());
    let places: Vec<(String, Option<(String, u32)>)> = module
        .computations()
        .flat_map(|computation| &computation.instructions)
        .map(|instruction| (instruction.op_name.clone(), instruction.source.clone()))
        .collect();
    let place = |name: &str, line: u32| (name.to_owned(), Some(("m.py".to_owned(), line)));
    assert!(places.contains(&place("layer/dot_general", 7)), "{places:?}");
    assert!(places.contains(&place("backward(layer)/log", 8)), "{places:?}");
}

#[test]
fn flags_tell_nan_and_infinity() {
    let client = client();
    let module = module(&client);
    let entry = module.entry().expect("an entry");
    let floats: Vec<i64> = entry.instructions.iter().filter(|i| i.is_float()).map(|i| i.id).collect();
    let outputs: Vec<SliceOutput> = floats.iter().map(|&id| SliceOutput::Flags(id)).collect();
    let slice = module.slice(entry, &parameters(entry), &outputs).expect("a slice");
    let w = buffer(&client, &[3, 2], &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
    let flags = |x: &[f32]| -> Vec<u8> {
        let results = run(&client, &slice, &[&buffer(&client, &[2, 3], x), &w]);
        results.iter().map(|flag| flag.to_bytes().expect("a flag")[0]).collect()
    };
    let healthy = flags(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(healthy, vec![0; 2 * floats.len()]);
    // The logarithm of 0 is infinite, that of a negative number NaN; what goes in stays as it is.
    let root = floats.iter().position(|&id| id == entry.root).expect("the result is an array of floats");
    let of_root = |flags: Vec<u8>| [flags[2 * root], flags[2 * root + 1]];
    assert_eq!(of_root(flags(&[0.0; 6])), [0, 1]);
    assert_eq!(of_root(flags(&[-1.0; 6])), [1, 1]);
    assert_eq!(flags(&[-1.0; 6]).iter().filter(|&&flag| flag == 1).count(), 2);
}

#[test]
fn a_slice_that_lacks_an_input_is_none() {
    let module = module(&client());
    let entry = module.entry().expect("an entry");
    let first = parameters(entry)[..1].to_vec();
    assert!(module.slice(entry, &first, &[SliceOutput::Value(entry.root)]).is_none());
    assert!(module.slice(entry, &first, &[SliceOutput::Value(-1)]).is_none());
}
