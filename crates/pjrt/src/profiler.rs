//! A plugin's own profiler, where it has one: what its devices did, and when.
//!
//! Plugins for GPUs and TPUs have one; those for CPUs, up to API 0.115, do not.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::ffi::ProfilerHandle;
use crate::plugin::Plugin;
use crate::proto::{Field, Message, Reader};

/// A recording under way.
pub struct Profiler {
    plugin: Plugin,
    handle: ProfilerHandle,
}

/// Something that a device did.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceEvent {
    /// The device, such as `/device:GPU:0`.
    pub device: String,
    /// The stream or unit of the device.
    pub line: String,
    /// What it is called: a kernel's name.
    pub name: String,
    /// The instruction of the compiled program that it belongs to, if the plugin tells.
    pub instruction: Option<String>,
    /// When it began, in microseconds of the plugin's clock.
    pub start: f64,
    /// How long it took, in microseconds.
    pub duration: f64,
}

impl Profiler {
    /// Starts recording; `None` where the plugin has no profiler.
    ///
    /// # Errors
    ///
    /// [`Error::Profiler`].
    pub fn start(plugin: &Plugin) -> Result<Option<Profiler>> {
        /// `tensorflow.ProfileOptions`.
        mod options {
            pub const VERSION: u64 = 5;
            pub const HOST_TRACER_LEVEL: u64 = 2;
            pub const DEVICE_TRACER_LEVEL: u64 = 3;
        }
        let options = Message::new()
            .int(options::VERSION, 1)
            .int(options::HOST_TRACER_LEVEL, 0)
            .int(options::DEVICE_TRACER_LEVEL, 1)
            .into_bytes();
        let Some(handle) = plugin.table().create_profiler(&options) else { return Ok(None) };
        let profiler = Profiler { plugin: plugin.clone(), handle: handle.map_err(|message| failed(plugin, message))? };
        profiler.handle.start().map_err(|message| failed(plugin, message))?;
        Ok(Some(profiler))
    }

    /// Ends the recording; gives what devices did in it.
    ///
    /// # Errors
    ///
    /// [`Error::Profiler`].
    pub fn stop(self) -> Result<Vec<TraceEvent>> {
        let recorded = self.handle.stop().and_then(|()| self.handle.collect());
        Ok(device_events(&recorded.map_err(|message| failed(&self.plugin, message))?))
    }
}

fn failed(plugin: &Plugin, message: String) -> Error {
    Error::Profiler { message, path: plugin.path().to_path_buf() }
}

/// How the planes of devices are called.
const DEVICE_PLANE: &str = "/device:";
/// The statistic that names the instruction.
const INSTRUCTION: &str = "hlo_op";

/// The events of devices in an encoded `tensorflow.profiler.XSpace`.
fn device_events(space: &[u8]) -> Vec<TraceEvent> {
    const PLANES: u64 = 1;
    let mut events = Vec::new();
    messages(space, PLANES).for_each(|plane| plane_events(plane, &mut events));
    events
}

fn plane_events(plane: &[u8], events: &mut Vec<TraceEvent>) {
    /// `XPlane`.
    mod plane_field {
        pub const NAME: u64 = 2;
        pub const LINES: u64 = 3;
        pub const EVENT_METADATA: u64 = 4;
        pub const STAT_METADATA: u64 = 5;
    }
    /// `XLine`.
    mod line_field {
        pub const NAME: u64 = 2;
        pub const TIMESTAMP_NS: u64 = 3;
        pub const EVENTS: u64 = 4;
    }
    /// `XEvent`.
    mod event_field {
        pub const METADATA: u64 = 1;
        pub const OFFSET_PS: u64 = 2;
        pub const DURATION_PS: u64 = 3;
        pub const STATS: u64 = 4;
    }
    /// `XEventMetadata`.
    mod metadata_field {
        pub const NAME: u64 = 2;
        pub const STATS: u64 = 5;
    }
    let device = text(plane, plane_field::NAME);
    if !device.starts_with(DEVICE_PLANE) {
        return;
    }
    let kinds = named(plane, plane_field::EVENT_METADATA);
    let stats: BTreeMap<u64, String> = named(plane, plane_field::STAT_METADATA)
        .into_iter()
        .map(|(id, metadata)| (id, text(metadata, metadata_field::NAME)))
        .collect();
    for line in messages(plane, plane_field::LINES) {
        let begin = int(line, line_field::TIMESTAMP_NS) as f64 / 1e3;
        let name = text(line, line_field::NAME);
        for event in messages(line, line_field::EVENTS) {
            let kind = kinds.get(&int(event, event_field::METADATA)).copied().unwrap_or_default();
            let own = messages(event, event_field::STATS).find_map(|stat| instruction(stat, &stats));
            let of_kind = || messages(kind, metadata_field::STATS).find_map(|stat| instruction(stat, &stats));
            events.push(TraceEvent {
                device: device.clone(),
                line: name.clone(),
                name: text(kind, metadata_field::NAME),
                instruction: own.or_else(of_kind),
                start: begin + int(event, event_field::OFFSET_PS) as f64 / 1e6,
                duration: int(event, event_field::DURATION_PS) as f64 / 1e6,
            });
        }
    }
}

