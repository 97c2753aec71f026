//! One row of the pane.

use super::{
    ansi::{self, Look},
    buffer::Gap,
    items::{Fold, find},
    line::{LogLine, Stream, Written},
    marks::{self, Piece},
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
pub fn row(view: LogView, line: LogLine) -> AnyView {
    let at = line.at;
    let number = line.number.map_or_else(|| "·".to_owned(), |n| n.to_string());
    let whole = RwSignal::new(false);
    let letters = line.text.chars().count();
    let is_current = move || (view.current.get() == Some(at)).then_some("true");
    let known = line.stream != Stream::Raw;
    let (stream, time) = (line.stream.as_str(), line.time.shown(view.zone.get_untracked()));
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
                <button class="link-button link-button--s" type="button" tabindex="-1" on:click=guarded(move |_| whole.set(true))>{label.clone()}</button>
            </When>
        }.into_any()
    });
    view! {
        <div class="log-pane__line" id=line_id(at) data-stream=stream aria-current=move || is_current()>
            <span class="log-pane__gutter">
                {numbered(view, at, number)}
                {known.then(|| view! { <span class="log-pane__stream">{stream}</span><time class="log-pane__time">{time}</time> }.into_any())}
            </span>
            <span class="log-pane__text">{move || drawn()}{more}</span>
        </div>
    }
    .into_any()
}

/// The number of a line, and a link to it. No Tab stop: a key of the pane copies links.
fn numbered(view: LogView, at: u64, number: String) -> AnyView {
    match view.address(at) {
        Some(address) => view! {
            <a class="log-pane__no" href=address tabindex="-1" data-noscroll="" title="Link to this line">{number}</a>
        }
        .into_any(),
        None => view! { <span class="log-pane__no" title="This line is in a file that was rotated">{number}</span> }
            .into_any(),
    }
}

/// The place where the task reached a state.
pub fn divider(
    view: LogView,
    at: u64,
    from: Option<String>,
    to: &TaskState,
    time: Written,
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
            <time>{time.shown(view.zone.get_untracked())}</time>
            {folded.map(|folded| unfold(view, folded))}
        </div>
    }
    .into_any()
}

/// Lines of the executor, folded.
pub fn fold(view: LogView, folded: Fold) -> AnyView {
    view! { <div class="log-pane__divider">{unfold(view, folded)}</div> }.into_any()
}

/// What is not shown here, and a button that reads it if that is possible.
pub fn gap(at: u64, gap: &Gap, is_readable: bool, on_gap: Callback<u64>) -> AnyView {
    let read = is_readable.then(|| {
        view! {
            <button class="link-button link-button--s" type="button" tabindex="-1" on:click=guarded(move |_| on_gap.run(at))>"Read"</button>
        }
    });
    view! { <div class="log-pane__gap">{gap.words()}{read}</div> }.into_any()
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
        <button class="link-button link-button--s" type="button" tabindex="-1" on:click=guarded(move |_| view.unfold(folded.at))>"Show"</button>
    }
}

/// Text in its colours, with what is searched for marked.
fn spans(text: &str, query: &str) -> AnyView {
    ansi::spans(text).into_iter().map(|span| coloured(span.look, found(&span.text, query))).collect_view().into_any()
}

fn coloured(look: Look, content: AnyView) -> AnyView {
    if look == Look::default() {
        return content;
    }
    let (light, dark) = look.colour.unzip();
    let value = |colour: Option<ansi::Rgb>| colour.map(|colour| colour.to_string());
    view! {
        <span
            class=look.class
            style=("--on-light", value(light))
            style=("--on-dark", value(dark))
            style=("--ground", value(look.ground))
        >
            {content}
        </span>
    }
    .into_any()
}

fn found(text: &str, query: &str) -> AnyView {
    if query.is_empty() || find(text, query, 0).is_none() {
        return marked(text);
    }
    let mut parts = Vec::new();
    let mut from = 0;
    while let Some(at) = find(text, query, from) {
        let end = at + query.len();
        parts.push(marked(&text[from..at]));
        parts.push(view! { <mark>{marked(&text[at..end])}</mark> }.into_any());
        from = end;
    }
    parts.push(marked(&text[from..]));
    parts.into_any()
}

/// Text whose bidirectional controls can be seen and do nothing.
fn marked(text: &str) -> AnyView {
    let pieces = marks::pieces(text).into_iter().map(|piece| match piece {
        Piece::Text(text) => text.to_owned().into_any(),
        Piece::Mark(short, name) => view! { <span class="log-pane__bidi" title=name>{short}</span> }.into_any(),
    });
    pieces.collect_view().into_any()
}
