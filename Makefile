# Front door of the repository. Every target sets up what it needs; `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# rustup's folder is often missing from PATH in shells that are not login shells.
ifeq ($(shell command -v cargo),)
export PATH := $(HOME)/.cargo/bin:$(PATH)
endif

.PHONY: help setup build quickstart test lint bench clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
	  || sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1: \2/p' $(MAKEFILE_LIST)

setup: ## Install what is missing: Debian packages (root or sudo, only then), the CPU plugin
	@scripts/setup.sh

build: setup ## Build target/release/keramos and target/release/keramos-run
	cargo build --release --workspace --bins

quickstart: build ## Compile, train, evaluate and try a digit classifier on real data
	@scripts/quickstart.sh

test: setup ## Run all tests
	@scripts/test.sh

lint: setup ## Check formatting, lints, documentation and the tree's own rules
	scripts/check-tree.sh
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet

bench: setup ## Run the benchmarks
	cargo bench --workspace --benches

clean: ## Remove everything that was built
	cargo clean
