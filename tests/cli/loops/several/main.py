"""A program of several files: its configuration is one named on the command line."""

import os

from absl import app
from absl import flags
from clu import platform
from ml_collections import config_flags

import train

FLAGS = flags.FLAGS
flags.DEFINE_string("workdir", os.environ.get("WORKDIR"), "Directory to store model data.")
config_flags.DEFINE_config_file("config", None, "File path to the configuration.", lock_config=True)


def main(argv):
    if len(argv) > 1:
        raise app.UsageError("Too many command-line arguments.")
    platform.work_unit().create_artifact(platform.ArtifactType.DIRECTORY, FLAGS.workdir, "workdir")
    train.train_and_evaluate(FLAGS.config, FLAGS.workdir)


if __name__ == "__main__":
    flags.mark_flags_as_required(["config", "workdir"])
    app.run(main)
