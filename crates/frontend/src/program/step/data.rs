//! Data of the run while a step is traced: what they look like is learned from where they go.
//!
//! An [`Unknown`] stands for an array, or a tree of arrays, that the run gives. Unpacking and indexing tell
//! that it is a tree; a layer whose input shape is known, and a loss or metric beside predictions, tell the
//! type of an array. What was learned ends the trace, which starts again with it.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;
use keramos_ir::{DType, TensorType};

use crate::diagnostics::{Diagnostic, codes};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::classes::{Instance, UserClass};
use crate::library::Args;
use crate::modules::collections::named_tuple_class;
use crate::syntax::ast::{BinaryOp, Symbol};
use crate::trace::Tensor;
use crate::value::{Host, Key, Object, Value, downcast};

/// Data of the run.
#[derive(Debug)]
pub(crate) struct Unknown {
    /// How the program calls it.
    name: RefCell<String>,
    host: Host,
    form: RefCell<Form>,
}

/// What is known about data.
#[derive(Clone, Debug)]
enum Form {
    Nothing,
    Array(TensorType, Option<u64>),
    Tuple(Vec<Rc<Unknown>>),
    Dict(IndexMap<Key, Rc<Unknown>>),
    /// What the file reads attributes of: a named tuple of a class of its own.
    Record(Rc<UserClass>, IndexMap<Symbol, Rc<Unknown>>),
    /// Trees that the user gave, whose leaves are data.
    Given(Value),
}

impl Unknown {
    pub(in crate::program) fn new(name: impl Into<String>, host: Host) -> Rc<Unknown> {
        let form = host.array().map_or(Form::Nothing, |ty| Form::Array(ty.clone(), None));
        Rc::new(Unknown { name: RefCell::new(name.into()), host, form: RefCell::new(form) })
    }

    /// Says what the data are: a tree whose leaves have types.
    pub(super) fn give(self: &Rc<Self>, tree: &Value) {
        if let Some(argument) = super::super::function::placeholder_of(tree) {
            *self.form.borrow_mut() = Form::Array(argument, None);
            return;
        }
        let child = |name: String, value: &Value| {
            let child = Unknown::new(name, self.host.clone());
            child.give(value);
            child
        };
        let own = self.name.borrow().clone();
        let form = match tree {
            Value::Dict(entries) => {
                let children = entries.borrow();
                let children = children.iter().map(|(key, value)| {
                    let name = match key.value() {
                        Value::Str(name) => name.to_string(),
                        _ => own.clone(),
                    };
                    (key.clone(), child(name, value))
                });
                Form::Dict(children.collect())
            }
            other => match other.elements() {
                Some(elements) => {
                    let children = elements.iter().enumerate();
                    Form::Tuple(children.map(|(i, value)| child(format!("{own}[{i}]"), value)).collect())
                }
                None => Form::Given(other.clone()),
            },
        };
        *self.form.borrow_mut() = form;
    }

    /// The same data with `to` rows where there are `from`.
    pub(super) fn resized(&self, from: usize, to: usize) -> Rc<Unknown> {
        let form = match &*self.form.borrow() {
            Form::Array(ty, classes) => {
                let mut ty = ty.clone();
                ty.shape.first_mut().filter(|rows| **rows == from).into_iter().for_each(|rows| *rows = to);
                Form::Array(ty, *classes)
            }
            Form::Tuple(children) => Form::Tuple(children.iter().map(|child| child.resized(from, to)).collect()),
            Form::Dict(children) => {
                Form::Dict(children.iter().map(|(key, child)| (key.clone(), child.resized(from, to))).collect())
            }
            Form::Record(class, children) => {
                let children = children.iter().map(|(name, child)| (name.clone(), child.resized(from, to)));
                Form::Record(class.clone(), children.collect())
            }
            other => other.clone(),
        };
        Rc::new(Unknown { name: self.name.clone(), host: self.host.clone(), form: RefCell::new(form) })
    }

