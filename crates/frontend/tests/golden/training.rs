//! The stages that train and evaluate: the program's entry points, run step by step over the case's rows.

use keramos_frontend::program::{self, Entry, EntryKind, Options, PortKind, Program, StateRole};
use keramos_ir::{Array, Buffer, DType, TensorType, eval};

use super::case::Case;
use super::compare;

/// A program with the state that its entry points hand on.
struct Session<'a> {
    case: &'a Case,
    program: Program,
    state: Vec<Array>,
    /// The state that `init` made, for metrics.
    fresh: Vec<Array>,
    /// Rows per step.
    batch: usize,
}

/// The values of the logs after a step, in the program's order.
type Logs = Vec<(String, Array)>;

impl Case {
    /// Stage `train`: steps over consecutive batches; logs run on. The step for padded batches must do the
    /// same when nothing is padded.
    pub fn train(&self) -> Result<(), String> {
        self.train_with(self.data.contains_key("sample_weight"))?;
        self.train_with(true).map_err(|e| format!("as a masked step: {e}"))
    }

    fn train_with(&self, masked: bool) -> Result<(), String> {
        let mut session = Session::new(self)?;
        let steps = self.number("steps")?;
        let mut curves: Vec<(String, Vec<f64>)> = Vec::new();
        for step in 0..steps {
            let rows = step * session.batch..(step + 1) * session.batch;
            for (name, value) in session.train_step(rows, masked)? {
                let value = compare::numbers(&value)[0];
                match curves.iter_mut().find(|(n, _)| *n == name) {
                    Some((_, values)) => values.push(value),
                    None => curves.push((name, vec![value])),
                }
            }
        }
        self.check_names("logs", curves.iter().map(|(name, _)| name.as_str()))?;
        for (name, values) in &curves {
            self.check(&format!("train/logs/{name}"), &floats(values)?)?;
        }
        for (group, roles) in [
            ("weights", [StateRole::Trainable, StateRole::NonTrainable].as_slice()),
            ("seeds", &[StateRole::Seed]),
            ("optimizer", &[StateRole::Optimizer]),
            ("metrics", &[StateRole::Metric]),
        ] {
            let variables = session.variables(roles);
            self.check_names(group, variables.iter().map(|&(path, _)| path))?;
            for (i, (path, value)) in variables.into_iter().enumerate() {
                self.check(&format!("train/{group}/{i}"), value).map_err(|e| format!("{e} ({path})"))?;
            }
        }
        Ok(())
    }

    /// Stage `evaluate`: the first rows in batches, the last one padded with garbage, or of its own size where
    /// evaluation draws random numbers, which are others for another size.
    pub fn evaluate(&self) -> Result<(), String> {
        let rows = self.number("fit_rows")?;
        let mut session = Session::new(self)?;
        if session.draws_in_evaluation() {
            session = Session::with_batches(self, vec![session.batch, rows % session.batch])?;
        }
        let logs = session.evaluate(0..rows)?;
        for (name, value) in &logs {
            self.check(&format!("evaluate/{name}"), value)?;
        }
        Ok(())
    }

    /// Stage `fit`: epochs over the first rows, validation on the last of them.
    pub fn fit(&self) -> Result<(), String> {
        let mut session = Session::new(self)?;
        let rows = self.number("fit_rows")?;
        let split = self.meta["validation_split"].as_f64().unwrap_or(0.0);
        let train = if split > 0.0 { (rows as f64 * (1.0 - split)).floor() as usize } else { rows };
        let mut history: Vec<(String, Vec<f64>)> = Vec::new();
        let mut record = |prefix: &str, logs: Logs| {
            for (name, value) in logs {
                let (name, value) = (format!("{prefix}{name}"), compare::numbers(&value)[0]);
                match history.iter_mut().find(|(n, _)| *n == name) {
                    Some((_, values)) => values.push(value),
                    None => history.push((name, vec![value])),
                }
            }
        };
        for _ in 0..self.number("epochs")? {
            session.reset_metrics();
            let mut logs = Logs::new();
            for start in (0..train).step_by(session.batch) {
                let end = train.min(start + session.batch);
                let masked = end - start < session.batch || self.data.contains_key("sample_weight");
                logs = session.train_step(start..end, masked)?;
            }
            record("", logs);
            if train < rows {
                record("val_", session.evaluate(train..rows)?);
            }
        }
        session.finish();
        // Keras sorts the names of an epoch's logs, those of the metrics of `compile` as `compile_metrics` where a step
        // of the program hands them on as one.
        let grouped = |name: &str| {
            let of_compile = self.list("compile_metrics").iter().any(|known| known.as_str() == Some(name));
            if of_compile { "compile_metrics".to_owned() } else { name.to_owned() }
        };
        let mut names: Vec<&str> = history.iter().map(|(name, _)| name.as_str()).collect();
        let expected: Vec<&str> = self.list("history").iter().filter_map(|name| name.as_str()).collect();
        names.sort_by_key(|name| (grouped(name), *name));
        if names != expected {
            return Err(format!("history has {names:?}, expected {expected:?}"));
        }
        for (name, values) in &history {
            self.check(&format!("fit/history/{name}"), &floats(values)?)?;
        }
        for (i, (path, value)) in
            session.variables(&[StateRole::Trainable, StateRole::NonTrainable]).into_iter().enumerate()
        {
            self.check(&format!("fit/weights/{i}"), value).map_err(|e| format!("{e} ({path})"))?;
        }
        Ok(())
    }

