//! Profiles in Chrome's trace-event format, which Perfetto and chrome://tracing open.

use serde_json::{Value, json};

use super::{Profile, Source};
use crate::numbers::Phase;

/// The one process of a trace.
const PROCESS: u32 = 1;

/// The profile as a JSON object: an array of complete events (`X`), times in microseconds, each track a thread.
#[must_use]
pub fn trace_json(profile: &Profile) -> Value {
    let mut tracks: Vec<&str> = Vec::new();
    for event in &profile.events {
        if !tracks.contains(&event.track.as_str()) {
            tracks.push(&event.track);
        }
    }
    let named = |name: &str, thread: usize, value: &str| json!({"ph": "M", "name": name, "pid": PROCESS, "tid": thread, "args": {"name": value}});
    let mut events = vec![named("process_name", 0, &format!("{}: {}", profile.model, profile.program))];
    for (index, track) in tracks.iter().enumerate() {
        events.push(named("thread_name", index + 1, track));
        events.push(json!({
            "ph": "M", "name": "thread_sort_index", "pid": PROCESS, "tid": index + 1, "args": {"sort_index": index}
        }));
    }
    for event in &profile.events {
        let thread = tracks.iter().position(|track| *track == event.track).unwrap_or(0) + 1;
        let operation = event.operation.and_then(|index| profile.operations.get(index));
        let (name, category, args) = match operation {
            Some(operation) => {
                let place = &operation.place;
                let mut args = json!({"kernel": operation.name, "hlo": operation.opcode, "layer": place.layer});
                if let (Some((file, line)), Some(args)) = (&place.source, args.as_object_mut()) {
                    args.insert("source".to_owned(), json!(format!("{file}:{line}")));
                }
                if let (false, Some(args)) = (event.name.is_empty(), args.as_object_mut()) {
                    args.insert("device_kernel".to_owned(), json!(event.name));
                }
                (place.to_string().replace('`', ""), phase(place.phase), args)
            }
            None => (event.name.clone(), "program", json!({})),
        };
        events.push(json!({
            "ph": "X",
            "name": name,
            "cat": category,
            "ts": round(event.start),
            "dur": round(event.duration),
            "pid": PROCESS,
            "tid": thread,
            "args": args,
        }));
    }
    json!({
        "displayTimeUnit": "ms",
        "otherData": {
            "model": profile.model,
            "program": profile.program,
            "source": match profile.source {
                Source::Plugin => "the plugin's profiler",
                Source::Kernels => "kernels run one by one",
            },
        },
        "traceEvents": events,
    })
}

/// The name of a phase.
#[must_use]
pub(super) fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Forward => "forward",
        Phase::Backward => "backward",
        Phase::Update => "update",
    }
}

/// To whole nanoseconds.
fn round(microseconds: f64) -> f64 {
    (microseconds * 1e3).round() / 1e3
}
