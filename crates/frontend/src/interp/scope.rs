//! Namespaces and the resolution of names.

use std::cell::{OnceCell, RefCell, RefMut};
use std::fmt;
use std::rc::Rc;

use indexmap::IndexMap;

use super::classes::UserClass;
use super::generator::Replay;
use crate::syntax::ast::{Class, Function, Lambda, Scope, Symbol};
use crate::value::Value;

/// What a namespace belongs to.
#[derive(Clone)]
pub(crate) enum Code {
    /// The file.
    Module,
    /// One call of a function.
    Function(Rc<Function>),
    /// One call of a lambda.
    Lambda(Rc<Lambda>),
    /// The body of a class while it runs.
    Class(Rc<Class>),
    /// The loops of a comprehension.
    Comprehension,
}

/// The class whose body a function stands in, known once the body has run: what `super()` refers to.
pub(crate) type ClassCell = Rc<OnceCell<Rc<UserClass>>>;

/// One namespace, shared by the code that runs in it and the closures made there.
pub(crate) struct Env {
    code: Code,
    names: RefCell<IndexMap<Symbol, Value>>,
    /// Where names that are not bound here are looked up; never a class body.
    parent: Option<Rc<Env>>,
    class: Option<ClassCell>,
    /// The qualified name of the function that runs here.
    called: Option<Rc<str>>,
    /// Names annotated in a class body, in order, for `dataclass`.
    annotated: RefCell<Vec<Symbol>>,
    /// Whether the code belongs to a package that is written in the model language.
    package: bool,
    /// What a generator's statement has evaluated before it waited.
    replay: Option<RefCell<Replay>>,
}

impl fmt::Debug for Env {
    // Closures refer to their namespace and namespaces to closures: printing contents would not end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").field("names", &self.names.borrow().len()).finish_non_exhaustive()
    }
}

impl Drop for Env {
    fn drop(&mut self) {
        let names = std::mem::take(self.names.get_mut());
        if names.values().any(|v| matches!(v, Value::Tuple(_) | Value::List(_) | Value::Dict(_) | Value::User(_))) {
            super::limits::deepest(|| drop(names));
        }
    }
}

/// What the names that code can see meant at one time.
#[derive(Clone, Default)]
pub(crate) struct Meanings(Vec<(Rc<Env>, IndexMap<Symbol, Value>)>);

impl fmt::Debug for Meanings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meanings").field("namespaces", &self.0.len()).finish_non_exhaustive()
    }
}

impl Meanings {
    /// What the program's names that can be seen from `env` mean now. Packages never give their own another meaning.
    pub(super) fn seen_from(env: &Rc<Env>) -> Meanings {
        let chain = std::iter::successors(Some(env), |env| env.parent.as_ref());
        Meanings(chain.filter(|env| !env.package).map(|env| (env.clone(), env.entries())).collect())
    }

    /// Runs with what the names meant then. Afterwards they mean what they did before it.
    pub(crate) fn during<T>(&self, run: impl FnOnce() -> T) -> T {
        let put = |env: &Rc<Env>, names: &IndexMap<Symbol, Value>| env.names.replace(names.clone());
        let now: Vec<_> = self.0.iter().map(|(env, names)| (env, put(env, names))).collect();
        let result = run();
        for (env, names) in now {
            env.names.replace(names);
        }
        result
    }
}

/// Why a name has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Nothing defines it.
    Undefined,
    /// The function assigns it, but not before this point.
    Unbound,
    /// A function around this one assigns it, but has not done so yet.
    Free,
}

impl Env {
    /// The namespace of the file.
    pub(crate) fn module() -> Rc<Env> {
        Env::new(Code::Module, None, None)
    }

    /// The namespace of a package.
    pub(crate) fn package() -> Rc<Env> {
        let (code, names, annotated) = (Code::Module, RefCell::default(), RefCell::default());
        Rc::new(Env { code, names, parent: None, class: None, annotated, package: true, replay: None, called: None })
    }

