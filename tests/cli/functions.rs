//! Functions of a file as entry points: asked for with `--entry`, run with `keramos-run call`.

use keramos::HostTensor;
use keramos::runtime::data;

use crate::tool::{Run, Workplace};

const FUNCTIONS: &str = r#"
import jax
import jax.numpy as jnp


def affine(params, x, times):
    y = x @ params["w"] + params["b"]
    for _ in range(times):
        y = y * 2.0
    return {"total": jnp.sum(y), "rows": (y, jnp.argmax(y, axis=-1))}


def predict(x):
    """Called as an entry point of models is."""
    return x * 3


def narrow(x):
    return x.astype(jnp.bfloat16) / 3
"#;

const AFFINE: &str = "affine:{w:f32[3,2],b:f32[2]},f32[2,3],2";

fn compiled() -> Workplace {
    let place = Workplace::new();
    place.write("f.py", FUNCTIONS);
    let entries =
        ["--entry", AFFINE, "--entry", "predict:f32[]", "--entry", "predict:i32[2]", "--entry", "narrow:f32[2]"];
    place.keramos(&[["compile", "f.py", "--target", "none"].as_slice(), &entries].concat()).ok();
    place.arrays("x.npy", vec![("", array(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))]);
    place.arrays("w.npy", vec![("", array(&[3, 2], &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]))]);
    place.arrays("b.npy", vec![("", array(&[2], &[0.5, -0.5]))]);
    place
}

fn array(shape: &[usize], values: &[f32]) -> HostTensor {
    HostTensor::from_values(shape.to_vec(), values).expect("as many values as the shape has places")
}

fn read(place: &Workplace, name: &str) -> HostTensor {
    let arrays = data::read(&place.path(name)).expect("an array file");
    arrays.into_values().next().expect("an array")
}

const Y: [f32; 4] = [18.0, 18.0, 42.0, 42.0];

#[test]
fn arguments_go_by_position_and_by_name_and_results_come_as_leaves() {
    let place = compiled();
    place
        .keramos_run(&[
            "call",
            "f.kar",
            "affine",
            "--arg",
            "0=b.npy",
            "--arg",
            "params['w']=w.npy",
            "--arg",
            "x=x.npy",
            "--out-dir",
            "out",
        ])
        .ok();
    assert_eq!(read(&place, "out/0.npy").values::<f32>().expect("floats"), Y);
    assert_eq!(read(&place, "out/1.npy").values::<i32>().expect("integers"), [0, 0]);
    assert_eq!(read(&place, "out/2.npy").values::<f32>().expect("floats"), [Y.iter().sum::<f32>()]);

    let arrays =
        vec![("params['b']", array(&[2], &[0.5, -0.5])), ("1", read(&place, "w.npy")), ("x", read(&place, "x.npy"))];
    place.arrays("all.npz", arrays);
    place.keramos_run(&["call", "f.kar", "affine", "--args", "all.npz", "-o", "y.npz"]).ok();
    let results = data::read(&place.path("y.npz")).expect("an array file");
    assert_eq!(results.keys().collect::<Vec<_>>(), ["0", "1", "2"]);
    assert_eq!(results["0"], read(&place, "out/0.npy"));
}

#[test]
fn the_types_of_the_arguments_choose_among_programs_of_one_name() {
    let place = compiled();
    let one = place.keramos_run(&["call", "f.kar", "predict", "--arg", "0=2.5", "-o", "one.npy"]).ok();
    assert!(one.stderr.contains("compiled `predict (float32[])`"), "{}", one.stderr);
    assert_eq!(read(&place, "one.npy").values::<f32>().expect("floats"), [7.5]);
    place.arrays("i.npy", vec![("", HostTensor::from_values(vec![2], &[1i64, -7]).expect("two values"))]);
    place.keramos_run(&["call", "f.kar", "predict", "--arg", "x=i.npy", "-o", "two.npy"]).ok();
    assert_eq!(read(&place, "two.npy").values::<i32>().expect("integers"), [3, -21]);
    let printed = place.keramos_run(&["call", "f.kar", "predict", "--arg", "x=-1"]).ok();
    assert_eq!(printed.stdout, "result float32[]\n  -3.0000\n");
}

#[test]
fn bfloat16_results_are_widened_unless_asked_for_raw() {
    let place = compiled();
    place.arrays("v.npy", vec![("", array(&[2], &[1.0, 3.0]))]);
    let run = place.keramos_run(&["call", "f.kar", "narrow", "--arg", "0=v.npy", "-o", "wide.npy"]).ok();
    assert!(run.stderr.contains("result 0 is bfloat16"), "{}", run.stderr);
    assert_eq!(read(&place, "wide.npy").values::<f32>().expect("floats"), [0.333_984_38, 1.0]);
    place.keramos_run(&["call", "f.kar", "narrow", "--arg", "0=v.npy", "-o", "raw.npy", "--raw"]).ok();
    assert_eq!(read(&place, "raw.npy").dtype().name(), "bfloat16");
}

