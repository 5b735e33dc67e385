//! Layering of settings. Every value remembers where it came from, so that a refusal and `check-config` can say so.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::Config;

/// What environment variables of settings start with: `ATLAS__SECTION__KEY`.
const ENVIRONMENT_PREFIX: &str = "ATLAS__";
/// The file that is read when no other is named and it is there.
const USUAL_FILE: &str = "atlas.toml";
/// Names at least this alike are offered as the one that was meant (0 to 1, Jaro-Winkler).
const ALIKE: f64 = 0.7;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// The command line.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("the default"),
            Origin::File(path) => write!(f, "the file {}", path.display()),
            Origin::Environment(name) => write!(f, "the environment variable {name}"),
            Origin::Flag(flag) => write!(f, "the flag {flag}"),
        }
    }
}

/// Why settings were refused. The text is for the person who starts the process.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A key that does not exist.
    #[error("there is no setting {key:?} (from {origin}){}", nearest.as_ref().map(|near| format!("; did you mean {near:?}?")).unwrap_or_default())]
    UnknownKey {
        /// The key as given.
        key: String,
        /// Where it was found.
        origin: Origin,
        /// The key that is most like it.
        nearest: Option<String>,
    },
    /// A value of the wrong kind.
    #[error("the setting {key:?} (from {origin}) cannot be {value}: {expected} was expected")]
    WrongKind {
        /// The key.
        key: String,
        /// Where the value was found.
        origin: Origin,
        /// The value as given.
        value: String,
        /// What was expected.
        expected: String,
    },
    /// A value that does not fit the others.
    #[error("the setting {key:?} cannot be {value:?}: {problem}")]
    Unfit {
        /// The key.
        key: &'static str,
        /// Its value.
        value: String,
        /// What is wrong and the way out.
        problem: String,
    },
    /// The file cannot be read or is not TOML.
    #[error("the configuration file {} cannot be used: {problem}", path.display())]
    File {
        /// Its path.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The built-in settings do not hold together.
    #[error("the built-in settings cannot be written: {0}")]
    BuiltIn(String),
}

/// What settings are read from, beside the defaults.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// A file that must exist; `None`: `atlas.toml` in the working directory if there is one.
    pub file: Option<PathBuf>,
    /// Environment variables; only those starting with `ATLAS__` are looked at.
    pub environment: Vec<(String, String)>,
    /// `(flag, key, value)` from the command line.
    pub flags: Vec<(String, String, String)>,
}

impl Layers {
    /// The layers of this process: the named or usual file and its environment.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>) -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { file, environment, flags: Vec::new() }
    }

    /// Adds a value of the command line.
    #[must_use]
    pub fn with_flag(mut self, flag: &str, key: &str, value: impl Into<String>) -> Self {
        self.flags.push((flag.to_owned(), key.to_owned(), value.into()));
        self
    }
}

/// The settings in force, and where each came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// Origin of each key, `section.key`.
    pub origins: BTreeMap<String, Origin>,
    /// Value of each key, `section.key`.
    pub values: BTreeMap<String, Value>,
}

/// Reads all layers.
///
/// # Errors
/// [`ConfigError`] for an unknown key, a value of the wrong kind, an unreadable file, or settings that contradict.
pub fn load(layers: &Layers) -> Result<Loaded, ConfigError> {
    let mut stack = Stack::of_defaults()?;
    let file = layers.file.clone().or_else(|| Path::new(USUAL_FILE).is_file().then(|| PathBuf::from(USUAL_FILE)));
    if let Some(path) = file {
        stack.lay_file(&path)?;
    }
    for (name, value) in &layers.environment {
        if let Some(rest) = name.strip_prefix(ENVIRONMENT_PREFIX) {
            let key = rest.to_ascii_lowercase().replacen("__", ".", 1);
            stack.lay_text(&key, value, Origin::Environment(name.clone()))?;
        }
    }
    for (flag, key, value) in &layers.flags {
        stack.lay_text(key, value, Origin::Flag(flag.clone()))?;
    }
    let config = stack.typed().map_err(|problem| ConfigError::BuiltIn(problem.to_string()))?;
    config.check()?;
    Ok(Loaded { config, origins: stack.origins, values: stack.values })
}

struct Stack {
    values: BTreeMap<String, Value>,
    origins: BTreeMap<String, Origin>,
}

impl Stack {
    fn of_defaults() -> Result<Self, ConfigError> {
        let table = Table::try_from(Config::default()).map_err(|problem| ConfigError::BuiltIn(problem.to_string()))?;
        let values: BTreeMap<String, Value> = flatten(&table).into_iter().collect();
        let origins = values.keys().map(|key| (key.clone(), Origin::Default)).collect();
        Ok(Self { values, origins })
    }

