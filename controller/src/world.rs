//! What a world is made of: its seed, its options and its machines.

use crate::{Behaviour, Options};
use md5::{Digest, Md5};
use model::{ExecutorId, TaskKey};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Builder;

/// Everything that a new world is made from. Same configuration and same commands at the same times: same history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorldConfig {
    /// Seed of every random stream.
    pub seed: u64,
    /// Options of the core.
    pub options: Options,
    /// Controllers; the first one leads.
    pub controllers: Vec<ControllerNode>,
    /// Executors, in the order they join.
    pub executors: Vec<Machine>,
    /// Containers whose behaviour a test states; all others behave by their image.
    #[serde(default, with = "crate::pairs")]
    pub behaviours: BTreeMap<TaskKey, Behaviour>,
}

/// A controller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControllerNode {
    /// Machine name.
    pub hostname: String,
    /// Port of its API.
    pub port: u16,
}

/// An executor's machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Machine name; always a tag too.
    pub hostname: String,
    /// Port of the executor's API.
    pub port: u16,
    /// Tags besides the hostname.
    pub tags: BTreeSet<String>,
    /// NUMA nodes by number.
    pub numa: BTreeMap<u32, NumaNode>,
}

/// What one NUMA node gives to tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumaNode {
    /// Core ids, unique within the machine.
    pub cores: BTreeSet<u32>,
    /// MB.
    pub memory_mb: i64,
}

impl Machine {
    /// The executor's identity: the version 3 UUID of `hostname:port`, made as Java makes it, without a name space
    /// (contract 2.3).
    pub fn executor_id(&self) -> ExecutorId {
        let digest: [u8; 16] = Md5::digest(format!("{}:{}", self.hostname, self.port)).into();
        ExecutorId(Builder::from_md5_bytes(digest).into_uuid().to_string())
    }

    /// All tags, the hostname among them.
    pub fn all_tags(&self) -> BTreeSet<String> {
        self.tags.iter().cloned().chain([self.hostname.clone()]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executors_have_the_ids_that_a_real_cluster_gave_them() {
        let machine =
            |port| Machine { hostname: "localhost".into(), port, tags: BTreeSet::new(), numa: BTreeMap::new() };
        assert_eq!(machine(3000).executor_id().as_str(), "93b6b6f3-c7c8-3824-afc9-cb6d0b32454c");
        assert_eq!(machine(3010).executor_id().as_str(), "b489f44d-6cf3-369c-a065-fae7b421f629");
    }
}
