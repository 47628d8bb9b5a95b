//! Completion of asynchronous work.
#![allow(unsafe_code, reason = "calls the PJRT C API")]

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::Arc;

use crate::client::ClientHandle;
use crate::error::Result;
use crate::ffi::{EventAwait, EventDestroy, EventIsReady, EventOnReady, RawError, RawEvent};
use crate::plugin::Plugin;

/// Something that a device will have done.
///
/// Dropping an event does not cancel the work behind it.
#[must_use = "work fails silently where its event is not waited for"]
pub struct Event {
    client: Arc<ClientHandle>,
    raw: NonNull<RawEvent>,
}

// SAFETY: PJRT events may be used and destroyed on any thread.
unsafe impl Send for Event {}
// SAFETY: PJRT events may be asked from several threads at once.
unsafe impl Sync for Event {}

impl Event {
    /// Takes ownership of an event that a call returned; `None` for null, which stands for work already done.
    pub(crate) fn from_raw(client: &Arc<ClientHandle>, raw: *mut RawEvent) -> Option<Self> {
        NonNull::new(raw).map(|raw| Self { client: Arc::clone(client), raw })
    }

    /// Blocks until the work is done.
    ///
    /// # Errors
    ///
    /// The error that the work ended with.
    pub fn wait(&self) -> Result<()> {
        let mut args = EventAwait { event: self.raw.as_ptr(), ..Default::default() };
        // SAFETY: the event is live.
        unsafe { self.client.table().call(&mut args) }
    }

    /// Whether the work is done, well or badly.
    ///
    /// # Errors
    ///
    /// The plugin's error where it cannot tell.
    pub fn is_ready(&self) -> Result<bool> {
        let mut args = EventIsReady { event: self.raw.as_ptr(), ..Default::default() };
        // SAFETY: the event is live.
        unsafe { self.client.table().call(&mut args)? };
        Ok(args.is_ready)
    }

    /// Keeps `value` alive until the work is done, however it ends.
    ///
    /// # Errors
    ///
    /// The plugin's error where it refuses; the value is leaked then, for the work may still need it.
    pub(crate) fn keep_until_ready(&self, value: impl Send + 'static) -> Result<()> {
        let kept: Box<Kept> = Box::new(Kept { plugin: self.client.plugin().clone(), value: Box::new(value) });
        let mut args = EventOnReady {
            event: self.raw.as_ptr(),
            callback: Some(release),
            user_arg: Box::into_raw(kept).cast(),
            ..Default::default()
        };
        // SAFETY: the event is live, and the callback takes over what `user_arg` points to.
        unsafe { self.client.table().call(&mut args) }
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        let mut args = EventDestroy { event: self.raw.as_ptr(), ..Default::default() };
        // SAFETY: the event is live and not used again.
        unsafe { self.client.table().destroy(&mut args) };
    }
}

/// What a ready event releases.
struct Kept {
    plugin: Plugin,
    value: Box<dyn Send>,
}

/// Runs on a thread of the plugin when an event is ready.
extern "C" fn release(error: *mut RawError, user_arg: *mut c_void) {
    // SAFETY: `user_arg` is the box that `keep_until_ready` gave away, and an event becomes ready once.
    let kept = unsafe { Box::from_raw(user_arg.cast::<Kept>()) };
    let Kept { plugin, value } = *kept;
    if let Some(error) = NonNull::new(error) {
        plugin.table().destroy_error(error);
    }
    // A panic in the value's destructor must not unwind into the plugin. Its message was printed by the panic hook.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(value)));
}