    fn lay_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let refused = |problem: String| ConfigError::File { path: path.to_owned(), problem };
        let text = std::fs::read_to_string(path).map_err(|problem| refused(problem.to_string()))?;
        let table: Table = text.parse().map_err(|problem: toml::de::Error| refused(problem.to_string()))?;
        for (key, value) in flatten(&table) {
            self.lay(&key, value, Origin::File(path.to_owned()))?;
        }
        Ok(())
    }

    /// Lays a value that came as text; the default says of which kind it is.
    fn lay_text(&mut self, key: &str, text: &str, origin: Origin) -> Result<(), ConfigError> {
        let value = match self.values.get(key) {
            Some(Value::Integer(_)) => text.trim().parse().map(Value::Integer).ok(),
            Some(Value::Boolean(_)) => text.trim().parse().map(Value::Boolean).ok(),
            Some(Value::Float(_)) => text.trim().parse().map(Value::Float).ok(),
            _ => None,
        };
        self.lay(key, value.unwrap_or_else(|| Value::String(text.to_owned())), origin)
    }

    fn lay(&mut self, key: &str, value: Value, origin: Origin) -> Result<(), ConfigError> {
        let Some(former) = self.values.get(key).cloned() else {
            return Err(ConfigError::UnknownKey { key: key.to_owned(), origin, nearest: self.nearest(key) });
        };
        let shown = value.to_string();
        let same_kind = former.type_str() == value.type_str();
        self.values.insert(key.to_owned(), value);
        let problem = if same_kind { self.typed().err().map(|e| e.message().to_owned()) } else { None };
        if same_kind && problem.is_none() {
            self.origins.insert(key.to_owned(), origin);
            return Ok(());
        }
        let expected = problem.unwrap_or_else(|| kind_in_words(&former).to_owned());
        Err(ConfigError::WrongKind { key: key.to_owned(), origin, value: shown, expected })
    }

    fn nearest(&self, key: &str) -> Option<String> {
        self.values
            .keys()
            .map(|known| (strsim::jaro_winkler(known, key), known))
            .filter(|(alike, _)| *alike >= ALIKE)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, known)| known.clone())
    }

    fn typed(&self) -> Result<Config, toml::de::Error> {
        let mut table = Table::new();
        for (key, value) in &self.values {
            let Some((section, name)) = key.split_once('.') else { continue };
            let entry = table.entry(section.to_owned()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = entry {
                inner.insert(name.to_owned(), value.clone());
            }
        }
        table.try_into()
    }
}

fn kind_in_words(value: &Value) -> &'static str {
    match value {
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::String(_) => "a text",
        _ => "another kind of value",
    }
}

/// `section.key` of every leaf; deeper tables keep their dots, so that they are named as unknown keys.
fn flatten(table: &Table) -> Vec<(String, Value)> {
    let mut leaves = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) => {
                leaves.extend(flatten(inner).into_iter().map(|(rest, leaf)| (format!("{key}.{rest}"), leaf)));
            }
            leaf => leaves.push((key.clone(), leaf.clone())),
        }
    }
    leaves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(environment: &[(&str, &str)]) -> Layers {
        Layers {
            environment: environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            ..Layers::default()
        }
    }

    #[test]
    fn nothing_is_needed_to_start() {
        let loaded = load(&Layers::default()).unwrap();
        assert_eq!(loaded.config.public_url(), "http://127.0.0.1:8080");
        assert_eq!(loaded.config.database_url(), "sqlite://./data/atlas.sqlite");
    }

    #[test]
    fn later_layers_win_and_say_where_a_value_came_from() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("atlas.toml");
        std::fs::write(&file, "[server]\nbind = \"127.0.0.1:1\"\nworkers = 3\n").unwrap();
        let mut layers = layers(&[("ATLAS__SERVER__BIND", "127.0.0.1:2"), ("PATH", "ignored")]);
        layers.file = Some(file.clone());
        let layers = layers.with_flag("--port", "server.bind", "127.0.0.1:3");
        let loaded = load(&layers).unwrap();
        assert_eq!(loaded.config.server.bind, "127.0.0.1:3");
        assert_eq!(loaded.config.server.workers, 3);
        assert_eq!(loaded.origins["server.bind"], Origin::Flag("--port".to_owned()));
        assert_eq!(loaded.origins["server.workers"], Origin::File(file));
        assert_eq!(loaded.origins["limits.query_characters"], Origin::Default);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_origin_and_the_nearest() {
        let refusal = load(&layers(&[("ATLAS__SERVER__BINDD", "x")])).unwrap_err().to_string();
        assert!(refusal.contains("\"server.bindd\""), "{refusal}");
        assert!(refusal.contains("ATLAS__SERVER__BINDD"), "{refusal}");
        assert!(refusal.contains("did you mean \"server.bind\""), "{refusal}");
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_named() {
        for (value, expected) in [("many", "a whole number"), ("-1", "")] {
            let refusal = load(&layers(&[("ATLAS__SERVER__WORKERS", value)])).unwrap_err().to_string();
            assert!(refusal.contains("server.workers") && refusal.contains(value), "{refusal}");
            assert!(refusal.contains(expected), "{refusal}");
        }
    }

    #[test]
    fn an_open_address_needs_a_public_one() {
        let refusal = load(&layers(&[("ATLAS__SERVER__BIND", "0.0.0.0:8080")])).unwrap_err().to_string();
        assert!(refusal.contains("server.public_url") && refusal.contains("required"), "{refusal}");
    }
}
