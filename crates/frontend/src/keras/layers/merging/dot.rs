//! `Dot`.

use keramos_ir::as_tuple;
use keramos_ir::ops::DotDims;

use crate::error::{Error, Result};
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, flag};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{ClassDecl, Param, Signature};
use crate::ops::axis_index;
use crate::value::Value;

pub(in crate::keras::layers) static DOT: ClassDecl = ClassDecl {
    name: "Dot",
    aliases: &[],
    bases: &["Merge", "Layer"],
    signature: Signature::new(&[Param::required("axes"), flag("normalize", false)]).with(COMMON),
    doc: "The product of each row of two inputs, summed over an axis of each; `normalize` scales to length 1 first.",
    new: |interp, args| {
        let axes = match *common::integers(args, "axes")?.as_slice() {
            [axis] => [axis, axis],
            [a, b] => [a, b],
            _ => return Err(args.invalid("axes", "an integer or two integers")),
        };
        let normalize = args.bool("normalize")?;
        LayerObject::value(interp, &DOT, args, Dot { axes, normalize })
    },
    methods: &[],
};

#[derive(Debug)]
struct Dot {
    axes: [i64; 2],
    normalize: bool,
}

impl Layer for Dot {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let inputs = cx.inputs()?;
        let [mut a, mut b] = <[_; 2]>::try_from(inputs)
            .map_err(|found| Error::argument(format!("Dot takes two inputs, found {}", found.len())))?;
        let (i, j) = (axis_index(self.axes[0], a.rank())?, axis_index(self.axes[1], b.rank())?);
        let t = &mut cx.interp.tracer;
        if self.normalize {
            a = t.l2_normalise(&a, &[i], crate::keras::EPSILON)?;
            b = t.l2_normalise(&b, &[j], crate::keras::EPSILON)?;
        }
        let y = t.dot_general(&a, &b, DotDims::contracting([i], [j]).batch([0], [0]))?;
        // Rows that are vectors leave a number, which keeps a dimension.
        Ok(Value::Tensor(if y.rank() == 1 { t.expand_dims(&y, &[1])? } else { y }))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        let [a, b] = inputs else {
            let message =
                format!("layer `{}` must be called on a list of two tensors, found {}", layer.name(), inputs.len());
            return Err(Error::argument(message));
        };
        let (i, j) = (axis_index(self.axes[0], a.len())?, axis_index(self.axes[1], b.len())?);
        if i == 0 || j == 0 {
            let message = format!("layer `{}` cannot sum over axis 0, which is the batch", layer.name());
            return Err(Error::argument(message));
        }
        match (a[i], b[j]) {
            (Some(m), Some(n)) if m != n => Err(Error::shape(format!(
                "layer `{}` cannot multiply inputs of shapes {} and {}",
                layer.name(),
                as_tuple(a),
                as_tuple(b)
            ))
            .note(format!("axis {i} of the first has size {m}, axis {j} of the second {n}"))),
            _ => Ok(()),
        }
    }
}
