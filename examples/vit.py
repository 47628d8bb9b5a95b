"""A vision transformer: images are cut into patches, which become tokens with learned positions."""

import keras
from keras import layers, ops

keras.utils.set_random_seed(21)

num_classes = 10
image_size = 32
patch_size = 8
num_patches = (image_size // patch_size) ** 2
projection_dim = 32
num_heads = 4
transformer_layers = 3
mlp_units = [projection_dim * 2, projection_dim]


class Patches(layers.Layer):
    """Turns an image into the list of its patches, each a vector of its pixels."""

    def __init__(self, patch_size, **kwargs):
        super().__init__(**kwargs)
        self.patch_size = patch_size

    def call(self, images):
        batch_size = ops.shape(images)[0]
        height, width, channels = images.shape[1:]
        patches = ops.image.extract_patches(images, size=self.patch_size)
        count = (height // self.patch_size) * (width // self.patch_size)
        return ops.reshape(patches, (batch_size, count, self.patch_size * self.patch_size * channels))

    def get_config(self):
        return {**super().get_config(), "patch_size": self.patch_size}


class PatchEncoder(layers.Layer):
    """Projects patches, puts a class token in front, and adds an embedding of each position."""

    def __init__(self, num_patches, projection_dim, **kwargs):
        super().__init__(**kwargs)
        self.num_patches = num_patches
        self.projection_dim = projection_dim
        self.projection = layers.Dense(units=projection_dim)
        self.position_embedding = layers.Embedding(input_dim=num_patches + 1, output_dim=projection_dim)

    def build(self, input_shape):
        self.class_token = self.add_weight(shape=(1, 1, self.projection_dim), initializer="zeros", name="class_token")
        super().build(input_shape)

    def call(self, patches):
        tokens = self.projection(patches)
        first = ops.broadcast_to(self.class_token, (ops.shape(patches)[0], 1, tokens.shape[-1]))
        tokens = ops.concatenate([first, tokens], axis=1)
        positions = ops.expand_dims(ops.arange(self.num_patches + 1), axis=0)
        return tokens + self.position_embedding(positions)


def mlp(x, hidden_units, dropout_rate):
    for units in hidden_units:
        x = layers.Dense(units, activation=keras.activations.gelu)(x)
        x = layers.Dropout(dropout_rate)(x)
    return x


def create_vit_classifier():
    inputs = keras.Input(shape=(image_size, image_size, 3))
    x = layers.Rescaling(1 / 255.0)(inputs)
    x = Patches(patch_size)(x)
    x = PatchEncoder(num_patches, projection_dim)(x)
    for _ in range(transformer_layers):
        x1 = layers.LayerNormalization(epsilon=1e-6)(x)
        attention = layers.MultiHeadAttention(num_heads=num_heads, key_dim=projection_dim // num_heads, dropout=0.1)(
            x1, x1
        )
        x2 = layers.Add()([attention, x])
        x3 = layers.LayerNormalization(epsilon=1e-6)(x2)
        x = layers.Add()([mlp(x3, mlp_units, dropout_rate=0.1), x2])
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x[:, 0]), name="vit")


(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
print(f"x_train shape: {x_train.shape} - y_train shape: {y_train.shape}")

model = create_vit_classifier()
model.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=1e-3, weight_decay=1e-4),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[
        keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
        keras.metrics.SparseTopKCategoricalAccuracy(5, name="top-5-accuracy"),
    ],
)
model.fit(x_train, y_train, batch_size=16, epochs=2)
_, accuracy, top_5_accuracy = model.evaluate(x_test, y_test)
print(f"Test accuracy: {round(accuracy * 100, 2)}%")
