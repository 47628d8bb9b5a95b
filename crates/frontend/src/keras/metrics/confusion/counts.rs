//! One of the four counts.

use super::super::{DTYPE, Metric, MetricObject, NAME, StateVariable};
use super::decisions::{Counts, Decisions, Thresholds};
use crate::error::Result;
use crate::interp::Interp;
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::trace::Tensor;

/// The weight of all decisions of one kind.
#[derive(Debug)]
struct Count {
    decisions: Decisions,
    pick: fn(Counts) -> Tensor,
}

impl Metric for Count {
    fn state(&self, _: &[usize]) -> Result<Vec<StateVariable>> {
        Ok(vec![StateVariable { name: "accumulator", shape: vec![self.decisions.thresholds.len()] }])
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
        let count = (self.pick)(self.decisions.count(t, y_true, y_pred, weight)?);
        Ok(vec![t.add(&state[0], &count)?])
    }

    fn result(&self, interp: &mut Interp, state: &[Tensor]) -> Result<Tensor> {
        super::rates::one_or_all(&mut interp.tracer, &state[0])
    }
}

const THRESHOLDS: Param = Param::new("thresholds", Default::None);

macro_rules! count_classes {
    ($($(#[$doc:meta])* $id:ident = $class:literal, $pick:ident, $text:literal;)*) => {
        $($(#[$doc])*
        pub static $id: ClassDecl = ClassDecl {
            name: $class,
            aliases: &[],
            bases: &["Metric"],
            signature: Signature::new(&[THRESHOLDS, NAME, DTYPE]),
            doc: $text,
            new: |interp, args| {
                let thresholds = Thresholds::from_args(args, 0.5)?;
                let decisions =
                    Decisions { thresholds, top_k: None, class: None, per_label: false, label_weights: None };
                MetricObject::numbered(interp, &$id, args, Count { decisions, pick: |counts| counts.$pick })
            },
            methods: &[],
        };)*
    };
}

count_classes! {
    /// `keras.metrics.TruePositives`.
    TRUE_POSITIVES = "TruePositives", true_positives, "How many positive targets were predicted positive.";
    /// `keras.metrics.FalsePositives`.
    FALSE_POSITIVES = "FalsePositives", false_positives, "How many negative targets were predicted positive.";
    /// `keras.metrics.TrueNegatives`.
    TRUE_NEGATIVES = "TrueNegatives", true_negatives, "How many negative targets were predicted negative.";
    /// `keras.metrics.FalseNegatives`.
    FALSE_NEGATIVES = "FalseNegatives", false_negatives, "How many positive targets were predicted negative.";
}