/// The instruction that a statistic names; its value is text, or the id of a statistic of that name.
fn instruction(stat: &[u8], names: &BTreeMap<u64, String>) -> Option<String> {
    /// `XStat`.
    mod field {
        pub const METADATA: u64 = 1;
        pub const TEXT: u64 = 5;
        pub const REFERENCE: u64 = 7;
    }
    if names.get(&int(stat, field::METADATA)).is_none_or(|name| name != INSTRUCTION) {
        return None;
    }
    let own = text(stat, field::TEXT);
    if own.is_empty() { names.get(&int(stat, field::REFERENCE)).cloned() } else { Some(own) }
}

/// The values of a map from numbers to messages.
fn named(message: &[u8], field: u64) -> BTreeMap<u64, &[u8]> {
    const KEY: u64 = 1;
    const VALUE: u64 = 2;
    let entry = |entry| (int(entry, KEY), Reader::new(entry).find_bytes(VALUE).unwrap_or_default());
    messages(message, field).map(entry).collect()
}

fn messages(message: &[u8], wanted: u64) -> impl Iterator<Item = &[u8]> {
    Reader::new(message).filter_map(move |(number, value)| match value {
        Field::Bytes(bytes) if number == wanted => Some(bytes),
        _ => None,
    })
}

fn text(message: &[u8], field: u64) -> String {
    String::from_utf8_lossy(Reader::new(message).find_bytes(field).unwrap_or_default()).into_owned()
}

fn int(message: &[u8], wanted: u64) -> u64 {
    let found = Reader::new(message).find_map(|(number, value)| match value {
        Field::Int(value) if number == wanted => Some(value),
        _ => None,
    });
    found.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_devices_are_read_with_their_instructions() {
        let named = |id: i64, name: &str| {
            let value = Message::new().int(1, id).bytes(2, name.as_bytes());
            Message::new().int(1, id).message(2, &value)
        };
        let stat = |reference: i64| Message::new().int(1, 7).int(7, reference);
        let event = |offset: i64, duration: i64, stat: &Message| {
            Message::new().int(1, 3).int(2, offset).int(3, duration).message(4, stat)
        };
        let line = Message::new()
            .bytes(2, b"Stream #1")
            .int(3, 5_000)
            .message(4, &event(2_000_000, 1_500_000, &stat(8)))
            .message(4, &event(4_000_000, 500_000, &Message::new().int(1, 9).bytes(5, b"other")));
        let plane = |name: &[u8]| {
            Message::new()
                .bytes(2, name)
                .message(3, &line)
                .message(4, &named(3, "gemm_kernel"))
                .message(5, &named(7, "hlo_op"))
                .message(5, &named(8, "dot.3"))
        };
        let space = Message::new().message(1, &plane(b"/host:CPU")).message(1, &plane(b"/device:GPU:0"));
        let events = device_events(&space.into_bytes());
        assert_eq!(events.len(), 2, "{events:?}");
        assert_eq!(
            events[0],
            TraceEvent {
                device: "/device:GPU:0".to_owned(),
                line: "Stream #1".to_owned(),
                name: "gemm_kernel".to_owned(),
                instruction: Some("dot.3".to_owned()),
                start: 7.0,
                duration: 1.5,
            }
        );
        assert_eq!(events[1].instruction, None);
    }
}
