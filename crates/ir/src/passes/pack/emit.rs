//! A function with equal equations on rows as one equation.

use super::rows::{Operand, Rows, Source};
use crate::ops::{Constant, batching};
use crate::{Array, Batch, Builder, Function, IrError, Mapped, Op, Primitive, Result, Value};

/// `function` with each group of `rows` as one equation.
pub(super) fn packed(function: &Function, rows: &Rows) -> Result<Function> {
    let mut writer = Writer {
        function,
        rows,
        b: Builder::new(function.name.clone()),
        env: vec![None; function.num_values()],
        arrays: vec![None; rows.arrays.len()],
    };
    for &param in &function.params {
        writer.env[param.index()] = Some(writer.b.param(function.ty(param).clone()));
    }
    for unit in units(function, rows) {
        match unit {
            Unit::Equation(index) => writer.equation(index)?,
            Unit::Group(group) => writer.group(group)?,
        }
    }
    let results = function.results.iter().map(|&result| writer.value(result)).collect::<Result<Vec<_>>>()?;
    Ok(writer.b.finish(results))
}

/// What is emitted at one time.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Equation(usize),
    Group(usize),
}

/// Equations and groups in an order in which all come after what they need, as close to the original one as can be.
fn units(function: &Function, rows: &Rows) -> Vec<Unit> {
    let mut units: Vec<(usize, usize, Unit)> = Vec::new();
    let mut ready = vec![0; function.num_values()];
    let mut order: Vec<(usize, Unit)> = Vec::new();
    for (index, group) in rows.group.iter().enumerate() {
        if group.is_none() {
            order.push((rows.level[index], Unit::Equation(index)));
        }
    }
    order.extend(rows.groups.iter().enumerate().map(|(number, group)| (group.level, Unit::Group(number))));
    order.sort_by_key(|&(level, _)| level);
    for (level, unit) in order {
        let members = match &unit {
            Unit::Equation(index) => std::slice::from_ref(index),
            Unit::Group(group) => &rows.groups[*group].members[..],
        };
        let inputs = members.iter().flat_map(|&member| &function.equations[member].inputs);
        let operands = inputs.map(|input| ready[input.index()]).max().unwrap_or(0);
        let place = operands.max(members.iter().copied().min().unwrap_or(0));
        for &member in members {
            function.equations[member].outputs.iter().for_each(|output| ready[output.index()] = place);
        }
        units.push((place, level, unit));
    }
    units.sort_by_key(|&(place, level, _)| (place, level));
    units.into_iter().map(|(_, _, unit)| unit).collect()
}

struct Writer<'f> {
    function: &'f Function,
    rows: &'f Rows,
    b: Builder,
    /// What stands for each value; rows get theirs when something needs them.
    env: Vec<Option<Value>>,
    /// Each array whose rows are used together: the rows along a new dimension 0.
    arrays: Vec<Option<Value>>,
}

