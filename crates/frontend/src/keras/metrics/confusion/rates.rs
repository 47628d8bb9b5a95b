//! Precision and recall.

use super::super::{DTYPE, Metric, MetricObject, NAME, StateVariable};
use super::decisions::{Counts, Decisions};
use crate::error::Result;
use crate::interp::Interp;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::trace::{Tensor, Tracer};

/// True positives divided by them and `others`.
#[derive(Debug)]
struct Rate {
    decisions: Decisions,
    others: &'static str,
    pick: fn(Counts) -> (Tensor, Tensor),
}

impl Metric for Rate {
    fn rises(&self) -> Option<bool> {
        Some(true)
    }

    fn state(&self, _: &[usize]) -> Result<Vec<StateVariable>> {
        let shape = vec![self.decisions.thresholds.len()];
        Ok(["true_positives", self.others].map(|name| StateVariable { name, shape: shape.clone() }).to_vec())
    }

    fn update(
        &self,
        interp: &mut Interp,
        state: Vec<Tensor>,
        y_true: &Tensor,
        y_pred: &Tensor,
        weight: Option<&Tensor>,
    ) -> Result<Vec<Tensor>> {
        let t = &mut interp.tracer;
        let (hits, others) = (self.pick)(self.decisions.count(t, y_true, y_pred, weight)?);
        Ok(vec![t.add(&state[0], &hits)?, t.add(&state[1], &others)?])
    }

    fn result(&self, interp: &mut Interp, state: &[Tensor]) -> Result<Tensor> {
        let t = &mut interp.tracer;
        let all = t.add(&state[0], &state[1])?;
        let rate = t.div_no_nan(&state[0], &all)?;
        one_or_all(t, &rate)
    }
}

/// The only element of a vector as a scalar, or the vector.
pub(super) fn one_or_all(t: &mut Tracer, x: &Tensor) -> Result<Tensor> {
    if x.shape() == [1] { t.reshape(x, &[]) } else { Ok(x.clone()) }
}

const PARAMS: &[Param] = &[
    Param::new("thresholds", Default::None),
    Param::new("top_k", Default::None),
    Param::new("class_id", Default::None),
    NAME,
    DTYPE,
];

/// `keras.metrics.Precision`.
pub static PRECISION: ClassDecl = ClassDecl {
    name: "Precision",
    aliases: &[],
    bases: &["Metric"],
    signature: Signature::new(PARAMS),
    doc: "Which share of positive predictions is right.",
    new: |interp, args| {
        let decisions = Decisions::from_args(args)?;
        let pick = |counts: Counts| (counts.true_positives, counts.false_positives);
        MetricObject::numbered(interp, &PRECISION, args, Rate { decisions, others: "false_positives", pick })
    },
    methods: &[],
};

/// `keras.metrics.Recall`.
pub static RECALL: ClassDecl = ClassDecl {
    name: "Recall",
    aliases: &[],
    bases: &["Metric"],
    signature: Signature::new(PARAMS),
    doc: "Which share of positive targets is found.",
    new: |interp, args| {
        let decisions = Decisions::from_args(args)?;
        let pick = |counts: Counts| (counts.true_positives, counts.false_negatives);
        MetricObject::numbered(interp, &RECALL, args, Rate { decisions, others: "false_negatives", pick })
    },
    methods: &[],
};
