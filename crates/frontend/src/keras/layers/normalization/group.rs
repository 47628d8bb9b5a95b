//! `GroupNormalization`.

use super::{Affine, EPSILON};
use crate::error::{Error, Result};
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::{self, flag, none, string};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::ops::axis_index;
use crate::value::Value;

pub(in crate::keras::layers) static GROUP_NORMALIZATION: ClassDecl = ClassDecl {
    name: "GroupNormalization",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[
        Param::new("groups", Default::Int(32)),
        Param::new("axis", Default::Int(-1)),
        EPSILON,
        flag("center", true),
        flag("scale", true),
        string("beta_initializer", "zeros"),
        string("gamma_initializer", "ones"),
        none("beta_regularizer"),
        none("gamma_regularizer"),
        none("beta_constraint"),
        none("gamma_constraint"),
    ])
    .with(COMMON),
    doc: "Normalises each row over groups of features; `groups=-1` takes each feature alone.",
    new: |interp, args| {
        let groups = match args.i64("groups")? {
            -1 => None,
            n => Some(usize::try_from(n).ok().filter(|&n| n > 0).ok_or_else(|| {
                Error::argument(format!("`groups` of GroupNormalization() must be positive or -1, found {n}"))
            })?),
        };
        let (axis, epsilon) = (args.i64("axis")?, args.f64("epsilon")?);
        let affine = Affine::new(interp, args)?;
        LayerObject::value(interp, &GROUP_NORMALIZATION, args, GroupNormalization { groups, axis, epsilon, affine })
    },
    methods: &[],
};

#[derive(Debug)]
struct GroupNormalization {
    /// How many groups; `None` means one per feature.
    groups: Option<usize>,
    axis: i64,
    epsilon: f64,
    affine: Affine,
}

impl Layer for GroupNormalization {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let features = common::known(build.object, inputs, self.axis)?;
        if let Some(groups) = self.groups.filter(|&g| features % g != 0) {
            let message =
                format!("layer `{}` cannot split {features} features into {groups} groups", build.object.name());
            return Err(Error::shape(message).help("choose `groups` so that it divides the number of features"));
        }
        self.affine.build(build, &[features]);
        Ok(())
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let input = cx.input()?;
        let t = &mut cx.interp.tracer;
        let x = super::widen(t, &input)?;
        let axis = axis_index(self.axis, x.rank())?;
        let features = x.shape()[axis];
        let groups = self.groups.unwrap_or(features);
        let split = |shape: &[usize]| {
            let mut shape = shape.to_vec();
            shape.splice(axis..=axis, [groups, features / groups]);
            shape
        };
        let grouped = t.reshape(&x, &split(x.shape()))?;
        let axes: Vec<usize> = (1..grouped.rank()).filter(|&d| d != axis).collect();
        let (mean, variance) = t.moments(&grouped, &axes, true)?;
        let mut ones = vec![1; x.rank()];
        ones[axis] = features;
        let y = super::normalise(cx, &grouped, (&mean, &variance), self.epsilon, &split(&ones))?;
        let t = &mut cx.interp.tracer;
        let y = t.reshape(&y, x.shape())?;
        Ok(Value::Tensor(t.convert(&y, cx.object.compute_dtype())?))
    }

    fn autocasts(&self) -> bool {
        false
    }

    fn masks(&self) -> Masks {
        Masks::Pass
    }
}
