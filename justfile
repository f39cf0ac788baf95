# Everything CI runs, in CI's order.
ready:
    .ci/run

test:
    cargo test --workspace

fmt:
    cargo fmt --all

lint:
    cargo clippy --workspace --all-targets -- -D warnings

# Accept changed snapshots after reading them.
bless:
    INSTA_UPDATE=always cargo test --workspace

bench *arguments:
    cargo run --release -p scd-benches --bin whole -- {{arguments}}

# PHP beside scd on the reference tree, every configuration; needs SCD_REFERENCE_ROOT, keeps PHP's results in SCD_EXPECTED.
parity:
    SCD_PARITY=all cargo test --release -p scd-tests --test parity -- --nocapture

release:
    cargo build --release -p scd-cli

# Plans and deploys of a generated shop in several sizes; writes target/bench/scale.json.
bench-scale *arguments:
    cargo run --release -p scd-benches --bin scale -- {{arguments}}

# scd-less beside less.php and less.js; needs SCD_REFERENCE_ROOT, and SCD_LESSJS for less.js.
bench-less:
    cargo run --release -p scd-benches --bin less
