//! `keras.datasets`: what is known of the data sets that Keras fetches. Their arrays only exist at run time; their
//! shapes and types are published.

use keramos_ir::{DType, TensorType};

use crate::error::Result;
use crate::interp::Interp;
use crate::library::{Bound, Default, FunctionDecl, Param, Signature};
use crate::modules::{Contents, modules};
use crate::value::host::Known;
use crate::value::{Host, Value};

/// The rows of Boston's housing data, and of California's in both versions.
const BOSTON: usize = 506;
const CALIFORNIA: usize = 20_640;
const CALIFORNIA_SMALL: usize = 600;

/// `(x_train, y_train), (x_test, y_test)`: arrays of the run of so many rows each, of these types and shapes beyond the
/// rows. NumPy's 64-bit numbers count as 32-bit ones, as JAX takes them.
fn split(interp: &Interp, rows: [usize; 2], x: (DType, &[usize]), y: (DType, &[usize])) -> Value {
    let host = Host::new(interp.describe(interp.span), Some(interp.span));
    let array = |rows: usize, (dtype, shape): (DType, &[usize])| {
        let shape: Vec<usize> = std::iter::once(rows).chain(shape.iter().copied()).collect();
        Value::Host(host.know(Known::Array(TensorType::new(dtype, shape))))
    };
    Value::tuple(rows.map(|rows| Value::tuple(vec![array(rows, x), array(rows, y)])).to_vec())
}

/// The fraction of the data that is for tests.
fn fraction(args: &Bound) -> Result<f64> {
    let fraction = args.f64("test_split")?;
    match (0.0..1.0).contains(&fraction) {
        true => Ok(fraction),
        false => Err(args.invalid("test_split", "a number from 0 up to, but not including, 1")),
    }
}

/// The same of data that are in one table, of which a fraction is for tests.
fn table(interp: &Interp, args: &Bound, rows: usize, columns: usize) -> Result<Value> {
    let train = (rows as f64 * (1.0 - fraction(args)?)) as usize;
    Ok(split(interp, [train, rows - train], (DType::F32, &[columns]), (DType::F32, &[])))
}

const IMAGES: [usize; 2] = [60_000, 10_000];
const SMALL_IMAGES: [usize; 2] = [50_000, 10_000];

static MNIST: FunctionDecl = FunctionDecl {
    name: "load_data",
    signature: Signature::new(&[Param::new("path", Default::Str("mnist.npz"))]),
    doc: "Arrays of the run: images `u8[60000,28,28]` and labels to train on, and 10000 to test.",
    call: |interp, _| Ok(split(interp, IMAGES, (DType::U8, &[28, 28]), (DType::U8, &[]))),
};

static FASHION_MNIST: FunctionDecl = FunctionDecl {
    name: "load_data",
    signature: Signature::EMPTY,
    doc: "Arrays of the run: images `u8[60000,28,28]` and labels to train on, and 10000 to test.",
    call: |interp, _| Ok(split(interp, IMAGES, (DType::U8, &[28, 28]), (DType::U8, &[]))),
};

static CIFAR10: FunctionDecl = FunctionDecl {
    name: "load_data",
    signature: Signature::EMPTY,
    doc: "Arrays of the run: images `u8[50000,32,32,3]` and labels `u8[50000,1]` to train on, and 10000 to test.",
    call: |interp, _| Ok(split(interp, SMALL_IMAGES, (DType::U8, &[32, 32, 3]), (DType::U8, &[1]))),
};

static CIFAR100: FunctionDecl = FunctionDecl {
    name: "load_data",
    signature: Signature::new(&[Param::new("label_mode", Default::Str("fine"))]),
    doc: "Arrays of the run: images `u8[50000,32,32,3]` and labels `i32[50000,1]` to train on, and 10000 to test.",
    call: |interp, args| {
        args.one_of("label_mode", &["fine", "coarse"])?;
        Ok(split(interp, SMALL_IMAGES, (DType::U8, &[32, 32, 3]), (DType::I32, &[1])))
    },
};

static BOSTON_HOUSING: FunctionDecl = FunctionDecl {
    name: "load_data",
    signature: Signature::new(&[
        Param::new("path", Default::Str("boston_housing.npz")),
        Param::new("test_split", Default::Float(0.2)),
        Param::new("seed", Default::Int(113)),
    ]),
    doc: "Arrays of the run: 13 numbers and a price in each of 506 rows.",
    call: |interp, args| table(interp, args, BOSTON, 13),
};

