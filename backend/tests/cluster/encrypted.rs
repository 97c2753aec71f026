//! Controllers behind TLS. The certificates in `tls/` were made for these tests and are valid for a hundred years.

use axum::{body::Body, routing::get};
use backend::upstream::{
    Upstream, UpstreamError,
    leader::{self, LeaderConfig},
    trust::{Trust, TrustFault},
};
use http::Request;
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{path::PathBuf, sync::Arc};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/tls").join(name)
}

/// A controller that leads; its address.
async fn controller() -> String {
    controller_with("controller").await
}

/// One with that certificate and key.
async fn controller_with(name: &str) -> String {
    let certificate = CertificateDer::from_pem_file(file(&format!("{name}.pem"))).unwrap();
    let key = PrivateKeyDer::from_pem_file(file(&format!("{name}.key"))).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let pong = || async { ([("content-type", "application/json")], r#"{"status":"SUCCESS","data":"pong"}"#) };
    let router = axum::Router::new().route("/apis/v1/ping", get(pong));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, router) = (acceptor.clone(), router.clone());
            tokio::spawn(async move {
                // Clients that do not believe the certificate hang up.
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = TowerToHyperService::new(router);
                drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
            });
        }
    });
    address
}

fn follow(address: &str, trust: Trust) -> Result<Upstream, TrustFault> {
    let controllers = vec![address.parse().unwrap()];
    leader::upstream(LeaderConfig { controllers, credential: None, trust }).map(|(upstream, _)| upstream)
}

async fn ping(upstream: &Upstream) -> Result<u16, UpstreamError> {
    let request = Request::get("/apis/v1/ping").body(Body::empty()).unwrap();
    upstream.call(request).await.map(|response| response.status().as_u16())
}

#[tokio::test]
async fn a_controller_is_believed_by_the_configured_certificate_or_without_any() {
    let address = controller().await;
    let by_ca = Trust { ca_file: Some(file("ca.pem")), insecure: false };
    let by_nothing = Trust { ca_file: None, insecure: true };
    for trust in [by_ca, by_nothing] {
        assert_eq!(ping(&follow(&address, trust.clone()).unwrap()).await, Ok(200), "{trust:?}");
    }
}

#[tokio::test]
async fn a_controller_that_cannot_prove_itself_is_not_followed() {
    let address = controller().await;
    match follow(&address, Trust::default()) {
        Ok(upstream) => assert_eq!(ping(&upstream).await, Err(UpstreamError::NoLeader)),
        // A machine without certificates of its own.
        Err(fault) => assert!(matches!(fault, TrustFault::NoRoots), "{fault}"),
    }
}

#[tokio::test]
async fn a_certificate_that_a_controller_signed_itself_is_believed_if_it_is_named_and_names_the_controller() {
    // Both made by `openssl req -x509`, which makes them certificates of an authority; the second is for another host.
    for (name, followed) in [("self-signed", Ok(200)), ("elsewhere", Err(UpstreamError::NoLeader))] {
        let address = controller_with(name).await;
        let trust = |name: &str| Trust { ca_file: Some(file(&format!("{name}.pem"))), insecure: false };
        assert_eq!(ping(&follow(&address, trust(name)).unwrap()).await, followed, "{name}");
        assert_eq!(ping(&follow(&address, trust("ca")).unwrap()).await, Err(UpstreamError::NoLeader), "{name}");
    }
}

#[tokio::test]
async fn a_file_without_certificates_is_named() {
    for name in ["controller.key", "nowhere.pem"] {
        let trust = Trust { ca_file: Some(file(name)), insecure: false };
        let fault = follow("https://127.0.0.1:1", trust).unwrap_err().to_string();
        assert!(fault.contains(name), "{fault}");
    }
}
