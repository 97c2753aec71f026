use crate::ui::When;
use leptos::prelude::*;
use model::dashboard::ExecutorLive;
use serde_json::Value;
use std::collections::BTreeMap;

/// What else runs here, so that the core map adds up: application and local service instances by name.
#[component]
pub(super) fn OthersHere(row: RwSignal<ExecutorLive>) -> impl IntoView {
    let found = Memo::new(move |_| {
        row.with(|row| row.detail.as_ref().map(|d| by_name(&d.instances, &d.service_instances)).unwrap_or_default())
    });
    let list = move || {
        let entry = |(name, count): (String, usize)| {
            let count = if count == 1 { "1 instance".to_owned() } else { format!("{count} instances") };
            view! { <dt>{name}</dt><dd>{count}</dd> }.into_any()
        };
        found.get().into_iter().map(entry).collect_view()
    };
    view! {
        <When is=move || !found.with(BTreeMap::is_empty)>
            <section class="section" aria-labelledby="others">
                <div class="section__head">
                    <h2 class="section__title" id="others">"Applications and services here"</h2>
                </div>
                <dl class="facts">{move || list()}</dl>
            </section>
        </When>
    }
}

fn by_name(instances: &[Value], services: &[Value]) -> BTreeMap<String, usize> {
    let name = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).map(str::to_owned);
    let apps = instances.iter().filter_map(|instance| name(instance, "appName"));
    let services = services.iter().filter_map(|instance| name(instance, "serviceName"));
    apps.chain(services).fold(BTreeMap::new(), |mut found, name| {
        *found.entry(name).or_default() += 1;
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn instances_are_counted_by_name() {
        let apps = [json!({ "appName": "GATEWAY" }), json!({ "appName": "GATEWAY" }), json!({})];
        let services = [json!({ "serviceName": "AGENT" })];
        let expected = BTreeMap::from([("GATEWAY".to_owned(), 2), ("AGENT".to_owned(), 1)]);
        assert_eq!(by_name(&apps, &services), expected);
    }
}
