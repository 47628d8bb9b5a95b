//! `Lambda`.

use crate::error::Result;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, none};
use crate::library::{Args, ClassDecl, Param, Signature};
use crate::value::Value;

pub(in crate::keras::layers) static LAMBDA: ClassDecl = ClassDecl {
    name: "Lambda",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[Param::required("function"), none("output_shape"), none("mask"), none("arguments")])
        .with(COMMON),
    doc: "Applies a function of the program; `arguments` are passed by name.",
    new: |interp, args| {
        common::reject(args, &["mask"])?;
        let arguments = match args.some("arguments")? {
            None => Vec::new(),
            Some(Value::Dict(entries)) => {
                let named = |(k, v): (&crate::value::Key, &Value)| match k.value() {
                    Value::Str(name) => Some((name.clone(), v.clone())),
                    _ => None,
                };
                let found: Option<Vec<_>> = entries.borrow().iter().map(named).collect();
                found.ok_or_else(|| args.invalid("arguments", "a dict with names as keys"))?
            }
            Some(_) => return Err(args.invalid("arguments", "a dict")),
        };
        let function = args.get("function")?.clone();
        LayerObject::value(interp, &LAMBDA, args, Lambda { function, arguments })
    },
    methods: &[],
};

#[derive(Debug)]
struct Lambda {
    function: Value,
    arguments: Vec<(std::rc::Rc<str>, Value)>,
}

impl Layer for Lambda {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let mut args: Args = cx.args.clone();
        args.keywords.extend(self.arguments.iter().cloned());
        cx.interp.call(&self.function, args)
    }
}
