//! Arrays on a device.
#![allow(unsafe_code, reason = "calls the PJRT C API")]

use std::ffi::c_void;
use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::client::{Client, ClientHandle, same_client};
use crate::device::Device;
use crate::element::{Element, ElementType, as_bytes, as_bytes_mut};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::ffi::{
    BufferCopyToDevice, BufferDelete, BufferDestroy, BufferDevice, BufferDimensions, BufferElementType,
    BufferFromHostBuffer, BufferIsDeleted, BufferOnDeviceSize, BufferReadyEvent, BufferToHost, BufferUnsafePointer,
    Call, IMMUTABLE_ONLY_DURING_CALL, IMMUTABLE_ZERO_COPY, MemoryLayout, RawBuffer, TiledLayout, borrow_slice,
};

/// A dense array on one device.
///
/// A buffer may still be being computed: whatever reads it waits, and gets the error of the computation if there was one.
/// Host data is row-major, in the machine's byte order.
pub struct Buffer {
    client: Arc<ClientHandle>,
    raw: NonNull<RawBuffer>,
    element: ElementType,
    dims: Vec<i64>,
}

// SAFETY: PJRT buffers may be used and destroyed on any thread.
unsafe impl Send for Buffer {}
// SAFETY: PJRT buffers may be used from several threads at once; what changes them takes them by value.
unsafe impl Sync for Buffer {}

impl Client {
    /// Copies host data to a device.
    ///
    /// # Errors
    ///
    /// [`Error::HostSize`] where `data` does not have the bytes that the shape takes; the plugin's error.
    pub fn buffer_from_bytes(
        &self,
        element: ElementType,
        dims: &[i64],
        data: &[u8],
        device: &Device,
    ) -> Result<Buffer> {
        check_size(element, dims, data)?;
        // SAFETY: with these semantics the plugin does not touch the data after the call.
        let (buffer, _copied) =
            unsafe { self.buffer_from_host(element, dims, data, IMMUTABLE_ONLY_DURING_CALL, device)? };
        Ok(buffer)
    }

    /// Copies host values to a device.
    ///
    /// # Errors
    ///
    /// As for [`buffer_from_bytes`](Self::buffer_from_bytes).
    pub fn buffer_from_slice<T: Element>(&self, dims: &[i64], values: &[T], device: &Device) -> Result<Buffer> {
        self.buffer_from_bytes(T::TYPE, dims, as_bytes(values), device)
    }

    /// Makes a buffer of host data without copying it where the device can use it in place; `data` is kept until the device
    /// no longer needs it.
    ///
    /// CPU plugins use data in place that starts at a multiple of 64 bytes, and copy other data. A buffer in place is
    /// never written to: where it is donated, the plugin copies it first.
    ///
    /// # Errors
    ///
    /// As for [`buffer_from_bytes`](Self::buffer_from_bytes).
    pub fn buffer_from_shared<D>(
        &self,
        element: ElementType,
        dims: &[i64],
        data: Arc<D>,
        device: &Device,
    ) -> Result<Buffer>
    where
        D: AsRef<[u8]> + Send + Sync + ?Sized + 'static,
    {
        let bytes: &[u8] = (*data).as_ref();
        check_size(element, dims, bytes)?;
        // SAFETY: the bytes are borrowed from a shared, immutable value that is kept below until the plugin's event says
        // that it is done with them. A failed call retains nothing.
        let (buffer, done) = unsafe { self.buffer_from_host(element, dims, bytes, IMMUTABLE_ZERO_COPY, device)? };
        match done {
            Some(done) => done.keep_until_ready(data)?,
            // Without an event nobody can tell when the plugin is done, so the data stays.
            None => std::mem::forget(data),
        }
        Ok(buffer)
    }

    /// # Safety
    ///
    /// `data` must have the bytes that the shape takes, and stay valid and unchanged for as long as `semantics` says.
    unsafe fn buffer_from_host(
        &self,
        element: ElementType,
        dims: &[i64],
        data: &[u8],
        semantics: i32,
        device: &Device,
    ) -> Result<(Buffer, Option<Event>)> {
        let client = self.handle();
        if !same_client(client, device.client()) {
            return Err(Error::ForeignHandle { what: "device" });
        }
        let mut args = BufferFromHostBuffer {
            client: client.raw(),
            data: data.as_ptr().cast(),
            element_type: element.to_raw(),
            dims: dims.as_ptr(),
            num_dims: dims.len(),
            host_buffer_semantics: semantics,
            device: device.raw(),
            ..Default::default()
        };
        // SAFETY: client and device are live, and the caller vouches for the data.
        unsafe { client.table().call(&mut args)? };
        let done = Event::from_raw(client, args.done_with_host_buffer);
        let buffer =
            NonNull::new(args.buffer).ok_or_else(|| client.plugin().null_result(BufferFromHostBuffer::FUNCTION))?;
        Ok((Buffer { client: Arc::clone(client), raw: buffer, element, dims: dims.to_vec() }, done))
    }
}

