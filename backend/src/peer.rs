//! Whom a request comes from, as far as limits are shared by that.

use http::Extensions;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The other end of a request's connection, among the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The address that a request came from; one without a connection comes from this process.
pub fn peer_of(request: &Extensions) -> IpAddr {
    request.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |Peer(address)| address.ip())
}

/// The network that one client is taken to have for itself: an IPv4 address, or an IPv6 /64.
pub fn network_of(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

/// Extension of a request that is sent for a verified user: several users may share one credential or one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFor(pub String);

/// Whose share of a limit a request takes. Unverified credentials name nobody: each would have a share of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// A verified user.
    User(String),
    /// Anybody else of a network.
    Network(IpAddr),
}

impl Sender {
    /// The sender of a request with these extensions.
    pub fn of(request: &Extensions) -> Self {
        match request.get() {
            Some(SentFor(user)) => Self::User(user.clone()),
            None => Self::Network(network_of(peer_of(request))),
        }
    }
}
