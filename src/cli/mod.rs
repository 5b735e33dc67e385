//! The command line: one file per subcommand; `serve` wires everything together.
