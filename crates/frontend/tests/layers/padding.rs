//! Rows that pad a batch leave no trace in a batch normalisation.

use std::rc::Rc;

use keramos_frontend::keras::layer::LayerObject;
use keramos_frontend::keras::padding::Padding;
use keramos_frontend::library::Args;
use keramos_frontend::value::{Value, downcast};
use keramos_ir::{Array, Buffer, DType, TensorType, eval};

use super::evaluate;

/// Output and new moving statistics of a training pass of `layers.BatchNormalization` over rows of three
/// numbers, of which those count that `rows` marks.
fn train(x: &[f32], rows: Option<&[f32]>) -> Vec<Vec<f32>> {
    let (_, evaluated) = evaluate("layer = layers.BatchNormalization(momentum=0.5)");
    let Some(Value::Object(layer)) = evaluated.global("layer") else { panic!("there is no layer") };
    let layer: Rc<LayerObject> = downcast(&layer).expect("it is a layer");
    let mut interp = evaluated.interp;
    let batch = x.len() / 3;
    let types = [TensorType::new(DType::F32, [batch, 3]), TensorType::new(DType::F32, [batch])];
    let params = interp.tracer.enter("train", &types);
    interp.state.open([]);
    let there = interp.tracer.to_bool(&params[1]).expect("marks");
    interp.padding = rows.map(|_| Padding::new(&mut interp.tracer, there).expect("a padded batch"));
    let args = Args {
        positional: vec![Value::Tensor(params[0].clone())],
        keywords: vec![("training".into(), Value::Bool(true))],
    };
    let Ok(Value::Tensor(y)) = layer.call(&mut interp, args) else { panic!("the call failed") };
    let closed = interp.state.close();
    let results: Vec<_> = std::iter::once(y).chain(closed.assigned.into_iter().map(|(_, t)| t)).collect();
    let function = interp.tracer.leave(&results).expect("the trace ends").function;
    let marks = rows.map_or(vec![1.0; batch], <[f32]>::to_vec);
    let mut values = vec![
        Array::new([batch, 3], Buffer::F32(x.to_vec())).expect("the sizes fit"),
        Array::new([batch], Buffer::F32(marks)).expect("the sizes fit"),
    ];
    for (id, _) in &closed.params {
        let start = if interp.variables.get(*id).name.contains("variance") { 1.0 } else { 0.0 };
        let start = if &*interp.variables.get(*id).name == "gamma" { 1.0 } else { start };
        values.push(Array::full(&interp.variables.get(*id).ty, start));
    }
    let floats = |a: Array| match a.into_data() {
        Buffer::F32(v) => v,
        other => panic!("{other:?} is no f32"),
    };
    eval(&function, &values).expect("it can be evaluated").into_iter().map(floats).collect()
}

#[test]
fn statistics_are_those_of_the_rows_that_count() {
    let rows = [0.5, -1.0, 3.0, 2.0, 0.0, 1.0, -4.0, 1.5, 0.25];
    let padded = [&rows[..], &[f32::NAN, 1e9, f32::INFINITY, 7.0, 7.0, 7.0]].concat();
    let expected = train(&rows, None);
    let got = train(&padded, Some(&[1.0, 1.0, 1.0, 0.0, 0.0]));
    let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-6);
    assert!(close(&got[0][..rows.len()], &expected[0]), "{:?} and {:?}", got[0], expected[0]);
    assert!(close(&got[1], &expected[1]) && close(&got[2], &expected[2]), "{got:?} and {expected:?}");
}
