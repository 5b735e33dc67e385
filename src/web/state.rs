//! What every handler shares: the app, the site's frame, the permits of heavy work.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::catalogue::Catalogue;
use super::layout::{Layout, Site};
use crate::app::App;
use crate::error::UserError;

/// How long a request waits for its turn before it is sent away.
const QUEUE_TIME: Duration = Duration::from_secs(2);
/// When a request that was sent away should come again.
const RETRY_AFTER: Duration = Duration::from_secs(3);
/// Most searches at a time where the configuration sets nothing.
const DEFAULT_PERMITS: usize = 64;

/// State of the web floor.
pub struct Web {
    /// The app.
    pub app: Arc<App>,
    /// The site's frame.
    pub site: Arc<Site>,
    /// The catalogue's engines behind one facade.
    pub catalogue: Catalogue,
    /// Since when this process offers what it offers: the age of what has no date of its own, such as vocabularies.
    pub started: DateTime<Utc>,
    searches: Semaphore,
}

impl Web {
    /// State over the app.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        let permits = match app.config.limits.parallel_requests {
            0 => DEFAULT_PERMITS,
            permits => permits,
        };
        Self {
            site: Arc::new(Site::new(&app.config)),
            catalogue: Catalogue::new(Arc::clone(&app)),
            started: app.clock.now(),
            searches: Semaphore::new(permits),
            app,
        }
    }

    /// The frame of a page.
    #[must_use]
    pub fn layout(&self, title: impl Into<String>) -> Layout {
        Layout::new(&self.site, title)
    }

    /// A turn for heavy work. Load is shed here, before it queues up.
    ///
    /// # Errors
    /// Busy (503 with Retry-After) when no turn comes in time.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, UserError> {
        match tokio::time::timeout(QUEUE_TIME, self.searches.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(UserError::busy(
                "More people are searching than the service can answer at once. Try again in a few seconds.",
                RETRY_AFTER,
            )),
        }
    }
}
