//! Dtype policies: which element type a layer keeps its weights in, and which one it computes in.

use std::rc::Rc;

use keramos_ir::DType;

use super::config;
use super::layer::LayerObject;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments;
use crate::library::{Bound, ClassDecl, Default as ByDefault, FunctionDecl, MethodDecl, Param, Signature};
use crate::ops::canonical;
use crate::value::{Key, Object, ObjectRef, Value, downcast};

/// Keras's `DTypePolicy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name, such as `mixed_bfloat16`.
    pub name: Rc<str>,
    /// What layers compute in.
    pub compute: DType,
    /// What layers keep their weights in.
    pub variable: DType,
}

impl Default for Policy {
    fn default() -> Self {
        Policy::of(DType::F32)
    }
}

/// The element type that Keras calls so: those of NumPy, and `int`.
fn named_element_type(name: &str) -> Option<DType> {
    match name {
        "int" => Some(DType::I32),
        _ => DType::from_numpy_name(name),
    }
}

/// The element type that the argument `dtype` gives, by name, by a type of NumPy's or one of Python's; `default` if it is
/// `None`.
///
/// # Errors
/// The argument is none of these.
pub(crate) fn element_type(interp: &mut Interp, args: &Bound, default: DType) -> Result<DType> {
    let found = match args.some("dtype")? {
        None => Some(default),
        Some(Value::DType(dtype)) => Some(*dtype),
        Some(Value::Str(name)) => named_element_type(name),
        Some(Value::Host(_)) => None,
        Some(other) => arguments::dtype_of(interp, &other.clone())?.map(|dtype| canonical(dtype, false)),
    };
    found.ok_or_else(|| args.invalid("dtype", "the name of an element type such as \"float32\""))
}

/// What is expected where a policy is.
const EXPECTED: &str = "a dtype policy: \"mixed_bfloat16\", \"mixed_float16\" or the name of a floating-point type";

impl Policy {
    /// Weights and computation in one type.
    pub fn of(dtype: DType) -> Policy {
        Policy { name: dtype.numpy_name().into(), compute: dtype, variable: dtype }
    }

    /// The policy of that name: a type's name, or `mixed_float16` or `mixed_bfloat16`.
    pub fn named(name: &str) -> Option<Policy> {
        let mixed = |compute| Policy { name: name.into(), compute, variable: DType::F32 };
        match name {
            "mixed_float16" => Some(mixed(DType::F16)),
            "mixed_bfloat16" => Some(mixed(DType::BF16)),
            "float" => Some(Policy::default()),
            _ => named_element_type(name).map(Policy::of),
        }
    }

    /// The policy that the argument `name` gives: an object, a name, a type, or its configuration; the global one
    /// if it is `None`.
    ///
    /// # Errors
    /// The argument is none of these.
    pub fn from_args(interp: &mut Interp, args: &Bound, name: &str) -> Result<Policy> {
        let given = args.get(name)?;
        let configured = match given {
            Value::Dict(config) => {
                let nested = config.borrow().get(&Key::name("config")).cloned();
                let config = match nested {
                    Some(Value::Dict(nested)) => nested,
                    _ => config.clone(),
                };
                config.borrow().get(&Key::name("name")).cloned()
            }
            _ => None,
        };
        let found = match configured.as_ref().unwrap_or(given) {
            Value::None => Some(interp.policy.clone()),
            Value::Str(name) => Policy::named(name),
            Value::Object(object) => downcast::<PolicyObject>(object).map(|policy| policy.0.clone()),
            _ => arguments::dtype(interp, args, name)?.map(Policy::of),
        };
        found.ok_or_else(|| args.invalid(name, EXPECTED))
    }

    /// The policy as an object of the program.
    pub fn value(&self) -> Value {
        Value::Object(Rc::new(PolicyObject(self.clone())))
    }
}

/// The type that variables are read in while layers run: Keras's `AutocastScope`.
pub type Autocast = Option<DType>;

impl LayerObject {
    /// What the layer computes in.
    pub fn compute_dtype(&self) -> DType {
        self.policy.borrow().compute
    }

