//! The emitter: regions, calls, and errors that only a wrong `lower` rule can cause.

use std::sync::Arc;

use keramos_ir::stablehlo::{Emitter, HloOp, HloValue};
use keramos_ir::{DType, Function, Location, TensorType};

use crate::context;
use crate::emit::ModuleEmitter;
use crate::{LoweringError, Options};

use super::{f32, function};

/// The text, without locations, of a module whose entry takes `types` and returns what `body` emits.
fn emit(
    types: &[TensorType],
    body: impl FnOnce(&mut dyn Emitter, &[HloValue]) -> keramos_ir::Result<Vec<HloValue>>,
) -> Result<String, LoweringError> {
    emit_with(types, false, body)
}

fn emit_with(
    types: &[TensorType],
    locations: bool,
    body: impl FnOnce(&mut dyn Emitter, &[HloValue]) -> keramos_ir::Result<Vec<HloValue>>,
) -> Result<String, LoweringError> {
    let context = context::create();
    let mut emitter = ModuleEmitter::new(&context, Options { locations, ..Options::default() });
    emitter.entry_of(types, place(), body)?;
    let lowered = emitter.finish()?;
    Ok(String::from_utf8(lowered.code).unwrap())
}

fn place() -> Location {
    Location::new("model.py", 3, 1, "model/layer")
}

/// An operation without attributes and regions that has the type of its operands.
fn op<'a>(name: &'static str, operands: &'a [HloValue], results: &'a [TensorType]) -> HloOp<'a> {
    HloOp { name, operands, attributes: Vec::new(), regions: Vec::new(), results }
}

/// `(a, b) -> a + b` on scalars.
fn sum() -> Arc<Function> {
    Arc::new(function(&[f32(&[]), f32(&[])], |b, v| Ok(vec![b.add(v[0], v[1])?])))
}

#[test]
fn regions_and_attributes() {
    let text = emit(&[f32(&[2, 3]), f32(&[])], |e, v| {
        let attributes = vec![("dimensions", "array<i64: 1>".to_owned())];
        e.op(HloOp { attributes, regions: vec![sum()], ..op("stablehlo.reduce", v, &[f32(&[2])]) })
    });
    insta::assert_snapshot!(text.unwrap());
}

#[test]
fn a_function_is_emitted_once_however_often_it_is_called() {
    let (callee, namesake) = (sum(), sum());
    let text = emit(&[f32(&[]), f32(&[])], |e, v| {
        let once = e.call(&callee, v)?;
        let twice = e.call(&callee, &[once[0], v[1]])?;
        e.call(&namesake, &[twice[0], v[1]])
    });
    // Another function of the same equations is the same function.
    insta::assert_snapshot!(text.unwrap());
}

#[test]
fn inlining_binds_parameters() {
    let text = emit(&[f32(&[])], |e, v| e.inline(&sum(), &[v[0], v[0]]));
    assert!(text.unwrap().contains(r#""stablehlo.add"(%arg0, %arg0)"#));
}

#[test]
fn barriers_are_not_merged() {
    let text = emit(&[f32(&[])], |e, v| {
        let a = e.op(op("stablehlo.optimization_barrier", v, &[f32(&[])]))?;
        let b = e.op(op("stablehlo.optimization_barrier", v, &[f32(&[])]))?;
        Ok(vec![a[0], b[0]])
    });
    assert_eq!(text.unwrap().matches("optimization_barrier").count(), 2);
}

#[test]
fn operations_of_different_attributes_are_not_merged() {
    let text = emit(&[f32(&[2, 2])], |e, v| {
        let mut transpose = |permutation: &str| {
            let attributes = vec![("permutation", permutation.to_owned())];
            e.op(HloOp { attributes, ..op("stablehlo.transpose", v, &[f32(&[2, 2])]) })
        };
        let a = transpose("array<i64: 1, 0>")?;
        let b = transpose("array<i64: 0, 1>")?;
        Ok(vec![a[0], b[0]])
    });
    assert_eq!(text.unwrap().matches("stablehlo.transpose").count(), 2);
}

#[test]
fn an_attribute_that_is_not_mlir_assembly() {
    let error = emit(&[f32(&[2])], |e, v| {
        let attributes = vec![("permutation", "array<i64: zero>".to_owned())];
        e.op(HloOp { attributes, ..op("stablehlo.transpose", v, &[f32(&[2])]) })
    });
    insta::assert_snapshot!(format!("error: {}", error.unwrap_err()));
}

#[test]
fn an_inlined_function_of_other_arity() {
    let error = emit(&[f32(&[])], |e, v| e.inline(&sum(), v)).unwrap_err();
    insta::assert_snapshot!(format!("error: {error}"));
}

#[test]
fn a_call_with_operands_of_other_types() {
    let types = [f32(&[]), TensorType::scalar(DType::I32)];
    let error = emit_with(&types, true, |e, v| e.call(&sum(), v)).unwrap_err();
    let LoweringError::Verify { diagnostics } = &error else { panic!("{error}") };
    let [diagnostic] = diagnostics.as_slice() else { panic!("{error}") };
    assert!(diagnostic.contains("model.py") && diagnostic.contains("operand type mismatch"), "{diagnostic}");
    insta::assert_snapshot!(format!("error: {error}"));
}

#[test]
fn equations_without_a_place_take_that_of_the_primitive_around_them() {
    let text = emit_with(&[f32(&[])], true, |e, v| e.inline(&sum(), &[v[0], v[0]])).unwrap();
    assert!(text.contains(r#"loc("model.py":3:1)"#) && text.contains(r#"loc("model/layer/add"("#), "{text}");
}