    fn check(&self, key: &str, got: &Array) -> Result<(), String> {
        compare::check(key, got, self.array(key)?, self.tolerance, 0.0)
    }

    fn number(&self, key: &str) -> Result<usize, String> {
        self.meta[key].as_u64().map(|n| n as usize).ok_or_else(|| format!("meta has no number {key}"))
    }

    /// The names (or paths) that `meta` lists under `key`.
    fn check_names<'a>(&self, key: &str, found: impl Iterator<Item = &'a str>) -> Result<(), String> {
        let found: Vec<&str> = found.collect();
        let names = self.list(key).iter().filter_map(|entry| entry["path"].as_str().or_else(|| entry.as_str()));
        let expected = numbered(names);
        if found == expected { Ok(()) } else { Err(format!("{key} are {found:?}, expected {expected:?}")) }
    }
}

/// Names as a program has them: those that Keras gives to several variables are numbered from the second on.
fn numbered<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen: Vec<&str> = Vec::new();
    let number = |name: &'a str| {
        let before = seen.iter().filter(|known| **known == name).count();
        seen.push(name);
        if before == 0 { name.to_owned() } else { format!("{name}_{before}") }
    };
    names.map(number).collect()
}

impl<'a> Session<'a> {
    /// The case's program with its starting state.
    fn new(case: &'a Case) -> Result<Session<'a>, String> {
        Session::with_batches(case, vec![case.number("batch")?])
    }

    fn with_batches(case: &'a Case, batches: Vec<usize>) -> Result<Session<'a>, String> {
        let mut model = case.model()?;
        let batch = case.number("batch")?;
        let options = Options { batches, train_batch: Some(batch), ..Options::default() };
        let program = program::build(&mut model.interp, Some(&model.object), &[], &options)
            .map_err(|e| e.into_diagnostic().to_string())?;
        let init = program.entries.iter().find(|e| e.kind == EntryKind::Init).ok_or("no init")?;
        let fresh = eval::<Array>(&init.function, &[]).map_err(|e| e.to_string())?;
        let mut state = fresh.clone();
        for (value, id) in state.iter_mut().zip(model.weights.iter().chain(&model.seeds)) {
            *value = case.start(&model, *id)?;
        }
        Ok(Session { case, program, state, fresh, batch })
    }

    /// The variables of some roles with their paths.
    fn variables(&self, roles: &[StateRole]) -> Vec<(&str, &Array)> {
        let all = self.program.variables.iter().zip(&self.state);
        all.filter(|(spec, _)| roles.contains(&spec.role)).map(|(spec, value)| (spec.path.as_str(), value)).collect()
    }

    fn draws_in_evaluation(&self) -> bool {
        let evaluation = self.program.entries.iter().filter(|entry| entry.kind == EntryKind::EvaluateStep);
        let seed = |kind: &PortKind| match kind {
            PortKind::State(i) => self.program.variables[*i].role == StateRole::Seed,
            _ => false,
        };
        evaluation.flat_map(|entry| &entry.outputs).any(|port| seed(&port.kind))
    }

    fn reset_metrics(&mut self) {
        let all = self.program.variables.iter().zip(self.state.iter_mut().zip(&self.fresh));
        all.filter(|(spec, _)| spec.role == StateRole::Metric).for_each(|(_, (value, fresh))| *value = fresh.clone());
    }

    /// The end of a fit: weights take over their moving averages.
    fn finish(&mut self) {
        let averages = self.program.training.as_ref().map_or(&[][..], |training| &training.averages);
        for &(weight, average) in averages {
            self.state[weight] = self.state[average].clone();
        }
    }

    fn train_step(&mut self, rows: std::ops::Range<usize>, masked: bool) -> Result<Logs, String> {
        self.step(if masked { EntryKind::TrainStepMasked } else { EntryKind::TrainStep }, rows)
    }

    fn evaluate(&mut self, rows: std::ops::Range<usize>) -> Result<Logs, String> {
        self.reset_metrics();
        let mut logs = Logs::new();
        for start in rows.clone().step_by(self.batch) {
            logs = self.step(EntryKind::EvaluateStep, start..rows.end.min(start + self.batch))?;
        }
        Ok(logs)
    }

    /// Runs an entry point on `rows`, padded to a whole batch; the state takes over what it returns.
    fn step(&mut self, kind: EntryKind, rows: std::ops::Range<usize>) -> Result<Logs, String> {
        let mut of_kind = self.program.entries.iter().filter(|e| e.kind == kind);
        let exact = of_kind.clone().find(|e| e.batch == Some(rows.len()));
        let entry = exact.or_else(|| of_kind.find(|e| e.batch == Some(self.batch)));
        let entry = entry.ok_or_else(|| format!("no {kind:?}"))?;
        let args = self.arguments(entry, &rows)?;
        let results = eval(&entry.function, &args).map_err(|e| e.to_string())?;
        let mut logs = Logs::new();
        for (port, value) in entry.outputs.iter().zip(results) {
            match port.kind {
                PortKind::State(i) => self.state[i] = value,
                PortKind::Log => logs.push((port.name.clone(), value)),
                other => return Err(format!("{kind:?} returns {other:?}")),
            }
        }
        Ok(logs)
    }

    fn arguments(&self, entry: &Entry, rows: &std::ops::Range<usize>) -> Result<Vec<Array>, String> {
        let argument = |(port, &param): (&program::Port, &keramos_ir::Value)| {
            let ty = entry.function.ty(param);
            match port.kind {
                PortKind::State(i) => Ok(self.state[i].clone()),
                PortKind::Data(k) => cut(self.case.array(&format!("x/{k}"))?, rows, ty),
                PortKind::Target(k) => cut(self.case.array(&format!("target/{k}"))?, rows, ty),
                PortKind::SampleWeight => match self.case.data.get("sample_weight") {
                    Some(weight) => cut(weight, rows, ty),
                    None => Ok(Array::full(ty, 1.0)),
                },
                PortKind::Valid => Ok(Array::scalar(DType::I32, rows.len() as f64)),
                other => Err(format!("{:?} takes {other:?}", entry.kind)),
            }
        };
        entry.inputs.iter().zip(&entry.function.params).map(argument).collect()
    }
}

/// Some rows of an array as `ty`, with garbage behind them.
fn cut(array: &Array, rows: &std::ops::Range<usize>, ty: &TensorType) -> Result<Array, String> {
    let all = array.ty().shape.first().copied().unwrap_or(1);
    let (from, to) = (array.ty().size() / all.max(1), ty.size() / ty.shape[0].max(1));
    if from != to {
        return Err(format!("rows of {} do not fit {ty}", array.ty()));
    }
    let mut values = compare::numbers(array)[rows.start * from..rows.end * from].to_vec();
    values.resize(ty.size(), f64::NAN);
    let data = match ty.dtype {
        DType::F32 => Buffer::F32(values.into_iter().map(|x| x as f32).collect()),
        DType::I32 => Buffer::I32(values.into_iter().map(|x| if x.is_nan() { i32::MAX } else { x as i32 }).collect()),
        DType::Bool => Buffer::Bool(values.into_iter().map(|x| x != 0.0).collect()),
        other => return Err(format!("no case has inputs of type {other}")),
    };
    Array::new(ty.shape.clone(), data).map_err(|e| e.to_string())
}

fn floats(values: &[f64]) -> Result<Array, String> {
    let data = Buffer::F32(values.iter().map(|&x| x as f32).collect());
    Array::new([values.len()], data).map_err(|e| e.to_string())
}
