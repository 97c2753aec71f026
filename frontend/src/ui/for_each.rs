use leptos::prelude::*;
use std::{hash::Hash, sync::Arc};

/// Shows one view for each key, and keeps the views of keys that stay. What a view shows must follow from its key.
///
/// `leptos::For` has a copy of its code for every use; here one is shared by all uses with the same type of key.
pub fn for_each<K, V>(
    keys: impl Fn() -> Vec<K> + Send + Sync + 'static,
    view: impl Fn(K) -> V + Send + Sync + 'static,
) -> AnyView
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: IntoAny,
{
    keyed(Box::new(keys), Arc::new(move |key| view(key).into_any()))
}

type Keys<K> = Box<dyn Fn() -> Vec<K> + Send + Sync>;
type ViewOf<K> = Arc<dyn Fn(K) -> AnyView + Send + Sync>;

fn keyed<K>(keys: Keys<K>, view: ViewOf<K>) -> AnyView
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
{
    view! { <For each=keys key=K::clone children=move |key| view(key)/> }.into_any()
}
