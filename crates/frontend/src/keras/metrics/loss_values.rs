//! Means of the values that losses have.

use super::{COMMON, DTYPE, MeanOf, MetricObject, NAME};
use crate::error::Result;
use crate::keras::losses;
use crate::keras::losses::crossentropy::{AXIS, FROM_LOGITS, IGNORE};
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::value::Value;

/// The mean of a loss function; parameters other than the common ones are passed on to it.
fn mean_of(class: &'static ClassDecl, args: &Bound, function: &'static str, name: &str) -> Result<Value> {
    let Some(decl) = losses::function_named(function) else {
        return Err(crate::error::Error::internal(format!("there is no loss function {function}")));
    };
    let own = args.iter().filter(|(p, _)| !["name", "dtype"].contains(&p.name));
    let keywords = own.map(|(p, value)| (p.name, value.clone())).collect();
    MetricObject::value(class, args, name, MeanOf::with(decl, keywords))
}

const SMOOTHING: Param = Param::new("label_smoothing", Default::Int(0));

/// Declares metric classes: the class, its parameters, the loss function and the default name.
macro_rules! means_of_losses {
    ($($(#[$doc:meta])* $id:ident = $class:literal $signature:expr, $function:literal as $name:literal, $text:literal;)*) => {
        $($(#[$doc])*
        pub static $id: ClassDecl = ClassDecl {
            name: $class,
            aliases: &[],
            bases: &["MeanMetricWrapper", "Mean", "Metric"],
            signature: $signature,
            doc: $text,
            new: |_, args| mean_of(&$id, args, $function, $name),
            methods: &[],
        };)*
    };
}

means_of_losses! {
    /// `keras.metrics.BinaryCrossentropy`.
    BINARY = "BinaryCrossentropy" Signature::new(&[NAME, DTYPE, FROM_LOGITS, SMOOTHING]),
        "binary_crossentropy" as "binary_crossentropy", "Mean cross-entropy of yes-or-no targets.";
    /// `keras.metrics.CategoricalCrossentropy`.
    CATEGORICAL = "CategoricalCrossentropy" Signature::new(&[NAME, DTYPE, FROM_LOGITS, SMOOTHING, AXIS]),
        "categorical_crossentropy" as "categorical_crossentropy", "Mean cross-entropy of one-hot targets.";
    /// `keras.metrics.SparseCategoricalCrossentropy`.
    SPARSE = "SparseCategoricalCrossentropy" Signature::new(&[NAME, DTYPE, FROM_LOGITS, IGNORE, AXIS]),
        "sparse_categorical_crossentropy" as "sparse_categorical_crossentropy", "Mean cross-entropy of class numbers.";
    /// `keras.metrics.KLDivergence`.
    KL = "KLDivergence" Signature::new(COMMON),
        "kl_divergence" as "kl_divergence", "Mean Kullback–Leibler divergence of the prediction from the target.";
    /// `keras.metrics.Poisson`.
    POISSON = "Poisson" Signature::new(COMMON),
        "poisson" as "poisson", "Mean negative log-likelihood of counts with the predicted rate.";
    /// `keras.metrics.MeanSquaredError`.
    MSE = "MeanSquaredError" Signature::new(COMMON),
        "mean_squared_error" as "mean_squared_error", "Mean of squared differences.";
    /// `keras.metrics.MeanAbsoluteError`.
    MAE = "MeanAbsoluteError" Signature::new(COMMON),
        "mean_absolute_error" as "mean_absolute_error", "Mean of absolute differences.";
    /// `keras.metrics.MeanAbsolutePercentageError`.
    MAPE = "MeanAbsolutePercentageError" Signature::new(COMMON),
        "mean_absolute_percentage_error" as "mean_absolute_percentage_error",
        "Mean of absolute differences in percent of the target.";
    /// `keras.metrics.MeanSquaredLogarithmicError`.
    MSLE = "MeanSquaredLogarithmicError" Signature::new(COMMON),
        "mean_squared_logarithmic_error" as "mean_squared_logarithmic_error",
        "Mean of squared differences of logarithms.";
    /// `keras.metrics.LogCoshError`.
    LOG_COSH = "LogCoshError" Signature::new(COMMON),
        "log_cosh" as "logcosh", "Mean logarithm of the hyperbolic cosine of the difference.";
    /// `keras.metrics.Hinge`.
    HINGE = "Hinge" Signature::new(COMMON),
        "hinge" as "hinge", "Mean of what is missing to a margin of 1, for targets of −1 and 1.";
    /// `keras.metrics.SquaredHinge`.
    SQUARED_HINGE = "SquaredHinge" Signature::new(COMMON),
        "squared_hinge" as "squared_hinge", "Mean square of what is missing to a margin of 1.";
    /// `keras.metrics.CategoricalHinge`.
    CATEGORICAL_HINGE = "CategoricalHinge" Signature::new(COMMON),
        "categorical_hinge" as "categorical_hinge",
        "By how much, on average, the best wrong class comes within 1 of the right one.";
}
