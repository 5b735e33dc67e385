//! `[server]`: where pages are served and under which address.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// Settings of the web server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Address and port to listen on.
    pub bind: String,
    /// Base of every link; required where `bind` is not a loopback address (the Host header is never believed).
    pub public_url: String,
    /// Worker threads that answer requests; 0: one per processor.
    pub workers: usize,
    /// Seconds that running requests and jobs get when the process is asked to stop.
    pub shutdown_seconds: u64,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self { bind: "127.0.0.1:8080".to_owned(), public_url: String::new(), workers: 0, shutdown_seconds: 10 }
    }
}

impl ServerSettings {
    /// The address to listen on.
    ///
    /// # Errors
    /// [`ConfigError::Unfit`] when `bind` is not an IP address and a port.
    pub fn socket_address(&self) -> Result<SocketAddr, ConfigError> {
        self.bind.parse().map_err(|_| ConfigError::Unfit {
            key: "server.bind",
            value: self.bind.clone(),
            problem: "an IP address and a port were expected, such as 127.0.0.1:8080".to_owned(),
        })
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let address = self.socket_address()?;
        if self.public_url.is_empty() {
            return if address.ip().is_loopback() {
                Ok(())
            } else {
                Err(ConfigError::Unfit {
                    key: "server.public_url",
                    value: String::new(),
                    problem: format!(
                        "it is required because server.bind ({address}) is open to other machines: set the address that \
                         visitors use, such as https://atlas.example.org"
                    ),
                })
            };
        }
        let unfit = |problem: &str| {
            Err(ConfigError::Unfit {
                key: "server.public_url",
                value: self.public_url.clone(),
                problem: problem.to_owned(),
            })
        };
        match url::Url::parse(&self.public_url) {
            Ok(url) if !matches!(url.scheme(), "http" | "https") => unfit("it must start with http:// or https://"),
            Ok(url) if url.query().is_some() || url.fragment().is_some() => unfit("it must not have a ? or # part"),
            Ok(_) => Ok(()),
            Err(_) => unfit("it is not an address, such as https://atlas.example.org"),
        }
    }
}
