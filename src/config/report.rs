//! What `check-config` prints: every setting in force, where it came from, secrets masked.

use std::fmt::Write as _;

use toml::Value;

use super::Loaded;

/// Shown in place of a secret.
const MASK: &str = "****";

/// One line a setting, in TOML with its origin as a comment, by section.
#[must_use]
pub fn report(loaded: &Loaded) -> String {
    let mut text = String::new();
    let mut current = "";
    for (key, value) in &loaded.values {
        let (section, name) = key.split_once('.').unwrap_or(("", key));
        if section != current {
            let gap = if current.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}[{section}]");
            current = section;
        }
        let origin = loaded.origins.get(key).map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "{name} = {}  # from {origin}", masked(key, value));
    }
    text
}

/// The value, without the password of an address and without anything of a key that names a secret.
fn masked(key: &str, value: &Value) -> String {
    let secret = ["secret", "password", "token", "key"].iter().any(|word| key.ends_with(word));
    match value {
        Value::String(text) if secret && !text.is_empty() => format!("{MASK:?}"),
        Value::String(text) => match url::Url::parse(text) {
            Ok(mut url) if url.password().is_some() => {
                let hidden = url.set_password(Some(MASK)).is_ok();
                if hidden { format!("{:?}", url.as_str()) } else { format!("{MASK:?}") }
            }
            _ => value.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Layers, load};

    #[test]
    fn a_password_is_never_printed() {
        let layers =
            Layers::default().with_flag("--database", "database.url", "postgres://atlas:hush@db.example/atlas");
        let text = super::report(&load(&layers).unwrap());
        assert!(!text.contains("hush"), "{text}");
        assert!(text.contains("postgres://atlas:****@db.example/atlas"), "{text}");
        assert!(text.contains("from the flag --database"), "{text}");
        assert!(text.contains("[server]") && text.contains("bind = \"127.0.0.1:8080\"  # from the default"), "{text}");
    }
}
