//! Who is signed in, and what they may do. Buttons that a role cannot use are disabled and say why.

use super::{Live, use_background, use_live};
use crate::{
    api::{Api, ApiError, use_api},
    browser::{OwnedTasks, clear_tab},
    format::role_name,
};
use leptos::prelude::*;
use model::{
    UserRole,
    capability::can_operate,
    dashboard::{SessionInfo, SignIn},
};

/// The session.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    info: RwSignal<Option<SessionInfo>>,
    nowhere: RwSignal<bool>,
    asking: StoredValue<bool>,
    api: StoredValue<Api>,
    live: Live,
    background: OwnedTasks,
}

/// Provides the session and asks the server for it. Needs the server and the live stream.
pub fn provide_session() {
    let session = Session {
        info: RwSignal::new(None),
        nowhere: RwSignal::new(false),
        asking: StoredValue::new(false),
        api: StoredValue::new(use_api()),
        live: use_live(),
        background: use_background(),
    };
    provide_context(session);
    session.refresh();
}

/// The session.
pub fn use_session() -> Session {
    expect_context()
}

impl Session {
    /// What the server said last; nothing until it answered.
    pub fn info(&self) -> ReadSignal<Option<SessionInfo>> {
        self.info.read_only()
    }

    /// Whether the address names a cluster that is not served. Tracked.
    pub fn is_nowhere(&self) -> bool {
        self.nowhere.get()
    }

    /// Why tasks may not be created and killed now, if so: the user's role, or the cluster's state. Tracked.
    pub fn why_not_operate(&self) -> Option<String> {
        let cluster = self.live.cluster();
        self.info.with(|info| {
            let info = info.as_ref()?;
            cluster.with(|status| can_operate(info, status.as_ref()?).err()).map(|denied| denied.to_string())
        })
    }

    /// Why this user may not blacklist executors, if so. Tracked.
    pub fn why_not_maintain(&self) -> Option<String> {
        let bound = self.info.with(|info| info.as_ref()?.bound.clone());
        bound.or_else(|| self.why_not(UserRole::may_maintain, "blacklist executors"))
    }

    /// Why this user may not read logs, if so. Tracked.
    pub fn why_not_read_logs(&self) -> Option<String> {
        self.why_not(UserRole::may_read_logs, "read logs")
    }

    fn why_not(&self, may: fn(&UserRole) -> bool, what: &str) -> Option<String> {
        self.info.with(|info| refusal(info.as_ref()?, may, what))
    }

    /// Nobody can be asked at present whether this user may enter: the cluster has no leader. Tracked.
    pub fn is_unverified(&self) -> bool {
        self.info.with(is_unverified)
    }

    /// As [`Self::is_unverified`], untracked; false once the page is gone.
    pub fn is_unverified_now(&self) -> bool {
        self.info.try_with_untracked(is_unverified).unwrap_or_default()
    }

    /// Whether there is a session to end: a cluster may ask nobody for credentials. Tracked.
    pub fn may_sign_out(&self) -> bool {
        self.info.with(|info| info.as_ref().is_none_or(|info| !info.open))
    }

    /// Asks the server again, unless a question waits for its answer.
    pub fn refresh(&self) {
        let session = *self;
        if self.asking.get_value() {
            return;
        }
        self.asking.set_value(true);
        self.background.spawn(async move {
            session.ask().await;
            session.asking.set_value(false);
        });
    }

    /// As [`Self::refresh`]; returns whether the server has answered.
    pub async fn ask(&self) -> bool {
        // Without an answer what is known stays: the live stream tries again, and asks again.
        let answer = self.api.get_value().session().await;
        let is_answered = answer.is_ok();
        match answer {
            Ok(info) => self.take(info),
            Err(ApiError::NotFound(_)) => {
                self.nowhere.try_set(true);
            }
            Err(_) => {}
        }
        is_answered
    }

    /// Asks the server unless it has answered before.
    pub fn ensure_known(&self) {
        if self.info.with_untracked(Option::is_none) {
            self.refresh();
        }
    }

    /// Signs in.
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<(), ApiError> {
        let info = self.api.get_value().sign_in(&sign_in).await?;
        self.take(info);
        Ok(())
    }

    /// Signs out. The page leads to the login page by itself.
    pub async fn sign_out(&self) -> Result<(), ApiError> {
        let info = self.api.get_value().sign_out().await?;
        // What is kept for this tab is the user's.
        clear_tab();
        self.take(info);
        Ok(())
    }

    fn take(&self, info: SessionInfo) {
        // The view may be gone by the time the answer comes.
        let signed_out = self.api.get_value().signed_out();
        let nobody = info.user.is_none() && info.unverified.is_none();
        if signed_out.try_get_untracked() != Some(nobody) {
            signed_out.try_set(nobody);
        }
        if self.info.try_with_untracked(|known| known.as_ref() != Some(&info)) == Some(true) {
            self.info.try_set(Some(info));
        }
    }
}

fn is_unverified(info: &Option<SessionInfo>) -> bool {
    info.as_ref().is_some_and(|info| info.unverified.is_some())
}

fn refusal(info: &SessionInfo, may: fn(&UserRole) -> bool, what: &str) -> Option<String> {
    let Some(user) = &info.user else { return Some(format!("Sign in to {what}.")) };
    match &info.role {
        Some(role) if may(role) => None,
        Some(role) => Some(format!("{user} may not {what}: the role is {}.", role_name(role))),
        // It may not be known yet: Drove decides.
        None if !info.no_role => None,
        None => Some(format!("{user} may not {what}: this user has no role here.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(user: Option<&str>, role: Option<UserRole>) -> SessionInfo {
        SessionInfo { user: user.map(Into::into), role, ..SessionInfo::default() }
    }

    #[test]
    fn a_refusal_names_the_user_and_the_role() {
        let why = |info: &SessionInfo| refusal(info, UserRole::may_maintain, "blacklist executors");
        assert_eq!(why(&session(Some("admin"), Some(UserRole::Root))), None);
        assert_eq!(
            why(&session(Some("guest"), Some(UserRole::ReadOnly))).as_deref(),
            Some("guest may not blacklist executors: the role is Read only.")
        );
        assert_eq!(why(&session(None, None)).as_deref(), Some("Sign in to blacklist executors."));
        let unknown = session(Some("eva"), None);
        assert_eq!(why(&unknown), None, "a real cluster decides");
        assert_eq!(
            why(&SessionInfo { no_role: true, ..unknown }).as_deref(),
            Some("eva may not blacklist executors: this user has no role here.")
        );
    }
}
