//! The site's own style sheet, scripts and pictures: embedded in the binary, served under one content hash, kept by
//! browsers for ever. Nothing is ever loaded from anywhere else.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use super::fault::Fault;
use super::page::CachePolicy;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/static");

/// The hash of all files together: scripts import each other by relative address, so they share one folder.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = Sha256::new();
    for file in FILES.files() {
        hasher.update(file.path().to_string_lossy().as_bytes());
        hasher.update(file.contents());
    }
    hasher.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

/// Address of a file.
pub fn address(name: &str) -> String {
    format!("/static/{}/{name}", *HASH)
}

/// `GET /static/{hash}/{name}`.
pub async fn file(path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let (hash, name) = path.into_inner();
    let file = FILES.get_file(&name).ok_or_else(Fault::not_found)?;
    let policy = if hash == *HASH { CachePolicy::Immutable } else { CachePolicy::Revalidate };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type(&name)))
        .insert_header((header::CACHE_CONTROL, policy.header()))
        .body(file.contents()))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, suffix)| suffix) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
