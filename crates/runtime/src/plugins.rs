//! The plugins of a machine: which can be installed, which are there, and which one is taken.

mod choice;
mod install;
mod pins;
pub mod probe;

pub use choice::{DEVICE_VARIABLE, DeviceChoice, UnknownDevice, hardware_is_there};
pub use install::{InstallError, Installed, Installer};
pub use pins::{Layout, Pin, Wheel, pins};
