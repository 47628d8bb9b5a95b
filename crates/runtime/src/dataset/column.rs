//! One array of a data set.

use keramos_artifact::{DType, Port, PortKind, as_tuple};

use super::names::{Purpose, words};
use crate::error::{DataError, Error};
use crate::tensor::{HostTensor, cast_bytes};

/// An array whose rows fit an input or target of the model.
#[derive(Debug)]
pub struct Column {
    label: String,
    tensor: HostTensor,
    /// The type that the model takes; rows are converted when they are put into a batch.
    dtype: DType,
}

impl Column {
    /// Checks an array against a port whose shape begins with the batch.
    ///
    /// Trailing axes of length one may be missing or too many. Numbers become floats batch by
    /// batch if the model takes floats; conversions that can fail are made here. Training and evaluation refuse
    /// NaNs and infinities, prediction warns about them.
    pub(super) fn bind(
        label: String,
        tensor: HostTensor,
        port: &Port,
        kind: PortKind,
        purpose: Purpose,
    ) -> Result<Column, Error> {
        let wanted = port.shape.get(1..).unwrap_or_default();
        let tensor = fit_shape(&label, tensor, port, wanted, kind)?;
        if let Some((index, value)) = tensor.first_non_finite() {
            let row = row_of(&tensor, index);
            if purpose != Purpose::Predict {
                return Err(DataError::NotFinite { array: label, row, value }.into());
            }
            log::warn!("{label}: row {row} holds {value}; the outputs for it will mean nothing");
        }
        let converted_now = convert(&label, &tensor, port.dtype)?;
        let tensor = converted_now.unwrap_or(tensor);
        match out_of_range(&label, &tensor, port, kind) {
            Some(error) if purpose == Purpose::Predict => log::warn!("{error}; the outputs for it will mean nothing"),
            Some(error) => return Err(error.into()),
            None => {}
        }
        Ok(Column { label, tensor, dtype: port.dtype })
    }

    /// What messages call the array.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.tensor.rows()
    }

    /// The array as it was read, or as it was converted.
    pub fn tensor(&self) -> &HostTensor {
        &self.tensor
    }

    /// Writes the rows with these indices, converted to the model's type, to `into`; then the last of
    /// them again until there are `batch`. (Repeating real rows keeps padding free of values that a
    /// model may turn into NaN.)
    ///
    /// # Errors
    /// [`DataError::Type`] if the values cannot be converted, [`Error::Program`] if `into` does not have the
    /// bytes that the rows take.
    pub fn gather(&self, rows: &[usize], batch: usize, into: &mut [u8]) -> Result<(), Error> {
        if self.tensor.dtype() == self.dtype {
            return self.copy_rows(rows, batch, into);
        }
        let mut gathered = vec![0; self.tensor.row_bytes() * batch];
        self.copy_rows(rows, batch, &mut gathered)?;
        let cast = cast_bytes(&gathered, self.tensor.dtype(), self.dtype).map_err(|source| {
            let (found, wanted) = (self.tensor.dtype(), self.dtype);
            DataError::Type { array: self.label.clone(), found, wanted, source }
        })?;
        if cast.len() != into.len() {
            return Err(self.wrong_size(into.len()));
        }
        into.copy_from_slice(&cast);
        Ok(())
    }

    fn copy_rows(&self, rows: &[usize], batch: usize, into: &mut [u8]) -> Result<(), Error> {
        let row_bytes = self.tensor.row_bytes();
        if into.len() != row_bytes * batch || (rows.is_empty() && batch > 0) {
            return Err(self.wrong_size(into.len()));
        }
        let bytes = self.tensor.bytes();
        let padding = rows.last().into_iter().cycle();
        for (place, &row) in into.chunks_exact_mut(row_bytes.max(1)).zip(rows.iter().chain(padding)) {
            let start = row.saturating_mul(row_bytes);
            let values = bytes.get(start..start.saturating_add(row_bytes));
            place.copy_from_slice(values.ok_or_else(|| self.wrong_size(row))?);
        }
        Ok(())
    }

    fn wrong_size(&self, found: usize) -> Error {
        let reason = format!("rows of {} do not make a batch of the program ({found})", self.label);
        Error::Program { model: "the data".to_owned(), reason }
    }

    /// The class of each row: its value if it is one number, else the place of its largest value.
    pub(super) fn classes(&self) -> Vec<i64> {
        let per_row = self.tensor.row_shape().iter().product::<usize>().max(1);
        let values = self.tensor.cast(DType::F64).ok().and_then(|tensor| tensor.values::<f64>());
        let values = values.unwrap_or_default();
        let class = |row: &[f64]| match row {
            [value] => *value as i64,
            _ => {
                let largest = row.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
                largest.map_or(0, |(index, _)| index as i64)
            }
        };
        values.chunks(per_row).map(class).collect()
    }
}

