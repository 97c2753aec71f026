//! From the cluster to the ledger: what is read when, and what it tells.

mod picture;

pub use picture::ClusterPicture;
