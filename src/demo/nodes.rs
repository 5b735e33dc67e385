//! The nodes' HTTP side: one loopback port each, one small server for all. Ports are kept in the data directory, so
//! that a second start finds the sources where they were; a port that is taken meanwhile is replaced.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_web::dev::{Server, ServerHandle};
use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde::Deserialize;

use super::allocate::Node;
use super::publish;
use crate::fdp::{self, FairDataPoint};
use crate::rdf::media::Format;
use crate::rdf::write;
use crate::vocab::Vocabulary;

/// The file that keeps the ports, in the data directory.
const PORTS_FILE: &str = "demo-ports.json";

/// Why the nodes cannot start.
#[derive(Debug, thiserror::Error)]
pub enum NodesError {
    /// No loopback port.
    #[error("no loopback port for a simulated node: {0}")]
    Listen(std::io::Error),
    /// The ports cannot be kept.
    #[error("the ports of the simulated nodes cannot be kept in {}: {problem}", path.display())]
    Keep {
        /// The file.
        path: PathBuf,
        /// What the system said.
        problem: std::io::Error,
    },
}

/// A node that answers.
#[derive(Debug, Clone)]
pub struct RunningNode {
    /// The node.
    pub node: Node,
    /// Where it answers: `http://127.0.0.1:{port}`.
    pub address: String,
}

/// The running nodes.
#[derive(Debug)]
pub struct Federation {
    /// In the order of their numbers.
    pub nodes: Vec<RunningNode>,
    handle: ServerHandle,
}

/// What the requests of all ports share: a data point for each port.
struct Points(Vec<(u16, FairDataPoint)>);

impl Federation {
    /// Starts a server for the nodes on loopback ports. The server must be polled: the caller spawns it.
    ///
    /// # Errors
    /// [`NodesError`] when there is no port or the ports cannot be kept in `directory`.
    pub fn start(nodes: Vec<Node>, vocabulary: &Vocabulary, directory: &Path) -> Result<(Self, Server), NodesError> {
        let file = directory.join(PORTS_FILE);
        let kept: Vec<u16> =
            std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let mut listeners = Vec::new();
        let mut points = Vec::new();
        let mut running = Vec::new();
        for (index, node) in nodes.into_iter().enumerate() {
            let listener = listen(kept.get(index).copied()).map_err(NodesError::Listen)?;
            let port = listener.local_addr().map_err(NodesError::Listen)?.port();
            points.push((port, publish::data_point(&node, vocabulary)));
            running.push(RunningNode { node, address: format!("http://127.0.0.1:{port}") });
            listeners.push(listener);
        }
        let ports: Vec<u16> = points.iter().map(|(port, _)| *port).collect();
        keep(&file, &ports)?;
        let shared = Arc::new(Points(points));
        let mut server = HttpServer::new(move || {
            App::new().app_data(web::Data::from(Arc::clone(&shared))).default_service(web::get().to(answer))
        })
        .tcp_nodelay(true)
        .workers(1)
        .disable_signals();
        for listener in listeners {
            server = server.listen(listener).map_err(NodesError::Listen)?;
        }
        let server = server.run();
        Ok((Self { nodes: running, handle: server.handle() }, server))
    }

    /// Stops the nodes' server at once.
    pub async fn stop(&self) {
        self.handle.stop(false).await;
    }
}

fn listen(kept: Option<u16>) -> std::io::Result<TcpListener> {
    let at = |port: u16| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    match kept {
        Some(port) => at(port).or_else(|_| at(0)),
        None => at(0),
    }
}

fn keep(file: &Path, ports: &[u16]) -> Result<(), NodesError> {
    let problem = |problem: std::io::Error| NodesError::Keep { path: file.to_owned(), problem };
    let bytes = serde_json::to_vec(ports).map_err(|error| problem(error.into()))?;
    std::fs::write(file, bytes).map_err(problem)
}

#[derive(Debug, Deserialize)]
struct Asked {
    page: Option<usize>,
    size: Option<usize>,
    format: Option<String>,
}

async fn answer(request: HttpRequest, query: web::Query<Asked>, points: web::Data<Points>) -> HttpResponse {
    let port = request.app_config().local_addr().port();
    let Some((_, point)) = points.0.iter().find(|(own, _)| *own == port) else {
        return HttpResponse::NotFound().finish();
    };
    let Some(document) = fdp::answer(point, request.path(), query.page, query.size) else {
        return HttpResponse::NotFound()
            .content_type("text/plain; charset=utf-8")
            .body("There is no such resource here.\n");
    };
    let format = wanted(&request, query.format.as_deref());
    let mut response = HttpResponse::Ok();
    response.content_type(format.media_type());
    if !document.links.relations.is_empty() {
        let links: Vec<String> = document
            .links
            .relations
            .iter()
            .map(|(relation, address)| format!("<{address}>; rel=\"{relation}\""))
            .collect();
        response.insert_header((header::LINK, links.join(", ")));
    }
    response.insert_header((header::VARY, "Accept"));
    response.body(write::serialise(&document.graph, format))
}

/// Turtle, unless the request asks for another format that we write.
fn wanted(request: &HttpRequest, parameter: Option<&str>) -> Format {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let by_accept = || accept.split(',').find_map(|part| Format::from_media_type(part.split(';').next()?.trim()));
    parameter.and_then(Format::from_suffix).or_else(by_accept).unwrap_or(Format::Turtle)
}