    fn new(code: Code, parent: Option<Rc<Env>>, class: Option<ClassCell>) -> Rc<Env> {
        let package = parent.as_ref().is_some_and(|parent| parent.package);
        let replay = match &code {
            Code::Function(function) if function.scope.is_generator => Some(RefCell::default()),
            Code::Lambda(lambda) if lambda.scope.is_generator => Some(RefCell::default()),
            _ => None,
        };
        let (names, annotated) = (RefCell::default(), RefCell::default());
        Rc::new(Env { code, names, parent, class, annotated, package, replay, called: None })
    }

    /// Drops the values of the names here and further out, and the members of the class around.
    pub(super) fn forget(&self) {
        let mut next = Some(self);
        while let Some(env) = next {
            let names = env.names.try_borrow_mut().map(|mut names| std::mem::take(&mut *names)).unwrap_or_default();
            if !names.is_empty() {
                super::limits::deepest(|| drop(names));
            }
            if let Some(class) = env.class.as_ref().and_then(|cell| cell.get()) {
                drop(class.members.take());
            }
            next = env.parent.as_deref();
        }
    }

    /// What the statement of a generator that runs here has evaluated already.
    pub(crate) fn replay(&self) -> Option<RefMut<'_, Replay>> {
        self.replay.as_ref()?.try_borrow_mut().ok()
    }

    /// Whether this belongs to a package.
    pub(crate) fn is_package(&self) -> bool {
        self.package
    }

    /// A namespace for running `code` that stands in `outer`.
    pub(crate) fn inside(outer: &Rc<Env>, code: Code) -> Rc<Env> {
        Env::new(code, Some(outer.visible()), outer.class.clone())
    }

    /// A namespace for a call of the function `name`, which stands in `outer`.
    pub(crate) fn of_call(outer: &Rc<Env>, code: Code, name: Rc<str>) -> Rc<Env> {
        let mut env = Env::inside(outer, code);
        if let Some(env) = Rc::get_mut(&mut env) {
            env.called = Some(name);
        }
        env
    }

    /// What the qualified names of functions and classes that are made here begin with.
    pub(crate) fn prefix(&self) -> String {
        let around = std::iter::successors(Some(self), |env| env.parent.as_deref()).find(|env| env.is_function());
        around.and_then(|env| env.called.as_deref()).map_or_else(String::new, |name| format!("{name}.<locals>."))
    }

    /// The namespace of a class body that stands in `outer`; `cell` is what `super()` will refer to.
    pub(crate) fn of_class(outer: &Rc<Env>, class: Rc<Class>, cell: ClassCell) -> Rc<Env> {
        Env::new(Code::Class(class), Some(outer.visible()), Some(cell))
    }

    /// The nearest namespace that nested functions can see.
    pub(crate) fn visible(self: &Rc<Env>) -> Rc<Env> {
        match (&self.code, &self.parent) {
            (Code::Class(_), Some(parent)) => parent.clone(),
            _ => self.clone(),
        }
    }

    /// The cell of the class that code here belongs to.
    pub(crate) fn class_cell(&self) -> Option<&ClassCell> {
        self.class.as_ref()
    }

    fn scope(&self) -> Option<&Scope> {
        match &self.code {
            Code::Function(function) => Some(&function.scope),
            Code::Lambda(lambda) => Some(&lambda.scope),
            Code::Class(class) => Some(&class.scope),
            Code::Module | Code::Comprehension => None,
        }
    }

    fn is_function(&self) -> bool {
        matches!(self.code, Code::Function(_) | Code::Lambda(_))
    }

    /// The namespace of the file that this one is part of.
    pub(crate) fn globals(self: &Rc<Env>) -> Rc<Env> {
        let mut here = self;
        while let Some(parent) = &here.parent {
            here = parent;
        }
        here.clone()
    }

    /// The value of `name` here or in an enclosing namespace.
    pub(crate) fn lookup(self: &Rc<Env>, name: &Symbol) -> Result<Value, Missing> {
        let mut here = Some(self);
        while let Some(env) = here {
            if let Some(value) = env.names.borrow().get(name) {
                return Ok(value.clone());
            }
            if let Some(scope) = env.scope() {
                if contains(&scope.globals, name) {
                    return env.globals().own(name).ok_or(Missing::Undefined);
                }
                if env.is_function() && contains(&scope.locals, name) {
                    return Err(if Rc::ptr_eq(env, self) { Missing::Unbound } else { Missing::Free });
                }
            }
            here = env.parent.as_ref();
        }
        Err(Missing::Undefined)
    }

    /// The value of `name` in this very namespace.
    pub(crate) fn own(&self, name: &str) -> Option<Value> {
        self.names.borrow().get(name).cloned()
    }

    /// The namespace that an assignment to `name` here goes to.
    fn target(self: &Rc<Env>, name: &Symbol) -> Rc<Env> {
        if let (Code::Comprehension, Some(parent)) = (&self.code, &self.parent) {
            return parent.target(name);
        }
        let Some(scope) = self.scope() else { return self.clone() };
        if contains(&scope.globals, name) {
            return self.globals();
        }
        if contains(&scope.nonlocals, name) {
            let mut here = self.parent.as_ref();
            while let Some(env) = here {
                if env.is_function() && env.scope().is_some_and(|s| contains(&s.locals, name)) {
                    return env.clone();
                }
                here = env.parent.as_ref();
            }
        }
        self.clone()
    }

    /// Binds `name` as an assignment statement does.
    pub(crate) fn bind(self: &Rc<Env>, name: &Symbol, value: Value) {
        self.target(name).bind_here(name, value);
    }

    /// Gives `name` another value where it is bound: here or in an enclosing namespace.
    pub(crate) fn rebind(self: &Rc<Env>, name: &Symbol, value: Value) {
        let mut here = Some(self);
        while let Some(env) = here {
            if env.names.borrow().contains_key(name) {
                return env.bind_here(name, value);
            }
            here = env.parent.as_ref();
        }
    }

    /// Binds `name` in this very namespace.
    pub(crate) fn bind_here(&self, name: &Symbol, value: Value) {
        self.names.borrow_mut().insert(name.clone(), value);
    }

    /// Removes `name`; false if it is not bound.
    pub(crate) fn unbind(self: &Rc<Env>, name: &Symbol) -> bool {
        self.target(name).names.borrow_mut().shift_remove(name).is_some()
    }

    /// Notes that a class body annotates `name`.
    pub(crate) fn annotate(&self, name: &Symbol) {
        let mut annotated = self.annotated.borrow_mut();
        if !contains(&annotated, name) {
            annotated.push(name.clone());
        }
    }

    /// The names annotated in a class body.
    pub(crate) fn annotated(&self) -> Vec<Symbol> {
        self.annotated.borrow().clone()
    }

    /// The names bound here with their values, in order.
    pub(crate) fn entries(&self) -> IndexMap<Symbol, Value> {
        self.names.borrow().clone()
    }

    /// All names that can be seen from here, innermost first.
    pub(crate) fn visible_names(self: &Rc<Env>) -> Vec<Symbol> {
        let mut names = Vec::new();
        let mut here = Some(self);
        while let Some(env) = here {
            names.extend(env.names.borrow().keys().cloned());
            here = env.parent.as_ref();
        }
        names
    }

    /// The first parameter of the innermost function that is running: `self` for `super()`.
    pub(crate) fn receiver(self: &Rc<Env>) -> Option<Value> {
        let mut here = Some(self);
        while let Some(env) = here {
            if env.is_function() {
                return env.own(env.scope()?.locals.first()?);
            }
            here = env.parent.as_ref();
        }
        None
    }
}

fn contains(names: &[Symbol], name: &Symbol) -> bool {
    // Equal names of one file are the same allocation, so the comparison of texts is rarely reached.
    names.iter().any(|n| Rc::ptr_eq(n, name)) || names.iter().any(|n| n == name)
}
