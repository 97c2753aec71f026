use crate::browser::guarded;
use crate::ui::{Button, ButtonStyle, Field, IconButton, IconName};
use leptos::{ev, prelude::*};
use model::dashboard::SignIn;

/// User and password. The password is kept nowhere but in its field.
#[component]
pub(super) fn SignInForm(sign_in: Callback<SignIn>, busy: RwSignal<bool>, failed: Signal<bool>) -> impl IntoView {
    let (user, password, visible) = (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(false));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() && user.with_untracked(|user| !user.is_empty()) {
            sign_in.run(SignIn { user: user.get_untracked(), password: password.get_untracked() });
        }
    };
    let disabled = Signal::derive(move || user.with(String::is_empty).then(String::new));
    let invalid = move || failed.get().then_some("true");
    let eye = Signal::derive(move || if visible.get() { "Hide password" } else { "Show password" }.to_owned());
    view! {
        <form class="login__form" novalidate on:submit=guarded(submit)>
            <Field id="user" label="User">
                <input
                    class="input"
                    id="user"
                    name="username"
                    autocomplete="username"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby="user-note"
                    prop:value=move || user.get()
                    on:input=guarded(move |event| user.set(event_target_value(&event)))
                />
            </Field>
            <Field id="password" label="Password">
                <div class="input" data-tone=move || failed.get().then_some("danger")>
                    <input
                        class="input__control"
                        id="password"
                        name="password"
                        type=move || if visible.get() { "text" } else { "password" }
                        autocomplete="current-password"
                        aria-describedby="password-note"
                        aria-invalid=move || invalid()
                        prop:value=move || password.get()
                        on:input=guarded(move |event| password.set(event_target_value(&event)))
                    />
                    <IconButton
                        label=eye
                        icon=IconName::Eye
                        pressed=Signal::derive(move || visible.get())
                        on_press=move |()| visible.update(|visible| *visible = !*visible)
                    />
                </div>
            </Field>
            <Button label="Sign in" style=ButtonStyle::Primary submits=true busy disabled on_press=|()| ()/>
        </form>
    }
}
