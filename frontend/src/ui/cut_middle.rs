use leptos::prelude::*;

/// Most characters at the end that are always shown: IDs are told apart by their ends.
const END: usize = 12;
/// Names up to this length find room everywhere.
const SHORT: usize = 10;

/// A name in whatever room there is: too long a one loses its middle, never its end.
#[component]
pub fn CutMiddle(
    /// The name.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    match split(&text) {
        None => text.into_any(),
        Some((begin, end)) => {
            let (begin, end) = (begin.to_owned(), end.to_owned());
            view! {
                <span class="cut-middle" aria-hidden="true">
                    <span class="cut-middle__begin">{begin}</span>
                    <span class="cut-middle__end">{end}</span>
                </span>
                // In one piece for screen readers.
                <span class="visually-hidden">{text}</span>
            }
            .into_any()
        }
    }
}

/// Begin and end of a name that is long enough to be cut.
fn split(text: &str) -> Option<(&str, &str)> {
    let length = text.chars().count();
    if length <= SHORT {
        return None;
    }
    let (at, _) = text.char_indices().nth(length - END.min(length / 2))?;
    Some(text.split_at(at))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn the_end_stays_whole() {
        assert_eq!(split("T0012"), None);
        assert_eq!(split("invoice-batch-0885"), Some(("invoice-b", "atch-0885")));
        assert_eq!(split("monthly-reconciliation-é-2026-11-23"), Some(("monthly-reconciliation-", "é-2026-11-23")));
    }
}
