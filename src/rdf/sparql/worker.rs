//! The process that answers ad-hoc queries: `atlas sparql-worker`, started by the hub and by nobody else.
//!
//! Policy: it confines itself before it reads anything from outside: memory, files, open descriptors, priority, no core
//! file, no new privileges, the first to go when the machine runs out of memory. It opens a checkpoint read-only, takes
//! jobs from standard input one after the other and ends when standard input does, so it never outlives its hub. The hub
//! gives it an empty environment and kills it at the deadline; its own processor time is limited as well, should nobody
//! be there to do so.

use std::any::Any;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use oxigraph::store::Store;
use rustix::process::{Resource, Rlimit, setpriority_process, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::evaluate::evaluate;
use super::wire::{self, Head, Job, Reply};
use super::{SparqlAnswer, SparqlError};

/// Stack of the thread that a query runs in: parser and engine recurse through the query.
const STACK_BYTES: usize = 64 * 1024 * 1024;
/// Address space beyond the memory limit, for the program itself, its libraries and what allocators reserve unused.
const ADDRESS_RESERVE_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Open files: RocksDB wants 96 at least and keeps as many table files open as it may.
const OPEN_FILES: u64 = 512;
/// Niceness: the hub's own work goes first.
const NICENESS: i32 = 10;
/// Processor seconds beyond the deadline before the system ends the process.
const PROCESSOR_GRACE_SECONDS: u64 = 5;
/// Bytes in a mebibyte.
const MEBIBYTE: u64 = 1024 * 1024;

/// What a worker is started with.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// The checkpoint.
    pub checkpoint: PathBuf,
    /// Memory in MiB.
    pub memory_mebibytes: u64,
    /// Seconds that a query may take.
    pub seconds: u64,
}

/// Runs the worker until its standard input ends.
///
/// # Errors
/// When a limit cannot be set, or the hub cannot be heard or told.
pub fn run(options: &WorkerOptions) -> io::Result<()> {
    confine(options)?;
    let store = Store::open_read_only(&options.checkpoint).map(Arc::new).map_err(|error| error.to_string());
    let jobs = listen()?;
    let mut output = io::stdout().lock();
    while let Ok(job) = jobs.recv() {
        allow_processor_time(options.seconds)?;
        let outcome = match &store {
            Ok(store) => answer(store, job),
            Err(problem) => Err(SparqlError::Engine(format!("the checkpoint cannot be opened: {problem}"))),
        };
        let retire = store.is_err() || grown(options.memory_mebibytes);
        match outcome {
            Ok(SparqlAnswer { form, body, rows }) => {
                let head = Head { form, rows, bytes: body.len() };
                wire::write(&mut output, &Reply { outcome: Ok(head), retire }, &body)?;
            }
            Err(error) => wire::write(&mut output, &Reply { outcome: Err(error), retire }, &[])?,
        }
    }
    Ok(())
}

/// One query in a thread with a large stack. A panic is an answer too.
fn answer(store: &Arc<Store>, job: Job) -> Result<SparqlAnswer, SparqlError> {
    let store = Arc::clone(store);
    let thread = std::thread::Builder::new()
        .name("query".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || evaluate(&store, &job.request, &job.limits))
        .map_err(|error| SparqlError::Engine(error.to_string()))?;
    thread.join().unwrap_or_else(|panic| Err(of_panic(panic.as_ref())))
}

/// What a panic of the engine means. Its order of literals of different datatypes is not a total one, which sorting finds
/// out when there are enough of them.
fn of_panic(panic: &(dyn Any + Send)) -> SparqlError {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    match said {
        Some(said) if said.contains("total order") => SparqlError::Unsortable,
        said => SparqlError::Engine(said.unwrap_or("it ended abruptly").to_owned()),
    }
}

/// Jobs as they come. The process ends when the hub closes the line, also in the middle of a query.
fn listen() -> io::Result<Receiver<Job>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::Builder::new().name("listener".to_owned()).spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let Ok(job) = wire::read::<Job>(&mut input) else { std::process::exit(1) };
            if job.is_none_or(|job| sender.send(job).is_err()) {
                std::process::exit(0);
            }
        }
    })?;
    Ok(receiver)
}

fn confine(options: &WorkerOptions) -> io::Result<()> {
    let memory = options.memory_mebibytes.saturating_mul(MEBIBYTE);
    // Private memory that can be written to is what a query fills; the address space is the second fence. The stack of
    // the query's thread is such memory too.
    let stack = u64::try_from(STACK_BYTES).unwrap_or(u64::MAX);
    limit(Resource::Data, memory.saturating_add(stack))?;
    limit(Resource::As, memory.saturating_add(ADDRESS_RESERVE_BYTES))?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, OPEN_FILES)?;
    rustix::thread::set_no_new_privs(true)?;
    setpriority_process(None, NICENESS)?;
    // A container may forbid it; the limits above stand without it.
    let _ = std::fs::write(Path::new("/proc/self/oom_score_adj"), "1000");
    Ok(())
}

/// Lowers a limit of this process, never above what it was started with.
fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let known = rustix::process::getrlimit(resource);
    let most = known.maximum.map_or(most, |maximum| maximum.min(most));
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}

/// Lets the process use so many seconds of processor time more than it has used.
fn allow_processor_time(seconds: u64) -> io::Result<()> {
    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    let most = used.saturating_add(seconds).saturating_add(PROCESSOR_GRACE_SECONDS);
    let maximum = rustix::process::getrlimit(Resource::Cpu).maximum;
    Ok(setrlimit(Resource::Cpu, Rlimit { current: Some(maximum.map_or(most, |limit| limit.min(most))), maximum })?)
}

/// Whether the process holds so much memory that the next query would have less than half of its share.
fn grown(memory_mebibytes: u64) -> bool {
    let mut status = String::new();
    let read = std::fs::File::open("/proc/self/status").and_then(|mut file| file.read_to_string(&mut status));
    let line = status.lines().find_map(|line| line.strip_prefix("VmData:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix("kB")).and_then(|kib| kib.trim().parse::<u64>().ok());
    match kibibytes {
        Some(kibibytes) if read.is_ok() => kibibytes / 1024 > memory_mebibytes / 2,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_without_a_common_order_are_no_failure_of_ours() {
        let said = "user-provided comparison function does not correctly implement a total order";
        assert_eq!(of_panic(&said), SparqlError::Unsortable);
        assert_eq!(of_panic(&said.to_owned()), SparqlError::Unsortable);
        assert_eq!(of_panic(&"index out of bounds"), SparqlError::Engine("index out of bounds".to_owned()));
    }
}
