//! The command `scd` as the tests start it: cargo builds binaries only for the package under test.

fn main() -> std::process::ExitCode {
    scd_cli::main()
}
