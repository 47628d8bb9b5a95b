//! Functions of the program.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use indexmap::IndexMap;
use keramos_ir::as_tuple;

use super::Interp;
use super::classes::BoundMethod;
use super::generator;
use super::host;
use super::scope::{Code, Env, Meanings};
use super::stmt::Flow;
use crate::diagnostics::Span;
use crate::diagnostics::words::and_list;
use crate::error::{Error, Result};
use crate::library::Args;
use crate::syntax::ast::{Expr, ExprKind, Function, Lambda, Parameter, Parameters, Scope, Stmt, StmtKind, Symbol};
use crate::value::{Key, Object, Value};

/// A function or lambda together with the namespace that it was made in.
pub(crate) struct UserFunction {
    name: Rc<str>,
    /// The name with that of the class around it, for messages.
    /// Its name with that of the class around, for messages.
    qualified: Rc<str>,
    /// The same with the names of the functions around: its `__qualname__`.
    full: Rc<str>,
    body: Body,
    /// Default values, evaluated where the function was defined.
    defaults: Vec<(Symbol, Value)>,
    env: Rc<Env>,
    attributes: RefCell<IndexMap<Rc<str>, Value>>,
}

#[derive(Clone)]
enum Body {
    Function(Rc<Function>),
    Lambda(Rc<Lambda>),
}

impl fmt::Debug for UserFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserFunction").field("name", &self.qualified).finish_non_exhaustive()
    }
}

impl Interp {
    /// The value of a `def` statement, before decorators.
    pub(super) fn function(&mut self, env: &Rc<Env>, function: &Rc<Function>) -> Result<Value> {
        let defaults = self.defaults(env, &function.parameters)?;
        let name = function.name.name.clone();
        let qualified = match env.own("__qualname__") {
            Some(Value::Str(class)) => format!("{class}.{name}").into(),
            _ => name.clone(),
        };
        let body = Body::Function(function.clone());
        Ok(self.made(name, qualified, body, defaults, env))
    }

    /// The value of a lambda expression.
    pub(super) fn lambda(&mut self, env: &Rc<Env>, lambda: &Rc<Lambda>) -> Result<Value> {
        let defaults = self.defaults(env, &lambda.parameters)?;
        let name: Rc<str> = "<lambda>".into();
        Ok(self.made(name.clone(), name, Body::Lambda(lambda.clone()), defaults, env))
    }

    fn made(
        &mut self,
        name: Rc<str>,
        qualified: Rc<str>,
        body: Body,
        defaults: Vec<(Symbol, Value)>,
        env: &Rc<Env>,
    ) -> Value {
        let around = env.prefix();
        let full = if around.is_empty() { qualified.clone() } else { format!("{around}{qualified}").into() };
        // A function sees the namespaces around its definition, but not a class body.
        let env = Env::inside(env, Code::Comprehension);
        let function =
            Rc::new(UserFunction { name, qualified, full, body, defaults, env, attributes: RefCell::default() });
        self.eval.functions.note(&function);
        Value::User(function)
    }

    fn defaults(&mut self, env: &Rc<Env>, parameters: &Parameters) -> Result<Vec<(Symbol, Value)>> {
        let with_default = parameters.iter().filter_map(|p| Some((p.name.name.clone(), p.default.as_ref()?)));
        with_default.map(|(name, default): (Symbol, &Expr)| Ok((name, self.eval(env, default)?))).collect()
    }
}

impl UserFunction {
    /// Drops the values of what it sees: it is not called again.
    pub(super) fn forget(&self) {
        drop(self.attributes.take());
        self.env.forget();
    }

    /// What the names that it sees mean now.
    pub(crate) fn meanings(&self) -> Meanings {
        Meanings::seen_from(&self.env)
    }

