#!/usr/bin/env bash
# Runs every test of the workspace. Arguments go to the test runner.
set -euo pipefail
cd "$(dirname "$0")/.."

# The tests that drive the command-line tools run the workspace's own binaries.
cargo build --workspace --bins
if cargo nextest --version >/dev/null 2>&1; then
    # nextest does not run the examples in doc comments.
    cargo test --workspace --doc --quiet
    cargo nextest run --workspace --no-fail-fast "$@"
else
    cargo test --workspace --no-fail-fast "$@"
fi
