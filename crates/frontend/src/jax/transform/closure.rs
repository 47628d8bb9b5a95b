//! `jax.closure_convert`.

use std::rc::Rc;

use keramos_ir::Function;

use super::callee::name_of;
use super::selection::Selected;
use super::stage::{Others, Outputs, Staging};
use super::transformed::{call_traced, check_callable};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::{Args, Bound, FunctionDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::tree::{TreeDef, difference};
use crate::value::{Object, Value};

static CLOSURE_CONVERT: FunctionDecl = FunctionDecl {
    name: "closure_convert",
    signature: Signature::new(&[Param::required("fun"), Param::variadic("example_args")]),
    doc: "The function with the arrays that it closes over as further arguments, and those arrays.",
    call: convert,
};

/// The functions of this file.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = &[&CLOSURE_CONVERT];

/// A function that takes what it closed over as arguments.
#[derive(Debug)]
struct Converted {
    function: Function,
    /// The arguments of the function as it was.
    inputs: TreeDef,
    out: Outputs,
    /// What the function closed over; `None` for what is an argument now.
    captures: Vec<Option<Tensor>>,
}

fn convert(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let function = args.get("fun")?.clone();
    check_callable("jax.closure_convert", &function)?;
    let examples = args.get("example_args")?.elements().unwrap_or_default();
    let positions = (0..examples.len()).collect();
    let selected = Selected::new(interp, "closure_convert", &function, Args::positional(examples), positions)?;
    let name = name_of(&function);
    let staging = Staging {
        what: "jax.closure_convert",
        name: &name,
        differentiated: false,
        others: Others::Convert,
        point: None,
    };
    let staged = interp.stage(staging, &selected.avals(), |interp, leaves| selected.call(interp, &function, leaves))?;
    if !staged.assigned.is_empty() {
        return Err(Error::unsupported(format!("jax.closure_convert of `{name}`, which changes variables")));
    }
    let (mut captures, mut hoisted) = (Vec::new(), Vec::new());
    for capture in staged.captures {
        match capture.dtype().is_inexact() {
            true => {
                hoisted.push(Value::Tensor(capture));
                captures.push(None);
            }
            false => captures.push(Some(capture)),
        }
    }
    let inputs = TreeDef::tuple(selected.defs);
    let converted = Converted { function: staged.function, inputs, out: staged.out, captures };
    Ok(Value::tuple(vec![Value::User(Rc::new(converted)), Value::list(hoisted)]))
}

impl Object for Converted {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let this = self.clone();
        call_traced(interp, &Value::User(self), "closure_convert", args, |interp, args| this.run(interp, args))
    }
}

impl Converted {
    fn run(&self, interp: &mut Interp, args: Args) -> Result<Value> {
        let count = self.inputs.children().len();
        let mut given = args.positional;
        let constants = given.split_off(count.min(given.len()));
        let (leaves, def) = interp.flatten(&Value::tuple(given))?;
        if let Some((path, found, wanted)) = difference(&def, &self.inputs) {
            return Err(Error::ty(
                "a function of jax.closure_convert is called with other arguments than the examples",
            )
            .note(format!("`args{path}` is {found}, it was {wanted}")));
        }
        let wanted = self.captures.iter().filter(|capture| capture.is_none()).count();
        if constants.len() != wanted {
            return Err(Error::ty(format!(
                "a function of jax.closure_convert takes {wanted} hoisted constants after its arguments, {} are given",
                constants.len()
            ))
            .help("converted, constants = jax.closure_convert(f, x); converted(x, *constants)"));
        }
        let mut operands = leaves.iter().map(|leaf| interp.leaf_tensor(leaf)).collect::<Result<Vec<_>>>()?;
        let mut constants = constants.iter();
        for capture in &self.captures {
            operands.push(match (capture, constants.as_slice()) {
                (Some(capture), _) => capture.clone(),
                (None, [first, ..]) => {
                    constants.next();
                    interp.leaf_tensor(first)?
                }
                (None, []) => return Err(Error::internal("a constant is missing")),
            });
        }
        let mut results = interp.apply(&self.function, &operands)?;
        self.out.tree(interp, &mut results)
    }
}
