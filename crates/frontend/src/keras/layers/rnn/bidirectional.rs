//! `Bidirectional`.

use std::rc::Rc;

use super::recurrent::Recurrent;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::initializers;
use crate::keras::layer::{Build, COMMON, Call, Layer, LayerObject, Masks};
use crate::keras::layers::common::{self, none};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{Args, Bound, ClassDecl, Default, Param, Signature};
use crate::value::{Value, downcast};

pub(in crate::keras::layers) static BIDIRECTIONAL: ClassDecl = ClassDecl {
    name: "Bidirectional",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[
        Param::required("layer"),
        Param::new("merge_mode", Default::Str("concat")),
        none("weights"),
        none("backward_layer"),
    ])
    .with(COMMON),
    doc: "Two recurrent layers, one forwards and one backwards, with their outputs merged.",
    new,
    methods: &[super::recurrent::RESET],
};

#[derive(Debug)]
struct Bidirectional {
    forward: Rc<LayerObject>,
    backward: Rc<LayerObject>,
    /// How outputs are merged; none keeps both.
    merge: Option<&'static str>,
    return_sequences: bool,
    return_state: bool,
}

fn new(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    common::reject(args, &["weights"])?;
    let merge = match args.some("merge_mode")? {
        None => None,
        Some(_) => Some(args.one_of("merge_mode", &["sum", "mul", "ave", "concat"])?),
    };
    let layer = recurrent(args, "layer")?;
    let forward = another(interp, &layer, "forward", false)?;
    let backward = match args.some("backward_layer")? {
        None => another(interp, &layer, "backward", true)?,
        Some(_) => recurrent(args, "backward_layer")?,
    };
    let (ahead, back) = (kind(&forward)?, kind(&backward)?);
    if ahead.go_backwards == back.go_backwards {
        let message = "the forward and the backward layer of Bidirectional() must differ in `go_backwards`";
        return Err(Error::argument(message));
    }
    if (ahead.return_sequences, ahead.return_state) != (back.return_sequences, back.return_state) {
        let message =
            "the forward and the backward layer of Bidirectional() must agree in `return_sequences` and `return_state`";
        return Err(Error::argument(message));
    }
    // Steps that do not count have to give 0, or merged outputs would mix different ends.
    ahead.zero_output.set(ahead.return_sequences);
    back.zero_output.set(back.return_sequences);
    let (return_sequences, return_state) = (ahead.return_sequences, ahead.return_state);
    let sublayers = [("forward_layer", forward.clone()), ("backward_layer", backward.clone())];
    let layer = Bidirectional { forward, backward, merge, return_sequences, return_state };
    let object = LayerObject::create(interp, &BIDIRECTIONAL, args, layer)?;
    object.sublayers.borrow_mut().extend(sublayers.map(|(name, layer)| (Rc::from(name), layer)));
    Ok(Value::Object(object))
}

fn kind(layer: &Rc<LayerObject>) -> Result<&Recurrent> {
    layer.kind::<Recurrent>().ok_or_else(|| Error::internal("a recurrent layer is none"))
}

fn recurrent(args: &Bound, name: &str) -> Result<Rc<LayerObject>> {
    let found = match args.get(name)? {
        Value::Object(object) => downcast::<LayerObject>(object).filter(|l| l.kind::<Recurrent>().is_some()),
        _ => None,
    };
    found.ok_or_else(|| args.invalid(name, "a recurrent layer such as LSTM(32)"))
}

/// A new layer with the configuration of `layer`: initializers that were made without a seed draw new ones.
fn another(interp: &mut Interp, layer: &Rc<LayerObject>, direction: &str, backwards: bool) -> Result<Rc<LayerObject>> {
    let class = layer.class.filter(|class| class.signature.iter().any(|param| param.name == "units"));
    let class = class.ok_or_else(|| {
        Error::unsupported(format!("Bidirectional() of {} is not supported yet", layer.class_name))
            .help("use SimpleRNN, LSTM or GRU")
    })?;
    let own = layer.name();
    let own = own.strip_prefix(&format!("{direction}_")).unwrap_or(&own).to_owned();
    let mut keywords = Vec::new();
    for (param, value) in kind(layer)?.args.iter() {
        let value = match param.name {
            "name" => Value::str(format!("{direction}_{own}")),
            "dtype" => layer.policy.borrow().value(),
            "go_backwards" if backwards => Value::Bool(true),
            name if name.ends_with("_initializer") => initializers::again(value),
            _ => value.clone(),
        };
        keywords.push((param.name, value));
    }
    common::make(interp, class, keywords)
}

impl Layer for Bidirectional {
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()> {
        let sequence = inputs.get(..1).unwrap_or_default();
        self.forward.build(build.interp, sequence)?;
        self.backward.build(build.interp, sequence)
    }

    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        let mask = cx.optional(2, "mask");
        let implicit = match &mask {
            Some(mask) => Some(cx.interp.to_tensor(mask)?),
            None => x.mask().cloned(),
        };
        let initial = cx.optional(1, "initial_state").and_then(|states| states.elements());
        let mut halves = match initial {
            None => [None, None],
            Some(mut states) => {
                let second = states.split_off(states.len() / 2);
                [Some(Value::list(states)), Some(Value::list(second))]
            }
        };
        let mut run = |layer: &Rc<LayerObject>, states: Option<Value>| -> Result<Vec<Value>> {
            let mut args = Args::positional(vec![Value::Tensor(x.clone())]);
            args.keywords.extend(states.map(|states| ("initial_state".into(), states)));
            args.keywords.extend(mask.clone().map(|mask| ("mask".into(), mask)));
            let called = LayerObject::call(layer, cx.interp, args)?;
            Ok(if self.return_state { called.elements().unwrap_or_default() } else { vec![called] })
        };
        let (mut ahead, mut back) = (run(&self.forward, halves[0].take())?, run(&self.backward, halves[1].take())?);
        let states: Vec<Value> = ahead.split_off(1).into_iter().chain(back.split_off(1)).collect();
        let [y, reversed] = [ahead, back].map(|values| values.into_iter().next().unwrap_or(Value::None));
        let (y, mut reversed) = (cx.interp.to_tensor(&y)?, cx.interp.to_tensor(&reversed)?);
        let t = &mut cx.interp.tracer;
        if self.return_sequences {
            reversed = t.reverse(&reversed, &[1])?;
        }
        let merged = match self.merge {
            None => None,
            Some("concat") => Some(t.concatenate(&[y.clone(), reversed.clone()], y.rank() - 1)?),
            Some("mul") => Some(t.mul(&y, &reversed)?),
            Some(how) => {
                let sum = t.add(&y, &reversed)?;
                Some(if how == "ave" { t.div_scalar(&sum, 2.0)? } else { sum })
            }
        };
        let kept = implicit.filter(|_| self.return_sequences);
        let outputs = match merged {
            Some(merged) => vec![merged],
            None => vec![y, reversed],
        };
        let outputs: Vec<Value> = outputs.into_iter().map(|y| Value::Tensor(y.with_mask(kept.clone()))).collect();
        let all: Vec<Value> = outputs.into_iter().chain(states).collect();
        Ok(match <[Value; 1]>::try_from(all) {
            Ok([one]) => one,
            Err(all) => Value::tuple(all),
        })
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        common::expect_rank(layer, inputs.get(..1).unwrap_or_default(), 3, "(batch, steps, features)")
    }

    fn masks(&self) -> Masks {
        Masks::Own
    }
}