#[test]
fn the_embedding_calls_functions_too() {
    let artifact = keramos::Compiler::new().entry(AFFINE).compile("f.py", FUNCTIONS).expect("it compiles");
    let session = keramos::Session::new(keramos::Platform::Cpu).expect("the CPU plugin");
    let mut functions = session.load(artifact);
    let arguments = [
        array(&[2], &[0.5, -0.5]),
        array(&[3, 2], &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]),
        array(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    ];
    let results = functions.call("affine", &arguments).expect("the arguments fit");
    assert_eq!(results[0].values::<f32>().expect("floats"), Y);
    let error = functions.call("affine", &arguments[..2]).expect_err("one is missing").to_string();
    assert!(error.starts_with("`affine` takes 3 arrays and 2 are given"), "{error}");
}

#[test]
fn inspect_lists_the_functions() {
    let place = compiled();
    let run = place.keramos_run(&["inspect", "f.kar"]).ok();
    let (_, rest) = run.stdout.split_once("Entry points\n").expect("the list");
    let (entries, _) = rest.split_once("\nSections").expect("its end");
    insta::assert_snapshot!(entries);
}

/// What is said, on standard error, about a command that fails.
fn complaint(run: Run) -> String {
    assert_ne!(run.code, Some(0), "{}", run.stdout);
    run.stderr
}

#[test]
fn arguments_that_do_not_fit_name_argument_expected_found_and_hint() {
    let place = compiled();
    place.arrays("wide.npy", vec![("", array(&[2, 2], &[0.0; 4]))]);
    place.arrays("ints.npy", vec![("", HostTensor::from_values(vec![2, 3], &[1i32; 6]).expect("six values"))]);
    place.arrays("more.npz", vec![("x", read(&place, "x.npy")), ("bias", read(&place, "b.npy"))]);
    let call = |args: &[&str]| complaint(place.keramos_run(&[["call", "f.kar"].as_slice(), args].concat()));
    let rest = ["--arg", "0=b.npy", "--arg", "1=w.npy"];
    let said = [
        call(&["affine", "--arg", "0=b.npy", "--arg", "x=x.npy"]),
        call(&[["affine", "--arg", "2=w.npy"].as_slice(), &rest].concat()),
        call(&[["affine", "--arg", "2=wide.npy"].as_slice(), &rest].concat()),
        call(&[["affine", "--arg", "2=ints.npy"].as_slice(), &rest].concat()),
        call(&[["affine", "--arg", "2=0.5"].as_slice(), &rest].concat()),
        call(&[["affine", "--arg", "y=x.npy"].as_slice(), &rest].concat()),
        call(&[["affine", "--arg", "x.npy"].as_slice(), &rest].concat()),
        call(&[["affine", "--arg", "params['b']=b.npy"].as_slice(), &rest].concat()),
        call(&["affine", "--args", "more.npz"]),
        call(&["afine"]),
    ];
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn requests_that_do_not_fit_the_file() {
    let place = Workplace::new();
    place.write("f.py", FUNCTIONS);
    let compile = |entry: &str| complaint(place.keramos(&["compile", "f.py", "--target", "none", "--entry", entry]));
    let said = [
        compile("predcit:f32[]"),
        compile("predict:f32"),
        compile("predict:f32[],f32[]"),
        compile("jnp:f32[]"),
        compile("affine:{w:f32[3,2],b:f32[2]},f32[2,4],2"),
        compile("predict:'text'"),
    ];
    insta::assert_snapshot!(said.join("\n"));
    assert!(!place.path("f.kar").exists());
}

const STATICS: &str = r#"
from functools import partial

import jax
import jax.numpy as jnp


@partial(jax.jit, static_argnames=("n", "act"))
def f(x, n, act="relu"):
    for _ in range(n):
        x = getattr(jax.nn, act)(x) * 2.0
    return x


@partial(jax.jit, static_argnums=0)
def single(scale, x):
    return x * scale


for n in (1, 3):
    f(jnp.ones(2), n)
    f(jnp.ones((2, 2)), n=n)
f(jnp.ones(2), 3, act="tanh")
single(4, jnp.ones(2))
"#;

#[test]
fn calls_that_differ_in_static_arguments_make_entry_points_with_names_that_tell() {
    let place = Workplace::new();
    place.write("s.py", STATICS);
    let compiled = place.keramos(&["compile", "s.py", "--target", "none"]).ok();
    let (told, _) = compiled.stdout.split_once("; no executables").expect("what is in the artifact");
    let run = place.keramos_run(&["inspect", "s.kar"]).ok();
    let (_, rest) = run.stdout.split_once("Entry points\n").expect("the list");
    let (entries, _) = rest.split_once("\nSections").expect("its end");
    let unknown = complaint(place.keramos_run(&["call", "s.kar", "f", "--arg", "x=1"]));
    insta::assert_snapshot!(format!("{told}\n\n{entries}\n\n{unknown}"));
    place.arrays("x.npy", vec![("", array(&[2], &[1.0, -1.0]))]);
    place.keramos_run(&["call", "s.kar", "f[n=3]", "--arg", "x=x.npy", "-o", "y.npy"]).ok();
    assert_eq!(read(&place, "y.npy").values::<f32>().expect("floats"), [8.0, 0.0]);
}

const JITTED: &str = r#"
import collections
from functools import partial

import jax
import jax.numpy as jnp

State = collections.namedtuple("State", "w step")


@jax.jit
def product(x, y):
    return x @ y


@partial(jax.jit, static_argnames="times", donate_argnums=0)
def step(state, x, times=2):
    w = state.w
    for _ in range(times):
        w = w - 0.1 * jax.grad(lambda w: jnp.sum((x @ w) ** 2))(w)
    return State(w, state.step + 1), jnp.sum(w)


@jax.jit
def never_called(x):
    return x


x = jnp.ones((2, 3))
print(product(x, jnp.ones((3, 2))))
product(x, jnp.ones(3))
_, total = step(State(jnp.ones(3), 0), x, times=1)
"#;

#[test]
fn jitted_functions_that_the_file_calls_are_entry_points() {
    let place = Workplace::new();
    place.write("j.py", JITTED);
    let compiled = place.keramos(&["compile", "j.py", "--target", "none"]).ok();
    assert!(compiled.stdout.starts_with("[[3. 3.]\n [3. 3.]]\n"), "{}", compiled.stdout);
    let run = place.keramos_run(&["inspect", "j.kar"]).ok();
    let (_, rest) = run.stdout.split_once("Entry points\n").expect("the list");
    let (entries, _) = rest.split_once("\nSections").expect("its end");
    insta::assert_snapshot!(entries);

    place.arrays("w.npy", vec![("", array(&[3], &[1.0, 2.0, 3.0]))]);
    place.arrays("x.npy", vec![("", array(&[2, 3], &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0]))]);
    let args = ["--arg", "state.w=w.npy", "--arg", "state.step=7", "--arg", "x=x.npy", "--out-dir", "out"];
    place.keramos_run(&[["call", "j.kar", "step"].as_slice(), &args].concat()).ok();
    assert_eq!(read(&place, "out/0.npy").values::<f32>().expect("floats"), [0.8, 1.6, 3.0]);
    assert_eq!(read(&place, "out/1.npy").values::<i32>().expect("integers"), [8]);
}