fn check_size(element: ElementType, dims: &[i64], data: &[u8]) -> Result<()> {
    let expected = element.array_size(dims)?;
    if data.len() != expected {
        return Err(Error::HostSize { element, dims: dims.to_vec(), expected, actual: data.len() });
    }
    Ok(())
}

impl Buffer {
    /// Takes ownership of a buffer that a call returned.
    pub(crate) fn from_raw(client: &Arc<ClientHandle>, raw: *mut RawBuffer, function: &'static str) -> Result<Self> {
        let raw = NonNull::new(raw).ok_or_else(|| client.plugin().null_result(function))?;
        // From here on the handle is destroyed whatever happens.
        let mut buffer = Self { client: Arc::clone(client), raw, element: ElementType::Token, dims: Vec::new() };
        let mut element = BufferElementType { buffer: raw.as_ptr(), ..Default::default() };
        // SAFETY: the buffer is live.
        unsafe { client.table().call(&mut element)? };
        buffer.element = ElementType::from_raw(element.element_type)?;
        let mut dims = BufferDimensions { buffer: raw.as_ptr(), ..Default::default() };
        // SAFETY: the buffer is live, and the dimensions are its own.
        unsafe {
            client.table().call(&mut dims)?;
            buffer.dims = borrow_slice(dims.dims, dims.num_dims).to_vec();
        }
        Ok(buffer)
    }

    pub(crate) fn raw(&self) -> *mut RawBuffer {
        self.raw.as_ptr()
    }

    pub(crate) fn client(&self) -> &Arc<ClientHandle> {
        &self.client
    }

    /// The type of the elements.
    #[must_use]
    pub fn element_type(&self) -> ElementType {
        self.element
    }

    /// The size along each axis; empty for a scalar.
    #[must_use]
    pub fn dims(&self) -> &[i64] {
        &self.dims
    }

    /// Bytes that the array takes on the host.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedElement`] where elements are smaller than a byte.
    pub fn host_size(&self) -> Result<usize> {
        self.element.array_size(&self.dims)
    }

