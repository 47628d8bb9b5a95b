//! How a client is made, and how a program is compiled.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::proto::Message;
use crate::value::Value;

const CPU_DEVICE_COUNT: &str = "cpu_device_count";

/// Options of [`Client::new`](crate::Client::new). Which names exist is up to the plugin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientOptions {
    values: BTreeMap<String, Value>,
}

impl ClientOptions {
    /// No options: the plugin's own defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many devices a CPU client shows; CPU plugins only.
    #[must_use]
    pub fn cpu_device_count(self, count: u16) -> Self {
        self.set(CPU_DEVICE_COUNT, i64::from(count))
    }

    /// Sets an option by name.
    #[must_use]
    pub fn set(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// Checks the kinds of values about which plugins are careless: CPU plugins end the process over a wrong one.
    pub(crate) fn check(&self) -> Result<()> {
        match self.values.get(CPU_DEVICE_COUNT) {
            None | Some(Value::Int(1..)) => Ok(()),
            Some(found) => Err(Error::OptionKind {
                name: CPU_DEVICE_COUNT,
                expected: "a whole number from 1",
                found: found.clone(),
            }),
        }
    }

    /// The options, by name.
    #[must_use]
    pub fn values(&self) -> &BTreeMap<String, Value> {
        &self.values
    }
}

/// The value of an XLA debug option.
#[derive(Clone, Debug, PartialEq)]
pub enum XlaOption {
    /// Text, or the name of an enumeration's member.
    String(String),
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Double(f64),
}

impl From<&str> for XlaOption {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<bool> for XlaOption {
    fn from(boolean: bool) -> Self {
        Self::Bool(boolean)
    }
}

impl From<i64> for XlaOption {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<f64> for XlaOption {
    fn from(double: f64) -> Self {
        Self::Double(double)
    }
}

/// Options of a compilation; by default one device, chosen by the plugin.
#[derive(Clone, Debug, PartialEq)]
pub struct CompileOptions {
    replicas: u32,
    devices: Vec<i64>,
    portable: bool,
    xla: BTreeMap<String, XlaOption>,
}

impl Default for CompileOptions {
    fn default() -> Self {
        Self { replicas: 1, devices: Vec::new(), portable: false, xla: BTreeMap::new() }
    }
}

impl CompileOptions {
    /// One replica on the client's first device.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One replica of the program on each of the devices with these ids, in this order.
    #[must_use]
    pub fn on_devices(mut self, ids: impl IntoIterator<Item = i64>) -> Self {
        self.devices = ids.into_iter().collect();
        self.replicas = u32::try_from(self.devices.len()).unwrap_or(u32::MAX).max(1);
        self
    }

    /// Makes an executable that [`execute_on`](crate::LoadedExecutable::execute_on) can run on any one device.
    #[must_use]
    pub fn portable(mut self) -> Self {
        self.portable = true;
        self
    }

    /// Sets an XLA debug option by its field name, such as `xla_backend_optimization_level`; a name that the plugin does
    /// not know makes the compilation fail.
    #[must_use]
    pub fn xla(mut self, name: impl Into<String>, value: impl Into<XlaOption>) -> Self {
        self.xla.insert(name.into(), value.into());
        self
    }

    /// The options as a serialised `xla.CompileOptionsProto`. Equal options give equal bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        /// `xla.ExecutableBuildOptionsProto`.
        mod build {
            pub const DEVICE_ORDINAL: u64 = 1;
            pub const NUM_REPLICAS: u64 = 4;
            pub const NUM_PARTITIONS: u64 = 5;
            pub const DEVICE_ASSIGNMENT: u64 = 9;
        }
        /// `xla.CompileOptionsProto`.
        mod compile {
            pub const EXECUTABLE_BUILD_OPTIONS: u64 = 3;
            pub const COMPILE_PORTABLE_EXECUTABLE: u64 = 4;
            pub const ENV_OPTION_OVERRIDES: u64 = 7;
        }
        const ANY_DEVICE: i64 = -1;