    /// The attributes that the program gave it.
    pub(crate) fn own_attributes(&self) -> Vec<(Rc<str>, Value)> {
        self.attributes.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The defaults of parameters that a call gives by name only, as a dict, or of the others, as a tuple.
    fn shown_defaults(&self, by_name: bool) -> Value {
        let keyword_only = &self.parameters().keyword_only;
        let belongs = |name: &Symbol| keyword_only.iter().any(|parameter| parameter.name.name == *name) == by_name;
        let shown: Vec<&(Symbol, Value)> = self.defaults.iter().filter(|(name, _)| belongs(name)).collect();
        if shown.is_empty() {
            return Value::None;
        }
        match by_name {
            true => {
                let entries = shown.into_iter().map(|(name, value)| (Key::name(name.clone()), value.clone()));
                Value::Dict(Rc::new(RefCell::new(entries.collect())))
            }
            false => Value::tuple(shown.into_iter().map(|(_, value)| value.clone()).collect::<Vec<_>>()),
        }
    }

    /// The names of the parts of the tuple that the last `return` gives.
    pub(crate) fn returned_names(&self) -> Vec<Option<String>> {
        let name = |expr: &Expr| match &expr.kind {
            ExprKind::Name(name) => Some(name.to_string()),
            _ => None,
        };
        let last = match &self.body {
            Body::Function(function) => function.body.last().and_then(|stmt| match &stmt.kind {
                StmtKind::Return(Some(value)) => Some(value),
                _ => None,
            }),
            Body::Lambda(lambda) => Some(&lambda.body),
        };
        match last.map(|value| &value.kind) {
            Some(ExprKind::Tuple(parts)) => parts.iter().map(name).collect(),
            _ => Vec::new(),
        }
    }

    /// The function's documentation string.
    pub(crate) fn docstring(&self) -> Option<Rc<str>> {
        match &self.body {
            Body::Function(function) => function.docstring.clone(),
            Body::Lambda(_) => None,
        }
    }

    /// The declared parameters.
    pub(crate) fn parameters(&self) -> &Parameters {
        match &self.body {
            Body::Function(function) => &function.parameters,
            Body::Lambda(lambda) => &lambda.parameters,
        }
    }

    /// The value of the annotation of the first parameter that has one, which is evaluated now.
    ///
    /// # Errors
    /// Those of evaluating it.
    pub(crate) fn first_annotation(&self, interp: &mut Interp) -> Result<Value> {
        match self.parameters().iter().find_map(|parameter| parameter.annotation.as_ref()) {
            Some(annotation) => interp.eval(&self.env, annotation),
            None => Ok(Value::None),
        }
    }

    /// The values of the annotations by name; of those that have none their text.
    fn annotations(&self, interp: &mut Interp) -> Value {
        let annotated = |p: &Parameter| Some((p.name.name.clone(), p.annotation.clone()?));
        let mut annotated: Vec<(Symbol, Expr)> = self.parameters().iter().filter_map(annotated).collect();
        if let Body::Function(function) = &self.body {
            annotated.extend(function.returns.clone().map(|returns| ("return".into(), returns)));
        }
        let mut entries = IndexMap::new();
        for (name, annotation) in annotated {
            let text = interp.source.slice(annotation.span).to_owned();
            let value = interp.eval(&self.env, &annotation).unwrap_or_else(|_| Value::str(text));
            entries.insert(Key::name(name), value);
        }
        Value::Dict(Rc::new(RefCell::new(entries)))
    }

    /// The header of the definition; none for a lambda.
    pub(crate) fn header(&self) -> Option<Span> {
        match &self.body {
            Body::Function(function) => Some(function.header),
            Body::Lambda(_) => None,
        }
    }

    fn scope(&self) -> &Scope {
        match &self.body {
            Body::Function(function) => &function.scope,
            Body::Lambda(lambda) => &lambda.scope,
        }
    }

    /// Binds the arguments in `env`.
    fn bind(&self, env: &Rc<Env>, args: Args) -> Result<()> {
        let parameters = self.parameters();
        let by_position: Vec<&Parameter> = parameters.positional_only.iter().chain(&parameters.positional).collect();
        let given = args.positional.len();
        let mut positional = args.positional.into_iter();
        for (parameter, value) in by_position.iter().zip(positional.by_ref()) {
            env.bind_here(&parameter.name.name, value);
        }
        let surplus: Vec<Value> = positional.collect();
        match &parameters.variadic {
            Some(variadic) => env.bind_here(&variadic.name.name, Value::tuple(surplus)),
            None if !surplus.is_empty() => {
                let by_name = |name: &Symbol| parameters.keyword_only.iter().any(|p| p.name.name == *name);
                let named = args.keywords.iter().filter(|(name, _)| by_name(name)).count();
                return Err(self.too_many(by_position.len(), given, named));
            }
            None => {}
        }
        let mut rest = IndexMap::new();
        for (name, value) in args.keywords {
            let known = parameters.positional.iter().chain(&parameters.keyword_only).find(|p| p.name.name == name);
            match known {
                Some(parameter) => {
                    if env.own(&name).is_some() {
                        return Err(self.error(format!("got multiple values for argument '{name}'")));
                    }
                    env.bind_here(&parameter.name.name, value);
                }
                None if parameters.keywords.is_some() => {
                    rest.insert(crate::value::Key::name(name), value);
                }
                None if parameters.positional_only.iter().any(|p| p.name.name == name) => {
                    return Err(
                        self.error(format!("got some positional-only arguments passed as keyword arguments: '{name}'"))
                    );
                }
                None => return Err(self.unexpected(&name)),
            }
        }
        if let Some(keywords) = &parameters.keywords {
            env.bind_here(&keywords.name.name, Value::Dict(Rc::new(RefCell::new(rest))));
        }
        self.fill_defaults(env, &by_position)
    }

    fn fill_defaults(&self, env: &Rc<Env>, by_position: &[&Parameter]) -> Result<()> {
        let keyword_only = &self.parameters().keyword_only;
        let mut missing = [Vec::new(), Vec::new()];
        let kinds = by_position.iter().map(|p| (0, *p)).chain(keyword_only.iter().map(|p| (1, p)));
        for (kind, parameter) in kinds {
            let name = &parameter.name.name;
            if env.own(name).is_some() {
                continue;
            }
            match self.defaults.iter().find(|(n, _)| n == name) {
                Some((_, default)) => env.bind_here(name, default.clone()),
                None => missing[kind].push(format!("'{name}'")),
            }
        }
        for (names, kind) in missing.iter().zip(["positional", "keyword-only"]) {
            if !names.is_empty() {
                let plural = if names.len() == 1 { "" } else { "s" };
                let list = and_list(names);
                return Err(self.error(format!("missing {} required {kind} argument{plural}: {list}", names.len())));
            }
        }
        Ok(())
    }

    /// What the parameters that are tensors look like, for the trail: ``, where `x` is (None, 4)``; empty if none is.
    fn shapes(&self, env: &Env) -> String {
        const MOST: usize = 4;
        let shape = |name: &str| match env.own(name)? {
            Value::Tensor(t) if t.rank() > 0 => Some(as_tuple(t.shape()).to_string()),
            Value::Array(a) if a.ty().rank() > 0 => Some(as_tuple(&a.ty().shape).to_string()),
            Value::Symbolic(s) => Some(as_tuple(&s.0.shape).to_string()),
            _ => None,
        };
        let names = self.parameters().iter().map(|p| &p.name.name);
        let told: Vec<String> =
            names.filter_map(|name| Some(format!("`{name}` is {}", shape(name)?))).take(MOST).collect();
        if told.is_empty() { String::new() } else { format!(", where {}", and_list(&told)) }
    }

    fn too_many(&self, takes: usize, given: usize, named: usize) -> Error {
        let optional = self.parameters().positional_only.iter().chain(&self.parameters().positional);
        let least = optional.filter(|p| p.default.is_none()).count();
        let takes_text = if least == takes { takes.to_string() } else { format!("from {least} to {takes}") };
        let plural = if takes == 1 && least == takes { "" } else { "s" };
        let was = if given == 1 && named == 0 { "was" } else { "were" };
        let s = |count: usize| if count == 1 { "" } else { "s" };
        let given = match named {
            0 => given.to_string(),
            _ => format!("{given} positional argument{} (and {named} keyword-only argument{})", s(given), s(named)),
        };
        self.error(format!("takes {takes_text} positional argument{plural} but {given} {was} given"))
    }

    fn unexpected(&self, name: &str) -> Error {
        let error = self.error(format!("got an unexpected keyword argument '{name}'"));
        let names: Vec<&str> = self.parameters().iter().map(|p| &*p.name.name).collect();
        match crate::diagnostics::suggest::did_you_mean(name, names) {
            Some(help) => error.help(help),
            None => error,
        }
    }

    fn error(&self, problem: String) -> Error {
        let error = Error::new(crate::diagnostics::codes::ARGUMENTS, format!("{}() {problem}", self.qualified));
        match self.header().filter(|_| !self.env.is_package()) {
            Some(header) => error.label(header, "defined here"),
            None => error,
        }
    }
}

impl Object for UserFunction {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let place = interp.span;
        let step = interp.may_be_step(&args);
        let code = match &self.body {
            Body::Function(function) => Code::Function(function.clone()),
            Body::Lambda(lambda) => Code::Lambda(lambda.clone()),
        };
        let env = Env::of_call(&self.env, code, self.full.clone());
        // Packages decide by the numbers that they are given.
        let enters = self.env.is_package() && !interp.in_package;
        self.bind(&env, if enters { host::with_numbers(interp, args)? } else { args })?;
        if self.scope().is_generator {
            return Ok(generator::start(self.qualified.clone(), &self.body.statements(), env));
        }
        let package = self.env.is_package();
        let outer = std::mem::replace(&mut interp.in_package, package);
        let left = interp.eval.left.take();
        let result = interp.nested(|interp| match &self.body {
            Body::Lambda(lambda) => interp.eval(&env, &lambda.body),
            Body::Function(function) => match interp.block(&env, &function.body)? {
                Flow::Return(value) => Ok(value),
                _ => Ok(Value::None),
            },
        });
        interp.in_package = outer;
        interp.eval.left = left;
        interp.at(place);
        let result = match (step, result) {
            (Some(step), result) => interp.plain_step(&Value::User(self.clone()), step, result),
            (None, result) => result,
        };
        result.map_err(|error| match (package, outer) {
            (true, true) => error,
            (true, false) => error.out_of_package(),
            (false, _) => error.through(format!("in `{}`{}", self.qualified, self.shapes(&env)), place).in_program(),
        })
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        if let Some(value) = self.attributes.borrow().get(name) {
            return Ok(Some(value.clone()));
        }
        Ok(match name {
            "__name__" => Some(Value::Str(self.name.clone())),
            "__qualname__" => Some(Value::Str(self.full.clone())),
            "__doc__" => Some(self.docstring().map_or(Value::None, Value::Str)),
            "__module__" => Some(Value::str("__main__")),
            "__call__" => Some(Value::User(self)),
            // What wraps another function says that its annotations are those of the other.
            "__annotations__" => {
                let wrapped = self.attributes.borrow().get("__wrapped__").cloned();
                match wrapped {
                    Some(wrapped) => return interp.find_attribute(&wrapped, name),
                    None => Some(self.annotations(interp)),
                }
            }
            "__defaults__" | "__kwdefaults__" => Some(self.shown_defaults(name == "__kwdefaults__")),
            "__dict__" => {
                let entries = self.own_attributes().into_iter().map(|(k, v)| (Key::name(k), v));
                Some(Value::Dict(Rc::new(RefCell::new(entries.collect()))))
            }
            _ => None,
        })
    }

