//! What `inspect` tells of layers, from source text.

use serde_json::Value;

use crate::tool::Workplace;

/// A convolution, batch normalisation, pooling and a dense layer, with a training step.
const NET: &str = "import keras
from keras import layers

model = keras.Sequential([
    keras.Input((28, 28, 3)),
    layers.Conv2D(32, 3, activation='relu', name='conv'),
    layers.BatchNormalization(name='norm'),
    layers.MaxPooling2D(2, name='pool'),
    layers.Flatten(name='flat'),
    layers.Dense(10, name='dense'),
])
model.compile(optimizer='sgd', loss='mse')
";

fn inspected(place: &Workplace, artifact: &str) -> Value {
    serde_json::from_str(&place.keramos_run(&["inspect", artifact, "--json"]).ok().stdout).expect("JSON")
}

#[test]
fn flops_are_those_of_the_formulae() {
    let place = Workplace::new();
    place.write("net.py", NET);
    place.keramos(&["compile", "net.py", "--target", "none", "--train-batch", "8"]).ok();
    let json = inspected(&place, "net.kar");
    let layer = |name: &str| {
        let layers = json["layers"].as_array().expect("layers");
        layers.iter().find(|layer| layer["name"] == name).expect("the layer").clone()
    };
    let flops = |name: &str, program: &str, what: &str| layer(name)["work"][program][what].as_u64().unwrap_or(0);
    let (predict, train) = ("predict (batch 1)", "train_step (batch 8)");

    // 2·H'·W'·Kh·Kw·Cin·Cout for the convolution; bias and relu are one per element each.
    let (products, elements) = (2 * 26 * 26 * 3 * 3 * 3 * 32, 26 * 26 * 32);
    assert_eq!(flops("conv", predict, "flops"), products + 2 * elements);
    assert_eq!(flops("dense", predict, "flops"), 2 * 13 * 13 * 32 * 10 + 10);
    // Three comparisons for each result.
    assert_eq!(flops("pool", predict, "flops"), 3 * 13 * 13 * 32);
    assert_eq!(flops("flat", predict, "flops"), 0);

    assert_eq!(flops("dense", train, "flops"), 8 * (2 * 13 * 13 * 32 * 10 + 10));
    // Gradients of a dense layer's kernel and input take a product each of the size of the forward one; the bias is summed.
    assert_eq!(flops("dense", train, "backward_flops"), 8 * 2 * 2 * 13 * 13 * 32 * 10 + 70);
    // The first layer's input has no gradient.
    let backward = flops("conv", train, "backward_flops");
    assert!(backward >= 8 * products && backward < 8 * products * 11 / 10, "{backward}");
    // What the pooling's gradient searches, at least.
    assert!(flops("norm", train, "kept_bytes") >= 8 * elements * 4);
    assert_eq!(layer("dense")["weight_bytes"], 4 * (13 * 13 * 32 * 10 + 10));

    let text = place.keramos_run(&["inspect", "net.kar"]).ok().stdout;
    assert!(text.contains("FLOPs are those of predict (batch 1)"), "{text}");
    assert!(text.contains("Memory and work of train_step (batch 8) by layer"), "{text}");
}

#[test]
fn layers_unfold_to_their_operations() {
    let place = Workplace::new();
    place.write("net.py", NET);
    place.keramos(&["compile", "net.py", "--target", "none", "--no-training"]).ok();
    let drawn = |file: &str, unfold: &[&str]| {
        place.keramos_run(&[&["inspect", "net.kar", "--graph", file], unfold].concat()).ok();
        std::fs::read_to_string(place.path(file)).expect("the picture")
    };
    let folded = drawn("net.svg", &[]);
    assert!(folded.contains("conv (Conv2D)") && folded.contains("896 params · 1.21 M FLOPs"), "{folded}");
    assert!(!folded.contains("conv_general_dilated"), "{folded}");
    let one = drawn("net.svg", &["--unfold", "conv"]);
    assert!(one.contains("conv_general_dilated gives f32[1,26,26,32]") && !one.contains("dot_general"), "{one}");
    let all = drawn("net.svg", &["--unfold", "all"]);
    assert!(all.contains("conv_general_dilated") && all.contains("dot_general"), "{all}");
    let dot = drawn("net.dot", &["--unfold", "dense"]);
    assert!(dot.contains("subgraph cluster") && dot.contains("dot_general\\nf32[1,10]"), "{dot}");
    // The page holds the operations of all layers, hidden.
    let page = drawn("net.html", &[]);
    assert!(
        page.contains("class=\"steps\" display=\"none\"") && page.contains("dot_general gives f32[1,10]"),
        "{page}"
    );
}

#[test]
fn operations_between_layers_are_named_and_counted_as_keras_names_them() {
    let place = Workplace::new();
    let source = "import keras\nfrom keras import layers, ops\n\nx = keras.Input((4,))\ny = x + x\nz = layers.Add()([y * 2.0, y])\n\
                  w = (ops.relu(z) + y)[:, :2] / 2.0\nmodel = keras.Model(x, w)\n";
    place.write("between.py", source);
    place.keramos(&["compile", "between.py", "--target", "none"]).ok();
    let json = inspected(&place, "between.kar");
    let layers = json["layers"].as_array().expect("layers").iter();
    let shown: Vec<String> = layers
        .map(|layer| {
            let flops = layer["work"]["predict (batch 1)"]["flops"].as_u64().unwrap_or(0);
            let text = |name: &str| layer[name].as_str().unwrap_or_default().to_owned();
            format!("{} ({}) {flops}", text("name"), text("class"))
        })
        .collect();
    // The names and classes are those of `model.summary()` of Keras 3.
    let expected = [
        "input_layer (InputLayer) 0",
        "add (Add) 4",
        "multiply (Multiply) 4",
        "add_1 (Add) 4",
        "relu (Relu) 4",
        "add_2 (Add) 4",
        "get_item (GetItem) 0",
        "true_divide (TrueDivide) 2",
    ];
    assert_eq!(shown, expected);
}
