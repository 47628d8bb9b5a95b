//! `Normalization`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use keramos_ir::{Array, Buffer, DType, TensorType, as_tuple};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::host::reaches;
use crate::interp::tensor::element;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::{self, flag, none};
use crate::keras::symbolic::SymbolicShape;
use crate::keras::variable::Role;
use crate::keras::{EPSILON, arrays, initializers};
use crate::library::{Bound, ClassDecl, Default, MethodDecl, Param, Signature};
use crate::ops::axes_indices;
use crate::trace::{Tensor, Tracer};
use crate::value::{Host, Value, downcast};

pub(in crate::keras::layers) static NORMALIZATION: ClassDecl = ClassDecl {
    name: "Normalization",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[
        Param::new("axis", Default::Int(-1)),
        none("mean"),
        none("variance"),
        flag("invert", false),
    ])
    .with(COMMON),
    doc: "(x − mean)/√variance with mean and variance along `axis`, given or those of data (`adapt`); `invert` goes back.",
    new,
    methods: &[METHODS],
};

/// What makes the statistics.
#[derive(Debug)]
enum Statistics {
    /// The arguments.
    Given(Box<[Array; 2]>),
    /// The weights `mean` and `variance`, which `adapt` sets.
    Adapted,
}

#[derive(Debug)]
pub(in crate::keras) struct Normalization {
    /// The axes that mean and variance run along.
    axes: Vec<i64>,
    statistics: Statistics,
    invert: bool,
    /// How many dimensions inputs have, once the layer is built.
    rank: Cell<usize>,
    /// The data that the layer is adapted to, if they only exist at run time.
    host: RefCell<Option<Host>>,
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let axes = if args.some("axis")?.is_some() { common::integers(args, "axis")? } else { Vec::new() };
    let (mean, variance) = match (args.some("mean")?, args.some("variance")?) {
        (None, None) => {
            let (statistics, invert) = (Statistics::Adapted, args.bool("invert")?);
            let layer = Normalization { axes, statistics, invert, rank: Cell::default(), host: RefCell::default() };
            return LayerObject::value(interp, &NORMALIZATION, args, layer);
        }
        (Some(Value::Host(host)), _) | (_, Some(Value::Host(host))) => {
            return Err(reaches(host, "Normalization()")
                .help("leave mean and variance out and call the layer's adapt() with the data"));
        }
        (Some(mean), Some(variance)) => (mean.clone(), variance.clone()),
        _ => return Err(Error::argument("Normalization() takes `mean` and `variance` together")),
    };
    let array = |name: &str, value: &Value| {
        arrays::array(value).ok_or_else(|| args.invalid(name, "a number or a list of numbers"))
    };
    let (mean, variance) = (array("mean", &mean)?, array("variance", &variance)?);
    if mean.ty() != variance.ty() {
        let message =
            format!("`mean` and `variance` of Normalization() differ in shape: {} and {}", mean.ty(), variance.ty());
        return Err(Error::argument(message));
    }
    let (statistics, invert) = (Statistics::Given(Box::new([mean, variance])), args.bool("invert")?);
    LayerObject::value(
        interp,
        &NORMALIZATION,
        args,
        Normalization { axes, statistics, invert, rank: Cell::default(), host: RefCell::default() },
    )
}

const METHODS: &[MethodDecl] = &[MethodDecl {
    name: "adapt",
    signature: Signature::new(&[Param::required("data")]),
    doc: "Sets mean and variance to those of the data, or, where these only exist at run time, notes that training is to.",
    call: |interp, object, args| {
        let layer = downcast::<LayerObject>(object).ok_or_else(|| Error::internal("a method of another object"))?;
        let kind = layer.kind::<Normalization>().ok_or_else(|| Error::internal("a method of another layer"))?;
        kind.adapt(interp, &layer, args)?;
        Ok(Value::None)
    },
}];