    fn set_attr(self: Rc<Self>, _interp: &mut Interp, name: &str, value: Value) -> Result<()> {
        self.attributes.borrow_mut().insert(name.into(), value);
        Ok(())
    }

    fn repr(&self) -> String {
        format!("<function {}>", self.full)
    }

    fn attributes(&self) -> Vec<String> {
        self.attributes.borrow().keys().map(|name| name.to_string()).collect()
    }
}

impl Body {
    fn statements(&self) -> Rc<[Stmt]> {
        match self {
            Body::Function(function) => function.body.clone(),
            Body::Lambda(lambda) => {
                let value = lambda.body.clone();
                Rc::from([Stmt { span: value.span, kind: StmtKind::Return(Some(value)) }])
            }
        }
    }
}

/// The name and the parameters of a function.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownSignature {
    /// The function's name.
    pub(crate) name: String,
    /// The parameters that a call can give by position.
    pub(crate) positional: Vec<String>,
    /// How many of them, from the first on, a call cannot give by name.
    pub(crate) positional_only: usize,
    /// The parameters that a call gives by name only.
    pub(crate) keyword_only: Vec<String>,
    /// Whether it takes any number of positional arguments.
    pub(crate) any_positions: bool,
    /// Whether it takes arguments of any name.
    pub(crate) any_names: bool,
}

