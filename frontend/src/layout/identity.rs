use super::{cluster_menu::ClusterMenu, cluster_name::has_more};
use crate::{
    browser::OwnedTasks,
    format::{format_zone, role_name},
    state::{Session, Toast, Toasts, use_background, use_clock, use_session, use_shortcuts, use_toasts},
    ui::{Icon, IconName, Menu, MenuFrame, MenuItem, Tone, When},
};
use leptos::prelude::*;

/// Who is signed in, and the menu with what concerns them.
#[component]
pub(super) fn Identity() -> impl IntoView {
    let session = use_session();
    let user = Memo::new(move |_| session.info().with(|info| info.as_ref()?.user.clone()).unwrap_or_default());
    let role = Memo::new(move |_| {
        session
            .info()
            .with(|info| info.as_ref()?.role.as_ref().map(|role| role_name(role).to_owned()))
            .unwrap_or_default()
    });
    let initials = move || user.with(|user| user.chars().take(2).collect::<String>());
    view! {
        <When is=move || user.with(|user| !user.is_empty())>
            <div class="identity">
                <span class="identity__mark" aria-hidden="true">{move || initials()}</span>
                <span class="identity__name">{user}<span class="identity__role">{role}</span></span>
                <UserMenu/>
            </div>
        </When>
    }
}

/// Shortcuts and sign out.
#[component]
fn UserMenu() -> impl IntoView {
    view! { <Menu label="User menu" icon=IconName::More class="menu menu--up"><UserItems/></Menu> }
}

/// The menu in the top bar of narrow screens, where there is no side bar: it also leads to the other clusters.
#[component]
pub(super) fn NarrowMenu() -> impl IntoView {
    let has_more = has_more();
    let button = || view! { <Icon name=IconName::Menu/> };
    view! {
        <MenuFrame class="menu top-bar__menu" button_class="icon-button" label="User menu" button anew=true>
            <UserItems/>
            <When is=move || has_more.get()>
                <div class="menu__sep"></div>
                <ClusterMenu/>
            </When>
        </MenuFrame>
    }
}

#[component]
fn UserItems() -> impl IntoView {
    let (session, toasts, shortcuts) = (use_session(), use_toasts(), use_shortcuts());
    let background = use_background();
    let switch = Signal::derive(move || {
        let now = if shortcuts.are_on() { "off" } else { "on" };
        format!("Switch shortcuts {now}")
    });
    let zone = format!("Times in {}", format_zone(use_clock().exact()));
    view! {
        <p class="menu__title">{zone}</p>
        <MenuItem label=switch icon=IconName::Keyboard on_press=move |()| shortcuts.toggle()/>
        <When is=move || session.may_sign_out()>
            <MenuItem label="Sign out" icon=IconName::Logout on_press=move |()| sign_out(session, toasts, background)/>
        </When>
    }
}

fn sign_out(session: Session, toasts: Toasts, background: OwnedTasks) {
    background.spawn(async move {
        if let Err(error) = session.sign_out().await {
            toasts.show(Toast::new(Tone::Danger, "Not signed out").text(error.lines()));
        }
    });
}
