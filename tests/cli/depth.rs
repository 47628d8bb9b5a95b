//! Models of many equal layers: one program whatever their number, the same numbers as layer by layer, and the
//! variables where Keras has them.

use keramos::ir::passes::Roll;
use keramos::runtime::train::{FitOptions, Silent};
use keramos::{Artifact, Compiler, HostTensor, Model, Platform, Session, Stage};

/// Residual blocks with a dense layer, normalisation and dropout each, and an optimizer that looks at all gradients.
fn source(depth: usize) -> String {
    format!(
        "import keras
from keras import layers

keras.utils.set_random_seed(1)
inputs = keras.Input((6,), name='x')
x = layers.Dense(4, name='first')(inputs)
for i in range({depth}):
    y = layers.LayerNormalization(name=f'norm{{i}}')(x)
    y = layers.Dense(4, activation='tanh', name=f'dense{{i}}')(y)
    x = x + layers.Dropout(0.2, name=f'drop{{i}}')(y)
model = keras.Model(inputs, layers.Dense(3, name='last')(x))
model.compile(optimizer=keras.optimizers.AdamW(0.01, global_clipnorm=1.0), loss='mse')
"
    )
}

fn load(roll: Roll) -> Model {
    let (builder, _) = Compiler::new().roll(roll).build("depth.py", &source(10)).unwrap_or_else(|e| panic!("{e}"));
    session().load(Artifact::from_bytes(builder.finish().expect("bytes")).expect("an artifact"))
}

fn session() -> Session {
    Session::new(Platform::Cpu).expect("a session")
}

/// Numbers between -1 and 1.
fn numbers(shape: &[usize]) -> HostTensor {
    let count: usize = shape.iter().product();
    HostTensor::from_values(shape.to_vec(), &(0..count).map(|i| (i as f32 * 1.7).sin()).collect::<Vec<f32>>())
        .expect("a tensor")
}

/// All weights, as one list.
fn weights(model: &mut Model) -> Vec<f32> {
    let weights = model.weights().expect("weights");
    weights.into_iter().flat_map(|(_, value)| value.values::<f32>().expect("float32")).collect()
}

#[test]
fn rolled_layers_train_as_written_ones_do() {
    let (x, y) = (numbers(&[40, 6]), numbers(&[40, 3]));
    let options = FitOptions { epochs: 2, batch_size: 16, shuffle: false, ..FitOptions::default() };
    let run = |roll: Roll| {
        let mut model = load(roll);
        let dataset = model.dataset(std::slice::from_ref(&x), std::slice::from_ref(&y)).expect("data");
        let first = weights(&mut model);
        model.fit(&dataset, &options, &mut Silent).unwrap_or_else(|e| panic!("{e}"));
        (first, weights(&mut model), model)
    };
    let (started, trained, mut rolled) = run(Roll::Auto);
    let (expected_start, expected, mut plain) = run(Roll::Never);
    assert_eq!(started, expected_start);
    super::weights::assert_close((trained, expected.clone()), 1e-5);
    assert!(!rolled.manifest().stacks.is_empty() && plain.manifest().stacks.is_empty());

    // By path, alone, and through a saved artifact, in which each variable lies for itself.
    let path = "dense7/kernel";
    let kernel = |model: &mut Model| model.variable(path).expect("a kernel").values::<f32>().expect("float32");
    super::weights::assert_close((kernel(&mut rolled), kernel(&mut plain)), 1e-5);
    let saved = rolled.to_artifact(None).and_then(|builder| Ok(builder.finish()?)).expect("bytes");
    let mut again = session().load(Artifact::from_bytes(saved).expect("an artifact"));
    assert_eq!(weights(&mut again), weights(&mut rolled));
    let index = again.manifest().variables.iter().position(|v| v.path == path).expect("a variable");
    again.set_variables(vec![(index, numbers(&[4, 4]))]).expect("one row");
    assert_eq!(kernel(&mut again), numbers(&[4, 4]).values::<f32>().expect("float32"));
    let other = |model: &mut Model| model.variable("dense6/kernel").expect("a kernel");
    assert_eq!(other(&mut again), other(&mut rolled));
    let predict = |model: &mut Model| {
        model.predict(std::slice::from_ref(&x)).expect("numbers")[0].values::<f32>().expect("float32")
    };
    super::weights::assert_close((predict(&mut rolled), predict(&mut plain)), 1e-5);
}

#[test]
fn programs_do_not_grow_with_depth() {
    let lines = |depth: usize| {
        let text = Compiler::new().emit("depth.py", &source(depth), Stage::IrOpt).unwrap_or_else(|e| panic!("{e}"));
        text.lines().count()
    };
    assert_eq!(lines(10), lines(30));
}
