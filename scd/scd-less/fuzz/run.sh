#!/usr/bin/env bash
# Fuzzes one target: run.sh parse|compile [seconds]. Needs `cargo install cargo-fuzz` and a nightly tool chain.
# No sanitizer: the crate has no unsafe code, and the stack that it documents is that of a plain build.
# The time of a run is that of the clock: it is long enough for a machine that others use, too.
# Seeds are the sections of tests/cases, each with every choice of dialect and form in its first byte.
set -euo pipefail
cd "$(dirname "$0")"
target="$1"
mkdir -p "corpus/$target"
for file in ../tests/cases/*.less; do
    base="$(basename "$file" .less)"
    awk -v prefix="corpus/$target/$base-" '
        /^\/\/ === / { close(name); name = sprintf("%s%03d", prefix, ++section); printf "%c", 48 + section % 16 > name; next }
        name { print > name }
    ' "$file"
done
ulimit -s 16384
exec cargo +nightly fuzz run -s none "$target" "corpus/$target" -- \
    -dict=less.dict -max_len=4096 -timeout=60 -rss_limit_mb=1024 -max_total_time="${2:-1800}"
