//! Devices of a client.
#![allow(unsafe_code, reason = "calls the PJRT C API")]

use std::collections::BTreeMap;
use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::client::ClientHandle;
use crate::error::Result;
use crate::ffi::{
    DeviceDescriptionAttributes, DeviceDescriptionId, DeviceDescriptionKind, DeviceDescriptionProcessIndex,
    DeviceDescriptionToString, DeviceGetDescription, DeviceIsAddressable, DeviceLocalHardwareId, DeviceMemoryStats,
    RawDevice, RawDeviceDescription, Table, copy_text, read_named_values,
};
use crate::value::Value;

/// A device that programs run on.
#[derive(Clone)]
pub struct Device {
    client: Arc<ClientHandle>,
    raw: NonNull<RawDevice>,
}

// SAFETY: devices are constant parts of their client, which the handle keeps alive.
unsafe impl Send for Device {}
// SAFETY: as above.
unsafe impl Sync for Device {}

/// Memory of a device, in bytes. What the plugin does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceMemory {
    /// Bytes in use now.
    pub in_use: i64,
    /// Most bytes ever in use.
    pub peak_in_use: Option<i64>,
    /// Bytes that the client may use.
    pub limit: Option<i64>,
    /// Number of allocations.
    pub allocations: Option<i64>,
    /// The largest single allocation.
    pub largest_allocation: Option<i64>,
    /// Bytes held by the client's allocator.
    pub pool: Option<i64>,
}

/// What a plugin tells of a device.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DeviceDescription {
    /// The device's number among all devices of the platform.
    pub id: i32,
    /// The vendor's name of the hardware.
    pub kind: String,
    /// The process that the device belongs to.
    pub process_index: i32,
    /// The device in the plugin's words.
    pub text: String,
    /// Further properties.
    pub attributes: BTreeMap<String, Value>,
}

impl Device {
    pub(crate) fn from_raw(client: &Arc<ClientHandle>, raw: *mut RawDevice) -> Option<Self> {
        NonNull::new(raw).map(|raw| Self { client: Arc::clone(client), raw })
    }

    pub(crate) fn raw(&self) -> *mut RawDevice {
        self.raw.as_ptr()
    }

    pub(crate) fn client(&self) -> &Arc<ClientHandle> {
        &self.client
    }

    fn raw_description(&self) -> Result<*mut RawDeviceDescription> {
        let mut args = DeviceGetDescription { device: self.raw(), ..Default::default() };
        // SAFETY: the device lives as long as its client.
        unsafe { self.client.table().call(&mut args)? };
        Ok(args.description)
    }

    /// The device's number among all devices of the platform.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn id(&self) -> Result<i32> {
        let mut args = DeviceDescriptionId { description: self.raw_description()?, ..Default::default() };
        // SAFETY: the description lives as long as its device.
        unsafe { self.client.table().call(&mut args)? };
        Ok(args.id)
    }

    /// All that the plugin tells of the device.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn description(&self) -> Result<DeviceDescription> {
        // SAFETY: the description lives as long as its device.
        unsafe { read_description(self.client.table(), self.raw_description()?) }
    }

    /// Whether this process can use the device.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn is_addressable(&self) -> Result<bool> {
        let mut args = DeviceIsAddressable { device: self.raw(), ..Default::default() };
        // SAFETY: the device lives as long as its client.
        unsafe { self.client.table().call(&mut args)? };
        Ok(args.is_addressable)
    }

    /// The device's number on this machine; -1 where it has none.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn local_hardware_id(&self) -> Result<i32> {
        let mut args = DeviceLocalHardwareId { device: self.raw(), ..Default::default() };
        // SAFETY: the device lives as long as its client.
        unsafe { self.client.table().call(&mut args)? };
        Ok(args.local_hardware_id)
    }

    /// The device's memory in use.
    ///
    /// # Errors
    ///
    /// The plugin's error; CPU plugins keep no account and answer
    /// [`ErrorCode::Unimplemented`](crate::ErrorCode::Unimplemented).
    pub fn memory(&self) -> Result<DeviceMemory> {
        let mut args = DeviceMemoryStats { device: self.raw(), ..Default::default() };
        // SAFETY: the device lives as long as its client.
        unsafe { self.client.table().call(&mut args)? };
        Ok(DeviceMemory {
            in_use: args.bytes_in_use,
            peak_in_use: args.peak_bytes_in_use_is_set.then_some(args.peak_bytes_in_use),
            limit: args.bytes_limit_is_set.then_some(args.bytes_limit),
            allocations: args.num_allocs_is_set.then_some(args.num_allocs),
            largest_allocation: args.largest_alloc_size_is_set.then_some(args.largest_alloc_size),
            pool: args.pool_bytes_is_set.then_some(args.pool_bytes),
        })
    }
}

/// Reads a device's description.
///
/// # Safety
///
/// `description` must be a live description of the plugin behind `table`.
pub(crate) unsafe fn read_description(
    table: &Table,
    description: *mut RawDeviceDescription,
) -> Result<DeviceDescription> {
    let mut id = DeviceDescriptionId { description, ..Default::default() };
    let mut kind = DeviceDescriptionKind { description, ..Default::default() };
    let mut process = DeviceDescriptionProcessIndex { description, ..Default::default() };
    let mut text = DeviceDescriptionToString { description, ..Default::default() };
    let mut attributes = DeviceDescriptionAttributes { description, ..Default::default() };
    // SAFETY: the caller vouches for the description, to which texts and attributes belong.
    unsafe {
        table.call(&mut id)?;
        table.call(&mut kind)?;
        table.call(&mut process)?;
        table.call(&mut text)?;
        table.call(&mut attributes)?;
        Ok(DeviceDescription {
            id: id.id,
            kind: copy_text(kind.kind.cast(), kind.kind_size),
            process_index: process.process_index,
            text: copy_text(text.text.cast(), text.text_size),
            attributes: read_named_values(attributes.attributes, attributes.num_attributes),
        })
    }
}

impl PartialEq for Device {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Device {}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.description() {
            Ok(description) => f.write_str(&description.text),
            Err(_) => f.write_str("Device"),
        }
    }
}
