//! Routes, middleware, pages, the API and the open-data doors.
//!
//! Policy: a handler extracts, calls the catalogue once, makes a view model and answers. Engines are reached through
//! [`catalogue::Catalogue`] only. Links are built from `server.public_url`, never from the Host header. Every answer
//! passes the same middleware: request id and log line, security headers, errors in the reader's form, compression.

mod api;
mod catalogue;
mod doors;
mod fault;
mod layout;
mod middleware;
mod negotiate;
mod page;
mod pages;
mod routes;
mod state;
mod static_files;
mod view;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as ActixApp, HttpServer, web};

use crate::app::App;
use crate::web::state::Web;

/// How long a client may take to send the head of its request.
const CLIENT_REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// The web server on the listener; it runs when awaited and ends when `app.shutdown` is cancelled.
///
/// # Errors
/// When the listener cannot be used.
pub fn server(app: Arc<App>, listener: TcpListener) -> std::io::Result<Server> {
    let settings = &app.config.server;
    let (workers, grace) = (settings.workers, settings.shutdown_seconds);
    let body_bytes = app.config.limits.body_bytes;
    let shutdown = app.shutdown.clone();
    let state = web::Data::new(Web::new(app));
    let mut http = HttpServer::new(move || {
        // Registered innermost first: the last one meets the request first.
        ActixApp::new()
            .app_data(state.clone())
            .app_data(web::PayloadConfig::new(body_bytes))
            .app_data(web::FormConfig::default().limit(body_bytes))
            .configure(routes::configure)
            .wrap(from_fn(middleware::conditional::answer))
            .wrap(from_fn(middleware::methods::head))
            .wrap(Compress::default())
            .wrap(from_fn(middleware::conditional::weaken))
            .wrap(from_fn(middleware::errors::render))
            .wrap(from_fn(middleware::headers::secure))
            .wrap(from_fn(middleware::trace::request))
    })
    // Head and body leave in two writes; without this the second waits 40 ms for the reader's acknowledgement.
    .tcp_nodelay(true)
    // Who closes the connection does not wait any more: the work for the answer is dropped, a SPARQL worker killed.
    .h1_allow_half_closed(false)
    .client_request_timeout(CLIENT_REQUEST_TIMEOUT)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(grace)
    .disable_signals()
    .shutdown_signal(async move { shutdown.cancelled().await });
    if workers > 0 {
        http = http.workers(workers);
    }
    Ok(http.listen(listener)?.run())
}
