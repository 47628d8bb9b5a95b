//! Prediction: any number of rows through the compiled batch sizes.

use std::collections::VecDeque;
use std::sync::Arc;

use keramos_artifact::{Entry, Port, PortKind};
use keramos_pjrt::PendingRead;

use crate::dataset::{Dataset, Purpose};
use crate::error::Error;
use crate::feed::{self, Job, Staging, cut, prefetch};
use crate::model::Model;
use crate::session::in_program;
use crate::tensor::HostTensor;

/// Batches whose results are still on their way to the host.
const IN_FLIGHT: usize = 4;

impl Model {
    /// The model's outputs for `inputs`, which are in the order of the model's inputs and have
    /// any number of rows: they are cut into compiled batches, the last one padded.
    ///
    /// # Errors
    /// [`Error::Data`] if the inputs do not fit, [`Error::NoEntry`] if the model has no `predict`.
    pub fn predict(&mut self, inputs: &[HostTensor]) -> Result<Vec<HostTensor>, Error> {
        let program = self.any_program(&Entry::Predict)?;
        let program = self.program(program)?;
        let dataset = Dataset::of_tensors(&self.manifest().name, program, Purpose::Predict, inputs, &[])?;
        let outputs = self.predict_dataset(&dataset)?;
        Ok(outputs.into_iter().map(|(_, tensor)| tensor).collect())
    }

    /// The model's outputs, by name, for a data set's inputs.
    ///
    /// # Errors
    /// As [`Model::predict`].
    pub fn predict_dataset(&mut self, dataset: &Dataset) -> Result<Vec<(String, HostTensor)>, Error> {
        let sizes = self.manifest().batches(&Entry::Predict);
        let mut next_row = 0;
        let mut jobs = Vec::new();
        for (count, batch) in cut(dataset.rows(), &sizes) {
            let program = self.find_program(&Entry::Predict, Some(batch))?;
            jobs.push(Job { program, rows: (next_row..next_row + count).collect() });
            next_row += count;
        }
        let template = self.any_program(&Entry::Predict)?;
        let ports: Vec<Port> =
            self.program(template)?.outputs_of(PortKind::Output).map(|(_, port)| port.clone()).collect();
        let mut outputs: Vec<Vec<u8>> = ports.iter().map(|_| Vec::new()).collect();

        let session = self.session().clone();
        let artifact = Arc::clone(self.artifact());
        std::thread::scope(|scope| {
            let mut pending = VecDeque::new();
            if let [job] = jobs.as_slice() {
                // One batch: no thread is worth its start.
                let program = self.program(job.program)?;
                let arguments = feed::arguments(&session, program, dataset, &job.rows, &mut Staging::default())?;
                pending.push_back((job, self.start(job.program, arguments)?));
            } else {
                let batches = prefetch(scope, &session, &artifact, dataset, &jobs);
                for (job, arguments) in jobs.iter().zip(batches) {
                    pending.push_back((job, self.start(job.program, arguments?)?));
                    if pending.len() > IN_FLIGHT
                        && let Some((job, reads)) = pending.pop_front()
                    {
                        collect(&mut outputs, &ports, job, reads)?;
                    }
                }
            }
            pending.into_iter().try_for_each(|(job, reads)| collect(&mut outputs, &ports, job, reads))
        })?;
        let tensor = |(port, bytes): (Port, Vec<u8>)| {
            let shape = [&[dataset.rows()], port.shape.get(1..).unwrap_or_default()].concat();
            Ok((port.name, HostTensor::new(port.dtype, shape, bytes)?))
        };
        ports.into_iter().zip(outputs).map(tensor).collect()
    }

    /// Starts a program and the copies of its results to the host.
    fn start(&mut self, program: usize, arguments: Vec<keramos_pjrt::Buffer>) -> Result<Vec<PendingRead>, Error> {
        let results = self.run(program, arguments)?;
        let reads = results.iter().map(keramos_pjrt::Buffer::read).collect::<Result<_, _>>();
        reads.map_err(|error| in_program(self.artifact(), program, error))
    }

    /// The first program of an entry point, for what is the same at every batch size.
    ///
    /// # Errors
    /// [`Error::NoEntry`].
    pub fn any_program(&self, entry: &Entry) -> Result<usize, Error> {
        let first = self.manifest().programs_of(entry).next().map(|(index, _)| index);
        first.ok_or_else(|| self.no_entry(entry))
    }
}

/// Appends the rows of one batch that are not padding.
fn collect(outputs: &mut [Vec<u8>], ports: &[Port], job: &Job, reads: Vec<PendingRead>) -> Result<(), Error> {
    for ((output, port), read) in outputs.iter_mut().zip(ports).zip(reads) {
        let row = port.dtype.byte_len(port.shape.get(1..).unwrap_or_default()).unwrap_or(0);
        let bytes = read.wait()?;
        output.extend_from_slice(bytes.get(..row * job.rows.len()).unwrap_or_default());
    }
    Ok(())
}
