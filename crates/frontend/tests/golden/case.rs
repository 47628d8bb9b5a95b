//! One golden case: a model file run by the frontend, and traced, differentiated and evaluated here.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use keramos_frontend::diagnostics::{Diagnostic, Source};
use keramos_frontend::interp::{self, Evaluated, Interp};
use keramos_frontend::keras::layer::{LayerObject, layer_of};
use keramos_frontend::keras::variable::VariableId;
use keramos_frontend::library::Args;
use keramos_frontend::trace::Tensor;
use keramos_frontend::value::Value;
use keramos_ir::transform::value_and_grad;
use keramos_ir::{Array, Buffer, DType, Function, TensorType, eval};
use serde_json::Value as Json;

use super::{compare, npz};

/// A case read from its files.
pub struct Case {
    pub(super) meta: Json,
    pub(super) data: BTreeMap<String, Array>,
    source: Source,
    pub(super) tolerance: f64,
    root: PathBuf,
}

/// The model of a case with its variables in Keras's order.
pub(super) struct Model {
    pub interp: Interp,
    pub object: Rc<LayerObject>,
    pub weights: Vec<VariableId>,
    pub seeds: Vec<VariableId>,
}

/// A function traced from the model: parameters are the inputs, then `reads`; results are outputs and
/// whatever else was asked for, then the last values of `assigned`.
struct Traced {
    function: Function,
    reads: Vec<VariableId>,
    assigned: Vec<VariableId>,
}

fn fail<T>(message: impl Into<String>) -> Result<T, String> {
    Err(message.into())
}

impl Case {
    /// Reads the case called `name` of the repository at `root`, whose model file is at `model` there.
    pub fn read(root: &Path, name: &str, model: &str, tolerance: f64) -> Result<Case, String> {
        let data = npz::read(&root.join(format!("tests/golden/data/{name}.npz")))?;
        let Some(Buffer::U8(meta)) = data.get("meta").map(Array::data) else { return fail("no meta") };
        let meta = serde_json::from_slice(meta).map_err(|e| e.to_string())?;
        let text = std::fs::read_to_string(root.join(model)).map_err(|e| format!("{model}: {e}"))?;
        let source = Source::new(format!("{name}.py"), text);
        Ok(Case { meta, data, source, tolerance, root: root.to_owned() })
    }

    /// Runs a stage.
    pub fn run(&self, stage: &str) -> Result<(), String> {
        match stage {
            "predict" => self.predict(),
            "gradients" => self.gradients(),
            "init" => self.init(),
            "train" => self.train(),
            "evaluate" => self.evaluate(),
            "fit" => self.fit(),
            other => fail(format!("no stage {other}")),
        }
    }

    pub(super) fn array(&self, key: &str) -> Result<&Array, String> {
        self.data.get(key).ok_or_else(|| format!("no array {key}"))
    }

    pub(super) fn list(&self, key: &str) -> &[Json] {
        self.meta[key].as_array().map_or(&[], Vec::as_slice)
    }

    /// Evaluates the model file; variables must have Keras's paths and shapes.
    pub(super) fn model(&self) -> Result<Model, String> {
        let evaluated: Evaluated = interp::run(&self.source, interp::Options::default());
        let errors: Vec<String> =
            evaluated.diagnostics().iter().filter(|d| d.is_error()).map(Diagnostic::to_string).collect();
        if !errors.is_empty() {
            return fail(errors.join("; "));
        }
        let object = match evaluated.global("model") {
            Some(value) => layer_of(&value),
            None => None,
        };
        let object = object.ok_or("the file does not end with a model")?;
        let interp = evaluated.interp;
        let mut seen = HashSet::new();
        let weights: Vec<_> = object.all_weights(&interp).into_iter().filter(|id| seen.insert(*id)).collect();
        let seeds: Vec<_> = object.all_seeds().into_iter().filter(|id| seen.insert(*id)).collect();
        let found = |ids: &[VariableId]| {
            let path =
                |&id: &VariableId| (interp.variables.get(id).path.clone(), interp.variables.get(id).ty.shape.clone());
            ids.iter().map(path).collect::<Vec<_>>()
        };
        let sizes = |v: &Json| -> Vec<usize> {
            v.as_array().into_iter().flatten().filter_map(|n| n.as_u64().map(|n| n as usize)).collect()
        };
        let expected: Vec<_> = self
            .list("weights")
            .iter()
            .map(|w| (w["path"].as_str().unwrap_or_default().to_owned(), sizes(&w["shape"])))
            .collect();
        if found(&weights) != expected {
            return fail(format!("weights are {:?}, expected {expected:?}", found(&weights)));
        }
        let expected: Vec<_> =
            self.list("seeds").iter().map(|p| (p.as_str().unwrap_or_default().to_owned(), vec![2])).collect();
        if found(&seeds) != expected {
            return fail(format!("seeds are {:?}, expected {expected:?}", found(&seeds)));
        }
        Ok(Model { interp, object, weights, seeds })
    }

