//! Messages about inputs and arguments that do not fit. Each snapshot holds those of one group of lines.

use super::messages;

/// Every text with what is said about it; each must be refused.
fn report(texts: &[&str]) -> String {
    let mut out = String::new();
    for text in texts {
        let messages = messages(text);
        assert_ne!(messages, "", "{text} is accepted");
        out.push_str(&format!("{}\n{text}\n{messages}\n", "-".repeat(60)));
    }
    out
}

#[test]
fn shapes() {
    insta::assert_snapshot!(report(&[
        "x = layers.Conv2D(32, 3)(keras.Input((784,)))",
        "x = layers.Conv2D(32, 3)(keras.Input((28, 28)))",
        "x = layers.Conv1D(8, 3)(keras.Input((28, 28, 1)))",
        "x = layers.Conv2D(8, 3, groups=2)(keras.Input((8, 8, 3)))",
        "x = layers.Conv2D(8, 5)(keras.Input((3, 3, 1)))",
        "x = layers.MaxPooling2D(4)(keras.Input((3, 3, 1)))",
        "x = layers.GlobalAveragePooling1D()(keras.Input((3,)))",
        "x = layers.Dense(3)(keras.Input((None,)))",
        "d = layers.Dense(3)\nx = d(keras.Input((4,)))\ny = d(keras.Input((5,)))",
        "x = layers.Reshape((3, 4))(keras.Input((10,)))",
        "x = layers.Permute((1, 2))(keras.Input((10,)))",
        "x = layers.Cropping2D(2)(keras.Input((4, 4, 1)))",
        "x = layers.Add()([keras.Input((3,)), keras.Input((4,))])",
        "x = layers.Subtract()([keras.Input((3,))])",
        "x = layers.Concatenate()([keras.Input((3, 2)), keras.Input((4, 2))])",
        "x = layers.Dot(axes=1)([keras.Input((3,)), keras.Input((4,))])",
        "x = layers.GroupNormalization(groups=5)(keras.Input((4, 4, 6)))",
        "x = layers.BatchNormalization(axis=4)(keras.Input((4, 6)))",
        "x = layers.MultiHeadAttention(2, 3)(keras.Input((6,)), keras.Input((6,)))",
        "x = layers.MultiHeadAttention(2, 3)(keras.Input((5, 6)))",
        "x = layers.EinsumDense('ab,bc->ac', 4)(keras.Input((5, 6)))",
        "x = layers.PReLU(shared_axes=[3])(keras.Input((5, 6)))",
        "x = layers.LSTM(4)(keras.Input((5,)))",
        "x = layers.LSTM(4)(keras.Input((5, 3)), initial_state=[keras.Input((4,))])",
        "x = layers.LSTM(4)(keras.Input((5, 3)), initial_state=[keras.Input((4,)), keras.Input((3,))])",
        "x = layers.TimeDistributed(layers.Dense(3))(keras.Input((5,)))",
        "x = layers.Resizing(4, 4)(keras.Input((5,)))",
    ]));
}

#[test]
fn arguments() {
    insta::assert_snapshot!(report(&[
        "layers.Dense()",
        "layers.Dense(0)",
        "layers.Dense('ten')",
        "layers.Dense(10, activation='rleu')",
        "layers.Dense(10, activation='softmaks')",
        "layers.Dense(10, kernel_initializer='glorot')",
        "layers.Dense(10, kernel_initialiser='glorot_uniform')",
        "layers.Dense(10, kernel_regularizer='l3')",
        "layers.Dense(10, kernel_regularizer=0.01)",
        "layers.Dense(10, activity_regularizer='l1_l2')",
        "layers.Dense(10, bias_constraint='non_negative')",
        "keras.regularizers.L2(-0.1)",
        "keras.regularizers.OrthogonalRegularizer(mode='both')",
        "keras.constraints.MaxNorm(axis='all')",
        "layers.Conv2D(32, (3, 3, 3))",
        "layers.Conv2D(32, 3, padding='sane')",
        "layers.Conv2D(32, 3, strides=2, dilation_rate=2)",
        "layers.Conv2D(32, 3, padding='causal')",
        "layers.Conv2D(32, 3, data_format='channel_last')",
        "layers.Conv2DTranspose(2, 3, strides=2, output_padding=2)",
        "layers.Dropout(1.5)",
        "layers.Dropout(0.5, noise_shape=(0, 1))",
        "layers.Dropout(0.5, seed=-1)",
        "layers.ReLU(max_value=-1.0)",
        "layers.Reshape((-1, -1))",
        "layers.Permute((0, 1))",
        "layers.UpSampling2D(interpolation='area')",
        "import numpy as np\nn = layers.Normalization(mean=np.load('mean.npy'), variance=1.0)",
        "layers.Normalization(mean=0.0, variance=1.0).adapt([1.0])",
        "layers.Normalization().adapt([1.0, 2.0])",
        "layers.Normalization(mean=[1.0, 2.0], variance=[1.0])",
        "layers.GroupNormalization(groups=0)",
        "layers.BatchNormalization(renorm=True, renorm_clipping={'rmax': 0.5, 'rmin': 2})",
        "layers.BatchNormalization(renorm=True, renorm_clipping={'max': 0.5})",
        "layers.BatchNormalization(synchronized=True)",
        "layers.Resizing(4, 4, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)",
        "layers.LSTM(8, stateful=True)",
        "layers.GRU(8, use_cudnn=True)",
        "layers.RNN(layers.Dense(3))",
        "layers.Bidirectional(layers.Dense(3))",
        "layers.Bidirectional(layers.LSTM(3), backward_layer=layers.LSTM(3))",
        "layers.EinsumDense('abc', 4)",
        "layers.EinsumDense('...b,bc->c', 4)",
        "keras.initializers.VarianceScaling(mode='fan_inn')",
        "keras.initializers.VarianceScaling(scale=0)",
        "keras.initializers.GlorotUniform(seed=-3)",
        "keras.initializers.get('zeroes')",
        "keras.activations.get(3)",
    ]));
}
