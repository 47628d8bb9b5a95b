"""The model."""

from flax import linen as nn


class Classifier(nn.Module):
    width: int
    classes: int = 3

    @nn.compact
    def __call__(self, x):
        x = nn.tanh(nn.Dense(self.width)(x))
        return nn.Dense(self.classes)(x)