    /// The starting value of a variable.
    pub(super) fn start(&self, model: &Model, id: VariableId) -> Result<Array, String> {
        if let Some(j) = model.seeds.iter().position(|&s| s == id) {
            return self.array(&format!("seeds/{j}")).cloned();
        }
        let i = model.weights.iter().position(|&w| w == id).ok_or("a variable is used that is no weight")?;
        if let Some(stored) = self.data.get(&format!("weights/{i}")) {
            return Ok(stored.clone());
        }
        let variable = model.interp.variables.get(id);
        formula(i, &variable.name, &variable.ty)
    }

    fn input(&self, k: usize, rows: Option<usize>) -> Result<Array, String> {
        let key = format!("x/{k}");
        let array = match self.data.get(&key) {
            Some(array) => array.clone(),
            None => self.unstored(&self.meta["sources"][&key])?,
        };
        let Some(rows) = rows.filter(|&n| n > 0 && n < array.ty().shape[0]) else { return Ok(array) };
        let mut shape = array.ty().shape.clone();
        let row = array.ty().bytes() / shape[0];
        shape[0] = rows;
        let bytes = &array.to_le_bytes()[..rows * row];
        Array::from_le_bytes(&TensorType::new(array.ty().dtype, shape), bytes).map_err(|e| e.to_string())
    }

    /// An input that the repository holds elsewhere.
    fn unstored(&self, source: &Json) -> Result<Array, String> {
        match (source["kind"].as_str(), source["file"].as_str(), source["key"].as_str()) {
            (Some("npz"), Some(file), Some(key)) => {
                npz::read(&self.root.join(file))?.remove(key).ok_or_else(|| format!("{file} has no array {key}"))
            }
            _ => fail(format!("an input comes from {source}")),
        }
    }

    fn predict(&self) -> Result<(), String> {
        let mut model = self.model()?;
        let rows = self.meta["predict_rows"].as_u64().map(|n| n as usize);
        let inputs: Vec<Array> =
            (0..self.list("inputs").len()).map(|k| self.input(k, rows)).collect::<Result<_, _>>()?;
        let traced = model.trace(&inputs, false, |_, outputs| Ok(outputs))?;
        let results = self.eval(&model, &traced.function, &inputs, &traced.reads)?;
        for (k, (got, output)) in results.iter().zip(self.list("outputs")).enumerate() {
            if output["dtype"] != got.ty().dtype.numpy_name() {
                return fail(format!("y/{k} is {}, expected {}", got.ty(), output["dtype"]));
            }
            compare::check(&format!("y/{k}"), got, self.array(&format!("y/{k}"))?, self.tolerance, 0.0)?;
        }
        Ok(())
    }

