//! `Resizing`.

use crate::error::Result;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, DATA_FORMAT, flag, string};
use crate::library::{ClassDecl, Default, Param, Signature};
use crate::ops::{Aspect, Resampling};
use crate::value::Value;

pub(in crate::keras::layers) static RESIZING: ClassDecl = ClassDecl {
    name: "Resizing",
    aliases: &[],
    bases: &["Layer"],
    signature: Signature::new(&[
        Param::required("height"),
        Param::required("width"),
        string("interpolation", "bilinear"),
        flag("crop_to_aspect_ratio", false),
        flag("pad_to_aspect_ratio", false),
        string("fill_mode", "constant"),
        Param::new("fill_value", Default::Float(0.0)),
        flag("antialias", false),
        DATA_FORMAT,
    ])
    .with(COMMON),
    doc: "Images in another size.",
    new: |interp, args| {
        let layer = Resizing {
            size: (common::positive(args, "height")?, common::positive(args, "width")?),
            method: common::interpolation(args)?,
            aspect: common::aspect(args)?,
            antialias: args.bool("antialias")?,
            channels_last: common::channels_last(args)?,
        };
        LayerObject::value(interp, &RESIZING, args, layer)
    },
    methods: &[],
};

#[derive(Debug)]
struct Resizing {
    size: (usize, usize),
    method: Resampling,
    aspect: Aspect,
    antialias: bool,
    channels_last: bool,
}

impl Layer for Resizing {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        let t = &mut cx.interp.tracer;
        let y = t.resize_images(&x, self.size, self.channels_last, self.method, self.antialias, self.aspect)?;
        if y.dtype() == x.dtype() {
            return Ok(Value::Tensor(y));
        }
        // Whole numbers stay whole, within their range.
        let rounded = t.rint(&y)?;
        let bits = x.dtype().bits() as i32;
        let (low, high) = match x.dtype().is_unsigned_int() {
            true => (0.0, 2f64.powi(bits) - 1.0),
            false => (-2f64.powi(bits - 1), 2f64.powi(bits - 1) - 1.0),
        };
        let inside = t.clip(&rounded, low, high)?;
        Ok(Value::Tensor(t.convert(&inside, x.dtype())?))
    }
}