/// The first number that is no class, or no row of the table, that the model has.
fn out_of_range(label: &str, tensor: &HostTensor, port: &Port, kind: PortKind) -> Option<DataError> {
    let limit = port.below?;
    // Rows of a table may be counted from its end, classes may not.
    let from = if kind == PortKind::Target { 0 } else { -i128::from(limit) };
    let (index, value) = tensor.first_outside(&(from..i128::from(limit)))?;
    let largest = tensor.range().map_or(value, |(_, largest)| largest as i128);
    Some(DataError::OutOfRange { array: label.to_owned(), row: row_of(tensor, index), value, largest, limit })
}

fn row_of(tensor: &HostTensor, element: usize) -> usize {
    element / tensor.row_shape().iter().product::<usize>().max(1)
}

/// Adds or drops trailing axes of length one; everything else has to be equal.
fn fit_shape(
    label: &str,
    tensor: HostTensor,
    port: &Port,
    wanted: &[usize],
    kind: PortKind,
) -> Result<HostTensor, Error> {
    if tensor.shape().is_empty() {
        return Err(row_shape_error(label, &tensor, port, wanted, kind).into());
    }
    let found = tensor.row_shape();
    if found == wanted {
        return Ok(tensor);
    }
    let (short, long) = if found.len() < wanted.len() { (found, wanted) } else { (wanted, found) };
    let extra = long.strip_prefix(short).is_some_and(|extra| extra.iter().all(|&dim| dim == 1));
    if !extra {
        return Err(row_shape_error(label, &tensor, port, wanted, kind).into());
    }
    log::info!("{label}: rows of shape {} are taken as {}", as_tuple(found), as_tuple(wanted));
    let shape = [&[tensor.rows()], wanted].concat();
    Ok(tensor.reshape(shape)?)
}

fn row_shape_error(label: &str, tensor: &HostTensor, port: &Port, wanted: &[usize], kind: PortKind) -> DataError {
    let found = tensor.row_shape();
    let flat: usize = wanted.iter().product();
    let hint = if tensor.shape() == wanted {
        "; this is one example without a batch: add an axis, such as x[None]".to_owned()
    } else if found.iter().product::<usize>() == flat && flat > 0 {
        format!("; the sizes agree, so reshape it: x.reshape({:?})", [&[tensor.rows()], wanted].concat())
    } else if port.below.is_some_and(|classes| usize::try_from(classes).is_ok_and(|classes| *found == [classes])) {
        "; the model's loss takes class numbers: give y.argmax(-1), or compile the model with categorical_crossentropy"
            .to_owned()
    } else if kind == PortKind::Target && found.is_empty() {
        "; class numbers go with a sparse loss (sparse_categorical_crossentropy), others take keras.utils.to_categorical(y)"
            .to_owned()
    } else if kind == PortKind::Target {
        "; give targets of that shape, or change the model's output or its loss".to_owned()
    } else {
        "; give data of that shape, or change the model's input".to_owned()
    };
    DataError::RowShape {
        array: label.to_owned(),
        what: words(kind).0,
        port: port.name.clone(),
        found: found.to_vec(),
        wanted: wanted.to_vec(),
        hint,
    }
}

/// Converts now what could fail later; `None` if the rows are converted batch by batch.
fn convert(label: &str, tensor: &HostTensor, wanted: DType) -> Result<Option<HostTensor>, Error> {
    let found = tensor.dtype();
    if found == wanted {
        return Ok(None);
    }
    let failed = |source| Error::from(DataError::Type { array: label.to_owned(), found, wanted, source });
    if wanted.is_float() {
        cast_bytes(&[], found, wanted).map_err(failed)?;
        if found.is_integer() {
            log::info!("{label}: {found} values are converted to {wanted} as they are (nothing is rescaled)");
        }
        return Ok(None);
    }
    tensor.cast(wanted).map(Some).map_err(failed)
}
