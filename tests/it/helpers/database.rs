//! A database of its own for each test, on SQLite or on PostgreSQL.
//!
//! PostgreSQL is started once per test process, in a temporary folder and on a Unix socket only, and is stopped and
//! removed by a watchdog as soon as the process ends in whatever way: the watchdog reads a pipe that only this process
//! holds open. No PostgreSQL on the machine is a failure that says what to install, never a skip.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use atlas::db::{DatabaseSettings, Db};

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

impl Backend {
    pub const BOTH: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];

    /// What `ATLAS_TEST_BACKEND` asks for; SQLite when it is not set.
    pub fn chosen() -> Self {
        match std::env::var("ATLAS_TEST_BACKEND").as_deref() {
            Err(_) | Ok("" | "sqlite") => Backend::Sqlite,
            Ok("postgres") => Backend::Postgres,
            Ok(other) => panic!("ATLAS_TEST_BACKEND is {other:?}; use sqlite or postgres"),
        }
    }
}

/// A database that no other test sees; gone when it is dropped (SQLite) or when the process ends (PostgreSQL).
pub struct TestDatabase {
    pub db: Db,
    pub url: String,
    pub backend: Backend,
    _folder: Option<tempfile::TempDir>,
}

impl TestDatabase {
    /// A migrated database on the chosen back-end.
    pub fn new() -> Self {
        Self::on(Backend::chosen())
    }

    /// A migrated database on this back-end.
    pub fn on(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let made = Self::empty_on(backend);
                made.db.migrate().expect("migrations");
                made
            }
            Backend::Postgres => Self::postgres(TEMPLATE),
        }
    }

    /// A database without any table on this back-end.
    pub fn empty_on(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().expect("temporary folder");
                let url = format!("sqlite:{}", folder.path().join("atlas.db").display());
                Self { db: connect(&url), url, backend, _folder: Some(folder) }
            }
            Backend::Postgres => Self::postgres("template0"),
        }
    }

    fn postgres(template: &str) -> Self {
        let server = server();
        let url = server.create(template);
        Self { db: connect(&url), url, backend: Backend::Postgres, _folder: None }
    }

    /// A second facade over the same database, as another process would have.
    pub fn another_process(&self) -> Db {
        connect(&self.url)
    }
}

fn connect(url: &str) -> Db {
    Db::connect(&DatabaseSettings::new(url)).expect("the test database opens")
}

/// Name of the migrated database that each test's own is copied from.
const TEMPLATE: &str = "atlas_template";

struct Server {
    binaries: PathBuf,
    sockets: PathBuf,
    as_root: bool,
    names: AtomicU32,
    /// Its standard input is the pipe whose end stops the server.
    _watchdog: Child,
}

static SERVER: OnceLock<Server> = OnceLock::new();

fn server() -> &'static Server {
    SERVER.get_or_init(Server::start)
}

/// The folder of PostgreSQL's programs: `ATLAS_TEST_PG_BIN`, else the highest version of the system.
fn binaries() -> PathBuf {
    if let Some(named) = std::env::var_os("ATLAS_TEST_PG_BIN") {
        let folder = PathBuf::from(named);
        assert!(folder.join("initdb").exists(), "ATLAS_TEST_PG_BIN is {folder:?}, but there is no initdb in it");
        return folder;
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let highest = versions
        .filter(|entry| entry.path().join("bin/initdb").exists())
        .max_by_key(|entry| entry.file_name().to_string_lossy().parse::<f64>().map_or(0, |v| (v * 100.0) as i64));
    match highest {
        Some(entry) => entry.path().join("bin"),
        None => panic!(
            "these tests need PostgreSQL's programs (initdb, pg_ctl): install the package `postgresql`, or set \
             ATLAS_TEST_PG_BIN to the folder that has them"
        ),
    }
}

impl Server {
    fn start() -> Self {
        let binaries = binaries();
        let as_root = rustix::process::geteuid().is_root();
        let folder = tempfile::Builder::new().prefix("atlas-pg-").tempdir_in("/tmp").expect("temporary folder").keep();
        if as_root {
            run(Command::new("chown").arg("postgres").arg(&folder), "chown to the user postgres");
        }
        let data = folder.join("data");
        let server = Self {
            _watchdog: watchdog(&binaries, &folder, as_root),
            sockets: folder.clone(),
            binaries,
            as_root,
            names: AtomicU32::new(0),
        };
        let mut initdb = server.program("initdb");
        initdb.args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D"]);
        run(initdb.arg(&data), "initdb");
        let options = format!(
            "-k {} -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
             -c max_connections=400 -c shared_buffers=64MB",
            folder.display()
        );
        let mut start = server.program("pg_ctl");
        start.arg("-D").arg(&data).arg("-l").arg(folder.join("log")).args(["-w", "-o", &options, "start"]);
        run(&mut start, "pg_ctl start");
        server.make_template();
        server
    }

    fn program(&self, name: &str) -> Command {
        let mut command = if self.as_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(self.binaries.join(name));
            command
        } else {
            Command::new(self.binaries.join(name))
        };
        command.current_dir("/").stdin(Stdio::null());
        command
    }

    fn make_template(&self) {
        self.create_named(TEMPLATE, "template0");
        connect(&self.url(TEMPLATE)).migrate().expect("migrations on PostgreSQL");
    }

    fn url(&self, name: &str) -> String {
        format!("postgres:///{name}?host={}&user=postgres", self.sockets.display())
    }

    fn create(&self, template: &str) -> String {
        let name = format!("test_{}", self.names.fetch_add(1, Ordering::Relaxed));
        self.create_named(&name, template);
        self.url(&name)
    }

    fn create_named(&self, name: &str, template: &str) {
        let mut createdb = self.program("createdb");
        createdb.arg("-h").arg(&self.sockets).args(["-U", "postgres", "-T", template, name]);
        run(&mut createdb, "createdb");
    }

    /// The schema of a database in SQL, without what differs between two dumps of the same schema.
    fn dump(&self, url: &str) -> String {
        let mut dump = self.program("pg_dump");
        dump.args(["--schema-only", "--no-owner", "--no-comments"]).arg(url);
        let text = run(&mut dump, "pg_dump");
        let telling = |line: &&str| !line.starts_with("--") && !line.starts_with('\\') && !line.trim().is_empty();
        text.lines().filter(telling).collect::<Vec<_>>().join("\n")
    }
}

/// The PostgreSQL schema behind the address, in SQL.
pub fn postgres_dump(url: &str) -> String {
    server().dump(url)
}

fn run(command: &mut Command, what: &str) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{what} cannot be started: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{what} failed: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Stops the server and removes its folder when its standard input ends, which is when this process has ended.
fn watchdog(binaries: &Path, folder: &Path, as_root: bool) -> Child {
    let user = if as_root { "runuser -u postgres -- " } else { "" };
    let script = format!(
        "cat >/dev/null; cd /; {user}'{}/pg_ctl' -D '{data}' -m immediate -w stop; rm -rf '{}'",
        binaries.display(),
        folder.display(),
        data = folder.join("data").display(),
    );
    let mut command = Command::new("sh");
    // A process group of its own, so that Ctrl-C at the terminal does not end it before its work.
    command.arg("-c").arg(script).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    command.spawn().expect("a shell for the watchdog")
}
