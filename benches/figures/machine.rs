//! What the figures were measured on.

use std::process::Command;

/// Lines `name: value` about machine, date, compiler and load.
pub fn lines() -> Vec<(&'static str, String)> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let said = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).output();
        output.map_or_else(|_| "not known".to_owned(), |out| String::from_utf8_lossy(&out.stdout).trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal");
    let gigabytes = memory.trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1_048_576.0;
    let system = read("/etc/os-release");
    let system = system.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("Linux");
    let load = read("/proc/loadavg").split(' ').take(3).collect::<Vec<_>>().join(" ");
    let build = if cfg!(debug_assertions) { "development" } else { "release" };
    vec![
        ("machine", format!("{}, {cores} cores, {gigabytes:.0} GiB", field(&read("/proc/cpuinfo"), "model name"))),
        ("system", system.trim_matches('"').to_owned()),
        ("date", chrono::Utc::now().format("%-d %B %Y, %H:%M UTC").to_string()),
        ("compiler", format!("{}, {build} build", said("rustc", "--version"))),
        ("load average at the end", format!("{load} (1, 5, 15 minutes; the measurement itself keeps about 1)")),
    ]
}