    fn gradients(&self) -> Result<(), String> {
        let mut model = self.model()?;
        let inputs: Vec<Array> =
            (0..self.list("inputs").len()).map(|k| self.input(k, None)).collect::<Result<_, _>>()?;
        let outputs = self.list("outputs").len();
        let traced = model.trace(&inputs, true, |interp, outputs| self.loss(interp, outputs))?;
        let float = |i: &usize| inputs[*i].ty().dtype.is_float();
        let float_inputs: Vec<usize> = (0..inputs.len()).filter(float).collect();
        let trainable: Vec<VariableId> = self
            .list("weights")
            .iter()
            .zip(&model.weights)
            .filter(|(w, _)| w["trainable"] == Json::Bool(true))
            .map(|(_, &id)| id)
            .collect();
        let place = |id: &VariableId| traced.reads.iter().position(|r| r == id).map(|i| inputs.len() + i);
        let wrt: Vec<usize> = trainable.iter().filter_map(place).chain(float_inputs.iter().copied()).collect();
        let aux = traced.function.results.len() - 1;
        let gradient = value_and_grad(&traced.function, &wrt, aux).map_err(|e| e.to_string())?;
        let results = self.eval(&model, &gradient, &inputs, &traced.reads)?;
        let check =
            |key: String, got: &Array, scale: f64| compare::check(&key, got, self.array(&key)?, self.tolerance, scale);
        for (k, got) in results[1..=outputs].iter().enumerate() {
            check(format!("y_train/{k}"), got, 0.0)?;
        }
        let mut gradients = results[1 + aux..].iter();
        let all = self.data.iter().filter(|(key, _)| key.starts_with("grad_weights/"));
        let largest = all.flat_map(|(_, a)| compare::numbers(a)).fold(0f64, |m, x| m.max(x.abs()));
        for (i, id) in trainable.iter().enumerate() {
            let zeros = Array::full(&model.interp.variables.get(*id).ty, 0.0);
            let got = if place(id).is_some() { gradients.next().ok_or("a gradient is missing")? } else { &zeros };
            check(format!("grad_weights/{i}"), got, largest / 10.0)?;
        }
        for k in 0..float_inputs.len() {
            check(format!("grad_inputs/{k}"), gradients.next().ok_or("a gradient is missing")?, 0.0)?;
        }
        let last = &results[1 + outputs..1 + aux];
        let after = |id: VariableId| match traced.assigned.iter().position(|&a| a == id) {
            Some(i) => Ok(last[i].clone()),
            None => self.start(&model, id),
        };
        for (i, path) in self.list("after_weights").iter().enumerate() {
            let weight = model.weights.iter().find(|&&id| path == model.interp.variables.get(id).path.as_str());
            check(format!("after_weights/{i}"), &after(*weight.ok_or("an unknown weight")?)?, 0.0)?;
        }
        for (j, &seed) in model.seeds.iter().enumerate() {
            check(format!("after_seeds/{j}"), &after(seed)?, 0.0)?;
        }
        Ok(())
    }

    /// Σ outputs·cotangents, then the outputs.
    fn loss(&self, interp: &mut Interp, outputs: Vec<Tensor>) -> keramos_frontend::Result<Vec<Tensor>> {
        let t = &mut interp.tracer;
        let mut loss = t.full(&TensorType::scalar(DType::F32), 0.0)?;
        for (k, y) in outputs.iter().enumerate() {
            let Some(cotangent) = self.data.get(&format!("cotangent/{k}")) else { continue };
            let cotangent = t.constant(cotangent.clone())?;
            let product = t.mul(y, &cotangent)?;
            let axes: Vec<usize> = (0..product.rank()).collect();
            let sum = t.sum(&product, &axes, false)?;
            loss = t.add(&loss, &sum)?;
        }
        Ok(std::iter::once(loss).chain(outputs).collect())
    }

    fn init(&self) -> Result<(), String> {
        let mut model = self.model()?;
        let ids: Vec<_> = model.weights.iter().chain(&model.seeds).copied().collect();
        for (index, id) in ids.into_iter().enumerate() {
            let variable = model.interp.variables.get(id).clone();
            let values = initial(&mut model.interp, &variable.weight.initializer, &variable.ty)
                .map_err(|e| e.into_diagnostic().to_string())?;
            let got = eval::<Array>(&values, &[]).map_err(|e| e.to_string())?;
            let key = match index.checked_sub(model.weights.len()) {
                None => format!("weights/{index}"),
                Some(j) => format!("seeds/{j}"),
            };
            let tolerance = self.tolerance.max(rounding(&variable.weight.initializer));
            compare::check(&format!("{key} ({})", variable.path), &got[0], self.array(&key)?, tolerance, 0.0)?;
        }
        Ok(())
    }

    fn eval(
        &self,
        model: &Model,
        function: &Function,
        inputs: &[Array],
        reads: &[VariableId],
    ) -> Result<Vec<Array>, String> {
        let mut args = inputs.to_vec();
        for &id in reads {
            args.push(self.start(model, id)?);
        }
        keramos_ir::eval(function, &args).map_err(|e| e.to_string())
    }
}

