//! The error function and its relatives against values of scipy.special.

use keramos_frontend::trace::{Tensor, Tracer};
use keramos_ir::{Array, Buffer, DType, TensorType, eval};

fn values(f: impl Fn(&mut Tracer, &Tensor) -> keramos_frontend::Result<Tensor>, x: &[f32]) -> Vec<f32> {
    let mut tracer = Tracer::default();
    let params = tracer.enter("f", &[TensorType::new(DType::F32, [x.len()])]);
    let y = f(&mut tracer, &params[0]).expect("it can be traced");
    let function = tracer.leave(&[y]).expect("the trace ends").function;
    let x = Array::new([x.len()], Buffer::F32(x.to_vec())).expect("the sizes fit");
    match eval(&function, &[x]).expect("it can be evaluated").remove(0).into_data() {
        Buffer::F32(v) => v,
        other => panic!("{other:?} is no f32"),
    }
}

fn close(got: &[f32], expected: &[f64], relative: f64) {
    for (i, (&got, &expected)) in got.iter().zip(expected).enumerate() {
        let error = (f64::from(got) - expected).abs();
        assert!(error <= relative * expected.abs(), "number {i}: {got}, expected {expected}");
    }
}

const X: [f32; 12] = [-5.0, -2.5, -1.5, -1.0, -0.3, 1e-04, 0.5, 0.999, 1.001, 2.0, 3.5, 6.0];
const P: [f32; 8] = [-0.999999, -0.99, -0.5, -1e-05, 0.001, 0.25, 0.9, 0.9999];

#[test]
fn the_error_function_and_its_complement() {
    close(
        &values(Tracer::erf, &X),
        &[
            -0.9999999999984626,
            -0.999593047982555,
            -0.9661051464753108,
            -0.8427007929497148,
            -0.32862677175271543,
            0.00011283791348289935,
            0.5204998778130465,
            0.8422852755615352,
            0.8431155048372894,
            0.9953222650189527,
            0.9999992569016276,
            1.0,
        ],
        2e-7,
    );
    close(
        &values(Tracer::erfc, &X),
        &[
            1.9999999999984626,
            1.999593047982555,
            1.9661051464753108,
            1.8427007929497148,
            1.3286267717527154,
            0.9998871620865171,
            0.4795001221869535,
            0.1577147244384648,
            0.1568844951627106,
            0.004677734981047266,
            7.430983723414129e-07,
            2.1519736712498913e-17,
        ],
        2e-6,
    );
}

#[test]
fn the_inverse() {
    close(
        &values(Tracer::erf_inv, &P),
        &[
            -3.4570747260359505,
            -1.821386600900278,
            -0.4769362762044699,
            -8.862269030879841e-06,
            0.0008862271995601053,
            0.2253120550121781,
            1.1630870719457722,
            2.7510354379032873,
        ],
        5e-6,
    );
    assert_eq!(values(Tracer::erf_inv, &[1.0, -1.0]), [f32::INFINITY, f32::NEG_INFINITY]);
}
