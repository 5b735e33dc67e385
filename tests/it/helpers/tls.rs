//! A provider on https with a certificate of the test's choice.
//!
//! The certificates were made once with `openssl ca` and are good for nothing else: `good.pem`, `expired.pem` (ended in
//! 2021) and `other-name.pem` (for `other.example.org`) are signed by `authority.pem`, `self-signed.pem` by itself; all
//! have `key.pem`. Those that name this machine name `localhost` and `127.0.0.1`.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::provider::wire;

/// The folder of the certificates.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/helpers/tls")
}

/// The file of a certificate.
pub fn certificate(name: &str) -> PathBuf {
    folder().join(format!("{name}.pem"))
}

/// Serves the Turtle document at every path of `https://localhost:port` under the certificate; returns the address. It
/// ends with the test's runtime.
pub async fn serve(name: &str, document: Vec<u8>) -> String {
    let certificate = CertificateDer::from_pem_file(certificate(name)).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder().join("key.pem")).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, document) = (acceptor.clone(), document.clone());
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let _ = stream.read(&mut [0_u8; 4096]).await;
                let answer = wire::whole(&[("Content-Type", "text/turtle".to_owned())], &document);
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    format!("https://localhost:{port}/all.ttl")
}