    /// An array of a known type.
    pub(in crate::program) fn array(name: &str, host: Host, ty: TensorType, classes: Option<u64>) -> Rc<Unknown> {
        let data = Unknown::new(name, host);
        *data.form.borrow_mut() = Form::Array(ty, classes);
        data
    }

    /// Several data in a tuple.
    pub(in crate::program) fn tuple(name: &str, host: Host, children: Vec<Rc<Unknown>>) -> Rc<Unknown> {
        let data = Unknown::new(name, host);
        *data.form.borrow_mut() = Form::Tuple(children);
        data
    }

    /// Whether of some part nothing is known yet.
    pub(in crate::program) fn has_unknown(&self) -> bool {
        match &*self.form.borrow() {
            Form::Nothing => true,
            Form::Tuple(children) => children.iter().any(|child| child.has_unknown()),
            Form::Dict(children) => children.values().any(|child| child.has_unknown()),
            Form::Record(_, children) => children.values().any(|child| child.has_unknown()),
            Form::Array(..) | Form::Given(_) => false,
        }
    }

    /// Says of the parts of which nothing is known that they are arrays of these types, those of each part together;
    /// of data that are no tuple, that they are the first part.
    pub(in crate::program) fn assume(&self, parts: &[&[TensorType]]) {
        if let Form::Tuple(children) = &*self.form.borrow() {
            children.iter().zip(parts).for_each(|(child, types)| child.assume(&[types]));
            return;
        }
        if !matches!(*self.form.borrow(), Form::Nothing) {
            return;
        }
        let form = match parts {
            [[one], ..] => Form::Array(one.clone(), None),
            [several, ..] => {
                let own = self.name.borrow().clone();
                let child = |(i, ty): (usize, &TensorType)| {
                    Unknown::array(&format!("{own}[{i}]"), self.host.clone(), ty.clone(), None)
                };
                Form::Tuple(several.iter().enumerate().map(child).collect())
            }
            [] => return,
        };
        *self.form.borrow_mut() = form;
    }

    /// Its parts, in order, with their types as far as they are known.
    pub(super) fn parts(&self, all: &mut Vec<(String, Option<TensorType>)>) {
        match &*self.form.borrow() {
            Form::Nothing => all.push((self.name.borrow().clone(), None)),
            Form::Array(ty, _) => all.push((self.name.borrow().clone(), Some(ty.clone()))),
            Form::Tuple(children) => children.iter().for_each(|child| child.parts(all)),
            Form::Dict(children) => children.values().for_each(|child| child.parts(all)),
            Form::Record(_, children) => children.values().for_each(|child| child.parts(all)),
            Form::Given(_) => {}
        }
    }

    /// The arrays that are known, in order: name, type, number of classes.
    pub(in crate::program) fn arrays(&self, all: &mut Vec<(String, TensorType, Option<u64>)>) {
        match &*self.form.borrow() {
            Form::Array(ty, classes) => all.push((self.name.borrow().clone(), ty.clone(), *classes)),
            Form::Tuple(children) => children.iter().for_each(|child| child.arrays(all)),
            Form::Dict(children) => children.values().for_each(|child| child.arrays(all)),
            Form::Record(_, children) => children.values().for_each(|child| child.arrays(all)),
            Form::Nothing | Form::Given(_) => {}
        }
    }

    /// The data as a value of the program, with the next tensors for arrays.
    pub(in crate::program) fn value(self: &Rc<Self>, tensors: &mut impl Iterator<Item = Tensor>) -> Value {
        match &*self.form.borrow() {
            Form::Nothing => Value::Object(self.clone()),
            Form::Array(..) => tensors.next().map_or(Value::None, Value::Tensor),
            Form::Tuple(children) => Value::tuple(children.iter().map(|c| c.value(tensors)).collect::<Vec<_>>()),
            Form::Dict(children) => {
                let entries: IndexMap<Key, Value> =
                    children.iter().map(|(key, child)| (key.clone(), child.value(tensors))).collect();
                Value::Dict(Rc::new(RefCell::new(entries)))
            }
            Form::Record(class, children) => {
                let values: Vec<Value> = children.values().map(|child| child.value(tensors)).collect();
                let mut instance = Instance::new(class.clone());
                instance.tuple = Some(values.into());
                Value::User(Rc::new(instance))
            }
            Form::Given(value) => value.clone(),
        }
    }