impl Model {
    /// Traces a call of the model on inputs of the given types; `more` turns the outputs into results.
    fn trace(
        &mut self,
        inputs: &[Array],
        training: bool,
        more: impl FnOnce(&mut Interp, Vec<Tensor>) -> keramos_frontend::Result<Vec<Tensor>>,
    ) -> Result<Traced, String> {
        let types: Vec<TensorType> = inputs.iter().map(|a| a.ty().clone()).collect();
        let interp = &mut self.interp;
        let params = interp.tracer.enter("model", &types);
        interp.state.open([]);
        let call = || {
            let mut values: Vec<Value> = params.into_iter().map(Value::Tensor).collect();
            let x = if values.len() == 1 { values.remove(0) } else { Value::list(values) };
            // As Keras's `stateless_call` does it, on which the data rest.
            (interp.training, interp.training_given) = (training, true);
            let result = interp.call(&Value::Object(self.object.clone()), Args::positional(vec![x]))?;
            (interp.training, interp.training_given) = (false, false);
            let outputs = result.leaves().iter().map(|leaf| interp.to_tensor(leaf)).collect::<Result<Vec<_>, _>>()?;
            let mut results = more(interp, outputs)?;
            let closed = interp.state.close();
            results.extend(closed.assigned.iter().map(|(_, t)| t.clone()));
            let function = interp.tracer.leave(&results)?.function;
            let ids = |pairs: Vec<(VariableId, Tensor)>| pairs.into_iter().map(|(id, _)| id).collect();
            Ok(Traced { function, reads: ids(closed.params), assigned: ids(closed.assigned) })
        };
        call().map_err(|e: keramos_frontend::Error| e.into_diagnostic().to_string())
    }
}

/// The function without parameters that makes a variable's starting value.
fn initial(interp: &mut Interp, initializer: &Value, ty: &TensorType) -> keramos_frontend::Result<Function> {
    interp.tracer.enter("init", &[]);
    let value = match initializer {
        Value::Object(_) | Value::User(_) | Value::Function(_) => {
            let shape = ty.shape.iter().map(|&n| Value::Int(n as i64)).collect::<Vec<_>>();
            interp.call(initializer, Args::positional(vec![Value::tuple(shape)]))?
        }
        other => other.clone(),
    };
    let tensor = interp.to_tensor(&value)?;
    Ok(interp.tracer.leave(&[tensor])?.function)
}

/// How far initial values may be off. Normally distributed ones went through ln and erf⁻¹, in which the
/// reference evaluator rounds differently from XLA; all others must be equal to the bit.
fn rounding(initializer: &Value) -> f64 {
    const NORMAL: [&str; 7] =
        ["RandomNormal", "TruncatedNormal", "GlorotNormal", "HeNormal", "LecunNormal", "VarianceScaling", "Orthogonal"];
    match initializer {
        Value::Object(object) if NORMAL.contains(&&*object.class_name()) => 1e-6,
        _ => 0.0,
    }
}

/// The README's weight formula.
fn formula(index: usize, name: &str, ty: &TensorType) -> Result<Array, String> {
    let outer: usize = ty.shape.split_last().map_or(1, |(_, rest)| rest.iter().product());
    let element = |j: usize| {
        let mut h = (j as u32).wrapping_add(0x9E37_79B9u32.wrapping_mul(index as u32 + 1));
        h = (h ^ (h >> 16)).wrapping_mul(0x7FEB_352D);
        h = (h ^ (h >> 15)).wrapping_mul(0x846C_A68B);
        h ^= h >> 16;
        let u = f64::from(h >> 8) * 2f64.powi(-23) - 1.0;
        (match name {
            "moving_variance" => 1.0 + u / 2.0,
            "gamma" | "scale" => 1.0 + u / 4.0,
            "bias" | "beta" | "moving_mean" | "alpha" => u / 4.0,
            "embeddings" => u,
            _ if ty.rank() < 2 => u,
            _ => u * (3.0 / outer.max(1) as f64).sqrt(),
        }) as f32
    };
    Array::new(ty.shape.clone(), Buffer::F32((0..ty.size()).map(element).collect())).map_err(|e| e.to_string())
}
