use super::{Icon, IconName, When};
use crate::browser::{close_menus, guarded, is_open, leave_menu};
use leptos::{children::ViewFn, ev, html, prelude::*};

/// A menu behind a button with a picture. Escape, a choice and a click elsewhere close it.
#[component]
pub fn Menu(
    /// Name of the button.
    #[prop(into)]
    label: String,
    /// Its picture.
    #[prop(default = IconName::More)]
    icon: IconName,
    /// More classes: `menu--end` lets the panel grow to the left.
    #[prop(default = "menu menu--end")]
    class: &'static str,
    /// Built when the menu is first opened, so that a list of rows does not carry a menu each.
    children: ChildrenFn,
) -> impl IntoView {
    view! {
        <MenuFrame class button_class="icon-button" label button=move || view! { <Icon name=icon/> }>
            {children()}
        </MenuFrame>
    }
}

/// What every menu is made of: a button that says anything, and a panel.
#[component]
pub fn MenuFrame(
    /// Classes of the whole.
    #[prop(default = "menu")]
    class: &'static str,
    /// Classes of the button.
    button_class: &'static str,
    /// Name and tooltip of a button without words.
    #[prop(optional, into)]
    label: Option<String>,
    /// What stands on the button.
    #[prop(into)]
    button: ViewFn,
    /// The panel is built each time it is opened, not only the first time.
    #[prop(optional)]
    anew: bool,
    /// The panel.
    children: ChildrenFn,
) -> impl IntoView {
    let element = NodeRef::<html::Details>::new();
    let built = RwSignal::new(false);
    let shown = move || element.get_untracked().filter(|menu| is_open(menu));
    let toggled = move |_| {
        let is_shown = shown().is_some();
        if is_shown || anew {
            built.set(is_shown);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape"
            && let Some(menu) = shown()
        {
            event.stop_propagation();
            leave_menu(&menu);
        }
    };
    view! {
        <details class=class node_ref=element on:toggle=guarded(toggled) on:keydown=guarded(key)>
            <summary class=button_class aria-label=label.clone() title=label>{button.run()}</summary>
            <When is=move || built.get()>
                <div class="menu__panel">{children()}</div>
            </When>
        </details>
    }
}

/// One action of a menu.
#[component]
pub fn MenuItem(
    /// The word.
    #[prop(into)]
    label: Signal<String>,
    /// Its picture.
    icon: IconName,
    /// What a press does; the menu closes by itself.
    #[prop(into)]
    on_press: Callback<()>,
    /// Leads to something that cannot be undone.
    #[prop(optional)]
    danger: bool,
    /// Why it cannot be pressed now, if so: shown beside the word.
    #[prop(optional, into)]
    disabled: Signal<Option<String>>,
) -> impl IntoView {
    let press = move |_| {
        if disabled.with_untracked(Option::is_none) {
            close_menus(None);
            on_press.run(());
        }
    };
    view! {
        <button
            class=if danger { "menu__item menu__item--danger" } else { "menu__item" }
            type="button"
            aria-disabled=move || disabled.with(Option::is_some).then_some("true")
            on:click=guarded(press)
        >
            <Icon name=icon/>
            {label}
            {move || disabled.get().map(|reason| view! { <span class="menu__note">{reason}</span> }.into_any())}
        </button>
    }
}
