//! The binary: parse the command line, start telemetry, dispatch.

fn main() {}
