//! The state of a model in device memory: one buffer for each variable, or for several that are rows of one array.

use std::sync::Arc;

use keramos_artifact::{Artifact, Manifest, PortKind, Shared, Variable};
use keramos_pjrt::Buffer;

use super::{Model, upload_shared};
use crate::error::Error;
use crate::tensor::HostTensor;
use crate::weights::VariableValues;

/// The buffers, by slot: the variables have the first slots, stacks the ones behind. The slot of a variable that is a
/// row of a stack stays empty.
#[derive(Debug)]
pub(super) struct State {
    buffers: Vec<Option<Buffer>>,
    /// For each variable its slot, and which row it is there.
    places: Vec<(usize, Option<usize>)>,
}

impl State {
    pub(super) fn new(manifest: &Manifest) -> State {
        let variables = manifest.variables.len();
        let mut places: Vec<(usize, Option<usize>)> = (0..variables).map(|index| (index, None)).collect();
        for (number, stack) in manifest.stacks.iter().enumerate() {
            for (row, &index) in stack.iter().enumerate() {
                if let Some(place) = places.get_mut(index) {
                    *place = (variables + number, Some(row));
                }
            }
        }
        let buffers = (0..variables + manifest.stacks.len()).map(|_| None).collect();
        State { buffers, places }
    }

    /// Where the value of a variable is: a slot, and the row in it if it is one of several.
    pub(super) fn place(&self, variable: usize) -> Option<(usize, Option<usize>)> {
        self.places.get(variable).copied()
    }

    pub(super) fn is_missing(&self, slot: usize) -> bool {
        self.get(slot).is_none()
    }

    pub(super) fn get(&self, slot: usize) -> Option<&Buffer> {
        self.buffers.get(slot).and_then(Option::as_ref)
    }

    pub(super) fn put(&mut self, slot: usize, buffer: Buffer) {
        if let Some(place) = self.buffers.get_mut(slot) {
            *place = Some(buffer);
        }
    }

    pub(super) fn take(&mut self, slot: usize) -> Option<Buffer> {
        self.buffers.get_mut(slot).and_then(Option::take)
    }

    /// All buffers that are there.
    pub(super) fn buffers(&self) -> impl Iterator<Item = &Buffer> {
        self.buffers.iter().flatten()
    }
}

/// The slot of what a port passes; none if that is not state.
pub(super) fn slot(manifest: &Manifest, kind: PortKind) -> Option<usize> {
    match kind {
        PortKind::State(index) => Some(index),
        PortKind::Stack(number) => Some(manifest.variables.len() + number),
        _ => None,
    }
}

/// The variables in a slot, in the order of their rows.
fn members(manifest: &Manifest, slot: usize) -> Vec<usize> {
    match slot.checked_sub(manifest.variables.len()) {
        None => vec![slot],
        Some(number) => manifest.stacks.get(number).cloned().unwrap_or_default(),
    }
}

impl Model {
    /// Gives variables new values.
    pub(super) fn write(&mut self, values: VariableValues) -> Result<(), Error> {
        let mut rows: std::collections::BTreeMap<usize, Vec<(usize, HostTensor)>> = std::collections::BTreeMap::new();
        for (index, value) in values {
            match self.state.place(index) {
                Some((slot, Some(row))) => rows.entry(slot).or_default().push((row, value)),
                Some((slot, None)) => {
                    let buffer = self.upload(value.dtype(), value.shape(), value.bytes())?;
                    self.state.put(slot, buffer);
                }
                None => return Err(self.misfit(format!("there is no variable {index}"))),
            }
        }
        rows.into_iter().try_for_each(|(slot, rows)| self.write_rows(slot, rows))
    }

    /// Gives rows of a stack new values; the others keep theirs.
    fn write_rows(&mut self, slot: usize, rows: Vec<(usize, HostTensor)>) -> Result<(), Error> {
        let Some((_, first)) = rows.first() else { return Ok(()) };
        let count = members(self.manifest(), slot).len();
        let (dtype, len) = (first.dtype(), first.bytes().len());
        let shape = [&[count], first.shape()].concat();
        let mut given = vec![false; count];
        rows.iter().for_each(|(row, _)| given[*row] = true);
        let mut bytes = match given.contains(&false) {
            false => vec![0; count * len],
            true => {
                self.require([slot])?;
                self.state_buffer(slot)?.to_bytes()?
            }
        };
        for (row, value) in rows {
            if let Some(place) = bytes.get_mut(row * len..(row + 1) * len) {
                place.copy_from_slice(value.bytes());
            }
        }
        let buffer = self.upload(dtype, &shape, &bytes)?;
        self.state.put(slot, buffer);
        Ok(())
    }

