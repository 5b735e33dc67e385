//! `[net]`: what outbound requests may reach, and how long they may take.

use serde::{Deserialize, Serialize};

/// Settings of outbound requests.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetSettings {
    /// Whether addresses of private networks and this machine may be fetched. Only this file can say so, never a
    /// provider's form.
    pub allow_private: bool,
    /// Seconds to reach a host.
    pub connect_seconds: u64,
    /// Seconds of one request at most.
    pub request_seconds: u64,
    /// Name that requests carry, followed by the version; operators of sources find us by it.
    pub user_agent: String,
}

impl Default for NetSettings {
    fn default() -> Self {
        Self {
            allow_private: false,
            connect_seconds: 10,
            request_seconds: 60,
            user_agent: "AtlasOfCancerImaging".to_owned(),
        }
    }
}
