use crate::{config::Credential, drove_client::Identity, error::ApiError};
use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};
use model::{UserRole, dashboard::Door};

/// Who a request comes from, once that is proven. Travels as an extension of the request.
///
/// As an extractor it refuses requests of nobody with 401, and those of somebody [`Unverified`] with 503.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Name.
    pub user: String,
    /// What it may do; absent: signed in, but no role, or not known which.
    pub role: Option<UserRole>,
    /// Known to have no role.
    pub no_role: bool,
    /// How it came.
    pub door: Door,
    /// As whom the cluster knows it.
    pub acts: Acts,
}

/// As whom the cluster knows a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acts {
    /// This process has verified it, and the embedded core believes this process.
    InProcess,
    /// As itself; without a credential if the cluster asks for none.
    AsItself(Option<Credential>),
    /// A reverse proxy vouches for it: it reads as the dashboard, and operates as the delegate, if there is one.
    Vouched {
        /// The dashboard's own account.
        reads: Option<Credential>,
        /// The delegate.
        operates: Option<Credential>,
    },
}

/// Nobody can be asked at present who somebody is, and nobody said it before.
///
/// Travels as an extension of the request, in place of the [`Caller`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified {
    /// Whom the cookie names: this server sealed it.
    pub user: Option<String>,
    /// Why, as a sentence.
    pub why: String,
}

impl Caller {
    /// Somebody whom the embedded core believes this process to have verified.
    pub fn in_process(user: &str, role: Option<UserRole>, door: Door) -> Self {
        Self { user: user.to_owned(), no_role: role.is_none(), role, door, acts: Acts::InProcess }
    }

    /// Its name, unless it is anonymous: that of a cluster without authentication is everybody's.
    pub fn proven_name(&self) -> Option<&str> {
        (self.acts != Acts::AsItself(None)).then_some(self.user.as_str())
    }

    /// The watcher's own calls to the embedded core.
    pub fn watcher() -> Self {
        Self::in_process("dashboard", Some(UserRole::Root), Door::Api)
    }

    /// Whether there is a session to begin or end here: not if the cluster takes requests without credentials, or a proxy
    /// says who this is.
    pub fn signs_in(&self) -> bool {
        match self.acts {
            Acts::InProcess | Acts::AsItself(Some(_)) => true,
            Acts::AsItself(None) | Acts::Vouched { .. } => false,
        }
    }

    /// Whether it has the role for everything.
    pub fn is_root(&self) -> bool {
        self.role == Some(UserRole::Root)
    }

    /// What the ledger records: both names, if it acts by another's.
    pub fn recorded_name(&self) -> String {
        match &self.acts {
            Acts::Vouched { operates: Some(delegate), .. } => format!("{} (as {})", self.user, delegate.name()),
            Acts::Vouched { operates: None, .. } | Acts::InProcess | Acts::AsItself(_) => self.user.clone(),
        }
    }

    /// Why it can change nothing, whatever its role.
    pub fn bound(&self) -> Option<String> {
        match &self.acts {
            Acts::Vouched { operates: None, .. } => Some(format!(
                "{} is signed in by the reverse proxy, and no delegate account is configured to operate for such users",
                self.user
            )),
            Acts::Vouched { .. } | Acts::InProcess | Acts::AsItself(_) => None,
        }
    }

    /// For whom a client that reads for this caller acts.
    pub fn reader(&self) -> Identity {
        match &self.acts {
            Acts::InProcess => {
                let mut extensions = http::Extensions::new();
                extensions.insert(self.clone());
                Identity::InProcess(extensions)
            }
            Acts::AsItself(credential) | Acts::Vouched { reads: credential, .. } => match credential {
                Some(credential) => Identity::Authorization(credential.authorization().clone()),
                None => Identity::Nobody,
            },
        }
    }

    /// Puts the credential by which it acts into a request to the cluster, in place of any other; `reads` tells that the
    /// request changes nothing.
    ///
    /// # Errors
    /// It can change nothing.
    pub fn authorise(&self, headers: &mut HeaderMap, reads: bool) -> Result<(), ApiError> {
        let credential = match &self.acts {
            Acts::InProcess => None,
            Acts::AsItself(credential) => credential.as_ref(),
            Acts::Vouched { reads: credential, .. } if reads => credential.as_ref(),
            Acts::Vouched { operates, .. } => {
                if let Some(why) = self.bound() {
                    return Err(ApiError::Forbidden(why));
                }
                operates.as_ref()
            }
        };
        if let Acts::Vouched { .. } = &self.acts {
            // What the proxy asked for is not the cluster's business.
            headers.remove(header::AUTHORIZATION);
        }
        if let Some(credential) = credential {
            headers.insert(header::AUTHORIZATION, credential.authorization().clone());
        }
        Ok(())
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let refusal = || match parts.extensions.get::<Unverified>() {
            Some(Unverified { why, .. }) => ApiError::Unavailable(why.clone()),
            None => ApiError::NotSignedIn,
        };
        parts.extensions.get::<Caller>().cloned().ok_or_else(refusal)
    }
}
