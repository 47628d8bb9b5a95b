//! NumPy's arrays that the program changes in place.
//!
//! Arrays of the language do not change. An array that NumPy makes and a name of the program holds which some
//! statement assigns elements of (`mask[2:] = 1`) is kept in a [`NumpyArray`]: every holder sees a change, a basic
//! index gives a view, and whatever computes with it gets the present elements ([`Interp::plain`]).

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use keramos_ir::{Array, Buffer, elements};

use super::Interp;
use super::attribute::user;
use super::exceptions::raise;
use super::noted_arrays::Noted;
use super::operators::number::{self, Number};
use super::subscript::Selection;
use super::tensor::{element, is_tensor};
use crate::error::{Error, Result};
use crate::library::Args;
use crate::ops::canonical;
use crate::syntax::ast::{Expr, ExprKind, Stmt, StmtKind, Symbol, Target, TargetKind};
use crate::value::host::Known;
use crate::value::{Host, Object, Value};

/// What evaluation knows of arrays that are changed in place.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The names, also of attributes, that elements are assigned through somewhere in the file.
    names: HashSet<Symbol>,
    /// Arrays that NumPy made.
    made: Noted,
    /// Arrays of JAX whose element type came from Python's numbers only, and yields in promotion.
    weak: Noted,
    /// Whether there are such arrays.
    any: bool,
    /// Whether a function of NumPy is being computed.
    pub(super) computes: bool,
}

/// An array that may change.
#[derive(Debug)]
pub(crate) struct NumpyArray {
    /// The elements, or a value of the run once the run has changed some; empty for a view.
    content: RefCell<Value>,
    /// What this is a part of, and which.
    part: Option<(Rc<NumpyArray>, Value)>,
}

impl Object for NumpyArray {
    fn class_name(&self) -> Rc<str> {
        "ndarray".into()
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        if matches!(name, "sort" | "resize" | "put" | "itemset" | "partition") {
            let message = format!("`.{name}` of a NumPy array that the program changes in place is not supported");
            return Err(Error::unsupported(message));
        }
        if name == "fill" {
            return Ok(Some(Value::User(Rc::new(Fill(self)))));
        }
        let plain = self.plain(interp)?;
        let found = interp.find_attribute(&plain, name)?;
        Ok(found)
    }

    fn repr(&self) -> String {
        match &*self.content.borrow() {
            Value::Array(array) => super::text::numpy_repr(array),
            _ => "<ndarray>".to_owned(),
        }
    }
}

/// `array.fill`.
#[derive(Debug)]
struct Fill(Rc<NumpyArray>);

impl Object for Fill {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let value = args.positional.first().cloned().unwrap_or(Value::None);
        self.0.write(interp, &Value::Ellipsis, value)?;
        Ok(Value::None)
    }
}

impl Written {
    /// What the statements of a file assign elements of.
    pub(super) fn by(block: &[Stmt]) -> Self {
        let mut written = Written::default();
        written.block(block);
        written
    }

    fn block(&mut self, block: &[Stmt]) {
        block.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Assign { targets, .. } => targets.iter().for_each(|target| self.target(target)),
            StmtKind::AugAssign { target, .. } => self.target(target),
            StmtKind::For { target, .. } => self.target(target),
            StmtKind::Function(function) => self.block(&function.body),
            StmtKind::Class(class) => self.block(&class.body),
            _ => {}
        }
        stmt.kind.blocks().for_each(|block| self.block(block));
    }

    fn target(&mut self, target: &Target) {
        match &target.kind {
            TargetKind::Subscript { object, .. } => self.holder(object),
            TargetKind::Unpack(targets) => targets.iter().for_each(|target| self.target(target)),
            TargetKind::Starred(inner) => self.target(inner),
            _ => {}
        }
    }

    fn holder(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => drop(self.names.insert(name.clone())),
            ExprKind::Attribute { name, .. } => drop(self.names.insert(name.name.clone())),
            ExprKind::Subscript { object, .. } => self.holder(object),
            _ => {}
        }
    }

    /// Whether NumPy made the array.
    pub(crate) fn is_made(&self, array: &Rc<Array>) -> bool {
        self.made.has(array)
    }

    /// Whether the array's element type is weak.
    pub(crate) fn is_weak(&self, array: &Rc<Array>) -> bool {
        self.weak.has(array)
    }
}

