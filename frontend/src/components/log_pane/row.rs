//! One row of the pane.

use super::{
    ansi,
    items::{Fold, find},
    line::{LogLine, Stream},
    view::{LogView, line_id},
};
use crate::{
    browser::guarded,
    components::state_icon,
    format::format_number,
    ui::{Icon, IconSize, When},
};
use leptos::prelude::*;
use model::TaskState;

/// Letters shown of a line at first.
const SHOWN: usize = 2_000;

/// A line.
pub fn row(view: LogView, line: LogLine, number: Option<u64>) -> AnyView {
    let at = line.at;
    let whole = RwSignal::new(false);
    let letters = line.text.chars().count();
    let is_current = move || (view.current.get() == Some(at)).then_some("true");
    let known = line.stream != Stream::Raw;
    let (stream, time) = (line.stream.as_str(), line.time.clone());
    let text = line.text;
    let drawn = move || {
        let cut = if whole.get() { letters } else { SHOWN };
        let part: String = if letters > cut { text.chars().take(cut).collect() } else { text.clone() };
        view.query.with(|query| spans(&part, query))
    };
    let more = (letters > SHOWN).then(|| {
        let label = format!(" Show {} more", format_number((letters - SHOWN) as u64));
        view! {
            <When is=move || !whole.get()>
                <button class="link-button link-button--s" type="button" on:click=guarded(move |_| whole.set(true))>{label.clone()}</button>
            </When>
        }.into_any()
    });
    view! {
        <div class="log-pane__line" id=line_id(at) data-stream=stream aria-current=move || is_current()>
            <span class="log-pane__gutter">
                <a class="log-pane__no" href=view.link.run(at) data-noscroll="" title=format!("Link to byte {at}")>
                    {number.map_or_else(|| "·".to_owned(), |n| n.to_string())}
                </a>
                {known.then(|| view! { <span class="log-pane__stream">{stream}</span><time class="log-pane__time">{time}</time> }.into_any())}
            </span>
            <span class="log-pane__text">{move || drawn()}{more}</span>
        </div>
    }
    .into_any()
}

/// The place where the task reached a state.
pub fn divider(
    view: LogView,
    at: u64,
    from: Option<String>,
    to: &TaskState,
    time: String,
    folded: Option<Fold>,
) -> AnyView {
    let is_current = move || (view.current.get() == Some(at)).then_some("true");
    let change = match from {
        Some(from) => format!("{from} → {}", to.label()),
        None => to.label().to_owned(),
    };
    view! {
        <div class="log-pane__divider" id=line_id(at) data-state=to.as_str().to_owned() aria-current=is_current>
            <Icon name=state_icon(to) size=IconSize::Small/>
            {change}
            <time>{time}</time>
            {folded.map(|folded| unfold(view, folded))}
        </div>
    }
    .into_any()
}

/// Lines of the executor, folded.
pub fn fold(view: LogView, folded: Fold) -> AnyView {
    view! { <div class="log-pane__divider">{unfold(view, folded)}</div> }.into_any()
}

/// What is folded, and the button that shows it.
fn unfold(view: LogView, folded: Fold) -> impl IntoView {
    let counted = match folded.lines {
        1 => "1 line".to_owned(),
        n => format!("{} lines", format_number(n as u64)),
    };
    let text = folded.about.map_or_else(|| format!("Executor: {counted}"), |about| format!("{about}, {counted}"));
    view! {
        <span class="muted">{text}</span>
        <button class="link-button link-button--s" type="button" on:click=guarded(move |_| view.unfold(folded.at))>"Show"</button>
    }
}

/// Text in its colours, with what is searched for marked.
fn spans(text: &str, query: &str) -> AnyView {
    ansi::spans(text)
        .into_iter()
        .map(|span| {
            let content = marked(&span.text, query);
            if span.class.is_empty() { content } else { view! { <span class=span.class>{content}</span> }.into_any() }
        })
        .collect_view()
        .into_any()
}

fn marked(text: &str, query: &str) -> AnyView {
    if query.is_empty() || find(text, query, 0).is_none() {
        return text.to_owned().into_any();
    }
    let mut parts = Vec::new();
    let mut from = 0;
    while let Some(at) = find(text, query, from) {
        let end = at + query.len();
        parts.push(text[from..at].to_owned().into_any());
        parts.push(view! { <mark>{text[at..end].to_owned()}</mark> }.into_any());
        from = end;
    }
    parts.push(text[from..].to_owned().into_any());
    parts.into_any()
}
