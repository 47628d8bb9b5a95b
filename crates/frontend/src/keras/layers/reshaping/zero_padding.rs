//! `ZeroPadding1D`, `ZeroPadding2D`, `ZeroPadding3D`.

use crate::error::Result;
use crate::interp::Interp;
use crate::keras::layer::{COMMON, Call, Layer, LayerObject};
use crate::keras::layers::common::{self, DATA_FORMAT};
use crate::keras::symbolic::SymbolicShape;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::value::Value;

macro_rules! zero_padding {
    ($constant:ident $class:literal $spatial:literal $default:expr, $doc:literal) => {
        pub(in crate::keras::layers) static $constant: ClassDecl = ClassDecl {
            name: $class,
            aliases: &[],
            bases: &["Layer"],
            signature: Signature::new(&[Param::new("padding", $default), DATA_FORMAT]).with(COMMON),
            doc: $doc,
            new: |interp, args| new(interp, args, &$constant, $spatial),
            methods: &[],
        };
    };
}

zero_padding!(ZERO_PADDING1D "ZeroPadding1D" 1 Default::Int(1), "Zeros before and after the steps.");
zero_padding!(ZERO_PADDING2D "ZeroPadding2D" 2 Default::Ints(&[1, 1]), "Zeros around images.");
zero_padding!(ZERO_PADDING3D "ZeroPadding3D" 3 Default::Ints(&[1, 1, 1]), "Zeros around volumes.");

#[derive(Debug)]
struct ZeroPadding {
    edges: Vec<(usize, usize)>,
    channels_last: bool,
}

fn new(interp: &mut Interp, args: &mut Bound, class: &'static ClassDecl, spatial: usize) -> Result<Value> {
    let (edges, channels_last) = (super::edges(args, "padding", spatial)?, common::channels_last(args)?);
    LayerObject::value(interp, class, args, ZeroPadding { edges, channels_last })
}

impl Layer for ZeroPadding {
    fn call(&self, cx: &mut Call<'_>) -> Result<Value> {
        let x = cx.input()?;
        let mut edges = vec![(0, 0); x.rank()];
        let first = if self.channels_last { 1 } else { 2 };
        edges[first..first + self.edges.len()].copy_from_slice(&self.edges);
        Ok(Value::Tensor(cx.interp.tracer.pad(&x, &edges, 0.0)?))
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        let spatial = self.edges.len();
        common::expect_rank(layer, inputs, spatial + 2, common::dimensions(spatial, self.channels_last))
    }
}