const REBOUND: &str = r#"
import jax
import jax.numpy as jnp


def inner(x):
    return x * factor


factor = 2.0
scaled = jax.jit(lambda x: inner(x) + 1.0)
scaled(jnp.ones(3))
ahead = jax.jit(lambda x, n: x * n, static_argnums=1).lower(jax.ShapeDtypeStruct((3,), jnp.float32), 3).compile()
assert ahead(jnp.ones(3)).tolist() == [3.0, 3.0, 3.0]
factor = "another meaning"
"#;

#[test]
fn functions_that_the_file_calls_see_what_names_meant_when_it_called_them() {
    let place = Workplace::new();
    place.write("r.py", REBOUND);
    place.keramos(&["compile", "r.py", "--target", "none"]).ok();
    place.arrays("x.npy", vec![("", array(&[3], &[1.0, 2.0, 3.0]))]);
    place.keramos_run(&["call", "r.kar", "scaled", "--arg", "x=x.npy", "-o", "y.npy"]).ok();
    assert_eq!(read(&place, "y.npy").values::<f32>().expect("floats"), [3.0, 5.0, 7.0]);
}

const COMPUTED: &str = r#"
import jax
import jax.numpy as jnp
from flax import linen as nn


class Decoder(nn.Module):
    shape: tuple

    def setup(self):
        self.out = nn.Dense(jnp.prod(jnp.array(self.shape)))

    def __call__(self, z):
        return self.out(z).reshape((-1,) + self.shape)


decoder = Decoder((2, 3))
variables = decoder.init(jax.random.key(0), jnp.ones((1, 4)))
assert decoder.apply(variables, jnp.ones((5, 4))).shape == (5, 2, 3)
decode = jax.jit(lambda z: z * 2.0)
decode(jnp.ones(2))
"#;

#[test]
fn sizes_of_weights_may_be_computed() {
    let place = Workplace::new();
    place.write("c.py", COMPUTED);
    place.keramos(&["compile", "c.py", "--target", "none"]).ok();
}

#[test]
fn a_jitted_function_that_nobody_calls_needs_its_types() {
    let place = Workplace::new();
    place.write("f.py", "import jax\n\n\n@jax.jit\ndef f(x, y):\n    return x + y\n");
    insta::assert_snapshot!(complaint(place.keramos(&["compile", "f.py", "--target", "none"])));
    place.keramos(&["compile", "f.py", "--target", "none", "--entry", "f:f32[2],f32[]"]).ok();
}