/// Makes a value of the run of an array that may change; false if the value is none.
pub(super) fn forget(value: &Value, unknown: &Value) -> bool {
    let Some(array) = user::<NumpyArray>(value) else { return false };
    array.forget(unknown);
    // Its holders need not lose it: its type stays known.
    false
}

impl NumpyArray {
    /// The present elements: a constant array, or a value of the run.
    fn plain(&self, interp: &mut Interp) -> Result<Value> {
        match &self.part {
            Some((whole, index)) => {
                let whole = whole.plain(interp)?;
                let part = interp.get_item(&whole, index)?;
                interp.concrete(&part)
            }
            None => Ok(self.content.borrow().clone()),
        }
    }

    fn forget(&self, unknown: &Value) {
        if let Some((whole, _)) = &self.part {
            return whole.forget(unknown);
        }
        let mut content = self.content.borrow_mut();
        if let (Value::Array(array), Value::Host(host)) = (&*content, unknown) {
            let mut ty = array.ty().clone();
            ty.dtype = canonical(ty.dtype, false);
            *content = Value::Host(host.know(Known::Array(ty)));
        }
    }

    /// `self[index] = new`.
    fn write(&self, interp: &mut Interp, index: &Value, new: Value) -> Result<()> {
        let new = interp.plain(&new)?;
        let new = interp.concrete(&new)?;
        let index = interp.plain(index)?;
        let mut unknown = None;
        for value in [&index, &new] {
            value.for_each_leaf(&mut |leaf| match leaf {
                Value::Host(host) => unknown = Some(host.clone()),
                _ if crate::keras::variable::behind(leaf).is_some() => unknown = Some(interp.unknown(leaf)),
                _ => {}
            });
            if let Value::Slice(bounds) = value
                && let Some(Value::Host(host)) = bounds.iter().find(|bound| matches!(bound, Value::Host(_)))
            {
                unknown = Some(host.clone());
            }
        }
        if let Some(host) = unknown {
            self.forget(&Value::Host(host.derived()));
            return Ok(());
        }
        if let Value::Tensor(_) | Value::Symbolic(_) = &new {
            return Err(Error::ty(format!("a {} cannot be put into a NumPy array", new.type_name()))
                .note("a NumPy array holds numbers, and those of a tensor are only known at run time")
                .help("make the array with keras.ops or jax.numpy, and `x = x.at[index].set(value)` of it"));
        }
        match &self.part {
            Some((whole, at)) => {
                let part = self.plain(interp)?;
                let Value::Array(part) = part else { return Ok(()) };
                let changed = interp.with_elements(&part, &index, &new)?;
                whole.write(interp, at, Value::Array(Rc::new(changed)))
            }
            None => {
                let content = self.content.borrow().clone();
                let Value::Array(array) = content else { return Ok(()) };
                let changed = interp.with_elements(&array, &index, &new)?;
                let changed = interp.fresh_array(changed);
                *self.content.borrow_mut() = changed;
                Ok(())
            }
        }
    }
}

fn is_run(value: &Value) -> bool {
    matches!(value, Value::Host(_) | Value::User(_) | Value::Object(_))
}

/// The elements that an index selects: their places in row-major order, and the shape that they have.
struct Selected {
    places: Vec<usize>,
    shape: Vec<usize>,
}

impl Interp {
    /// The value, or the present elements of an array that may change.
    ///
    /// # Errors
    /// It is a view that cannot be taken.
    pub(crate) fn plain(&mut self, value: &Value) -> Result<Value> {
        match self.eval.arrays.any.then(|| user::<NumpyArray>(value)).flatten() {
            Some(array) => array.plain(self),
            None => Ok(value.clone()),
        }
    }