        let mut build_options = Message::new()
            .int(build::DEVICE_ORDINAL, ANY_DEVICE)
            .int(build::NUM_REPLICAS, i64::from(self.replicas))
            .int(build::NUM_PARTITIONS, 1);
        if !self.devices.is_empty() {
            build_options = build_options.message(build::DEVICE_ASSIGNMENT, &device_assignment(&self.devices));
        }
        let mut options = Message::new().message(compile::EXECUTABLE_BUILD_OPTIONS, &build_options);
        if self.portable {
            options = options.boolean(compile::COMPILE_PORTABLE_EXECUTABLE, true);
        }
        for (name, value) in &self.xla {
            options = options.message(compile::ENV_OPTION_OVERRIDES, &option_override(name, value));
        }
        options.into_bytes()
    }
}

/// `xla.DeviceAssignmentProto` of one partition whose replicas run on `devices`.
fn device_assignment(devices: &[i64]) -> Message {
    const REPLICA_COUNT: u64 = 1;
    const COMPUTATION_COUNT: u64 = 2;
    const COMPUTATION_DEVICES: u64 = 3;
    const REPLICA_DEVICE_IDS: u64 = 1;
    let computation = Message::new().packed(REPLICA_DEVICE_IDS, devices);
    Message::new()
        .int(REPLICA_COUNT, i64::try_from(devices.len()).unwrap_or(i64::MAX))
        .int(COMPUTATION_COUNT, 1)
        .message(COMPUTATION_DEVICES, &computation)
}

/// One entry of the map from option name to `xla.OptionOverrideProto`.
fn option_override(name: &str, value: &XlaOption) -> Message {
    const KEY: u64 = 1;
    const VALUE: u64 = 2;
    let value = match value {
        XlaOption::String(text) => Message::new().bytes(1, text.as_bytes()),
        XlaOption::Bool(boolean) => Message::new().boolean(2, *boolean),
        XlaOption::Int(int) => Message::new().int(3, *int),
        XlaOption::Double(double) => Message::new().double(4, *double),
    };
    Message::new().bytes(KEY, name.as_bytes()).message(VALUE, &value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_names_one_replica_and_one_partition() {
        let encoded = CompileOptions::new().encode();
        let minus_one = [0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1];
        let expected: Vec<u8> = [0x1a, 15].into_iter().chain(minus_one).chain([0x20, 1, 0x28, 1]).collect();
        assert_eq!(encoded, expected);
    }

    /// The expected bytes are what jaxlib's own `CompileOptions` serialises to for these fields.
    #[test]
    fn overrides_and_assignments_are_encoded_as_xla_does() {
        let encoded = CompileOptions::new().xla("a", true).xla("b", 5_i64).xla("c", "x").xla("d", 1.5).encode();
        let overrides = [
            0x3a, 0x07, 0x0a, 0x01, 0x61, 0x12, 0x02, 0x10, 0x01, 0x3a, 0x07, 0x0a, 0x01, 0x62, 0x12, 0x02, 0x18, 0x05,
            0x3a, 0x08, 0x0a, 0x01, 0x63, 0x12, 0x03, 0x0a, 0x01, 0x78, 0x3a, 0x0e, 0x0a, 0x01, 0x64, 0x12, 0x09, 0x21,
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf8, 0x3f,
        ];
        assert!(encoded.ends_with(&overrides), "{encoded:02x?}");

        let encoded = CompileOptions::new().on_devices([2, 3]).encode();
        let assignment = [0x4a, 0x0a, 0x08, 0x02, 0x10, 0x01, 0x1a, 0x04, 0x0a, 0x02, 0x02, 0x03];
        assert!(encoded.ends_with(&assignment), "{encoded:02x?}");
        assert!(CompileOptions::new().portable().encode().ends_with(&[0x20, 0x01]));
    }

    #[test]
    fn equal_options_encode_alike_whatever_the_order() {
        let one = CompileOptions::new().xla("a", true).xla("b", false);
        let other = CompileOptions::new().xla("b", false).xla("a", true);
        assert_eq!(one.encode(), other.encode());
    }
}
