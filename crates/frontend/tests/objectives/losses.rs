//! Losses and their gradients, with and without weights and padding.

use keramos_frontend::keras::losses::{CLASSES, LossObject, Weights};
use keramos_frontend::value::downcast;
use keramos_ir::transform::value_and_grad;
use keramos_ir::{Array, TensorType, eval};
use serde_json::Value as Json;

use crate::support::{Fill, array, assert_close, cases, construct, interp, rows, title, weights};

const ROWS: usize = 7;

fn check(case: &Json, weight: Option<&Array>, padding: Option<usize>) {
    let key = if weight.is_some() { "weighted" } else { "plain" };
    let what = format!("{} {key}, padding {padding:?}", title(case));
    let mut interp = interp();
    let object = construct(&mut interp, CLASSES, case);
    let loss = downcast::<LossObject>(&object).expect("a loss");
    let (pad, fill) = (padding.unwrap_or(0), Fill::worst(case));
    let mut args = vec![
        rows(&array(&case["y_pred"]), 0, ROWS, pad, fill),
        rows(&array(&case["y_true"]), 0, ROWS, pad, fill),
        weights(None, ROWS, pad),
    ];
    args.extend(weight.map(|w| weights(Some(w), ROWS, pad)));
    let types: Vec<TensorType> = args.iter().map(|a| a.ty().clone()).collect();
    let params = interp.tracer.enter("loss", &types);
    let weights = Weights { sample: params.get(3).cloned(), rows: padding.map(|_| params[2].clone()) };
    let value = loss.compute(&mut interp, &params[1], &params[0], &weights).expect("the batch fits");
    let function = interp.tracer.leave(&[value]).expect("results of this function").function;
    let both = value_and_grad(&function, &[0], 0).expect("a loss has a gradient");
    let results = eval(&both, &args).expect("a loss can be evaluated");
    assert_close(&results[0], &array(&case[key]["result"]), &what);
    let gradient = rows(&results[1], 0, ROWS, 0, fill);
    assert_close(&gradient, &array(&case[key]["gradient"]), &format!("{what}, gradient"));
}

#[test]
fn values_and_gradients_are_those_of_keras() {
    for case in cases("losses") {
        check(&case, None, None);
        check(&case, Some(&array(&case["weight"])), None);
    }
}

#[test]
fn padding_does_not_count() {
    for case in cases("losses") {
        check(&case, None, Some(2));
        check(&case, Some(&array(&case["weight"])), Some(2));
    }
}

#[test]
fn every_class_is_compared() {
    let tested: Vec<String> = cases("losses").iter().map(|c| c["class"].as_str().unwrap_or_default().into()).collect();
    let missing: Vec<&str> = CLASSES.iter().map(|c| c.name).filter(|n| !tested.iter().any(|t| t == n)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}