    /// The arguments with the present elements of arrays that may change.
    pub(super) fn plain_args(&mut self, args: Args) -> Result<Args> {
        if !self.eval.arrays.any {
            return Ok(args);
        }
        self.spend_on_arguments(&args)?;
        let mut found = false;
        let mut look = |leaf: &Value| found |= user::<NumpyArray>(leaf).is_some();
        args.positional.iter().for_each(|v| v.for_each_leaf(&mut look));
        args.keywords.iter().for_each(|(_, v)| v.for_each_leaf(&mut look));
        if !found {
            return Ok(args);
        }
        let mut leaf = |value: &Value| self.plain(value);
        let positional = args.positional.iter().map(|v| v.map_leaves(&mut leaf)).collect::<Result<Vec<_>>>()?;
        let keywords = args.keywords.iter().map(|(n, v)| Ok((n.clone(), v.map_leaves(&mut leaf)?)));
        Ok(Args { positional, keywords: keywords.collect::<Result<Vec<_>>>()? })
    }

    /// Whether a value is an array that may change.
    pub(crate) fn has_written(&self, value: &Value) -> bool {
        self.eval.arrays.any && user::<NumpyArray>(value).is_some()
    }

    /// Notes that NumPy made an array.
    pub(crate) fn fresh_array(&mut self, array: Array) -> Value {
        let array = Value::Array(Rc::new(array));
        self.note_fresh(&array);
        array
    }

    /// Notes that an array is one that NumPy made and nothing else holds.
    pub(crate) fn note_fresh(&mut self, value: &Value) {
        let arrays = &mut self.eval.arrays;
        value.for_each_leaf(&mut |leaf| {
            if let Value::Array(array) = leaf {
                arrays.made.note(array);
            }
        });
    }

    /// An array that was computed outside of functions, with the weakness of the tensor that it was.
    pub(super) fn computed_array(&mut self, array: Array, weak: bool) -> Value {
        let array = Rc::new(array);
        if weak && !self.eval.arrays.computes {
            self.eval.arrays.weak.note(&array);
        }
        Value::Array(array)
    }

    /// Whether an operation on `operands` is NumPy's: the arrays among them are.
    pub(super) fn all_numpy(&self, operands: &[&Value]) -> bool {
        !self.eval.arrays.computes
            && !self.eval.arrays.made.is_empty()
            && operands.iter().any(|operand| self.is_numpy(operand))
            && operands.iter().all(|operand| self.is_numpy(operand) || !(is_tensor(operand) || is_run(operand)))
    }

    /// Whether a value is an array that NumPy made.
    pub(super) fn is_numpy(&self, value: &Value) -> bool {
        match value {
            Value::Array(array) => self.eval.arrays.is_made(array),
            other => user::<NumpyArray>(other).is_some(),
        }
    }

    /// What `name` holds after `name = value`: an array that may change, if the program assigns elements through
    /// that name.
    pub(super) fn writable(&mut self, name: &str, value: Value) -> Value {
        match &value {
            // Two references are those of this very assignment: nobody else holds the array.
            Value::Array(array)
                if Rc::strong_count(array) <= 2
                    && self.eval.arrays.is_made(array)
                    && self.eval.arrays.names.contains(name) =>
            {
                self.eval.arrays.any = true;
                Value::User(Rc::new(NumpyArray { content: RefCell::new(value), part: None }))
            }
            _ => value,
        }
    }

    /// `array[index]` of an array that may change: a view, if the index is basic.
    pub(super) fn view(&mut self, array: &Rc<NumpyArray>, index: &Value) -> Result<Value> {
        let basic = |index: &Value| matches!(index, Value::Int(_) | Value::Slice(_) | Value::None | Value::Ellipsis);
        let is_basic = match index {
            Value::Tuple(items) => items.iter().all(basic),
            other => basic(other),
        };
        let index = self.plain(index)?;
        let plain = array.plain(self)?;
        let item = self.get_item(&plain, &index)?;
        let item = self.concrete(&item)?;
        match &item {
            Value::Array(found) if is_basic && found.ty().rank() > 0 => {
                let part = Some((array.clone(), index));
                Ok(Value::User(Rc::new(NumpyArray { content: RefCell::new(Value::None), part })))
            }
            _ => Ok(item),
        }
    }

    /// `numpy.fill_diagonal` of a matrix; false if it is none that may change.
    pub(super) fn fill_diagonal(&mut self, matrix: &Value, value: &Value) -> bool {
        let Some(array) = user::<NumpyArray>(matrix) else { return false };
        let Ok(Value::Array(plain)) = array.plain(self) else { return false };
        let [rows, columns] = plain.ty().shape[..] else { return false };
        (0..rows.min(columns) as i64).all(|i| {
            let place = Value::tuple(vec![Value::Int(i), Value::Int(i)]);
            array.write(self, &place, value.clone()).is_ok()
        })
    }