/// What is known about the function behind `value`, which may be a method, a partial call or a
/// transformed function.
pub(crate) fn signature_of(value: &Value) -> Option<KnownSignature> {
    let Value::User(object) = value else { return None };
    if let Some(function) = crate::value::downcast::<UserFunction>(object) {
        let parameters = function.parameters();
        let names = |of: &[Parameter]| of.iter().map(|p| p.name.name.to_string()).collect::<Vec<_>>();
        return Some(KnownSignature {
            name: function.name.to_string(),
            positional: [names(&parameters.positional_only), names(&parameters.positional)].concat(),
            positional_only: parameters.positional_only.len(),
            keyword_only: names(&parameters.keyword_only),
            any_positions: parameters.variadic.is_some(),
            any_names: parameters.keywords.is_some(),
        });
    }
    let (inner, given) = object.stands_for()?;
    let mut known = signature_of(&inner)?;
    known.positional.drain(..given.min(known.positional.len()));
    known.positional_only = known.positional_only.saturating_sub(given);
    Some(known)
}

/// The values that a call gives the parameters of the function behind `value`, by name, in the parameters' order, with
/// the defaults of those that it does not give. Of what is no function of the program, the arguments given; those whose
/// names are not known are called by their number.
///
/// # Errors
/// The function does not take such arguments.
pub(crate) fn arguments_of(value: &Value, args: Args) -> Result<Vec<(Symbol, Value)>> {
    let function = match value {
        Value::User(object) => crate::value::downcast::<UserFunction>(object),
        _ => None,
    };
    let Some(function) = function else {
        let names = signature_of(value).map(|known| known.positional).unwrap_or_default();
        let name = |i: usize| names.get(i).map_or_else(|| format!("argument {i}").into(), |name| name.as_str().into());
        let named = args.positional.into_iter().enumerate().map(|(i, value)| (name(i), value));
        return Ok(named.chain(args.keywords).collect());
    };
    let env = Env::inside(&function.env, Code::Comprehension);
    function.bind(&env, args)?;
    let parameters = function.parameters();
    let mut bound = Vec::new();
    for parameter in parameters.iter() {
        let name = &parameter.name.name;
        let more = parameters.keywords.as_ref().is_some_and(|keywords| keywords.name.name == *name);
        match env.own(name) {
            Some(Value::Dict(rest)) if more => {
                let rest = rest.borrow();
                let named = rest.iter().filter_map(|(key, value)| match key.value() {
                    Value::Str(name) => Some((name.clone(), value.clone())),
                    _ => None,
                });
                bound.extend(named);
            }
            Some(value) => bound.push((name.clone(), value)),
            None => {}
        }
    }
    Ok(bound)
}

