#!/usr/bin/env bash
# From a Keras file to predictions, on real handwritten digits. `make quickstart` builds first, then
# runs this; every command is printed before it runs, ready to be typed by hand.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/target/release:$PATH"

readonly out=target/quickstart
readonly data=examples/data/mnist.npz

step() { printf '\n== %s\n' "$*"; }
run() {
    printf '$ %s\n' "$*"
    "$@"
}

mkdir -p "$out"

step "Compile the Keras file to an artifact"
run keramos compile examples/mnist_convnet.py -o "$out/mnist.kar"

step "Train it: 12,000 digits, state on the device"
run keramos-run train "$out/mnist.kar" --data "$data" --epochs 8 -o "$out/trained.kar"

step "Evaluate it on 2,000 digits that it has not seen"
run keramos-run evaluate "$out/trained.kar" --data "$data"

step "Predict five of them"
run keramos-run predict "$out/trained.kar" --input "$data" -o "$out/predictions.npy" --show-images 5

printf '\nThe trained artifact is %s: look inside with  target/release/keramos-run inspect %s\n' \
    "$out/trained.kar" "$out/trained.kar"
