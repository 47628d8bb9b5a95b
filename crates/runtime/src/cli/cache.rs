//! `keramos-run cache`.

use clap::{Args, Subcommand};
use keramos_runtime::Error;
use keramos_runtime::cache::{Cache, FOLDER_VARIABLE};

use super::inspect::size;
use super::{Failure, print, table};

/// Arguments of `cache`.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the programs that were compiled on this machine and kept, the last used first
    List,
    /// Remove them all
    Clear,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let Some(cache) = Cache::of_user() else {
        return print(&format!("the cache is turned off ({FOLDER_VARIABLE}=off)\n"));
    };
    let failed = |action: &'static str| {
        let path = cache.folder().to_owned();
        move |source| Error::File { path, action, source }
    };
    match options.command {
        Command::Clear => {
            let (count, bytes) = cache.clear().map_err(failed("clear the cache"))?;
            print(&format!("{}: {count} programs removed ({})\n", cache.folder().display(), size(bytes)))
        }
        Command::List => {
            let entries = cache.list().map_err(failed("read the cache"))?;
            let total: u64 = entries.iter().map(|entry| entry.size).sum();
            let head = format!(
                "{}: {} programs, {} of at most {}\n",
                cache.folder().display(),
                entries.len(),
                size(total),
                size(cache.limit())
            );
            if entries.is_empty() {
                return print(&head);
            }
            let mut rows = vec![["Program", "Size", "Last used", "For"].map(str::to_owned).to_vec()];
            rows.extend(entries.into_iter().map(|entry| {
                let age = entry.used.elapsed().map(|age| ago(age.as_secs())).unwrap_or_default();
                let (program, target) = match entry.content {
                    Ok(content) => content,
                    Err(fault) => (format!("{} is damaged: {fault}", entry.path.display()), String::new()),
                };
                let short: String = target.chars().take(60).collect();
                vec![program, size(entry.size), age, short]
            }));
            print(&(head + &table::render(&rows)))
        }
    }
}

/// A time span in its largest unit.
fn ago(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}