/// The names of a function's parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct ParameterNames {
    /// Those that a call can give by position.
    pub(crate) positional: Vec<String>,
    /// Those that a call gives by name only.
    pub(crate) keyword_only: Vec<String>,
}

impl ParameterNames {
    /// Those of a function that is not the program's.
    pub(crate) fn native() -> Self {
        ParameterNames { positional: vec!["inputs".to_owned()], keyword_only: Vec::new() }
    }

    /// All names in order.
    pub(crate) fn all(&self) -> Vec<String> {
        self.positional.iter().chain(&self.keyword_only).cloned().collect()
    }
}

/// The parameters of the function behind `value`, without those that are given already; `None` if it is not a
/// function of the program.
pub(crate) fn parameter_names(value: &Value) -> Option<ParameterNames> {
    let known = signature_of(value)?;
    Some(ParameterNames { positional: known.positional, keyword_only: known.keyword_only })
}

/// The header of the definition behind `value`; none if it is not a function of the program.
pub(crate) fn header_of(value: &Value) -> Option<Span> {
    let Value::User(object) = value else { return None };
    crate::value::downcast::<UserFunction>(object)?.header()
}

/// The function bound to its receiver.
pub(super) fn bind_method(function: Value, receiver: Value) -> Value {
    Value::User(Rc::new(BoundMethod { function, receiver }))
}
