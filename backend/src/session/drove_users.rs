//! The users of a real cluster: its leader knows them, this process only asks (contract 7).

use crate::{
    config::Credential,
    drove_client::{ClusterError, DroveClient, Identity},
    error::ApiError,
};
use http::HeaderValue;
use model::UserRole;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// What the leader said of a credential is believed for so long.
const BELIEVED: Duration = Duration::from_secs(30);
/// Longest wait for what tells a role.
const PATIENCE: Duration = Duration::from_secs(5);
/// Credentials remembered at most; the oldest go first.
const REMEMBERED: usize = 4096;

/// Asks the leader about users. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DroveUsers {
    client: DroveClient,
    known: Arc<Mutex<BTreeMap<[u8; 32], Entry>>>,
}

/// One credential; locked while the leader is asked about it, so that many requests ask once.
type Entry = Arc<tokio::sync::Mutex<Option<Said>>>;

#[derive(Clone, Debug)]
struct Said {
    at: Instant,
    taken: bool,
    /// Nothing until it was learned.
    role: Option<Learned>,
}

#[derive(Clone, Debug)]
struct Learned {
    at: Instant,
    role: Option<UserRole>,
}

impl DroveUsers {
    /// Users of the cluster that `client` asks.
    pub fn new(client: DroveClient) -> Self {
        Self { client, known: Arc::default() }
    }

    /// Whether the leader takes a credential; `None` asks whether it takes requests without any.
    ///
    /// While no leader answers, what it said before holds.
    ///
    /// # Errors
    /// No leader answers, and none has before.
    pub async fn takes(&self, credential: Option<&Credential>) -> Result<bool, ApiError> {
        let entry = self.entry(credential);
        let mut said = entry.lock().await;
        if let Some(said) = said.as_ref().filter(|said| said.at.elapsed() < BELIEVED) {
            return Ok(said.taken);
        }
        let role = said.as_ref().and_then(|said| said.role.clone());
        let taken = match self.acting_for(credential).ping().await {
            Ok(()) => true,
            Err(ClusterError::Unauthorized { .. }) => false,
            Err(error) => return said.as_ref().map(|said| said.taken).ok_or_else(|| error.into()),
        };
        *said = Some(Said { at: Instant::now(), taken, role: role.filter(|_| taken) });
        Ok(taken)
    }

    /// The role behind a credential that is taken (`Some(None)`: it has none), as learned in the last `within`, or now: by
    /// requests that Drove refuses in any case, for lack of a role or for what they lack. What cannot be learned now is as
    /// it was; nothing if it never was.
    pub async fn role(&self, credential: Option<&Credential>, within: Duration) -> Option<Option<UserRole>> {
        let entry = self.entry(credential);
        let known = entry.lock().await.as_ref().and_then(|said| said.role.clone());
        if let Some(Learned { at, role }) = &known
            && at.elapsed() < within
        {
            return Some(role.clone());
        }
        let client = self.acting_for(credential);
        let learned = tokio::time::timeout(PATIENCE, learn(&client)).await;
        match learned.map_err(|_| ClusterError::Timeout("to what tells a role".to_owned())).flatten() {
            Ok(role) => {
                if let Some(said) = entry.lock().await.as_mut() {
                    said.role = Some(Learned { at: Instant::now(), role: role.clone() });
                }
                Some(role)
            }
            Err(error) => {
                tracing::debug!(%error, "the role of a user cannot be learned now");
                known.map(|known| known.role)
            }
        }
    }

    fn acting_for(&self, credential: Option<&Credential>) -> DroveClient {
        self.client.acting_for(match credential {
            Some(credential) => Identity::Authorization(credential.authorization().clone()),
            None => Identity::Nobody,
        })
    }

    fn entry(&self, credential: Option<&Credential>) -> Entry {
        let key =
            Sha256::digest(credential.map(Credential::authorization).map_or(&b""[..], HeaderValue::as_bytes)).into();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            // Those in use are locked and stay. Which others go does not matter much: they are asked about again.
            known.retain(|_, entry| {
                entry.try_lock().map_or(true, |said| said.as_ref().is_some_and(|said| said.at.elapsed() < BELIEVED))
            });
        }
        known.entry(key).or_default().clone()
    }
}

/// Three requests tell the roles apart (contract 7), and none of them can do anything: the first two are refused before
/// they are read if the role lacks, and as invalid if it does not.
async fn learn(client: &DroveClient) -> Result<Option<UserRole>, ClusterError> {
    let operates = client.is_let_in("/apis/v1/tasks/operations").await?;
    let maintains = client.is_let_in("/apis/v1/cluster/executors/blacklist").await?;
    Ok(match (operates, maintains) {
        (true, true) => Some(UserRole::Root),
        (true, false) => Some(UserRole::ReadWrite),
        (false, true) => Some(UserRole::Maintenance),
        (false, false) if client.may_read_logs().await? => Some(UserRole::ReadOnly),
        (false, false) => None,
    })
}
