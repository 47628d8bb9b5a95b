//! Models whose inputs only the data tell: they are built by the first data that they are fitted to, evaluated on or
//! asked to predict, if the types of these are known.

use std::rc::Rc;

use keramos_ir::{DType, TensorType};

use super::subclass::{Rows, for_any_rows};
use super::{Sequential, graph_of};
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::host_sets::fed;
use crate::keras::layer::LayerObject;
use crate::keras::{Symbolic, graph};
use crate::library::{Args, Bound};
use crate::value::Value;

/// Builds a model that has no inputs yet on data like the argument `name`, rows of arrays whose types are known; a
/// `Sequential` of unknown data on what its first layer takes, if that is a model.
///
/// # Errors
/// The model cannot take such inputs.
pub(super) fn build_on(interp: &mut Interp, model: &Rc<LayerObject>, args: &Bound, name: &str) -> Result<()> {
    // What a step of the program does with the data is its own affair, and it may call other models only.
    let defines = |name| model.instance.get().is_some_and(|instance| instance.class.lookup(name).is_some());
    let called = super::has_graph(model) || defines("call");
    if !called || defines("train_step") || graph_of(interp, model)?.is_some() {
        return Ok(());
    }
    let (given, _) = fed(args.get(name)?, &Value::None);
    let given = given.map_leaves(&mut |leaf| interp.plain(leaf))?;
    let Some(types) = known(&given) else {
        return match first_input(interp, model)? {
            Some(input) => build(interp, model, &input),
            None => Ok(()),
        };
    };
    if model.kind::<Sequential>().is_some()
        && let inputs = symbolic(interp, &given, &types, Rows::Any)?
        && let Value::Symbolic(input) = &inputs
    {
        return build(interp, model, input);
    }
    let types = in_batches(types, args, name)?;
    for_any_rows(interp, model, |interp, rows| {
        let inputs = symbolic(interp, &given, &types, rows)?;
        interp.call(&model.as_value(), Args::positional(vec![inputs])).map(drop)
    })
}

/// The types of the batches that Keras makes of arrays of these types; of a data set, they are batches.
fn in_batches(mut types: Vec<TensorType>, args: &Bound, name: &str) -> Result<Vec<TensorType>> {
    let data_set = matches!(args.get(name)?, Value::Host(host) if host.batch().is_some());
    let rows = match args.get("batch_size") {
        Ok(Value::Int(rows)) => usize::try_from(*rows).unwrap_or_default().max(1),
        Ok(_) => 32,
        // Of what trains on one batch.
        Err(_) => usize::MAX,
    };
    if !data_set {
        types.iter_mut().for_each(|ty| ty.shape[0] = ty.shape[0].min(rows));
    }
    Ok(types)
}

/// Inputs of these types, in the places of the leaves.
fn symbolic(interp: &mut Interp, data: &Value, types: &[TensorType], rows: Rows) -> Result<Value> {
    let mut types = types.iter();
    let mut count = 0;
    data.map_leaves(&mut |_| {
        count += 1;
        let Some(ty) = types.next() else { return Ok(Value::None) };
        let shape: Vec<_> = ty.shape.iter().map(|&n| Some(n)).collect();
        Ok(Value::Symbolic(graph::input(interp, format!("input_{count}").into(), rows.shape(&shape), ty.dtype)))
    })
}

/// What is learned of a layer that the file calls on data, arrays whose types are known: it is built by that, and a
/// model whose file leaves sizes open has those of the data.
pub(crate) fn called(interp: &mut Interp, layer: &Rc<LayerObject>, args: &Args) {
    let [data] = args.positional.as_slice() else { return };
    let Ok(data) = data.map_leaves(&mut |leaf| interp.plain(leaf)) else { return };
    let Some(types) = known(&data) else { return };
    *layer.recorded.called_on.borrow_mut() = Some(types.clone());
    let open = !layer.built.get() || (super::is_model(layer) && matches!(graph_of(interp, layer), Ok(None)));
    if !open {
        return;
    }
    let (told, span) = (interp.diagnostics.len(), interp.span);
    let mark = interp.mark();
    let Ok(inputs) = symbolic(interp, &data, &types, Rows::Any) else { return };
    let built = match (layer.kind::<Sequential>(), &inputs) {
        (Some(_), Value::Symbolic(input)) => build(interp, layer, input),
        _ => {
            interp.call(&layer.as_value(), Args { positional: vec![inputs], keywords: args.keywords.clone() }).map(drop)
        }
    };
    // What the call needs the data for is the run's.
    if built.is_err() {
        interp.reset(mark);
        interp.diagnostics.truncate(told);
    }
    interp.span = span;
}

fn build(interp: &mut Interp, model: &Rc<LayerObject>, input: &Symbolic) -> Result<()> {
    let build = interp.attribute(&model.as_value(), "build")?;
    interp.call(&build, Args::positional(vec![input.shape_value()])).map(drop)
}

/// The only input of the model that a `Sequential` begins with.
fn first_input(interp: &mut Interp, model: &Rc<LayerObject>) -> Result<Option<Symbolic>> {
    let first = model.kind::<Sequential>().and_then(|_| super::layers(model).into_iter().next());
    let graph = first.map(|first| graph_of(interp, &first)).transpose()?.flatten();
    Ok(graph.and_then(|graph| match graph.inputs.as_slice() {
        [input] => Some(input.clone()),
        _ => None,
    }))
}

/// The types of all leaves as Keras hands them to a model: NumPy's 64-bit numbers have 32 bits. `None` if one is not
/// known, or no array.
pub(crate) fn known(data: &Value) -> Option<Vec<TensorType>> {
    let mut types = Some(Vec::new());
    data.for_each_leaf(&mut |leaf| {
        let ty = match leaf {
            // How many rows there are does not matter.
            Value::Host(host) if host.member().is_none() => host.type_in(0).cloned(),
            Value::Array(array) => Some(array.ty().clone()),
            _ => None,
        };
        let ty = ty.filter(|ty| ty.rank() > 0).map(|ty| {
            let dtype = match ty.dtype {
                DType::F64 => DType::F32,
                DType::I64 => DType::I32,
                other => other,
            };
            TensorType::new(dtype, ty.shape)
        });
        match (&mut types, ty) {
            (Some(types), Some(ty)) => types.push(ty),
            _ => types = None,
        }
    });
    types.filter(|types| !types.is_empty())
}
