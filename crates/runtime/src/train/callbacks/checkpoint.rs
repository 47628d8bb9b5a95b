//! `ModelCheckpoint`.

use std::path::PathBuf;

use super::Action;
use super::watch::Watch;
use crate::error::Error;
use crate::evaluate::Logs;
use crate::model::Model;

/// Saves an artifact after epochs.
pub(super) struct Checkpoint {
    filepath: String,
    /// What decides which model is best, if only that is saved.
    best: Option<Watch>,
}

impl Checkpoint {
    pub(super) fn new(filepath: String, best: Option<Watch>) -> Checkpoint {
        Checkpoint { filepath, best }
    }
}

/// What Keras's file names end with; a checkpoint is an artifact and ends with `.kar`.
const ENDINGS: [&str; 3] = [".weights.h5", ".keras", ".h5"];

/// The file of an epoch: `{epoch}` counts from one, other names are those of logs.
fn file_name(pattern: &str, epoch: usize, logs: &Logs) -> Result<PathBuf, Error> {
    let stem = ENDINGS.iter().find_map(|ending| pattern.strip_suffix(ending)).unwrap_or(pattern);
    let stem = stem.strip_suffix(".kar").unwrap_or(stem);
    let refused = |reason: String| Error::Option { option: "ModelCheckpoint", value: pattern.to_owned(), reason };
    let mut name = String::new();
    let mut rest = stem;
    while let Some((before, field)) = rest.split_once('{') {
        let Some((field, after)) = field.split_once('}') else {
            return Err(refused("a `{` is never closed".to_owned()));
        };
        let (key, format) = field.split_once(':').unwrap_or((field, ""));
        let value = match key {
            "epoch" => Some((epoch + 1) as f64),
            _ => logs.iter().find(|(found, _)| found == key).map(|(_, value)| *value),
        };
        let Some(value) = value else {
            return Err(refused(format!("nothing of the name `{key}` is logged")));
        };
        let text = formatted(value, format, key == "epoch");
        name = name + before + &text.ok_or_else(|| refused(format!("the format `{format}` is not known")))?;
        rest = after;
    }
    Ok(PathBuf::from(name + rest + ".kar"))
}

/// A number as Python formats it: nothing, `d`, `02d`, `f`, `.2f`, `06.2f`. No name of a file is longer than 255 bytes.
fn formatted(value: f64, format: &str, whole: bool) -> Option<String> {
    let (body, kind) = match format.strip_suffix(['d', 'f']) {
        Some(body) => (body, format.chars().last()),
        None => (format, None),
    };
    let (width, precision) = body.split_once('.').unwrap_or((body, ""));
    let size =
        |text: &str| if text.is_empty() { Some(None) } else { text.parse::<u8>().ok().map(|n| Some(usize::from(n))) };
    let (zeros, width, precision) = (width.starts_with('0'), size(width)?.unwrap_or(0), size(precision)?);
    let text = match (kind, precision) {
        (Some('f'), precision) => format!("{value:.*}", precision.unwrap_or(6)),
        (_, None) if whole => format!("{value:.0}"),
        (None, None) => format!("{value}"),
        _ => return None,
    };
    Some(if zeros { format!("{text:0>width$}") } else { format!("{text:>width$}") })
}

impl Action for Checkpoint {
    fn epoch_ends(&mut self, model: &mut Model, epoch: usize, logs: &mut Logs) -> Result<bool, Error> {
        if let Some(best) = &mut self.best
            && let Some(value) = best.value(logs)
            && !best.improves(value)
        {
            return Ok(false);
        }
        let path = file_name(&self.filepath, epoch, logs)?;
        model.to_artifact(None)?.write_atomic(&path)?;
        log::info!("saved {} after epoch {}", path.display(), epoch + 1);
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(pattern: &str) -> Result<String, String> {
        let logs = vec![("val_loss".to_owned(), 0.123_456)];
        let path = file_name(pattern, 4, &logs).map_err(|error| error.to_string())?;
        Ok(path.display().to_string())
    }

    #[test]
    fn patterns_are_filled_as_in_python() {
        assert_eq!(named("best.keras").unwrap(), "best.kar");
        assert_eq!(named("out/{epoch:02d}-{val_loss:.2f}.weights.h5").unwrap(), "out/05-0.12.kar");
        assert_eq!(named("m_{epoch}.kar").unwrap(), "m_5.kar");
        assert_eq!(named("m_{val_loss:08.3f}").unwrap(), "m_0000.123.kar");
    }

    #[test]
    fn a_pattern_that_cannot_be_filled_is_refused() {
        assert!(named("{acc:.2f}.keras").unwrap_err().contains("`acc`"));
        assert!(named("{epoch:02x}.keras").unwrap_err().contains("`02x`"));
        assert!(named("{epoch.keras").unwrap_err().contains("never closed"));
    }
}