/// Mean and variance over the axes of `batches` that are not kept, as if the batches were one array, and the
/// shape of the kept axes.
fn statistics(batches: &[Rc<Array>], kept: &[usize]) -> Option<(Vec<usize>, [Vec<f32>; 2])> {
    let shape = &batches.first()?.ty().shape;
    let sizes: Vec<usize> = kept.iter().map(|&axis| shape[axis]).collect();
    let groups: usize = sizes.iter().product();
    let (mut count, mut means, mut squares) = (0f64, vec![0f64; groups], vec![0f64; groups]);
    let each = |f: &mut dyn FnMut(usize, f64)| -> Option<()> {
        for batch in batches {
            let shape = &batch.ty().shape;
            for i in 0..batch.ty().size() {
                let x = match element(batch, i)? {
                    Value::Float(x) => x,
                    Value::Int(n) => n as f64,
                    Value::Bool(b) => f64::from(u8::from(b)),
                    _ => return None,
                };
                let place = |axis: usize| i / shape[axis + 1..].iter().product::<usize>() % shape[axis];
                f(kept.iter().fold(0, |group, &axis| group * shape[axis] + place(axis)), x);
            }
        }
        Some(())
    };
    each(&mut |group, x| {
        count += 1.0 / groups as f64;
        means[group] += x;
    })?;
    means.iter_mut().for_each(|mean| *mean /= count);
    each(&mut |group, x| squares[group] += (x - means[group]) * (x - means[group]))?;
    let variances = squares.iter().map(|square| (square / count) as f32).collect();
    Some((sizes, [means.iter().map(|&mean| mean as f32).collect(), variances]))
}

impl Normalization {
    fn adapt(&self, interp: &mut Interp, layer: &Rc<LayerObject>, args: &Bound) -> Result<()> {
        if let Statistics::Given(_) = self.statistics {
            return Err(Error::argument("adapt() of a Normalization layer with a given mean and variance")
                .help("leave `mean` and `variance` out to adapt the layer"));
        }
        let data = args.get("data")?;
        if let Value::Host(host) = data {
            *self.host.borrow_mut() = Some(host.clone());
            interp.adapted.push(layer.clone());
            return Ok(());
        }
        let array = |value: &Value| match value {
            Value::Array(array) => Some(array.clone()),
            _ => None,
        };
        let batches = match array(data) {
            Some(array) => Some(vec![array]),
            None => data.elements().and_then(|batches| batches.iter().map(array).collect()),
        };
        let wrong = || args.invalid("data", "an array, a list of arrays, or data that are read at run time");
        let batches: Vec<Rc<Array>> = batches.ok_or_else(wrong)?;
        let shape = batches.first().ok_or_else(wrong)?.ty().shape.clone();
        let kept = axes_indices(Some(&self.axes), shape.len())?;
        layer.build(interp, &[shape.iter().map(|&n| Some(n)).collect()])?;
        let fits = |batch: &&Rc<Array>| {
            batch.ty().rank() == shape.len() && kept.iter().all(|&axis| batch.ty().shape[axis] == shape[axis])
        };
        let (sizes, values) = match batches.iter().find(|batch| !fits(batch)) {
            Some(other) => {
                return Err(Error::shape(format!(
                    "adapt() of batches of shapes {} and {}",
                    as_tuple(&shape),
                    as_tuple(&other.ty().shape)
                )));
            }
            None => statistics(&batches, &kept).ok_or_else(wrong)?,
        };
        for (&id, values) in layer.weights.borrow().iter().zip(values) {
            let variable = interp.variables.get_mut(id);
            if variable.ty.shape != sizes {
                let message = format!(
                    "layer `{}` was built for {} along its axes, the data have {}",
                    layer.name(),
                    as_tuple(&variable.ty.shape),
                    as_tuple(&sizes)
                );
                return Err(Error::shape(message));
            }
            variable.weight.initializer = Value::Array(Rc::new(Array::new(sizes.clone(), Buffer::F32(values))?));
        }
        self.host.take();
        Ok(())
    }