    /// The current values of variables as bytes, in the order asked for. All are read at once.
    pub(super) fn read(&mut self, variables: &[usize]) -> Result<Vec<(usize, Vec<u8>)>, Error> {
        let places = variables.iter().map(|&index| {
            let place = self.state.place(index);
            place.ok_or_else(|| self.misfit(format!("there is no variable {index}")))
        });
        let places: Vec<(usize, Option<usize>)> = places.collect::<Result<_, Error>>()?;
        let mut slots: Vec<usize> = places.iter().map(|&(slot, _)| slot).collect();
        slots.sort_unstable();
        slots.dedup();
        self.require(slots.iter().copied())?;
        let reads = slots.iter().map(|&slot| Ok((slot, self.state_buffer(slot)?.read()?)));
        let reads = reads.collect::<Result<Vec<_>, Error>>()?;
        let mut found = std::collections::BTreeMap::new();
        for (slot, read) in reads {
            found.insert(slot, read.wait()?);
        }
        let manifest = self.artifact.manifest();
        let part = |(&index, (slot, row)): (&usize, (usize, Option<usize>))| {
            let all = found.get(&slot).map_or(&[][..], Vec::as_slice);
            let len = manifest.variables.get(index).and_then(Variable::byte_len).unwrap_or(0);
            let bytes = match row {
                None => all,
                Some(row) => all.get(row * len..(row + 1) * len).unwrap_or_default(),
            };
            (index, bytes.to_vec())
        };
        Ok(variables.iter().zip(places).map(part).collect())
    }

    /// Puts the stored values of the variables in a slot there, if there are all of them.
    pub(super) fn restore(&mut self, artifact: &Artifact, slot: usize) -> Result<(), Error> {
        let manifest = artifact.manifest();
        let members = members(manifest, slot);
        match (members.as_slice(), manifest.variables.get(slot)) {
            _ if !is_stored(manifest, slot) => Ok(()),
            ([index], Some(_)) => match artifact.weight(*index)? {
                Some(bytes) => self.lend(slot, bytes),
                None => Ok(()),
            },
            _ => self.write(stored_values(artifact, &members)?),
        }
    }

    /// Gives a variable that has a slot of its own a value that stays where the artifact holds it, if the device can use it
    /// there.
    fn lend(&mut self, slot: usize, bytes: Shared) -> Result<(), Error> {
        let Some(variable) = self.artifact.manifest().variables.get(slot) else { return Ok(()) };
        let buffer = upload_shared(&self.session, variable.dtype, &variable.shape, Arc::new(bytes))?;
        self.state.put(slot, buffer);
        Ok(())
    }

    /// Loads a program that is to be run next. The stored weights that it takes are checked meanwhile: with large ones either
    /// takes a while.
    pub(super) fn prepare_with_weights(&mut self, program: usize) -> Result<(), Error> {
        const LARGE: usize = 1 << 20;
        let artifact = Arc::clone(&self.artifact);
        let manifest = artifact.manifest();
        let inputs = manifest.programs.get(program).map_or(&[][..], |program| program.inputs.as_slice());
        let alone = |slot: &usize| manifest.variables.get(*slot).is_some() && is_stored(manifest, *slot);
        let slots = inputs.iter().filter_map(|port| slot(manifest, port.kind)).filter(alone);
        let slots: Vec<usize> = slots.filter(|&slot| self.state.is_missing(slot)).collect();
        let bytes =
            slots.iter().filter_map(|&slot| manifest.variables.get(slot)?.byte_len()).fold(0, usize::saturating_add);
        if self.executables.contains_key(&program) || bytes < LARGE {
            return self.prepare(program);
        }
        let check = || slots.iter().map(|&slot| Ok((slot, artifact.weight(slot)?))).collect::<Result<Vec<_>, Error>>();
        let (loaded, checked) = std::thread::scope(|scope| {
            let checking = scope.spawn(check);
            let loaded = self.prepare(program);
            (loaded, checking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        loaded?;
        checked?.into_iter().try_for_each(|(slot, bytes)| bytes.map_or(Ok(()), |bytes| self.lend(slot, bytes)))
    }

    /// How messages call what is in a slot.
    pub(super) fn slot_name(&self, slot: usize) -> String {
        let variables = &self.manifest().variables;
        let first = members(self.manifest(), slot).first().and_then(|&index| variables.get(index));
        first.map_or_else(|| format!("variable {slot}"), |variable| format!("`{}`", variable.path))
    }

    /// Puts stored values over what `init` gave.
    pub(super) fn restore_stored(&mut self, artifact: &Artifact, slot: usize) -> Result<(), Error> {
        let values = stored_values(artifact, &members(artifact.manifest(), slot))?;
        self.write(values)
    }
}

/// Whether there are stored values for all variables of a slot.
pub(super) fn is_stored(manifest: &Manifest, slot: usize) -> bool {
    let stored = |index: &usize| manifest.weights.iter().any(|stored| stored.variable == *index);
    members(manifest, slot).iter().all(stored)
}

/// The values of those variables that are stored.
fn stored_values(artifact: &Artifact, variables: &[usize]) -> Result<VariableValues, Error> {
    let mut values = Vec::new();
    for &index in variables {
        if let (Some(bytes), Some(variable)) = (artifact.weight(index)?, artifact.manifest().variables.get(index)) {
            values.push((index, HostTensor::new(variable.dtype, variable.shape.clone(), bytes.to_vec())?));
        }
    }
    Ok(values)
}
