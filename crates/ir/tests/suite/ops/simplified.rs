//! Every sample of every primitive, computed at compile time as far as that goes.

use keramos_ir::passes::{Options, simplify};
use keramos_ir::{Array, Builder, DType, Value, eval, ops, verify};

use crate::numeric::assert_close;

#[test]
fn every_sample_means_the_same_simplified() {
    let options = Options { differentiable: false, ..Options::default() };
    for float in [DType::F64, DType::F32] {
        for sample in ops::samples::all(float).unwrap() {
            let mut b = Builder::new("sample");
            // Operands as constants, so that what can be computed at once is.
            let inputs: Vec<Value> = sample.operands.iter().map(|x| b.constant(x.clone()).unwrap()).collect();
            let results = b.emit(sample.op.clone(), &inputs).unwrap();
            let f = b.finish(results);
            let s = simplify(&f, &options).unwrap();
            verify(&s).unwrap();
            let none: [Array; 0] = [];
            let (found, expected) = (eval(&s, &none).unwrap(), eval(&f, &none).unwrap());
            for (x, y) in found.iter().zip(&expected) {
                match x.ty().dtype {
                    DType::F16 | DType::BF16 => assert_eq!(x.to_string(), y.to_string()),
                    _ => assert_close(std::slice::from_ref(x), std::slice::from_ref(y), 0.0),
                }
            }
        }
    }
}
