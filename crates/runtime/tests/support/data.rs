//! Examples that a linear classifier can learn.

use std::path::Path;

use keramos_runtime::HostTensor;
use keramos_runtime::data::{Arrays, write};

use super::{CLASSES, FEATURES};

/// Rows around three centres, with their labels as int64, the way NumPy has them. The same in
/// every run.
pub fn blobs(rows: usize) -> (HostTensor, HostTensor) {
    let label = |row: usize| row * 7 % CLASSES;
    let noise = |row: usize, feature: usize| ((row * 31 + feature * 17) % 13) as f32 / 13.0 - 0.5;
    let value = |row: usize, feature: usize| if label(row) == feature { 2.0 } else { 0.0 } + noise(row, feature);
    let xs: Vec<f32> =
        (0..rows).flat_map(|row| (0..FEATURES).map(move |feature| (row, feature))).map(|(r, f)| value(r, f)).collect();
    let ys: Vec<i64> = (0..rows).map(|row| label(row) as i64).collect();
    let x = HostTensor::from_values(vec![rows, FEATURES], &xs).unwrap();
    let y = HostTensor::from_values(vec![rows], &ys).unwrap();
    (x, y)
}

/// Writes named arrays.
pub fn write_npz(path: &Path, arrays: impl IntoIterator<Item = (&'static str, HostTensor)>) {
    let arrays: Arrays = arrays.into_iter().map(|(name, tensor)| (name.to_owned(), tensor)).collect();
    write(path, &arrays).unwrap();
}
