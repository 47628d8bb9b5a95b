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
