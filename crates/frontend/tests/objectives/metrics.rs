//! Metrics over two batches, with and without weights and padding.

use keramos_frontend::interp::Interp;
use keramos_frontend::keras::metrics::{CLASSES, MetricObject};
use keramos_frontend::value::downcast;
use keramos_ir::{Array, TensorType, eval};
use serde_json::Value as Json;

use crate::support::{Fill, array, assert_close, cases, construct, interp, rows, title, weights};

/// The state after each batch and the result at the end, from the traced updates.
fn run(case: &Json, weight: Option<&Array>, padding: Option<usize>) -> (Vec<Array>, Array) {
    let mut interp = interp();
    let object = construct(&mut interp, CLASSES, case);
    let metric = downcast::<MetricObject>(&object).expect("a metric");
    let (y_true, y_pred) = (array(&case["y_true"]), array(&case["y_pred"]));
    let ids = metric.build(&mut interp, &y_pred.ty().shape).expect("the metric takes these predictions");
    let types: Vec<TensorType> = ids.iter().map(|&id| interp.variables.get(id).ty.clone()).collect();
    let mut state: Vec<Array> = types.iter().map(|ty| Array::full(ty, 0.0)).collect();
    let (pad, fill) = (padding.unwrap_or(0), Fill::worst(case));
    for (start, end) in [(0, 4), (4, 7)] {
        let mut data = vec![rows(&y_true, start, end, pad, fill), rows(&y_pred, start, end, pad, fill)];
        if weight.is_some() || padding.is_some() {
            let cut = weight.map(|w| rows(w, start, end, 0, fill));
            data.push(weights(cut.as_ref(), end - start, pad));
        }
        let params: Vec<TensorType> = types.iter().cloned().chain(data.iter().map(|a| a.ty().clone())).collect();
        let params = interp.tracer.enter("update", &params);
        let (vars, data_params) = params.split_at(ids.len());
        interp.state.open(ids.iter().copied().zip(vars.iter().cloned()));
        metric.update(&mut interp, &data_params[0], &data_params[1], data_params.get(2)).expect("the batch fits");
        let new = read(&mut interp, &ids);
        interp.state.close();
        let function = interp.tracer.leave(&new).expect("results of this function").function;
        let args: Vec<Array> = state.into_iter().chain(data).collect();
        state = eval(&function, &args).expect("an update can be evaluated");
    }
    let params = interp.tracer.enter("result", &types);
    interp.state.open(ids.iter().copied().zip(params));
    let value = metric.result(&mut interp).expect("a scalar");
    interp.state.close();
    let function = interp.tracer.leave(&[value]).expect("results of this function").function;
    let result = eval(&function, &state).expect("a result can be evaluated").remove(0);
    (state, result)
}

fn read(
    interp: &mut Interp,
    ids: &[keramos_frontend::keras::variable::VariableId],
) -> Vec<keramos_frontend::trace::Tensor> {
    ids.iter().map(|&id| interp.read_variable(id).expect("a value")).collect()
}

fn check(case: &Json, weight: Option<&Array>, padding: Option<usize>) {
    let key = if weight.is_some() { "weighted" } else { "plain" };
    let what = format!("{} {key}, padding {padding:?}", title(case));
    let (state, result) = run(case, weight, padding);
    let expected = case[key]["state"].as_array().expect("variables");
    assert_eq!(state.len(), expected.len(), "{what}");
    for (i, (got, expected)) in state.iter().zip(expected).enumerate() {
        assert_close(got, &array(expected), &format!("{what}, variable {i}"));
    }
    assert_close(&result, &array(&case[key]["result"]), &what);
}

#[test]
fn states_and_results_are_those_of_keras() {
    for case in cases("metrics") {
        check(&case, None, None);
        check(&case, Some(&array(&case["weight"])), None);
    }
}

#[test]
fn rows_of_weight_zero_do_not_count_whatever_they_hold() {
    for case in cases("metrics") {
        check(&case, None, Some(2));
        check(&case, Some(&array(&case["weight"])), Some(2));
    }
}

#[test]
fn every_class_is_compared() {
    let tested: Vec<String> = cases("metrics").iter().map(|c| c["class"].as_str().unwrap_or_default().into()).collect();
    // These have no meaning of their own in `compile`.
    let bases = ["Mean", "Sum", "MeanMetricWrapper"];
    let missing: Vec<&str> =
        CLASSES.iter().map(|c| c.name).filter(|n| !bases.contains(n) && !tested.iter().any(|t| t == n)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}