    /// Takes note that the file reads attributes of the data, of those parts that are known and of `name`.
    fn as_record(&self, name: &str) -> Result<()> {
        let mut children: IndexMap<Symbol, Rc<Unknown>> = match &*self.form.borrow() {
            Form::Record(_, children) => children.clone(),
            Form::Dict(children) => {
                let named = children.iter().filter_map(|(key, child)| match key.value() {
                    Value::Str(name) => Some((name.clone(), child.clone())),
                    _ => None,
                });
                named.collect()
            }
            _ => IndexMap::new(),
        };
        let child = || Unknown::new(name.to_owned(), self.host.clone());
        children.entry(name.into()).or_insert_with(child);
        let names: Vec<Value> = children.keys().cloned().map(Value::Str).collect();
        let class = named_tuple_class(&self.name.borrow(), &names, IndexMap::new())?;
        if let Some(class) = user::<UserClass>(&class) {
            *self.form.borrow_mut() = Form::Record(class, children);
        }
        Ok(())
    }

    /// The dicts among the values, with the data that they stand for.
    pub(super) fn dicts(self: &Rc<Self>, value: &Value, all: &mut Vec<(Value, Rc<Unknown>)>) {
        match (&*self.form.borrow(), value) {
            (Form::Dict(children), Value::Dict(entries)) => {
                all.push((value.clone(), self.clone()));
                let entries = entries.borrow();
                let inner = children.iter().filter_map(|(key, child)| Some((child, entries.get(key)?)));
                inner.for_each(|(child, value)| child.dicts(value, all));
            }
            (Form::Tuple(children), Value::Tuple(values)) => {
                children.iter().zip(values.iter()).for_each(|(child, value)| child.dicts(value, all));
            }
            (Form::Record(_, children), value) => {
                all.push((value.clone(), self.clone()));
                if let Some(values) = user::<Instance>(value).and_then(|instance| instance.tuple.clone()) {
                    children.values().zip(values.iter()).for_each(|(child, value)| child.dicts(value, all));
                }
            }
            _ => {}
        }
    }

    /// The error of data that are used before anything tells their type.
    pub(crate) fn error(&self, what: &str) -> Error {
        let name = self.name.borrow();
        let message = format!("the type of `{name}`, which only the run has, is not known where it reaches {what}");
        let error = Error::new(codes::HOST_VALUE, message);
        let error = match self.host.span() {
            Some(span) => error.label(span, "the data come from here"),
            None => error,
        };
        error.help("say what the step gets from the run: --input-shape \"(f32[32,784],i32[32])\" (types of a batch, trees as in Python)")
    }
}

/// The shape and type of an input, as far as they are known.
pub(crate) type Input = (Vec<Option<usize>>, DType);

/// The unknown data that a value is.
fn unknown(value: &Value) -> Option<Rc<Unknown>> {
    match value {
        Value::Object(object) => downcast::<Unknown>(object),
        _ => None,
    }
}

/// Ends the trace, which starts again.
fn again(interp: &mut Interp) -> Error {
    interp.steps.learned = true;
    Error::internal("a trace that starts again ended")
}

/// How often what data look like may become clearer.
const MOST_ROUNDS: usize = 256;

impl Interp {
    /// Traces with data whose types are not all known, again and again while more becomes known.
    ///
    /// # Errors
    /// Those of the last round; what the data look like cannot be made out.
    pub(in crate::program) fn learning<T>(&mut self, mut round: impl FnMut(&mut Interp) -> Result<T>) -> Result<T> {
        for _ in 0..MOST_ROUNDS {
            self.steps.learned = false;
            let mark = self.mark();
            match round(self) {
                Err(_) if self.steps.learned => self.reset(mark),
                done => return done,
            }
        }
        Err(Error::argument("what the data of the run look like cannot be made out")
            .help("say it: --input-shape \"(f32[32,784],i32[32])\""))
    }