    /// Bytes that the array takes on the device, padding included.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn device_size(&self) -> Result<usize> {
        let mut args = BufferOnDeviceSize { buffer: self.raw(), ..Default::default() };
        // SAFETY: the buffer is live.
        unsafe { self.client.table().call(&mut args)? };
        Ok(args.size)
    }

    /// The device that the array is on.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn device(&self) -> Result<Device> {
        let mut args = BufferDevice { buffer: self.raw(), ..Default::default() };
        // SAFETY: the buffer is live.
        unsafe { self.client.table().call(&mut args)? };
        Device::from_raw(&self.client, args.device)
            .ok_or_else(|| self.client.plugin().null_result(BufferDevice::FUNCTION))
    }

    /// The address of the data on the device, for telling whether two buffers share memory.
    ///
    /// # Errors
    ///
    /// The plugin's error, such as for a deleted buffer.
    pub fn address(&self) -> Result<usize> {
        let mut args = BufferUnsafePointer { buffer: self.raw(), ..Default::default() };
        // SAFETY: the buffer is live; the address is not followed.
        unsafe { self.client.table().call(&mut args)? };
        Ok(args.pointer)
    }

    /// Blocks until the array is there.
    ///
    /// # Errors
    ///
    /// The error of the computation that should have made it.
    pub fn wait(&self) -> Result<()> {
        let mut args = BufferReadyEvent { buffer: self.raw(), ..Default::default() };
        // SAFETY: the buffer is live.
        unsafe { self.client.table().call(&mut args)? };
        Event::from_raw(&self.client, args.event).map_or(Ok(()), |event| event.wait())
    }

    /// Copies the array into `destination`, blocking until it is there.
    ///
    /// # Errors
    ///
    /// [`Error::HostSize`] where `destination` does not have the bytes of [`host_size`](Self::host_size); the error of the
    /// computation that should have made the array.
    pub fn read_into(&self, destination: &mut [u8]) -> Result<()> {
        check_size(self.element, &self.dims, destination)?;
        // SAFETY: the destination has the array's size, and is borrowed until the event below is over.
        let event = unsafe { self.copy_to_host(destination)? };
        event.map_or(Ok(()), |event| event.wait())
    }

    /// The array's bytes, once they are there.
    ///
    /// # Errors
    ///
    /// As for [`read_into`](Self::read_into).
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        self.read()?.wait()
    }

    /// The array's values, once they are there.
    ///
    /// # Errors
    ///
    /// [`Error::ElementMismatch`] where the elements are of another type; otherwise as for
    /// [`read_into`](Self::read_into).
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        if self.element != T::TYPE {
            return Err(Error::ElementMismatch { requested: T::TYPE, actual: self.element });
        }
        let mut values = vec![T::default(); self.copy_size()? / size_of::<T>()];
        self.read_into(as_bytes_mut(&mut values))?;
        Ok(values)
    }

    /// Bytes of a copy on the host, for which there is memory.
    fn copy_size(&self) -> Result<usize> {
        /// Copies that are not worth a trial.
        const SMALL: usize = 1 << 20;
        let bytes = self.host_size()?;
        // To allocate zeros is to be ended where there is no memory, so it is tried before; pages are not touched by that.
        if bytes > SMALL && Vec::<u8>::new().try_reserve_exact(bytes).is_err() {
            return Err(Error::HostMemory { bytes, element: self.element, dims: self.dims.to_vec() });
        }
        Ok(bytes)
    }

    /// Begins to copy the array to the host.
    ///
    /// # Errors
    ///
    /// As for [`read_into`](Self::read_into).
    pub fn read(&self) -> Result<PendingRead> {
        let mut bytes = vec![0; self.copy_size()?];
        // SAFETY: the bytes have the array's size; `PendingRead` neither moves nor frees them before the event is over.
        let event = unsafe { self.copy_to_host(&mut bytes)? };
        Ok(PendingRead { event, bytes })
    }

    /// # Safety
    ///
    /// `destination` must have the bytes of the array, and stay valid and otherwise unused until the event is over.
    unsafe fn copy_to_host(&self, destination: &mut [u8]) -> Result<Option<Event>> {
        let row_major: Vec<i64> = (0..self.dims.len() as i64).rev().collect();
        let mut layout = MemoryLayout {
            tiled: TiledLayout {
                minor_to_major: row_major.as_ptr(),
                minor_to_major_size: row_major.len(),
                ..Default::default()
            },
            ..Default::default()
        };
        let mut args = BufferToHost {
            source: self.raw(),
            host_layout: &raw mut layout,
            destination: destination.as_mut_ptr().cast::<c_void>(),
            destination_size: destination.len(),
            ..Default::default()
        };
        // SAFETY: the buffer is live, the layout outlives the call, and the caller vouches for the destination.
        unsafe { self.client.table().call(&mut args)? };
        Ok(Event::from_raw(&self.client, args.event))
    }

    /// Copies the array to another device of the same client.
    ///
    /// # Errors
    ///
    /// [`Error::ForeignHandle`] where the device is another client's; the plugin's error.
    pub fn copy_to(&self, device: &Device) -> Result<Self> {
        if !same_client(&self.client, device.client()) {
            return Err(Error::ForeignHandle { what: "device" });
        }
        let mut args = BufferCopyToDevice { buffer: self.raw(), device: device.raw(), ..Default::default() };
        // SAFETY: buffer and device are live.
        unsafe { self.client.table().call(&mut args)? };
        Self::from_raw(&self.client, args.copy, BufferCopyToDevice::FUNCTION)
    }

    /// Frees the array's memory once work under way no longer needs it. Any later use of the buffer is an error.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn delete(&self) -> Result<()> {
        let mut args = BufferDelete { buffer: self.raw(), ..Default::default() };
        // SAFETY: the buffer is live; the plugin guards its data against use after deletion.
        unsafe { self.client.table().call(&mut args) }
    }

    /// Whether the array's memory was freed, or given to the output of an execution.
    ///
    /// # Errors
    ///
    /// The plugin's error.
    pub fn is_deleted(&self) -> Result<bool> {
        let mut args = BufferIsDeleted { buffer: self.raw(), ..Default::default() };
        // SAFETY: the buffer is live.
        unsafe { self.client.table().call(&mut args)? };
        Ok(args.is_deleted)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut args = BufferDestroy { buffer: self.raw(), ..Default::default() };
        // SAFETY: the buffer is live and not used again.
        unsafe { self.client.table().destroy(&mut args) };
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({}{:?})", self.element, self.dims)
    }
}

/// A copy from device to host under way.
#[must_use = "the data is lost where the copy is not waited for"]
pub struct PendingRead {
    event: Option<Event>,
    bytes: Vec<u8>,
}

impl PendingRead {
    /// Blocks until the data is there.
    ///
    /// # Errors
    ///
    /// The error of the computation that should have made the array.
    pub fn wait(mut self) -> Result<Vec<u8>> {
        if let Some(event) = self.event.take() {
            event.wait()?;
        }
        Ok(std::mem::take(&mut self.bytes))
    }

    /// Whether waiting would not block.
    ///
    /// # Errors
    ///
    /// The plugin's error where it cannot tell.
    pub fn is_ready(&self) -> Result<bool> {
        self.event.as_ref().map_or(Ok(true), Event::is_ready)
    }
}

impl Drop for PendingRead {
    fn drop(&mut self) {
        // The plugin writes into `bytes` until the event is over.
        if let Some(event) = &self.event {
            let _ = event.wait();
        }
    }
}