    /// What the layer keeps its weights in.
    pub fn variable_dtype(&self) -> DType {
        self.policy.borrow().variable
    }

    /// The scope that a call of the layer runs in, inside `outer`.
    pub(super) fn autocast_scope(&self, outer: Option<Autocast>) -> Option<Autocast> {
        let policy = self.policy.borrow();
        match outer {
            Some(_) if self.autocast.get() && policy.compute.is_float() => Some(Some(policy.compute)),
            Some(_) => Some(None),
            None => (policy.compute != policy.variable).then_some(Some(policy.compute)),
        }
    }
}

/// `keras.DTypePolicy`.
pub static DTYPE_POLICY: ClassDecl = ClassDecl {
    name: "DTypePolicy",
    aliases: &["FloatDTypePolicy", "Policy"],
    bases: &[],
    signature: Signature::new(&[Param::new("name", ByDefault::None)]),
    doc: "Which element types layers compute and keep their weights in: \"mixed_bfloat16\", \"mixed_float16\" or a type's name.",
    new: |interp, args| Ok(Policy::from_args(interp, args, "name")?.value()),
    methods: &[&[MethodDecl {
        name: "get_config",
        signature: Signature::EMPTY,
        doc: "The policy's name, as a dict.",
        call: |_, object, _| {
            let name = policy(object)?.0.name.clone();
            Ok(Value::Dict(Rc::new(indexmap::IndexMap::from([(Key::name("name"), Value::Str(name))]).into())))
        },
    }]],
};

#[derive(Debug)]
struct PolicyObject(Policy);

fn policy(object: &ObjectRef) -> Result<Rc<PolicyObject>> {
    downcast::<PolicyObject>(object).ok_or_else(|| Error::internal("a policy's method on another object"))
}

impl Object for PolicyObject {
    fn class_name(&self) -> Rc<str> {
        DTYPE_POLICY.name.into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        Some(&DTYPE_POLICY)
    }

    fn get_attr(self: Rc<Self>, _: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "name" => Some(Value::Str(self.0.name.clone())),
            "compute_dtype" => Some(Value::str(self.0.compute.numpy_name())),
            "variable_dtype" => Some(Value::str(self.0.variable.numpy_name())),
            "quantization_mode" => Some(Value::None),
            _ => None,
        })
    }

    fn attributes(&self) -> Vec<String> {
        ["name", "compute_dtype", "variable_dtype"].map(String::from).to_vec()
    }

    fn equals(&self, other: &ObjectRef) -> bool {
        downcast::<PolicyObject>(other).is_some_and(|other| other.0 == self.0)
    }

    fn repr(&self) -> String {
        format!("<DTypePolicy \"{}\">", self.0.name)
    }
}

fn set(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    if args.some("policy")?.is_none() {
        return Err(args.invalid("policy", EXPECTED));
    }
    interp.policy = Policy::from_args(interp, args, "policy")?;
    Ok(Value::None)
}

/// The global policy, under the names that Keras has for it.
pub static FUNCTIONS: &[FunctionDecl] = functions! {
    "set_dtype_policy" [(policy)] "Sets the policy of layers that are made without `dtype=`." => set;
    "dtype_policy" [] "The policy of layers that are made without `dtype=`." => |interp, _| Ok(interp.policy.value());
};

/// Their older names.
pub static OLDER: &[FunctionDecl] = functions! {
    "set_global_policy" [(policy)] "Another name of `set_dtype_policy`." => set;
    "global_policy" [] "Another name of `dtype_policy`." => |interp, _| Ok(interp.policy.value());
};

/// What `keras.dtype_policies` has besides.
pub static CONVERSIONS: &[FunctionDecl] = functions! {
    "get" [(identifier)] "The policy of that name or configuration." => |interp, args| {
        Ok(Policy::from_args(interp, args, "identifier")?.value())
    };
    "serialize" [(dtype_policy)] "A policy as a dict of its class and name." => |interp, args| {
        config::serialized(interp, args.get("dtype_policy")?)
    };
    "deserialize" [(config) (custom_objects = ByDefault::None)] "The policy of a configuration." => |interp, args| {
        Ok(Policy::from_args(interp, args, "config")?.value())
    };
};
