//! Batches: which program runs on which rows, and the arguments for it, made ahead by a thread.

mod staging;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

use keramos_artifact::{Artifact, PortKind, Program};
use keramos_pjrt::Buffer;

use crate::dataset::Dataset;
use crate::error::Error;
use crate::model::upload_shared;
use crate::session::Session;
pub(crate) use staging::Staging;

/// Batches that are ready before they are needed. Two suffice to hide the making of one; more
/// would only hold memory.
const READY: usize = 2;

/// One run of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    /// Index of the program.
    pub(crate) program: usize,
    /// The rows of the data set; if the program's batch is larger, the rest is padding.
    pub(crate) rows: Vec<usize>,
}

/// The arguments of a job: everything that the program takes besides state.
pub(crate) fn arguments(
    session: &Session,
    program: &Program,
    dataset: &Dataset,
    rows: &[usize],
    staging: &mut Staging,
) -> Result<Vec<Buffer>, Error> {
    let batch = program.batch.unwrap_or(rows.len());
    let mut inputs = dataset.inputs().iter();
    let mut targets = dataset.targets().iter();
    let mut buffers = Vec::new();
    for port in &program.inputs {
        let column = match port.kind {
            PortKind::Data => inputs.next(),
            PortKind::Target => targets.next(),
            _ => None,
        };
        let nothing = || Error::Program {
            model: program.entry.to_string(),
            reason: format!("nothing is there for the input `{}`", port.name),
        };
        if port.kind.is_state() {
            continue;
        }
        let len = port.dtype.byte_len(&port.shape).ok_or_else(nothing)?;
        let bytes = staging.fill(len, |bytes| match port.kind {
            PortKind::Data | PortKind::Target => column.ok_or_else(nothing)?.gather(rows, batch, bytes),
            PortKind::SampleWeight => write(bytes, sample_weights(dataset, rows)),
            PortKind::Valid => write(bytes, i32::try_from(rows.len()).into_iter().map(i32::to_le_bytes)),
            PortKind::State(_) | PortKind::Stack(_) | PortKind::Log | PortKind::Output => Err(nothing()),
        })?;
        buffers.push(upload_shared(session, port.dtype, &port.shape, bytes)?);
    }
    Ok(buffers)
}

/// The weights of rows that are there; those of padding are zero.
fn sample_weights(dataset: &Dataset, rows: &[usize]) -> impl Iterator<Item = [u8; 4]> {
    let weight = |&row: &usize| dataset.sample_weight().map_or(Some(1.0), |weights| weights.get(row).copied());
    rows.iter().map(move |row| weight(row).unwrap_or(0.0)).chain(std::iter::repeat(0.0)).map(f32::to_le_bytes)
}

/// Writes values of four bytes until the memory is full.
fn write(bytes: &mut [u8], values: impl Iterator<Item = [u8; 4]>) -> Result<(), Error> {
    bytes.chunks_exact_mut(4).zip(values).for_each(|(place, value)| place.copy_from_slice(&value));
    Ok(())
}

/// Starts a thread that makes the arguments of each job in order, [`READY`] ahead of their use. It
/// ends with its jobs, with the first error, or when the receiver is dropped.
pub(crate) fn prefetch<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    session: &'env Session,
    artifact: &'env Arc<Artifact>,
    dataset: &'env Dataset,
    jobs: &'env [Job],
) -> Receiver<Result<Vec<Buffer>, Error>> {
    let (sender, receiver) = sync_channel(READY);
    scope.spawn(move || {
        let mut staging = Staging::default();
        for job in jobs {
            let Some(program) = artifact.manifest().programs.get(job.program) else { return };
            let made = arguments(session, program, dataset, &job.rows, &mut staging);
            let made = made.map_err(|error| error.of_program(artifact, job.program));
            let failed = made.is_err();
            if sender.send(made).is_err() || failed {
                return;
            }
        }
    });
    receiver
}

/// Cuts `rows` into batches of the compiled `sizes` (ascending): as many of the largest as there
/// are, and for the rest the smallest that holds it. Gives the number of rows and the batch size
/// of each.
pub(crate) fn cut(rows: usize, sizes: &[usize]) -> Vec<(usize, usize)> {
    let Some(&largest) = sizes.last().filter(|&&largest| largest > 0) else { return Vec::new() };
    let mut cuts = vec![(largest, largest); rows / largest];
    let rest = rows % largest;
    if rest > 0 {
        let size = sizes.iter().copied().find(|&size| size >= rest).unwrap_or(largest);
        cuts.push((rest, size));
    }
    cuts
}

/// Cuts `rows` into batches of exactly the compiled `sizes` (ascending), from the largest on. Gives the size of each,
/// and how many rows are left over.
pub(crate) fn cut_exactly(rows: usize, sizes: &[usize]) -> (Vec<usize>, usize) {
    let (mut cuts, mut left) = (Vec::new(), rows);
    for &size in sizes.iter().rev().filter(|&&size| size > 0) {
        cuts.extend(std::iter::repeat_n(size, left / size));
        left %= size;
    }
    (cuts, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_into_compiled_batches() {
        assert_eq!(cut(70, &[1, 32]), [(32, 32), (32, 32), (6, 32)]);
        assert_eq!(cut(33, &[1, 32]), [(32, 32), (1, 1)]);
        assert_eq!(cut(3, &[8]), [(3, 8)]);
        assert_eq!(cut(0, &[8]), []);
        assert_eq!(cut(5, &[]), []);
        assert_eq!(cut_exactly(75, &[3, 8, 32]), (vec![32, 32, 8, 3], 0));
        assert_eq!(cut_exactly(40, &[32]), (vec![32], 8));
    }
}
