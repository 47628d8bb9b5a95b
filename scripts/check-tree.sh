#!/usr/bin/env bash
# Checks the rules of the tree that no compiler lint covers. Lists every breach, then fails.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly max_lines=900
breaches=0
breach() {
    printf '%s\n' "$1" >&2
    breaches=$((breaches + 1))
}

tracked() { git ls-files --cached --others --exclude-standard -- "$@"; }

# `unsafe` lives in crates/pjrt only. (The lint that denies it can be switched off in place; this cannot.)
while IFS= read -r hit; do
    breach "$hit: unsafe outside crates/pjrt"
done < <(tracked '*.rs' ':!crates/pjrt/' | xargs -d '\n' -r grep -nE '^[^/"]*\bunsafe\b *(\{|fn|impl|extern|trait)|unsafe_code' /dev/null | cut -d: -f1,2)

# Files stay small enough to read.
while IFS= read -r file; do
    lines=$(wc -l <"$file")
    [ "$lines" -le "$max_lines" ] || breach "$file: $lines lines; the limit is $max_lines"
done < <(tracked '*.rs' '*.pest' '*.py' '*.sh' 'Makefile')

# Nothing depends on the place where it was written.
while IFS= read -r hit; do
    breach "$hit: names a folder of one machine"
done < <(tracked ':!scripts/check-tree.sh' | xargs -d '\n' -r grep -nIE '(^|[^A-Za-z0-9_.$}-])/(work|tmp|root|home/[a-z]+)/|\.\./shared' /dev/null | cut -d: -f1,2)

# Every crate takes the workspace's lints.
while IFS= read -r manifest; do
    grep -q '^\[package\]' "$manifest" || continue
    sed -n '/^\[lints\]/,/^\[/p' "$manifest" | grep -q '^workspace = true' ||
        breach "$manifest: lacks '[lints] workspace = true'"
done < <(tracked '*Cargo.toml')

[ "$breaches" -eq 0 ] || {
    printf 'check-tree: %d breaches\n' "$breaches" >&2
    exit 1
}
printf 'check-tree: ok\n'
