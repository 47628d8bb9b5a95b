//! `CSVLogger`.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use super::Action;
use crate::error::Error;
use crate::evaluate::Logs;
use crate::model::Model;

/// Writes one row for each epoch.
pub(super) struct CsvLogger {
    path: PathBuf,
    separator: String,
    append: bool,
    /// The open file, and the names of its columns once they are known.
    file: Option<File>,
    columns: Vec<String>,
    header: bool,
}

impl CsvLogger {
    pub(super) fn new(filename: String, separator: String, append: bool) -> CsvLogger {
        let path = PathBuf::from(filename);
        CsvLogger { path, separator, append, file: None, columns: Vec::new(), header: true }
    }

    fn write(&mut self, cells: &[String]) -> Result<(), Error> {
        let line = cells.join(&self.separator) + "\r\n";
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(line.as_bytes()).map_err(|source| Error::write(&self.path, source))
    }
}

impl Action for CsvLogger {
    fn train_begins(&mut self) -> Result<(), Error> {
        let there = std::fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() > 0);
        self.header = !(self.append && there);
        let mut options = OpenOptions::new();
        options.create(true).write(true).append(self.append).truncate(!self.append);
        self.file = Some(options.open(&self.path).map_err(|source| Error::write(&self.path, source))?);
        Ok(())
    }

    fn epoch_ends(&mut self, _: &mut Model, epoch: usize, logs: &mut Logs) -> Result<bool, Error> {
        if self.columns.is_empty() {
            self.columns = logs.iter().map(|(name, _)| name.clone()).collect();
            self.columns.sort();
            // Keras leaves room for a validation that comes later.
            if !self.columns.iter().any(|name| name.starts_with("val_")) {
                let later: Vec<String> = self.columns.iter().map(|name| format!("val_{name}")).collect();
                self.columns.extend(later);
            }
            if self.header {
                let header: Vec<String> = std::iter::once("epoch".to_owned()).chain(self.columns.clone()).collect();
                self.write(&header)?;
            }
        }
        let value = |name: &String| logs.iter().find(|(found, _)| found == name).map(|(_, value)| value.to_string());
        let values = self.columns.iter().map(|name| value(name).unwrap_or_else(|| "NA".to_owned()));
        let row: Vec<String> = std::iter::once(epoch.to_string()).chain(values).collect();
        self.write(&row)?;
        Ok(false)
    }
}
