//! The binary: parse the command line, start telemetry, dispatch.

use std::process::ExitCode;

fn main() -> ExitCode {
    atlas::cli::main()
}
