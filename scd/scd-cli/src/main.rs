//! The command `scd`.

fn main() -> std::process::ExitCode {
    scd_cli::main()
}
