//! The inputs of a model that only data would tell.

use std::rc::Rc;

use keramos_ir::TensorType;

use super::function::{placeholder_of, request};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::host_sets::fed;
use crate::keras::layer::LayerObject;
use crate::keras::models;
use crate::keras::{Symbolic, graph};
use crate::library::Args;
use crate::ops::canonical;
use crate::value::{Host, Value};

/// What the user tells of names whose values only the run has: `n=10,x=f32[100,28,28]`.
///
/// # Errors
/// A text is not of that form.
pub(crate) fn told(texts: &[String]) -> Result<Vec<(Rc<str>, Value)>> {
    let mut told = Vec::new();
    for text in texts {
        for (name, value) in request::values(text)? {
            let value = match placeholder_of(&value) {
                Some(ty) => Value::Host(Host::new(name.to_string(), None).with_type(ty.clone())),
                None => value,
            };
            told.push((name, value));
        }
    }
    Ok(told)
}

/// Calls a model whose inputs, or sizes of them, are not known on inputs of the given types, such as `f32[32,784]`, the batch
/// included.
///
/// # Errors
/// The text names no types, or the model cannot take such inputs.
pub fn call_on(interp: &mut Interp, model: &Rc<LayerObject>, types: &str) -> Result<()> {
    let graph = models::graph_of(interp, model)?;
    let mut given = request::types(types)?;
    if let Some((inputs, targets)) = with_targets(graph.as_deref(), &given) {
        interp.targets = Some(targets);
        given = vec![inputs];
    }
    let closed = graph.as_ref().is_some_and(|graph| !open(graph));
    let told: usize = given.iter().map(|value| value.leaves().len()).sum();
    // Data of steps that the file writes itself need not be the model's inputs.
    if closed && (interp.has_steps() || graph.as_ref().is_some_and(|graph| told != graph.inputs.len())) {
        return Ok(());
    }
    let inputs = |interp: &mut Interp, rows: models::Rows| {
        let mut count = 0;
        let mut leaf = |value: &Value| match placeholder_of(value) {
            Some(ty) => {
                count += 1;
                let shape: Vec<_> = ty.shape.iter().map(|&n| Some(n)).collect();
                // Data of other numbers are converted to those of a model that is known.
                let own = graph.as_ref().filter(|_| closed).and_then(|graph| graph.inputs.get(count - 1));
                let dtype = own.map_or(ty.dtype, |input| input.0.dtype);
                Ok(Value::Symbolic(graph::input(interp, format!("input_{count}").into(), rows.shape(&shape), dtype)))
            }
            None => Err(Error::argument(format!("--input-shape {types} is no list of types"))
                .help("write the type of a batch for each input: --input-shape \"f32[32,784]\"")),
        };
        given.iter().map(|value| value.map_leaves(&mut leaf)).collect::<Result<Vec<_>>>()
    };
    if let Some(graph) = &graph {
        let told = inputs(interp, models::Rows::Any)?;
        let inputs = sized(interp, graph, &Value::list(told))?;
        if closed {
            return Ok(());
        }
        let graph = models::resized(interp, graph, &inputs)?;
        interp.sized = Some((model.clone(), Rc::new(graph)));
        return Ok(());
    }
    models::for_any_rows(interp, model, |interp, rows| {
        let one = <[Value; 1]>::try_from(inputs(interp, rows)?).map(|[one]| one);
        build(interp, model, one.unwrap_or_else(Value::list))
    })
}

/// Whether there are sizes of inputs, beside the batch's, that the file leaves open.
fn open(graph: &models::Functional) -> bool {
    graph.inputs.iter().any(|input| input.0.shape.iter().skip(1).any(Option::is_none))
}

