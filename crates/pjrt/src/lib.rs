//! A safe binding to XLA through its plugin interface, the PJRT C API.
//!
//! A *plugin* is a shared library that compiles StableHLO programs for one kind of device and runs them. This crate finds
//! one ([`discover`]), loads it ([`Plugin`]), connects to its devices ([`Client`]), moves data ([`Buffer`]) and compiles,
//! stores and runs programs ([`LoadedExecutable`], [`Executable`]).
//!
//! ```no_run
//! use keramos_pjrt::{Client, ClientOptions, CompileOptions, Environment, Platform, Plugin};
//!
//! # fn main() -> keramos_pjrt::Result<()> {
//! let plugin = Plugin::find(Platform::Cpu, &Environment::current())?;
//! let client = Client::new(&plugin, &ClientOptions::new())?;
//! let program = r#"
//!     func.func public @main(%x: tensor<2xf32>) -> tensor<2xf32> {
//!       %y = stablehlo.add %x, %x : tensor<2xf32>
//!       return %y : tensor<2xf32>
//!     }"#;
//! let executable = client.compile(program, &CompileOptions::new())?;
//! let x = client.buffer_from_slice(&[2], &[1.0_f32, 2.0], client.device(0)?)?;
//! let outputs = executable.execute([&x])?.wait()?;
//! # let _ = outputs;
//! # Ok(())
//! # }
//! ```
//!
//! # What is guaranteed
//!
//! This is the workspace's only crate with `unsafe` code. Handles own what they stand for and keep alive what they came
//! from; a donated buffer is moved into the execution that takes it, so that it cannot be used again; host memory is
//! borrowed for as long as the plugin reads or writes it. All handles may be shared between threads. What remains a matter
//! of trust is the plugin itself, and serialised executables, which are machine code.
//!
//! A plugin of another version of the interface works where its functions do: a function that it lacks is an
//! [`Error::MissingFunction`] when it is called, not a crash.

mod buffer;
mod canonical;
mod client;
mod device;
pub mod discover;
mod element;
mod error;
mod event;
mod executable;
mod execute;
mod ffi;
mod hlo;
mod image;
mod map;
mod options;
mod plugin;
mod process;
mod profiler;
mod proto;
mod topology;
mod value;

pub use buffer::{Buffer, PendingRead};
pub use client::Client;
pub use device::{Device, DeviceDescription, DeviceMemory};
pub use discover::{Environment, Platform};
pub use element::{ArrayType, Element, ElementType, UnknownElementName};
pub use error::{Error, ErrorCode, Result};
pub use event::Event;
pub use executable::{Executable, ExecutableMemory, OptimizedProgram};
pub use execute::{Argument, Execution, LoadedExecutable};
pub use hlo::{HloComputation, HloInstruction, HloModule, HloShape, SliceOutput};
pub use map::MappedFile;
pub use options::{ClientOptions, CompileOptions, XlaOption};
pub use plugin::Plugin;
pub use process::{end_process, share_one_heap};
pub use profiler::{Profiler, TraceEvent};
pub use topology::Topology;
pub use value::Value;
