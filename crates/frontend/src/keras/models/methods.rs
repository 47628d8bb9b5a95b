//! Methods of all models: configuration is recorded for the artifact, runs are the runtime's.

use std::rc::Rc;

use super::{given, on_data};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{LayerObject, layer_of};
use crate::keras::optimizers;
use crate::library::{Args, Default, MethodDecl, Param, Signature};
use crate::value::{Host, ObjectRef, Value, downcast};

/// The methods of every model.
pub const METHODS: &[MethodDecl] = &[
    MethodDecl {
        name: "compile",
        signature: Signature::new(&[
            Param::new("optimizer", Default::Str("rmsprop")),
            Param::new("loss", Default::None),
            Param::new("loss_weights", Default::None),
            Param::new("metrics", Default::None),
            Param::new("weighted_metrics", Default::None),
            Param::new("run_eagerly", Default::Bool(false)),
            Param::new("steps_per_execution", Default::Int(1)),
            Param::new("jit_compile", Default::Str("auto")),
            Param::new("auto_scale_loss", Default::Bool(true)),
        ]),
        doc: "Records optimizer, losses and metrics; the artifact gets training and evaluation entry points.",
        call: |interp, object, args| {
            let model = model(object)?;
            let named = given::names(args);
            // Small gradients would vanish in this policy, which Keras knows.
            if args.bool("auto_scale_loss")? && &*model.policy.borrow().name == "mixed_float16" {
                let scaled = optimizers::scaled(interp, &args.get("optimizer")?.clone())?;
                args.set("optimizer", scaled);
            }
            *model.recorded.compile.borrow_mut() = Some(args.clone());
            model.recorded.compiled_at.set(Some(interp.span));
            interp.models.push(model);
            named.map(|()| Value::None)
        },
    },
    MethodDecl {
        name: "fit",
        signature: Signature::new(&[
            Param::new("x", Default::None),
            Param::new("y", Default::None),
            Param::new("batch_size", Default::None),
            Param::new("epochs", Default::Int(1)),
            Param::new("verbose", Default::Str("auto")),
            Param::new("callbacks", Default::None),
            Param::new("validation_split", Default::Float(0.0)),
            Param::new("validation_data", Default::None),
            Param::new("shuffle", Default::Bool(true)),
            Param::new("class_weight", Default::None),
            Param::new("sample_weight", Default::None),
            Param::new("initial_epoch", Default::Int(0)),
            Param::new("steps_per_epoch", Default::None),
            Param::new("validation_steps", Default::None),
            Param::new("validation_batch_size", Default::None),
            Param::new("validation_freq", Default::Int(1)),
        ]),
        doc: "Records the training configuration; the data is supplied to the runtime.",
        call: |interp, object, args| {
            let model = model(object)?;
            if model.recorded.compile.borrow().is_none() {
                return Err(Error::new(
                    crate::diagnostics::codes::TRAINING_CONFIG,
                    format!("model `{}` is fitted before it is compiled", model.name()),
                )
                .help("call model.compile(optimizer=..., loss=...) first"));
            }
            given::data(args)?;
            on_data::build_on(interp, &model, args, "x")?;
            *model.recorded.fit.borrow_mut() = Some(args.clone());
            model.recorded.fitted_at.set(Some(interp.span));
            interp.models.push(model);
            Ok(host(interp, "the history of fit()"))
        },
    },
    MethodDecl {
        name: "evaluate",
        signature: Signature::new(&[
            Param::new("x", Default::None),
            Param::new("y", Default::None),
            Param::new("batch_size", Default::None),
            Param::new("verbose", Default::Str("auto")),
            Param::new("sample_weight", Default::None),
            Param::new("steps", Default::None),
            Param::new("callbacks", Default::None),
            Param::new("return_dict", Default::Bool(false)),
            Param::keywords("kwargs"),
        ]),
        doc: "A run-time operation (`keramos-run evaluate`); its result is a host value.",
        call: |interp, object, args| {
            let model = model(object)?;
            given::data(args)?;
            on_data::build_on(interp, &model, args, "x")?;
            *model.recorded.evaluate.borrow_mut() = Some(args.clone());
            Ok(host(interp, "the result of evaluate()"))
        },
    },
    MethodDecl {
        name: "predict",
        signature: Signature::new(&[
            Param::required("x"),
            Param::new("batch_size", Default::None),
            Param::new("verbose", Default::Str("auto")),
            Param::new("steps", Default::None),
            Param::new("callbacks", Default::None),
        ]),
        doc: "A run-time operation (`keramos-run predict`); its result is a host value.",
        call: |interp, object, args| {
            given::data(args)?;
            let model = model(object)?;
            on_data::called(interp, &model, &Args::positional(vec![args.get("x")?.clone()]));
            Ok(host(interp, "the result of predict()"))
        },
    },
    MethodDecl {
        name: "save",
        signature: Signature::new(&[Param::variadic("args"), Param::keywords("kwargs")]),
        doc: "A run-time operation; `load_model` of the same file gives the model.",
        call: |interp, object, args| {
            if let Some([Value::Str(path), ..]) = args.get("args")?.elements().as_deref() {
                let model = model(object)?;
                interp.saved.push((path.clone(), model));
            }
            Ok(Value::None)
        },
    },
    MethodDecl {
        name: "save_weights",
        signature: Signature::new(&[Param::variadic("args"), Param::keywords("kwargs")]),
        doc: "A run-time operation; nothing happens at compile time.",
        call: |_, _, _| Ok(Value::None),
    },
    MethodDecl {
        name: "load_weights",
        signature: Signature::new(&[Param::required("filepath"), Param::variadic("args"), Param::keywords("kwargs")]),
        doc: "Weights are read when compiling (`--weights`); what the run saved is the runtime's.",
        call: |interp, object, _| {
            let model = model(object)?;
            if model.recorded.fit.borrow().is_none() {
                let message = format!("the weights of `{}` come from a file that is not read here", model.name());
                interp.warn(
                    Diagnostic::warning(codes::HOST_VALUE, interp.span, message)
                        .note("they start as the layers' initializers say")
                        .help("pass the file when compiling: --weights model.weights.h5"),
                );
            }
            Ok(Value::None)
        },
    },
    MethodDecl {
        name: "train_on_batch",
        signature: Signature::new(&[Param::variadic("args"), Param::keywords("kwargs")]),
        doc: "A run-time operation (`keramos-run train`); its result is a host value.",
        call: |interp, _, _| Ok(host(interp, "the result of train_on_batch()")),
    },
    MethodDecl {
        name: "test_on_batch",
        signature: Signature::new(&[Param::variadic("args"), Param::keywords("kwargs")]),
        doc: "A run-time operation (`keramos-run evaluate`); its result is a host value.",
        call: |interp, _, _| Ok(host(interp, "the result of test_on_batch()")),
    },
    MethodDecl {
        name: "predict_on_batch",
        signature: Signature::new(&[Param::variadic("args"), Param::keywords("kwargs")]),
        doc: "A run-time operation (`keramos-run predict`); its result is a host value.",
        call: |interp, _, _| Ok(host(interp, "the result of predict_on_batch()")),
    },
    MethodDecl {
        name: "to_json",
        signature: Signature::new(&[Param::keywords("kwargs")]),
        doc: "The model's description: a host value.",
        call: |interp, _, _| Ok(host(interp, "the result of to_json()")),
    },
    MethodDecl {
        name: "export",
        signature: Signature::new(&[Param::variadic("args"), Param::keywords("kwargs")]),
        doc: "A run-time operation; nothing happens at compile time.",
        call: |_, _, _| Ok(Value::None),
    },
    MethodDecl {
        name: "summary",
        signature: Signature::new(&[Param::variadic("args"), Param::keywords("kwargs")]),
        doc: "Notes that the compiler is to print the layer table.",
        call: |interp, object, _| {
            let model = model(object)?;
            interp.summaries.push(model.clone());
            interp.models.push(model);
            Ok(Value::None)
        },
    },
    MethodDecl {
        name: "get_layer",
        signature: Signature::new(&[Param::new("name", Default::None), Param::new("index", Default::None)]),
        doc: "The layer of the given name or index.",
        call: |interp, object, args| {
            let model = model(object)?;
            let layers = super::listed(interp, &model)?;
            let name_of = |value: &Value| layer_of(value).map(|layer| layer.name());
            let names: Vec<Rc<str>> = layers.iter().filter_map(name_of).collect();
            let (found, wanted, near) = match args.some("index")? {
                Some(_) => {
                    let index = args.usize("index")?;
                    (layers.get(index).cloned(), format!("number {index}"), None)
                }
                None => {
                    let name = args.str("name")?;
                    let found = layers.iter().find(|l| name_of(l).as_ref() == Some(&name)).cloned();
                    (found, format!("`{name}`"), did_you_mean(&name, names.iter().map(|name| &**name)))
                }
            };
            found.ok_or_else(|| {
                let error = Error::argument(format!("model `{}` has no layer {wanted}", model.name()))
                    .note(format!("its layers are {}", names.join(", ")));
                match near {
                    Some(near) => error.help(near),
                    None => error,
                }
            })
        },
    },
    MethodDecl {
        name: "count_params",
        signature: Signature::EMPTY,
        doc: "The number of weights' elements.",
        call: |interp, object, _| {
            let model = model(object)?;
            let count: usize = model.all_weights(interp).iter().map(|&id| interp.variables.get(id).ty.size()).sum();
            Ok(Value::Int(count as i64))
        },
    },
];

fn model(object: &ObjectRef) -> Result<Rc<LayerObject>> {
    downcast::<LayerObject>(object).ok_or_else(|| Error::internal("a model's method on another object"))
}

fn host(interp: &Interp, what: &str) -> Value {
    Value::Host(Host::new(what, Some(interp.span)))
}
