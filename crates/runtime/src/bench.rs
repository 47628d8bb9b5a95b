//! Measuring programs: latency of single runs, and throughput of runs back to back.

use std::time::{Duration, Instant};

use keramos_artifact::{PortKind, Program};
use keramos_pjrt::Buffer;
use serde::Serialize;

use crate::error::Error;
use crate::model::Model;

/// What was measured of one program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measurement {
    /// Name of the entry point.
    pub entry: String,
    /// Rows in a batch.
    pub batch: Option<usize>,
    /// Timed runs.
    pub runs: usize,
    /// Milliseconds to load the executable or to compile the program.
    pub load_ms: f64,
    /// Median latency in milliseconds: from the start of a run, inputs on the device, to the
    /// moment when its results are there.
    pub p50_ms: f64,
    /// Latency that 90 % of the runs stay within.
    pub p90_ms: f64,
    /// Latency that 99 % of the runs stay within.
    pub p99_ms: f64,
    /// Rows (or runs, without a batch) per second.
    pub rows_per_second: f64,
}

/// Runs that are not counted: the first touches memory that later ones find ready.
const WARM_UP: usize = 3;

/// Runs a program again and again for about `duration`, on inputs of zeros. Programs that train
/// change the model's state.
///
/// # Errors
/// [`Error::Pjrt`] if the program cannot run.
pub fn measure(model: &mut Model, program: usize, load: Duration, duration: Duration) -> Result<Measurement, Error> {
    for _ in 0..WARM_UP {
        run_once(model, program)?;
    }
    let mut latencies = Vec::new();
    let begin = Instant::now();
    while latencies.is_empty() || begin.elapsed() < duration {
        latencies.push(run_once(model, program)?.as_secs_f64() * 1e3);
    }
    let total_ms: f64 = latencies.iter().sum();
    let runs = latencies.len();
    latencies.sort_by(f64::total_cmp);
    let description = model.program(program)?;
    let rows = description.batch.unwrap_or(1);
    Ok(Measurement {
        entry: description.entry.to_string(),
        batch: description.batch,
        runs,
        load_ms: load.as_secs_f64() * 1e3,
        p50_ms: percentile(&latencies, 0.50),
        p90_ms: percentile(&latencies, 0.90),
        p99_ms: percentile(&latencies, 0.99),
        rows_per_second: (rows * runs) as f64 / total_ms.max(1e-9) * 1e3,
    })
}

/// One run on zeros; the time does not count the making of its inputs.
fn run_once(model: &mut Model, program: usize) -> Result<Duration, Error> {
    let arguments = zeros(model, model.program(program)?)?;
    run_on(model, program, arguments)
}

/// The time of one run, until its results are there.
pub(crate) fn run_on(model: &mut Model, program: usize, arguments: Vec<Buffer>) -> Result<Duration, Error> {
    let start = Instant::now();
    let results = model.run(program, arguments)?;
    for result in &results {
        result.wait()?;
    }
    if results.is_empty() {
        model.wait_for_state()?;
    }
    Ok(start.elapsed())
}

/// Zeros for what a program takes besides state.
pub(crate) fn zeros(model: &Model, program: &Program) -> Result<Vec<Buffer>, Error> {
    let mut buffers = Vec::new();
    for port in &program.inputs {
        let bytes = match port.kind {
            kind if kind.is_state() => continue,
            PortKind::Valid => i32::try_from(program.batch.unwrap_or(1)).unwrap_or(i32::MAX).to_le_bytes().to_vec(),
            _ => vec![0; port.dtype.byte_len(&port.shape).unwrap_or(0)],
        };
        buffers.push(model.upload(port.dtype, &port.shape, &bytes)?);
    }
    Ok(buffers)
}

/// The value that a fraction of the sorted values does not exceed.
fn percentile(sorted: &[f64], fraction: f64) -> f64 {
    let rank = (sorted.len() as f64 * fraction).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let values: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!(percentile(&values, 0.50), 100.0);
        assert_eq!(percentile(&values, 0.99), 198.0);
        assert_eq!(percentile(&[7.0], 0.99), 7.0);
    }
}