    /// `array[index] = new`.
    pub(super) fn write_array(&mut self, array: &Rc<NumpyArray>, index: &Value, new: Value) -> Result<()> {
        array.write(self, index, new)
    }

    /// `array` with the elements that `index` selects replaced.
    fn with_elements(&mut self, array: &Array, index: &Value, new: &Value) -> Result<Array> {
        let Some(selected) = self.selected(&array.ty().shape, index)? else { return self.scattered(array, index, new) };
        self.spend(selected.places.len())?;
        let values = self.broadcast_numbers(new, &selected.shape)?;
        replaced(array, &selected.places, &values)
    }

    /// The same by JAX's rules for indices: for an index with arrays in it.
    fn scattered(&mut self, array: &Array, index: &Value, new: &Value) -> Result<Array> {
        let x = Value::Array(Rc::new(array.clone()));
        let at = self.attribute(&x, "at")?;
        let at = self.get_item(&at, index)?;
        let set = self.attribute(&at, "set")?;
        let result = self.call(&set, Args::positional(vec![new.clone()]))?;
        match self.concrete(&result)? {
            Value::Array(found) => {
                let places: Vec<usize> = (0..found.ty().size()).collect();
                let values = places.iter().filter_map(|&at| element(&found, at)).collect::<Vec<_>>();
                replaced(array, &places, &values)
            }
            _ => Err(Error::unsupported("such an index of a NumPy array that is changed in place is not supported")),
        }
    }

    /// The elements that an index of integers, slices, `None` and `...`, or one mask, selects; `None` for others.
    fn selected(&mut self, shape: &[usize], index: &Value) -> Result<Option<Selected>> {
        if let Value::Array(mask) = index
            && let Buffer::Bool(mask) = mask.data()
            && mask.len() == elements(shape)
        {
            let places: Vec<usize> = mask.iter().enumerate().filter(|(_, on)| **on).map(|(at, _)| at).collect();
            return Ok(Some(Selected { shape: vec![places.len()], places }));
        }
        let items = match index {
            Value::Tuple(items) => items.to_vec(),
            other => vec![other.clone()],
        };
        let taken = items.iter().filter(|item| !matches!(item, Value::None | Value::Ellipsis)).count();
        if taken > shape.len() {
            let message = format!("too many indices for array: array is {}-dimensional", shape.len());
            return Err(raise("IndexError", message));
        }
        let whole = Value::Slice(Rc::new([Value::None, Value::None, Value::None]));
        let rest = shape.len() - taken;
        let mut full = Vec::with_capacity(shape.len());
        let mut spread = false;
        for item in items {
            match item {
                Value::Ellipsis if !spread => {
                    spread = true;
                    full.extend(std::iter::repeat_n(whole.clone(), rest));
                }
                other => full.push(other),
            }
        }
        if !spread {
            full.extend(std::iter::repeat_n(whole, rest));
        }
        let mut selected = Selected { places: vec![0], shape: Vec::new() };
        let mut dims = shape.iter();
        for item in &full {
            if item.is_none() {
                selected.shape.push(1);
                continue;
            }
            let &length = dims.next().unwrap_or(&1);
            let positions: Vec<usize> = match item {
                Value::Slice(slice) => {
                    let positions: Vec<usize> = Selection::positions(self.selection(slice, length)?).collect();
                    selected.shape.push(positions.len());
                    positions
                }
                other => {
                    let Some(at) = number::index(other).or_else(|| crate::jax::arguments::integer(other)) else {
                        return Ok(None);
                    };
                    let shifted = if at < 0 { at + length as i64 } else { at };
                    let place = usize::try_from(shifted).ok().filter(|place| *place < length);
                    vec![place.ok_or_else(|| {
                        let message = format!("index {at} is out of bounds for axis with size {length}");
                        raise("IndexError", message)
                    })?]
                }
            };
            self.spend(selected.places.len().saturating_mul(positions.len()) / 8)?;
            let places = selected.places.iter().flat_map(|place| positions.iter().map(move |p| place * length + p));
            selected.places = places.collect();
        }
        Ok(Some(selected))
    }