    /// Learns from unpacking that data are a tuple.
    ///
    /// # Errors
    /// Always, if the value is unknown data: the trace starts again.
    pub(crate) fn learn_tuple(&mut self, value: &Value, names: Vec<Option<String>>) -> Result<()> {
        let Some(data) = unknown(value) else { return Ok(()) };
        let own = data.name.borrow().clone();
        let child = |(i, name): (usize, Option<String>)| {
            Unknown::new(name.unwrap_or_else(|| format!("{own}[{i}]")), data.host.clone())
        };
        *data.form.borrow_mut() = Form::Tuple(names.into_iter().enumerate().map(child).collect());
        Err(again(self))
    }

    /// Learns from indexing that data are a tuple or a dict.
    ///
    /// # Errors
    /// Always, if the value is unknown data: the trace starts again, or the index tells nothing.
    pub(crate) fn learn_item(&mut self, value: &Value, index: &Value) -> Result<()> {
        let Some(data) = unknown(value) else { return Ok(()) };
        let own = data.name.borrow().clone();
        match index {
            Value::Str(name) => {
                let child = Unknown::new(name.to_string(), data.host.clone());
                let entries = IndexMap::from([(Key::name(name.clone()), child)]);
                *data.form.borrow_mut() = Form::Dict(entries);
            }
            Value::Int(i @ 0..=1) => {
                // A pair is by far the commonest; more is told by unpacking or by the user.
                let _ = i;
                let child = |i: usize| Unknown::new(format!("{own}[{i}]"), data.host.clone());
                *data.form.borrow_mut() = Form::Tuple(vec![child(0), child(1)]);
            }
            _ => return Err(data.error("an index")),
        }
        Err(again(self))
    }

    /// Learns from a key that is missing that a dict of data has it.
    ///
    /// # Errors
    /// The dict is data: the trace starts again.
    pub(crate) fn learn_key(&mut self, dict: &Value, key: &Value) -> Result<()> {
        let found = self.steps.dicts.iter().find(|(known, _)| stands_for(known, dict)).map(|(_, data)| data.clone());
        let (Some(data), Value::Str(name)) = (found, key) else { return Ok(()) };
        if let Form::Dict(children) = &mut *data.form.borrow_mut() {
            children.insert(Key::name(name.clone()), Unknown::new(name.to_string(), data.host.clone()));
        }
        Err(again(self))
    }

    /// Learns from an attribute that data lack that they have it: they are a named tuple.
    ///
    /// # Errors
    /// The value is such data: the trace starts again.
    pub(crate) fn learn_attribute(&mut self, value: &Value, name: &str) -> Result<()> {
        let found = self.steps.dicts.iter().find(|(known, _)| stands_for(known, value)).map(|(_, data)| data.clone());
        let Some(data) = found.filter(|_| !is_of_arrays(name)) else { return Ok(()) };
        data.as_record(name)?;
        Err(again(self))
    }

    /// Learns the type of data.
    ///
    /// # Errors
    /// Always: the trace starts again.
    pub(crate) fn learn_type(&mut self, data: &Unknown, ty: TensorType, classes: Option<u64>) -> Error {
        *data.form.borrow_mut() = Form::Array(ty, classes);
        again(self)
    }

    /// Data of which the number of rows alone is unknown have as many as a batch has; but where a variable stands for the number
    /// of a pass, which may be all that is unknown, another look at the pass tells.
    pub(super) fn learn_rows(&mut self, data: &Unknown) {
        let nothing = matches!(&*data.form.borrow(), Form::Nothing) && !self.steps.counting;
        let Some(ty) = data.host.type_in(0).filter(|_| nothing && data.host.has_unknown_rows()) else { return };
        let mut ty = ty.clone();
        let rows = self.steps.hints.batch.unwrap_or_else(|| self.guessed_rows(data));
        ty.shape.iter_mut().take(1).for_each(|size| *size = rows);
        *data.form.borrow_mut() = Form::Array(ty, None);
    }