impl Writer<'_> {
    fn equation(&mut self, index: usize) -> Result<()> {
        let eqn = &self.function.equations[index];
        self.b.set_location(eqn.location.clone());
        if let (Op::Concatenate(op), &[output]) = (&eqn.op, &eqn.outputs[..])
            && op.dim == 0
            && let Some(joined) = self.joined(&eqn.inputs, output)?
        {
            self.env[output.index()] = Some(joined);
            return Ok(());
        }
        let inputs = eqn.inputs.iter().map(|&input| self.value(input)).collect::<Result<Vec<_>>>()?;
        let outputs = self.b.copy(self.function, eqn, &inputs, eqn.location.clone()).to_vec();
        for (output, value) in eqn.outputs.iter().zip(outputs) {
            self.env[output.index()] = Some(value);
        }
        Ok(())
    }

    fn group(&mut self, number: usize) -> Result<()> {
        let group = &self.rows.groups[number];
        let Some(first) = group.members.first().map(|&first| &self.function.equations[first]) else { return Ok(()) };
        self.b.set_location(first.location.clone());
        let mut operands = Vec::with_capacity(group.operands.len());
        for operand in &group.operands {
            operands.push(match operand {
                Operand::Row(array) => Mapped::yes(self.array(*array)?),
                Operand::Same(value) => Mapped::no(self.value(*value)?),
                Operand::Free(_) => return Err(self.invalid("a parameter is no row yet")),
            });
        }
        let batch = Batch::new(group.members.len());
        let results = first.op.batch(&mut self.b, &batch, &operands)?;
        let outputs = self.rows.arrays.iter().enumerate().filter_map(|(array, known)| match known.source {
            Source::Output { group, number: output } if group == number => Some((array, output)),
            _ => None,
        });
        for (array, output) in outputs.collect::<Vec<_>>() {
            let Some(&result) = results.get(output) else { continue };
            self.arrays[array] = Some(batching::front(&mut self.b, &batch, result)?);
        }
        Ok(())
    }

    /// What stands for a value of the original.
    fn value(&mut self, value: Value) -> Result<Value> {
        if let (None, Some((array, row))) = (self.env[value.index()], self.rows.row[value.index()]) {
            let all = self.array(array)?;
            let slice = self.b.slice_in_dim(all, row, row + 1, 0)?;
            self.env[value.index()] = Some(self.b.reshape(slice, &self.function.ty(value).shape.clone())?);
        }
        self.function.look_up(&self.env, value)
    }

    /// The rows of an array along a new dimension 0.
    fn array(&mut self, array: usize) -> Result<Value> {
        if let Some(value) = self.arrays[array] {
            return Ok(value);
        }
        let value = match &self.rows.arrays[array].source {
            Source::Slices(whole) => {
                let whole = self.value(*whole)?;
                let shape = &self.b.ty(whole).shape;
                let shape = [&shape[..1], &[1], &shape[1..]].concat();
                self.b.reshape(whole, &shape)?
            }
            Source::Constants(values) => {
                let constant = stacked(self.function, values)?;
                self.b.constant(constant)?
            }
            Source::Params(_) | Source::Output { .. } => {
                return Err(self.invalid("rows are used before they are there"));
            }
        };
        self.arrays[array] = Some(value);
        Ok(value)
    }

    fn invalid(&self, message: &str) -> IrError {
        IrError::Invalid { function: self.function.name.clone(), message: message.to_owned() }
    }

    /// The join along dimension 0 of values that are rows of one array one after the other, without the rows.
    fn joined(&mut self, inputs: &[Value], output: Value) -> Result<Option<Value>> {
        let rows: Option<Vec<(usize, usize)>> = inputs.iter().map(|input| self.rows.row[input.index()]).collect();
        let Some((&(array, start), rest)) = rows.as_deref().and_then(<[_]>::split_first) else { return Ok(None) };
        let in_order = rest.iter().enumerate().all(|(i, &place)| place == (array, start + 1 + i));
        if rest.is_empty() || !in_order {
            return Ok(None);
        }
        let mut all = self.array(array)?;
        if inputs.len() < self.rows.arrays[array].rows {
            all = self.b.slice_in_dim(all, start, start + inputs.len(), 0)?;
        }
        self.b.reshape(all, &self.function.ty(output).shape.clone()).map(Some)
    }
}

/// Constants along a new dimension 0.
fn stacked(function: &Function, values: &[Value]) -> Result<Array> {
    let mut found = vec![None; function.num_values()];
    for eqn in &function.equations {
        if let (Op::Constant(Constant(array)), &[output]) = (&eqn.op, &eqn.outputs[..]) {
            found[output.index()] = Some(array);
        }
    }
    let arrays: Vec<&Array> = values.iter().filter_map(|v| found[v.index()]).map(|array| &**array).collect();
    let bytes: Vec<u8> = arrays.iter().flat_map(|array| array.to_le_bytes()).collect();
    let ty = function.ty(values[0]);
    Array::from_le_bytes(&ty.with_shape([&[arrays.len()], &ty.shape[..]].concat()), &bytes)
}
