//! What `compile`, `fit`, `evaluate` and `predict` are given that cannot be meant, told where they are called: names that no
//! optimizer, loss or metric has, also where the model is never built, calls without data, and lists of numbers, which are no data.

use std::rc::Rc;

use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::keras::{losses, metrics, optimizers};
use crate::library::Bound;
use crate::value::Value;

/// Looks up the names that `compile` is given.
///
/// # Errors
/// K0303: nothing has such a name; the nearest is suggested.
pub(super) fn names(args: &Bound) -> Result<()> {
    type Check = fn(&str) -> Result<()>;
    let kinds: [(&str, Check); 4] = [
        ("optimizer", optimizers::check_name),
        ("loss", losses::check_name),
        ("metrics", metrics::check_name),
        ("weighted_metrics", metrics::check_name),
    ];
    for (argument, check) in kinds {
        let mut told = Ok(());
        args.get(argument)?.for_each_leaf(&mut |leaf| {
            if let (Ok(()), Value::Str(name)) = (&told, leaf) {
                told = check(name);
            }
        });
        told?;
    }
    Ok(())
}

/// Looks at the arrays that one of the model's methods is given.
///
/// # Errors
/// K0801: there are no data, or what Keras does not take for data.
pub(super) fn data(args: &Bound) -> Result<()> {
    let method = args.function();
    if args.get("x")?.is_none() {
        return Err(Error::new(codes::TRAINING_CONFIG, format!("{method}() is called without data")).help(format!(
            "pass the arrays of the file, such as model.{method}(x); `keramos-run` takes others with --data or --input"
        )));
    }
    for name in ["x", "y", "sample_weight", "validation_data"].into_iter().filter(|name| args.has(name)) {
        let mut plain: Option<Rc<str>> = None;
        args.get(name)?.for_each_leaf(&mut |leaf| {
            if matches!(leaf, Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Str(_)) {
                plain.get_or_insert(leaf.type_name().into());
            }
        });
        if let Some(kind) = plain {
            let message = format!("`{name}` of {method}() holds Python's own values ({kind}), and Keras takes arrays");
            return Err(Error::new(codes::TRAINING_CONFIG, message)
                .note("a list or tuple stands for several inputs or outputs, one array for each")
                .help(format!("make an array of it: {name}=np.array(...)")));
        }
    }
    Ok(())
}