    /// The numbers of a value, spread over `shape` as NumPy assigns.
    fn broadcast_numbers(&mut self, value: &Value, shape: &[usize]) -> Result<Vec<Value>> {
        let size = elements(shape);
        if Number::of(value).is_some() {
            return Ok(vec![value.clone(); size]);
        }
        let array = match value {
            Value::Array(array) => array.clone(),
            other => match crate::modules::numpy::constant(other, None)? {
                Some(array) => Rc::new(array),
                None => {
                    let name = other.type_name();
                    return Err(Error::ty(format!("a NumPy array cannot take the elements of a {name}")));
                }
            },
        };
        let mut from = array.ty().shape.clone();
        while from.len() > shape.len() && from.first() == Some(&1) {
            from.remove(0);
        }
        let ahead = shape.len().checked_sub(from.len());
        let fits = ahead.is_some_and(|ahead| from.iter().zip(&shape[ahead..]).all(|(a, b)| a == b || *a == 1));
        let Some(ahead) = ahead.filter(|_| fits) else {
            let show = |shape: &[usize]| Value::tuple(shape.iter().map(|&n| Value::Int(n as i64)).collect::<Vec<_>>());
            let (a, b) = (self.repr_of(&show(&array.ty().shape))?, self.repr_of(&show(shape))?);
            let message = format!("could not broadcast input array from shape {a} into shape {b}");
            return Err(raise("ValueError", message));
        };
        let mut strides = vec![0; shape.len()];
        let mut stride = 1;
        for (axis, &length) in from.iter().enumerate().rev() {
            strides[ahead + axis] = if length == 1 { 0 } else { stride };
            stride *= length;
        }
        let place = |mut flat: usize| {
            let mut at = 0;
            for (&length, &stride) in shape.iter().zip(&strides).rev() {
                at += (flat % length.max(1)) * stride;
                flat /= length.max(1);
            }
            at
        };
        let missing = || Error::unsupported("complex numbers in a NumPy array that is changed in place");
        let real = |flat| element(&array, place(flat)).filter(|value| Number::of(value).is_some());
        (0..size).map(|flat| real(flat).ok_or_else(missing)).collect()
    }
}

/// `array` with `values` at `places`, converted to its element type.
pub(crate) fn replaced(array: &Array, places: &[usize], values: &[Value]) -> Result<Array> {
    let number = |value: &Value| Number::of(value).map_or(Ok(0.0), |n| n.to_f64());
    let mut data = array.data().clone();
    macro_rules! put {
        ($($variant:ident: $convert:expr),*) => {
            match &mut data {
                Buffer::Bool(all) => {
                    for (&place, value) in places.iter().zip(values) {
                        if let Some(slot) = all.get_mut(place) {
                            *slot = number(value)? != 0.0;
                        }
                    }
                }
                $(Buffer::$variant(all) => {
                    for (&place, value) in places.iter().zip(values) {
                        if let Some(slot) = all.get_mut(place) {
                            *slot = $convert(value)?;
                        }
                    }
                })*
                _ => return Err(Error::unsupported(format!(
                    "a NumPy array of {} that is changed in place is not supported",
                    array.ty().dtype.numpy_name()
                ))),
            }
        };
    }
    let int = |value: &Value| number::index(value).map_or_else(|| number(value).map(|x| x as i64), Ok);
    put!(
        I8: |v| int(v).map(|n| n as i8),
        I16: |v| int(v).map(|n| n as i16),
        I32: |v| int(v).map(|n| n as i32),
        I64: int,
        U8: |v| int(v).map(|n| n as u8),
        U16: |v| int(v).map(|n| n as u16),
        U32: |v| int(v).map(|n| n as u32),
        F32: |v| number(v).map(|x| x as f32),
        F64: number
    );
    Ok(Array::new(array.ty().shape.clone(), data)?)
}

/// A host value of the same origin as `host` for an array of NumPy too large to be kept.
pub(crate) fn too_large(interp: &Interp, ty: keramos_ir::TensorType) -> Value {
    let host = Host::new(interp.describe(interp.span), Some(interp.span));
    let ty = keramos_ir::TensorType::new(canonical(ty.dtype, false), ty.shape);
    Value::Host(host.know(Known::Array(ty)))
}