static CALIFORNIA_HOUSING: FunctionDecl = FunctionDecl {
    name: "load_data",
    signature: Signature::new(&[
        Param::new("version", Default::Str("large")),
        Param::new("path", Default::Str("california_housing.npz")),
        Param::new("test_split", Default::Float(0.2)),
        Param::new("seed", Default::Int(113)),
    ]),
    doc: "Arrays of the run: 8 numbers and a price in each of 20640 rows, or 600.",
    call: |interp, args| match args.one_of("version", &["large", "small"])? {
        "small" => table(interp, args, CALIFORNIA_SMALL, 8),
        _ => table(interp, args, CALIFORNIA, 8),
    },
};

/// Lists of words as numbers, and the class of each: so many to train on and to test, unless long ones are left out.
fn words(interp: &Interp, args: &Bound, module: &str, rows: [usize; 2]) -> Result<Value> {
    let host = Host::new(interp.describe(interp.span), Some(interp.span)).given_by(&format!("{module}.load_data"));
    if args.some("maxlen")?.is_some() {
        return Ok(Value::Host(host));
    }
    let part = |rows: usize| {
        let classes = host.know(Known::Array(TensorType::new(DType::I32, [rows])));
        Value::tuple(vec![Value::Host(host.know(Known::Sequences(rows))), Value::Host(classes)])
    };
    Ok(Value::tuple(rows.map(part).to_vec()))
}

const IMDB_REVIEWS: [usize; 2] = [25_000, 25_000];
const REUTERS_NEWS: usize = 11_228;

static IMDB: FunctionDecl = FunctionDecl {
    name: "load_data",
    signature: Signature::new(&[
        Param::new("path", Default::Str("imdb.npz")),
        Param::new("num_words", Default::None),
        Param::new("skip_top", Default::Int(0)),
        Param::new("maxlen", Default::None),
        Param::new("seed", Default::Int(113)),
        Param::new("start_char", Default::Int(1)),
        Param::new("oov_char", Default::Int(2)),
        Param::new("index_from", Default::Int(3)),
    ]),
    doc: "Arrays of the run: 25000 lists of words as numbers and their classes to train on, and 25000 to test.",
    call: |interp, args| words(interp, args, "keras.datasets.imdb", IMDB_REVIEWS),
};

static REUTERS: FunctionDecl = FunctionDecl {
    name: "load_data",
    signature: Signature::new(&[
        Param::new("path", Default::Str("reuters.npz")),
        Param::new("num_words", Default::None),
        Param::new("skip_top", Default::Int(0)),
        Param::new("maxlen", Default::None),
        Param::new("test_split", Default::Float(0.2)),
        Param::new("seed", Default::Int(113)),
        Param::new("start_char", Default::Int(1)),
        Param::new("oov_char", Default::Int(2)),
        Param::new("index_from", Default::Int(3)),
    ]),
    doc: "Arrays of the run: 11228 lists of words as numbers and their classes, a fraction of them to test.",
    call: |interp, args| {
        let train = (REUTERS_NEWS as f64 * (1.0 - fraction(args)?)) as usize;
        words(interp, args, "keras.datasets.reuters", [train, REUTERS_NEWS - train])
    },
};

modules! {
    /// `keras.datasets.imdb`.
    IMDB_MODULE = Contents { functions: &[&[&IMDB]], open: true, ..Contents::new("keras.datasets.imdb") };
    /// `keras.datasets.reuters`.
    REUTERS_MODULE = Contents { functions: &[&[&REUTERS]], open: true, ..Contents::new("keras.datasets.reuters") };
    /// `keras.datasets`.
    DATASETS = Contents::new("keras.datasets");
    /// `keras.datasets.mnist`.
    MNIST_MODULE = Contents { functions: &[&[&MNIST]], ..Contents::new("keras.datasets.mnist") };
    /// `keras.datasets.fashion_mnist`.
    FASHION_MNIST_MODULE = Contents { functions: &[&[&FASHION_MNIST]], ..Contents::new("keras.datasets.fashion_mnist") };
    /// `keras.datasets.cifar10`.
    CIFAR10_MODULE = Contents { functions: &[&[&CIFAR10]], ..Contents::new("keras.datasets.cifar10") };
    /// `keras.datasets.cifar100`.
    CIFAR100_MODULE = Contents { functions: &[&[&CIFAR100]], ..Contents::new("keras.datasets.cifar100") };
    /// `keras.datasets.boston_housing`.
    BOSTON_HOUSING_MODULE = Contents { functions: &[&[&BOSTON_HOUSING]], ..Contents::new("keras.datasets.boston_housing") };
    /// `keras.datasets.california_housing`.
    CALIFORNIA_HOUSING_MODULE = Contents { functions: &[&[&CALIFORNIA_HOUSING]], ..Contents::new("keras.datasets.california_housing") };
}
