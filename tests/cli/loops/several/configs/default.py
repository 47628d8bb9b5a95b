"""The configuration that the program runs with."""

import ml_collections


def get_config():
    config = ml_collections.ConfigDict()
    config.width = 16
    config.learning_rate = 0.05
    config.momentum = 0.9
    config.batch_size = 12
    config.num_epochs = 3
    return config