/// Gives the inputs of a model the sizes that its file leaves open, if the data have them that it is fitted to.
///
/// # Errors
/// The model cannot take such inputs.
pub fn size_by_data(interp: &mut Interp, model: &Rc<LayerObject>) -> Result<()> {
    let Some(graph) = models::graph_of(interp, model)?.filter(|graph| open(graph)) else { return Ok(()) };
    let fit = model.recorded.fit.borrow().clone();
    let types = match fit {
        Some(fit) => {
            let (x, _) = fed(fit.get("x")?, fit.get("y")?);
            models::on_data::known(&x).filter(|_| !matches!(x, Value::Dict(_)))
        }
        None => model.recorded.called_on.borrow().clone(),
    };
    let types = types.unwrap_or_default();
    let fits = |own: &[Option<usize>], found: &[usize]| {
        own.len() == found.len() && own.iter().zip(found).skip(1).all(|(own, found)| own.is_none_or(|n| n == *found))
    };
    let pairs = || graph.inputs.iter().zip(&types);
    if types.len() != graph.inputs.len() || !pairs().all(|(input, ty)| fits(&input.0.shape, &ty.shape)) {
        return Ok(());
    }
    let mut inputs = Vec::with_capacity(types.len());
    for (input, ty) in pairs() {
        let sizes = input.0.shape.iter().zip(&ty.shape).enumerate();
        let shape = sizes.map(|(i, (own, &found))| if i == 0 { *own } else { own.or(Some(found)) }).collect();
        inputs.push(graph::input(interp, input.0.node.name.clone(), shape, input.0.dtype));
    }
    let graph = models::resized(interp, &graph, &inputs)?;
    interp.sized = Some((model.clone(), Rc::new(graph)));
    Ok(())
}

/// Builds a model that has not been called.
fn build(interp: &mut Interp, model: &Rc<LayerObject>, inputs: Value) -> Result<()> {
    if let (Some(_), Value::Symbolic(input)) = (model.kind::<models::Sequential>(), &inputs) {
        let build = interp.attribute(&model.as_value(), "build")?;
        return interp.call(&build, Args::positional(vec![input.shape_value()])).map(drop);
    }
    model.call(interp, Args::positional(vec![inputs])).map(drop)
}

/// The inputs and the types of the targets in `(x, y)`, if that is what is told: a pair whose first part has a leaf for each
/// input of the model, or, of a model that is not built, parts.
fn with_targets(graph: Option<&models::Functional>, given: &[Value]) -> Option<(Value, Vec<TensorType>)> {
    let [pair] = given else { return None };
    let [inputs, targets] = <[Value; 2]>::try_from(pair.elements()?).ok()?;
    let (count, nested) = (inputs.leaves().len(), inputs.elements().is_some());
    let is_pair = match graph {
        Some(graph) => count == graph.inputs.len() && (count == 1 || nested),
        None => nested,
    };
    let types = || targets.leaves().iter().map(placeholder_of).collect::<Option<Vec<_>>>();
    is_pair.then(types)?.map(|types| (inputs, types))
}

/// The inputs of a graph with the sizes that `given` tells.
fn sized(interp: &mut Interp, graph: &models::Functional, given: &Value) -> Result<Vec<Symbolic>> {
    let given: Vec<Symbolic> = given
        .leaves()
        .into_iter()
        .filter_map(|leaf| match leaf {
            Value::Symbolic(symbolic) => Some(symbolic),
            _ => None,
        })
        .collect();
    if given.len() != graph.inputs.len() {
        let inputs =
            if graph.inputs.len() == 1 { "1 input".to_owned() } else { format!("{} inputs", graph.inputs.len()) };
        let message = format!("the model has {inputs}, and --input-shape tells {}", given.len());
        return Err(Error::argument(message).help("tell one type for each input: --input-shape \"f32[32,8],i32[32]\""));
    }
    let mut inputs = Vec::with_capacity(given.len());
    for (input, given) in graph.inputs.iter().zip(given) {
        let (own, told) = (&input.0.shape, &given.0.shape);
        let agree = |(own, told): (&Option<usize>, &Option<usize>)| own.is_none() || told.is_none() || own == told;
        let types = [input.0.dtype, given.0.dtype].map(|dtype| canonical(dtype, false));
        if own.len() != told.len() || !own.iter().zip(told).all(agree) || types[0] != types[1] {
            let message = format!("input `{}` is {input}, and --input-shape tells {given}", input.0.node.name);
            return Err(Error::argument(message).help("the first size is the batch's; the others fill in what is None"));
        }
        let shape = own.iter().zip(told).map(|(own, told)| own.or(*told)).collect();
        inputs.push(graph::input(interp, input.0.node.name.clone(), shape, input.0.dtype));
    }
    Ok(inputs)
}