    /// The data at run time that the layer is adapted to, if it is, and the axes that keep statistics of their own.
    pub(in crate::keras) fn adapted_at_run_time(&self) -> Option<(Host, Vec<i64>)> {
        Some((self.host.borrow().clone()?, self.axes.clone()))
    }

    /// `values` with its dimensions at the kept axes, aligned from the last one, and 1 elsewhere.
    fn aligned(&self, t: &mut Tracer, values: &Tensor, rank: usize) -> Result<Tensor> {
        let axes = axes_indices(Some(&self.axes), rank)?;
        let mut shape = vec![1; rank];
        for (&axis, &n) in axes.iter().rev().zip(values.shape().iter().rev()) {
            shape[axis] = n;
        }
        t.reshape(values, &shape)
    }
}

impl Layer for Normalization {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        if let Statistics::Given(_) = self.statistics {
            return Ok(());
        }
        self.rank.set(inputs.first().map_or(0, Vec::len));
        let kept = axes_indices(Some(&self.axes), self.rank.get())?;
        let sizes = kept.iter().map(|&axis| common::known(build.object, inputs, axis as i64));
        let sizes: Vec<usize> = sizes.collect::<Result<_>>()?;
        for (name, start) in [("mean", "zeros"), ("variance", "ones")] {
            let start = initializers::get(build.interp, &Value::str(start))?;
            build.add_weight(name, &sizes, &start.into(), false);
        }
        // Keras keeps it for the sake of older files.
        let count = build.interp.add_variable("count", TensorType::scalar(DType::I32), Value::Int(0), Role::Weight);
        build.interp.variables.get_mut(count).trainable = false;
        build.object.weights.borrow_mut().push(count);
        if self.host.borrow().is_some() {
            // Keras built the layer when it was adapted, outside of any model.
            for &id in build.object.weights.borrow().iter() {
                let variable = build.interp.variables.get_mut(id);
                variable.path = format!("{}/{}", build.object.name(), variable.name);
            }
        }
        Ok(())
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = common::float_input(cx)?;
        let (mean, variance) = match &self.statistics {
            Statistics::Given(given) => {
                let [mean, variance] = &**given;
                let t = &mut cx.interp.tracer;
                (t.constant(mean.clone())?, t.constant(variance.clone())?)
            }
            Statistics::Adapted => (cx.weight("mean")?, cx.weight("variance")?),
        };
        let t = &mut cx.interp.tracer;
        let (mean, variance) = (self.aligned(t, &mean, x.rank())?, self.aligned(t, &variance, x.rank())?);
        let (mean, variance) = (t.convert(&mean, x.dtype())?, t.convert(&variance, x.dtype())?);
        let deviation = t.sqrt(&variance)?;
        let deviation = t.max_scalar(&deviation, EPSILON)?;
        let y = if self.invert {
            let scaled = t.mul(&x, &deviation)?;
            t.add(&mean, &scaled)?
        } else {
            let centred = t.sub(&x, &mean)?;
            t.div(&centred, &deviation)?
        };
        Ok(Value::Tensor(y))
    }

    fn property(&self, interp: &mut Interp, layer: &Rc<LayerObject>, name: &str) -> Result<Option<Value>> {
        let index = match name {
            "mean" => 0,
            "variance" => 1,
            _ => return Ok(None),
        };
        if let Statistics::Given(given) = &self.statistics {
            return Ok(Some(Value::Array(Rc::new(given[index].clone()))));
        }
        let Some(id) = layer.weights.borrow().get(index).copied() else {
            let host = self.host.borrow().clone();
            return Ok(Some(host.map_or(Value::None, |host| Value::Host(host.derived()))));
        };
        if interp.tracer.depth() == 0 {
            return Ok(Some(interp.variable(id)));
        }
        let values = interp.read_variable(id)?;
        // As the layer's inputs have it: 1 along the axes that share statistics.
        self.aligned(&mut interp.tracer, &values, self.rank.get()).map(|values| Some(Value::Tensor(values)))
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}
