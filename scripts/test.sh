#!/usr/bin/env bash
# Runs every test of the workspace. Arguments go to the test runner.
set -euo pipefail
cd "$(dirname "$0")/.."

summary="${CARGO_TARGET_DIR:-target}/tmp/differential.txt"
rm -f "$summary"

# The tests that drive the command-line tools run the workspace's own binaries.
cargo build --workspace --bins
result=0
if cargo nextest --version >/dev/null 2>&1; then
    # nextest does not run the examples in doc comments.
    cargo test --workspace --doc --quiet || result=$?
    cargo nextest run --workspace --no-fail-fast "$@" || result=$?
else
    cargo test --workspace --no-fail-fast "$@" || result=$?
fi
# Runners hide what passing tests print; this line says how many cases agree with JAX.
if [ -f "$summary" ]; then echo "differential: $(cat "$summary")"; fi
exit "$result"
