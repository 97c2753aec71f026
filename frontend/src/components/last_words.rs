use super::{
    LogBuffer,
    log_pane::{LogLine, Stream},
};
use crate::browser::guarded;
use crate::ui::When;
use leptos::prelude::*;

/// Lines shown.
const LINES: usize = 8;

/// The last lines of stderr of a run that ended badly, or the executor's complaints if the container wrote none.
#[component]
pub fn LastWords(
    /// What was read of the log.
    buffer: RwSignal<LogBuffer>,
    /// Shows the end of the log.
    #[prop(into)]
    on_open: Callback<()>,
) -> impl IntoView {
    let words = Memo::new(move |_| {
        let last = |pick: fn(&LogLine) -> bool| {
            buffer.with(|b| {
                let mut lines: Vec<String> =
                    b.lines().iter().rev().filter(|l| pick(l)).take(LINES).map(|l| l.plain_text()).collect();
                lines.reverse();
                lines.join("\n")
            })
        };
        let stderr = last(|line| line.stream == Stream::Err);
        if stderr.is_empty() { last(|line| line.is_trouble) } else { stderr }
    });
    view! {
        <When is=move || words.with(|w| !w.is_empty())>
            <div class="last-words">
                <pre class="code code--wrap" tabindex="0" role="group" aria-label="Last lines of stderr"><code>{move || words.get()}</code></pre>
                <p class="last-words__foot">
                    <button class="link-button" type="button" on:click=guarded(move |_| on_open.run(()))>"Open log at the end"</button>
                </p>
            </div>
        </When>
    }
    .into_any()
}
