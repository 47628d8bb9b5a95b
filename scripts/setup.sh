#!/usr/bin/env bash
# Gets everything that building and running Keramos needs beside Rust:
#   1. Debian packages: a C++ toolchain and the LLVM/MLIR 22 libraries that the compiler links;
#   2. the CPU plugin (XLA behind the PJRT C interface) that runs what the compiler makes.
# Does only what is missing, so a second run changes nothing and needs neither root nor network.
#
# Reads: KERAMOS_HOME (default ~/.keramos), MLIR_SYS_220_PREFIX (an LLVM/MLIR 22 of your own).
set -euo pipefail
cd "$(dirname "$0")/.."

# --- Pins -----------------------------------------------------------------------------------------

readonly debian_packages=(
    g++ libc6-dev                             # link Rust programs, compile the binding's C++
    llvm-22-dev libmlir-22-dev                # the libraries that the compiler links
    libpolly-22-dev libzstd-dev zlib1g-dev    # libraries that LLVM's own list of libraries names
    libclang1-22 libclang-common-22-dev       # read MLIR's C headers to generate the Rust binding
)
# The CPU plugin's wheel is pinned where `keramos-run plugins install` finds it too.
readonly pins=crates/runtime/src/plugins/pins.tsv
IFS=$'\t' read -r _ _ _ plugin_wheel plugin_wheel_sha256 plugin_library < <(grep -P '^cpu\t' "$pins")
readonly plugin_wheel plugin_wheel_sha256
readonly plugin_folder_in_wheel=${plugin_library%/*}
readonly plugin_file=${plugin_library##*/}
readonly plugin_sha256="ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2"

# --- Words ----------------------------------------------------------------------------------------

say() { printf 'setup: %s\n' "$*"; }
die() {
    printf 'setup: error: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 1
}

# --- What is there already ------------------------------------------------------------------------

has_sha256() { # FILE SHA256
    [ -f "$1" ] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status
}

# The account's home folder, also where HOME is not set (as in some CI jobs).
readonly home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
readonly plugin_folder=${KERAMOS_HOME:-$home/.keramos}/plugins/cpu

plugin_is_there() { has_sha256 "$plugin_folder/$plugin_file" "$plugin_sha256"; }

# --- Rust -----------------------------------------------------------------------------------------

check_rust() {
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    command -v cargo >/dev/null && command -v rustc >/dev/null ||
        die "no Rust toolchain found (looked for cargo and rustc in PATH)" \
            "Install Rust $wanted or newer, for example with rustup, and run this again."
    found=$(rustc --version | cut -d' ' -f2)
    [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n1)" = "$wanted" ] ||
        die "Rust $found is too old: Keramos needs $wanted or newer" \
            "Debian 12's own rustc package is older; with rustup: rustup update stable"
}

# --- Debian packages ------------------------------------------------------------------------------

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Runs its arguments as root: directly, through sudo, or not at all (status 1).
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        return 1
    fi
}

# Installs those of the named Debian packages that are missing.
require_packages() {
    local missing=() package
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0

    local by_hand="apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    say "Debian packages to install: ${missing[*]}"
    if [ "$(id -u)" = 0 ]; then
        say "installing them with apt-get, as root"
    elif command -v sudo >/dev/null; then
        say "installing them with apt-get, through sudo: it may ask for your password"
    else
        die "installing packages needs root, and sudo is not here" "As root, run:  $by_hand"
    fi

    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get --quiet -o DPkg::Lock::Timeout=300)
    as_root "${apt[@]}" update ||
        say "warning: the package lists could not be refreshed; going on with those at hand"
    for package in "${missing[@]}"; do
        apt-cache show "$package" >/dev/null 2>&1 ||
            die "apt knows no package '$package'" \
                "On Debian 12 the LLVM 22 packages come from the suite 'bookworm-security', component 'main':" \
                "see that your apt sources list it. With an LLVM/MLIR 22 of your own, set MLIR_SYS_220_PREFIX instead."
    done
    as_root "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" ||
        die "apt-get could not install the packages (its message is above)" "By hand:  $by_hand"
}

setup_packages() {
    local prefix=${MLIR_SYS_220_PREFIX:-} wanted=("${debian_packages[@]}")
    if [ -n "$prefix" ] && [ -x "$prefix/bin/llvm-config" ]; then
        say "LLVM/MLIR: using MLIR_SYS_220_PREFIX=$prefix"
    elif command -v apt-get >/dev/null; then
        # Python is wanted for one thing, here and nowhere else: pip is PyPI's ordinary client.
        plugin_is_there || python3 -m pip --version >/dev/null 2>&1 || wanted+=(python3 python3-pip ca-certificates)
        require_packages "${wanted[@]}"
        say "Debian packages: all there"
    else
        die "this is not a Debian system, so LLVM/MLIR 22 cannot be installed from here" \
            "Install LLVM and MLIR 22 with their headers and static libraries, libclang, zstd and zlib, and set" \
            "MLIR_SYS_220_PREFIX and TABLEGEN_220_PREFIX to the folder that holds bin/llvm-config."
    fi
}

# --- The CPU plugin -------------------------------------------------------------------------------

setup_plugin() {
    local folder=$plugin_folder
    if plugin_is_there; then
        say "CPU plugin: $folder/$plugin_file"
        return
    fi
    [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
        die "the CPU plugin is published for Linux on x86-64 only; this is $(uname -s) on $(uname -m)"

    # Everything happens beside the final place and moves there in one step, so that an
    # interrupted run leaves either the old plugin or the new one.
    mkdir -p "$folder"
    scratch=$(mktemp -d "$folder/.partial.XXXXXX")
    say "CPU plugin: downloading $plugin_wheel from PyPI (60 MB, pinned by SHA-256)"
    printf '%s --hash=sha256:%s\n' "$plugin_wheel" "$plugin_wheel_sha256" >"$scratch/requirements.txt"
    python3 -m pip --disable-pip-version-check --quiet download \
        --no-deps --only-binary :all: --require-hashes \
        --requirement "$scratch/requirements.txt" --dest "$scratch" ||
        die "the CPU plugin could not be downloaded (pip's message is above)" \
            "pip needs to reach PyPI, or an index that mirrors it (pip's own settings say which)."
    python3 -m zipfile --extract "$scratch"/*.whl "$scratch" 2>/dev/null ||
        die "the CPU plugin could not be unpacked in $folder" "It takes 270 MB there while it is being installed: is the disk full?"
    has_sha256 "$scratch/$plugin_folder_in_wheel/$plugin_file" "$plugin_sha256" ||
        die "the CPU plugin in $plugin_wheel is not the file that Keramos pins" \
            "Expected SHA-256 $plugin_sha256; nothing was installed."
    cp "$scratch"/*.dist-info/licenses/* "$folder/"
    mv -f "$scratch/$plugin_folder_in_wheel/$plugin_file" "$folder/$plugin_file"
    printf '%s sha256:%s\n' "$plugin_wheel" "$plugin_wheel_sha256" >"$folder/wheels.txt"
    rm -rf "$scratch"
    scratch=""
    say "CPU plugin: installed as $folder/$plugin_file"
}

scratch=""
trap '[ -z "$scratch" ] || rm -rf "$scratch"' EXIT

check_rust
setup_packages
setup_plugin
say "done"
