//! Signing in.

mod form;

use self::form::SignInForm;
use crate::{
    browser::{go_to, owned_tasks, within_origin},
    format::role_name,
    layout::{ThemeButton, ToastList, use_title},
    routes::{Replace, next_address, use_go, use_paths},
    state::use_session,
    ui::{Button, Choice, Field, IconName, Note, Select, Tone, When},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::{
    UserRole,
    dashboard::{HistoryQuery, OfferedUser, SignIn},
};

/// The login page. After signing in it leads back to where the reader wanted to go.
#[component]
pub fn LoginPage() -> impl IntoView {
    use_title(|| "Sign in".into());
    let (session, paths, go) = (use_session(), use_paths(), use_go());
    let search = use_location().search;
    let home = paths.tasks(&HistoryQuery::default());
    let error = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let tasks = owned_tasks();
    let after = home.clone();
    let sign_in = Callback::new(move |credentials: SignIn| {
        let next = search.with_untracked(|search| next_address(search)).and_then(|next| within_origin(&next));
        let (go, after) = (go.clone(), next.filter(|next| paths.leads_to(next)).unwrap_or_else(|| after.clone()));
        busy.set(true);
        error.set(None);
        tasks.spawn(async move {
            let answer = session.sign_in(credentials).await;
            busy.set(false);
            match answer {
                Ok(()) => go(&after, Replace::Yes),
                Err(refusal) => error.set(Some(refusal.to_string())),
            }
        });
    });
    view! {
        <div class="login">
            <header class="login__top">
                <a class="brand" href=home>
                    <svg class="brand__mark" aria-hidden="true"><use_ href=IconName::Brand.href()></use_></svg>
                    <span class="brand__name">"Drove "<span class="brand__product">"Tasks"</span></span>
                </a>
                <ThemeButton/>
            </header>
            <main class="login__main" id="main">
                <div class="login__form">
                    <Life/>
                    <h1 class="login__title">"Sign in"</h1>
                    <p class="muted">"Use your Drove user. What you can do here follows its role."</p>
                    <ClusterChoice/>
                    {move || error.get().map(|title| view! { <Note tone=Tone::Danger title/> }.into_any())}
                    <SignInForm sign_in busy failed=Signal::derive(move || error.with(Option::is_some))/>
                    <OfferedUsers sign_in busy/>
                    <p class="login__roles">
                        <b>"Read only"</b>" sees tasks and logs. "<b>"Read and write"</b>" also creates and kills. "
                        <b>"Maintenance"</b>" blacklists executors but cannot create, kill or read logs. "
                        <b>"Root"</b>" does everything."
                    </p>
                </div>
            </main>
            <footer class="login__foot"><span>"Drove task dashboard "{env!("CARGO_PKG_VERSION")}</span></footer>
        </div>
        <ToastList/>
    }
}

/// Which cluster to sign in to, where there are several. Each has users of its own.
#[component]
fn ClusterChoice() -> impl IntoView {
    let (session, paths) = (use_session(), use_paths());
    let clusters =
        Memo::new(move |_| session.info().with(|i| i.as_ref().map(|i| i.clusters.clone()).unwrap_or_default()));
    let own = paths.cluster().map(ToOwned::to_owned);
    let choose = Callback::new(move |name: String| go_to(&paths.cluster_login(&name)));
    let value = Signal::derive(move || {
        let first = || clusters.with(|list| list.first().map(|cluster| cluster.name.clone()));
        own.clone().or_else(first).unwrap_or_default()
    });
    let colour = move || {
        let shown = value.get();
        let colour =
            clusters.with(|list| list.iter().find(|cluster| cluster.name == shown).and_then(|c| c.colour.clone()));
        colour.unwrap_or_else(|| "transparent".into())
    };
    let choices = Signal::derive(move || {
        clusters.get().into_iter().map(|cluster| Choice::new(cluster.name, cluster.label)).collect::<Vec<_>>()
    });
    view! {
        <When is=move || clusters.with(|list| list.len() > 1)>
            <div class="login__cluster" style=("--colour", colour)>
                <Field id="cluster" label="Cluster">
                    <Select id="cluster" choices value on_choose=choose/>
                </Field>
            </div>
        </When>
    }
}

/// The users of the demo, one press each.
#[component]
fn OfferedUsers(sign_in: Callback<SignIn>, busy: RwSignal<bool>) -> impl IntoView {
    let session = use_session();
    let offered =
        Memo::new(move |_| session.info().with(|info| info.as_ref().map(|i| i.offered.clone()).unwrap_or_default()));
    let button = move |OfferedUser { name, role }: OfferedUser| {
        let label = if role == UserRole::Root {
            format!("Sign in as {name}")
        } else {
            format!("Sign in as {name} ({})", role_name(&role).to_lowercase())
        };
        // A built-in user's password is its name.
        let press = move |()| sign_in.run(SignIn { user: name.clone(), password: name.clone() });
        view! { <Button label on_press=press busy/> }.into_any()
    };
    view! {
        <div class="login__demo">
            {move || offered.get().into_iter().map(button).collect_view()}
        </div>
    }
}

/// A run's life, for the eye.
#[component]
fn Life() -> impl IntoView {
    let part = |(state, weight): (&'static str, &'static str)| {
        view! {
            <span class="mini-timeline__part" data-state=state data-evidence="observed" style=("--w", weight)></span>
        }
        .into_any()
    };
    let parts = [("PENDING", "2"), ("PROVISIONING", "7"), ("STARTING", "2"), ("RUNNING", "34")];
    view! {
        <div class="login__life" aria-hidden="true">
            <span class="mini-timeline">
                {parts.into_iter().map(part).collect_view()}
                <span class="mini-timeline__live" data-state="RUNNING"></span>
            </span>
        </div>
    }
}
