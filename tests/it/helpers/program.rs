//! The built program, run as a person at a terminal runs it, in a folder of its own and without foreign settings.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// A folder to run the program in.
pub struct Terminal {
    folder: TempDir,
}

impl Terminal {
    pub fn open() -> Self {
        Self { folder: tempfile::tempdir().expect("temporary folder") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("file");
        path
    }

    /// The program with arguments, not yet started.
    pub fn atlas(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atlas"));
        command.args(arguments).current_dir(self.folder.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ATLAS__") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        Finished::of(self.atlas(arguments).output().expect("the program runs"))
    }

    /// Starts the program and leaves it running.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let child = self
            .atlas(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        Running::of(child)
    }
}

/// What a finished program said.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub said: String,
    pub complained: String,
}

impl Finished {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            said: String::from_utf8_lossy(&output.stdout).into_owned(),
            complained: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A running program; killed when let go.
pub struct Running {
    child: Option<Child>,
}

impl Running {
    /// A program that was started already.
    pub fn of(child: Child) -> Self {
        Self { child: Some(child) }
    }

    /// Kills it as a power cut would: it cannot do anything about it.
    pub fn kill_9(self) {
        drop(self);
    }

    pub fn id(&self) -> u32 {
        self.child.as_ref().expect("running").id()
    }

    /// Waits until the file is there with a whole line, and returns the line.
    pub fn wait_for_file(&mut self, file: &Path) -> String {
        let since = Instant::now();
        loop {
            if let Ok(text) = std::fs::read_to_string(file)
                && text.ends_with('\n')
            {
                return text.trim().to_owned();
            }
            let child = self.child.as_mut().expect("running");
            if let Some(status) = child.try_wait().expect("status") {
                let finished = self.child.take().expect("running").wait_with_output().expect("output");
                panic!("the program ended ({status}): {:?}", Finished::of(finished));
            }
            assert!(since.elapsed() < PATIENCE, "{} did not come", file.display());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Presses Ctrl-C and waits for the end.
    pub fn press_ctrl_c(mut self) -> Finished {
        let child = self.child.take().expect("running");
        let id = i32::try_from(child.id()).expect("process number");
        let process = rustix::process::Pid::from_raw(id).expect("process");
        rustix::process::kill_process(process, rustix::process::Signal::INT).expect("signal");
        Finished::of(child.wait_with_output().expect("output"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
