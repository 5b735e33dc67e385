//! The hub's end of one worker process.

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::checkpoints::Checkpoint;
use super::pool::PoolSettings;
use super::wire::{self, Job, Reply};
use super::{SparqlAnswer, SparqlError};

/// The subcommand that a worker is.
pub const SUBCOMMAND: &str = "sparql-worker";
/// Bytes of a worker's complaints that are read; the first lines say why it ended.
const COMPLAINT_BYTES: u64 = 8 * 1024;
/// How long the system may take to end a process that was killed or has closed its output.
const ENDING: Duration = Duration::from_secs(2);

/// A running worker. It is killed when let go.
#[derive(Debug)]
pub(super) struct WorkerProcess {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    complaints: JoinHandle<String>,
    /// Let go after the process, so that its files are not deleted before.
    pub checkpoint: Arc<Checkpoint>,
    /// Queries answered.
    pub answered: usize,
    /// Since when it has nothing to do.
    pub idle_since: Instant,
}

impl WorkerProcess {
    /// Starts a worker on the checkpoint. Call it inside the runtime that is to look after it.
    pub(super) fn start(settings: &PoolSettings, checkpoint: Arc<Checkpoint>) -> io::Result<Self> {
        let mut child = Command::new(program(settings)?)
            .arg(SUBCOMMAND)
            .arg("--checkpoint")
            .arg(checkpoint.path())
            .args(["--memory", &settings.memory_mebibytes.to_string()])
            .args(["--seconds", &settings.deadline.as_secs().max(1).to_string()])
            .env_clear()
            // One heap instead of one for each thread: each reserves 64 MiB of address space.
            .env("MALLOC_ARENA_MAX", "2")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let missing = || io::Error::other("a worker was started without its pipes");
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = child.stdout.take().ok_or_else(missing)?;
        let errors = child.stderr.take().ok_or_else(missing)?;
        let complaints = tokio::spawn(async move {
            let mut text = Vec::new();
            // What cannot be read is not known; the exit status says the rest.
            let _ = errors.take(COMPLAINT_BYTES).read_to_end(&mut text).await;
            String::from_utf8_lossy(&text).into_owned()
        });
        Ok(Self { child, input, output, complaints, checkpoint, answered: 0, idle_since: Instant::now() })
    }

    /// Whether the process still runs.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Has a job done within the deadline. Answers whether the worker can do another; it cannot after an error of its own
    /// or of the line, and is gone then.
    pub(super) async fn ask(
        &mut self,
        job: &Job,
        settings: &PoolSettings,
    ) -> (Result<SparqlAnswer, SparqlError>, bool) {
        match timeout(settings.deadline, self.exchange(job)).await {
            Ok(Ok((outcome, retire))) => {
                self.answered = self.answered.saturating_add(1);
                (outcome, !retire)
            }
            Ok(Err(problem)) => (Err(self.autopsy(&problem, settings).await), false),
            Err(_) => {
                self.end().await;
                (Err(SparqlError::Deadline { seconds: settings.deadline.as_secs() }), false)
            }
        }
    }

    async fn exchange(&mut self, job: &Job) -> io::Result<(Result<SparqlAnswer, SparqlError>, bool)> {
        wire::send(&mut self.input, job).await?;
        let Reply { outcome, retire } = wire::receive(&mut self.output).await?;
        match outcome {
            Err(error) => Ok((Err(error), retire)),
            Ok(head) => {
                let body = wire::receive_body(&mut self.output, head.bytes, job.limits.max_bytes).await?;
                Ok((Ok(SparqlAnswer { form: head.form, body, rows: head.rows }), retire))
            }
        }
    }

    /// Kills the process and waits until it is gone, so that its memory is free before the next one starts.
    async fn end(&mut self) {
        if let Err(problem) = timeout(ENDING, self.child.kill()).await.unwrap_or_else(|late| Err(late.into())) {
            tracing::warn!(error = %problem, "a SPARQL worker that was killed is not gone yet");
        }
    }

    /// Why the process broke off.
    async fn autopsy(&mut self, problem: &io::Error, settings: &PoolSettings) -> SparqlError {
        let status = match timeout(ENDING, self.child.wait()).await {
            Ok(Ok(status)) => Some(status),
            _ => {
                self.end().await;
                None
            }
        };
        let complaint = timeout(ENDING, &mut self.complaints).await.ok().and_then(Result::ok).unwrap_or_default();
        cause_of_death(status, &complaint, problem, settings)
    }
}

/// Reads the cause from the last words, then from the signal.
fn cause_of_death(
    status: Option<ExitStatus>,
    complaint: &str,
    problem: &io::Error,
    settings: &PoolSettings,
) -> SparqlError {
    use rustix::process::Signal;
    use std::os::unix::process::ExitStatusExt as _;
    let memory = SparqlError::Memory { mebibytes: settings.memory_mebibytes };
    if complaint.contains("memory allocation of") || complaint.contains("bad_alloc") {
        return memory;
    }
    if complaint.contains("overflowed its stack") {
        return SparqlError::TooDeep;
    }
    match status.and_then(|status| status.signal()) {
        Some(signal) if signal == Signal::XCPU.as_raw() => {
            SparqlError::Deadline { seconds: settings.deadline.as_secs() }
        }
        // Nobody here killed it: the system did, for want of memory.
        Some(signal) if signal == Signal::KILL.as_raw() => memory,
        _ => {
            let ended = status.map_or_else(|| problem.to_string(), |status| status.to_string());
            tracing::warn!(%ended, complaint = complaint.lines().next().unwrap_or_default(), "a SPARQL worker ended by itself");
            SparqlError::Ended(ended)
        }
    }
}

/// The program to start: the one that is set, or this very one, also after its file was replaced by a newer version.
fn program(settings: &PoolSettings) -> io::Result<PathBuf> {
    const THIS: &str = "/proc/self/exe";
    if !settings.program.as_os_str().is_empty() {
        return std::path::absolute(&settings.program);
    }
    let this = PathBuf::from(THIS);
    if this.exists() { Ok(this) } else { std::env::current_exe() }
}
