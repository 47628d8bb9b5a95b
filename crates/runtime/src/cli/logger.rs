//! Log lines of the library on standard error.

use log::{Level, LevelFilter, Log, Metadata, Record};

struct Stderr;

static LOGGER: Stderr = Stderr;

impl Log for Stderr {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("keramos")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let level = match record.level() {
                Level::Error => "error",
                Level::Warn => "warning",
                Level::Info => "note",
                Level::Debug | Level::Trace => "debug",
            };
            // Standard error is not buffered: a line is one write, whatever it is put together from.
            let line = format!("{level}: {}\n", record.args());
            let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
        }
    }

    fn flush(&self) {}
}

/// Sends log lines to standard error: warnings always, notes unless quiet, timings if verbose.
pub(super) fn install(quiet: bool, verbose: bool) {
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::Warn,
        (_, true) => LevelFilter::Debug,
        _ => LevelFilter::Info,
    };
    // Fails only if a logger is there already, and this is the only one.
    if log::set_logger(&LOGGER).is_ok() {
        log::set_max_level(level);
    }
}
