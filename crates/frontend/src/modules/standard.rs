//! Modules of Python's own library that are written in the model language.
//!
//! Those that are open also reach what only the run has: files, the environment, the machine.

use super::{Contents, modules};

modules! {
    /// `bisect`.
    BISECT = Contents { written: &[include_str!("../packages/python/bisect.py")], ..Contents::new("bisect") };
    /// `builtins`: what of it is written in the model language.
    BUILTINS = Contents { written: &[include_str!("../packages/python/builtins.py")], open: true, ..Contents::new("builtins") };
    /// `heapq`.
    HEAPQ = Contents { written: &[include_str!("../packages/python/heapq.py")], ..Contents::new("heapq") };
    /// `json`.
    JSON = Contents { written: &[include_str!("../packages/python/json.py")], open: true, ..Contents::new("json") };
    /// `os`.
    OS = Contents { written: &[include_str!("../packages/python/os/os.py")], open: true, ..Contents::new("os") };
    /// `os.path`.
    PATH = Contents { written: &[include_str!("../packages/python/os/path.py")], open: true, ..Contents::new("os.path") };
    /// `pathlib`.
    PATHLIB = Contents { written: &[include_str!("../packages/python/pathlib.py")], open: true, ..Contents::new("pathlib") };
    /// `statistics`.
    STATISTICS = Contents {
        written: &[include_str!("../packages/python/statistics.py")],
        open: true,
        ..Contents::new("statistics")
    };
    /// `textwrap`.
    TEXTWRAP = Contents { written: &[include_str!("../packages/python/textwrap.py")], open: true, ..Contents::new("textwrap") };
    /// `types`.
    TYPES = Contents { written: &[include_str!("../packages/python/types.py")], open: true, ..Contents::new("types") };
}