    /// How many rows a batch of data has that nothing tells of; the user is told what was taken.
    fn guessed_rows(&mut self, data: &Unknown) -> usize {
        const ROWS: usize = 32;
        let message = format!("nothing tells how many rows a batch of `{}` has: {ROWS} are taken", data.name.borrow());
        if !self.steps.counting && !self.steps.warnings.iter().any(|known| known.code == codes::GUESSED) {
            let remark = Diagnostic::remark(codes::GUESSED, data.host.span().unwrap_or(self.span), message);
            self.steps.warnings.push(remark.help("say how many when compiling: --train-batch 64"));
        }
        ROWS
    }

    /// Learns from a call of a layer with known inputs.
    ///
    /// # Errors
    /// As [`Interp::learn_type`]; the input's shape is not known either.
    pub(crate) fn learn_inputs(&mut self, args: &Args, inputs: &[(Vec<Option<usize>>, DType)]) -> Result<()> {
        let values = args.positional.iter().chain(args.keywords.iter().map(|(_, v)| v));
        let leaves: Vec<Value> = values.flat_map(Value::leaves).collect();
        if leaves.iter().all(|leaf| unknown(leaf).is_none()) {
            return Ok(());
        }
        let batch = self.steps.hints.batch;
        let mut learned = None;
        for (leaf, (shape, dtype)) in leaves.iter().zip(inputs) {
            let Some(data) = unknown(leaf) else { continue };
            let batch = batch.or(data.host.batch()).unwrap_or_else(|| self.guessed_rows(&data));
            let sizes = shape.iter().enumerate().map(|(i, dim)| if i == 0 { dim.or(Some(batch)) } else { *dim });
            let Some(sizes) = sizes.collect::<Option<Vec<_>>>() else { return Err(data.error("the model")) };
            learned = Some(self.learn_type(&data, TensorType::new(*dtype, sizes), None));
        }
        match learned.or_else(|| leaves.iter().find_map(unknown).map(|data| data.error("the model"))) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

impl Interp {
    /// Takes note of what a module of the program, or a function of modules, is called with.
    pub(crate) fn remember_inputs(&mut self, owners: &[Value], args: &Args) {
        let values = args.positional.iter().chain(args.keywords.iter().map(|(_, v)| v));
        let leaves: Vec<Value> = values.flat_map(Value::leaves).collect();
        let inputs: Vec<Input> = leaves.iter().map(|leaf| self.input_like(leaf)).collect();
        for owner in owners {
            self.steps.seen.retain(|(known, _)| !same(known, owner));
            self.steps.seen.push((owner.clone(), inputs.clone()));
        }
    }

    /// What an argument says of those that come later: their sizes but the first. One row alone says nothing.
    fn input_like(&self, leaf: &Value) -> Input {
        match self.type_of_array(leaf).map(|ty| crate::program::function::canonical(&ty, false)) {
            Some(ty) if ty.shape.len() > 1 => {
                let rest = ty.shape.iter().skip(1).map(|&n| Some(n));
                (std::iter::once(None).chain(rest).collect(), ty.dtype)
            }
            _ => (vec![None, None], DType::F32),
        }
    }

    /// Learns from what one of the owners was called with before.
    ///
    /// # Errors
    /// As [`Interp::learn_inputs`].
    pub(crate) fn expect_inputs(&mut self, owners: &[Value], args: &Args) -> Result<()> {
        let known = |owner: &Value| self.steps.seen.iter().find(|(known, _)| same(known, owner));
        match owners.iter().find_map(known).map(|(_, inputs)| inputs.clone()) {
            Some(inputs) => self.learn_inputs(args, &inputs),
            None => Ok(()),
        }
    }

    /// Learns from a linear map that data are rows of so many numbers; how many rows, from the loop over data.
    ///
    /// # Errors
    /// Always, if the value is unknown data: the trace starts again, or nothing tells that it comes in batches.
    pub(crate) fn expect_rows(&mut self, value: &Value, columns: usize) -> Result<()> {
        let Some(data) = unknown(value) else { return Ok(()) };
        let rows = match self.steps.hints.batch.or(data.host.batch()) {
            Some(rows) => rows,
            None if self.steps.loops > 0 => self.guessed_rows(&data),
            None => return Err(data.error("a matrix product")),
        };
        Err(self.learn_type(&data, TensorType::new(DType::F32, [rows, columns]), None))
    }

    /// Learns from an operator beside a tensor: that data are mapped by a matrix, or compared with predictions.
    ///
    /// # Errors
    /// An operand is unknown data, and the operator tells its type: the trace starts again.
    pub(crate) fn learn_operand(&mut self, op: BinaryOp, left: &Value, right: &Value) -> Result<()> {
        match (op, unknown(left), unknown(right)) {
            (BinaryOp::MatMul, Some(_), None) => match self.type_of_array(right).as_ref().map(|ty| &*ty.shape) {
                Some(&[rows] | &[rows, _]) => self.expect_rows(left, rows),
                _ => Ok(()),
            },
            (BinaryOp::Subtract, Some(_), None) => expected(self, left, right, false),
            (BinaryOp::Subtract, None, Some(_)) => expected(self, right, left, false),
            _ => Ok(()),
        }
    }
}

/// Whether a value is the one that stands for data, or was made of its parts again, as transforms do.
fn stands_for(known: &Value, value: &Value) -> bool {
    match (known, value) {
        (Value::Dict(a), Value::Dict(b)) => Rc::ptr_eq(a, b) || a.borrow().keys().eq(b.borrow().keys()),
        _ => match (user::<Instance>(known), user::<Instance>(value)) {
            (Some(a), Some(b)) => Rc::ptr_eq(&a.class, &b.class),
            _ => false,
        },
    }
}

/// Whether both are one object.
fn same(a: &Value, b: &Value) -> bool {
    matches!((a, b), (Value::User(a), Value::User(b)) if Rc::ptr_eq(a, b))
}

/// Learns the type of targets from predictions: class numbers, or what predictions are.
///
/// # Errors
/// As [`Interp::learn_type`]; the predictions are not known either.
pub(crate) fn expected(interp: &mut Interp, targets: &Value, predictions: &Value, classes: bool) -> Result<()> {
    let Some(data) = unknown(targets) else { return Ok(()) };
    let Value::Tensor(predictions) = predictions else { return Err(data.error("a loss")) };
    let shape = predictions.shape();
    Err(match (classes, shape.split_last()) {
        (true, Some((&last, leading))) => {
            interp.learn_type(&data, TensorType::new(DType::I32, leading.to_vec()), Some(last as u64))
        }
        _ => interp.learn_type(&data, TensorType::new(DType::F32, shape.to_vec()), None),
    })
}

impl Object for Unknown {
    fn class_name(&self) -> Rc<str> {
        "data of the run".into()
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        let classes = match name {
            "_classes_of" => true,
            "_like" => false,
            _ if is_of_arrays(name) => return Err(self.error(&format!("`.{name}`"))),
            _ => {
                self.as_record(name)?;
                return Err(again(interp));
            }
        };
        Ok(Some(Value::Object(Rc::new(Learner { data: self, classes }))))
    }
}

/// Whether arrays have an attribute of that name; others are those of named tuples.
fn is_of_arrays(name: &str) -> bool {
    name.starts_with('_')
        || matches!(name, "shape" | "ndim" | "dtype" | "size" | "nbytes" | "T" | "at" | "astype" | "numpy" | "item")
        || crate::jax::numpy::method(name).is_some()
        || crate::jax::numpy::function(name).is_some()
}

/// What losses that are written in the model language tell of their targets: called with predictions.
#[derive(Debug)]
struct Learner {
    data: Rc<Unknown>,
    /// Whether the targets are class numbers; otherwise they are what predictions are.
    classes: bool,
}

impl Object for Learner {
    fn class_name(&self) -> Rc<str> {
        "data of the run".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let predictions = args.positional.first().cloned().unwrap_or(Value::None);
        expected(interp, &Value::Object(self.data.clone()), &predictions, self.classes)?;
        Ok(Value::None)
    }
}
