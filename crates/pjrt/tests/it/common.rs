//! What the tests share: the machine's CPU plugin and small programs.

use keramos_pjrt::{Client, ClientOptions, CompileOptions, Environment, LoadedExecutable, Platform, Plugin};

/// The CPU plugin that the crate's own search finds.
pub fn plugin() -> Plugin {
    Plugin::find(Platform::Cpu, &Environment::current()).unwrap_or_else(|error| panic!("{error}"))
}

/// A client with one device.
pub fn client() -> Client {
    client_with(&ClientOptions::new().cpu_device_count(1))
}

pub fn client_with(options: &ClientOptions) -> Client {
    Client::new(&plugin(), options).unwrap_or_else(|error| panic!("{error}"))
}

pub fn compile(client: &Client, program: &str) -> LoadedExecutable {
    client.compile(program, &CompileOptions::new()).unwrap_or_else(|error| panic!("{error}"))
}

/// `x + y` of two vectors of four, in StableHLO's own syntax.
pub const ADD: &str = r"
module @add {
  func.func public @main(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
    %z = stablehlo.add %x, %y : tensor<4xf32>
    return %z : tensor<4xf32>
  }
}";

/// The same in MLIR's generic form.
pub const ADD_GENERIC: &str = r#"
"builtin.module"() <{sym_name = "add"}> ({
  "func.func"() <{function_type = (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>, sym_name = "main",
                  sym_visibility = "public"}> ({
  ^bb0(%x: tensor<4xf32>, %y: tensor<4xf32>):
    %z = "stablehlo.add"(%x, %y) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%z) : (tensor<4xf32>) -> ()
  }) : () -> ()
}) : () -> ()"#;

/// `state + delta`, written over `state`.
pub const STEP: &str = r"
module @step {
  func.func public @main(%state: tensor<1024xf32> {tf.aliasing_output = 0 : i32}, %delta: tensor<1024xf32>)
      -> tensor<1024xf32> {
    %next = stablehlo.add %state, %delta : tensor<1024xf32>
    return %next : tensor<1024xf32>
  }
}";
