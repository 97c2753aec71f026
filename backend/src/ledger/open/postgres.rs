//! A ledger on a PostgreSQL server, shared by replicas: each cluster in a schema of its own.
//!
//! Beside the writer's connection a replica holds one with advisory locks, which the server gives up when the process
//! ends in whatever way: one lock says that the replica lives, another, held by one of them, that it watches.

use super::{READERS, STATEMENTS};
use crate::{
    ledger::{
        database::{Connection, Readers, within},
        withhold::content_hash,
    },
    schema_version,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection as _, PgConnection,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};
use tracing::Instrument;

pub static MIGRATIONS: Migrator = sqlx::migrate!("migrations/ledger-postgres");

/// How often a replica asks whether it may watch, and makes sure that it still may.
const TURN_EVERY: Duration = Duration::from_millis(500);
/// Longest wait for an answer about that: a watcher that does not know whether it still may stops.
const TURN_ANSWER: Duration = Duration::from_secs(2);
/// News is looked for at least so often, should a notification be lost.
const NEWS_EVERY: Duration = Duration::from_secs(5);
/// A picture is stored for others at most so often; and one that takes long, as those of large clusters do, with a pause of
/// so many times its length.
const PICTURES_EVERY: Duration = Duration::from_secs(1);
const PICTURES_PAUSE_FACTOR: u32 = 10;
/// Acquire timeout of the read pool; after it the request fails with 503.
const READ_WAITS: Duration = Duration::from_secs(2);
/// Longest wait for a new connection.
const CONNECTS: Duration = Duration::from_secs(5);
/// Longest wait for a statement outside of the writer: a connection that takes longer counts as lost.
const ANSWERS: Duration = Duration::from_secs(10);
/// Before a lost connection is made again.
const RECONNECT: Duration = Duration::from_secs(1);

/// First halves of the numbers of advisory locks; the second is a hash of the schema.
const STARTING: i32 = 0x64_72_01;
const WATCHING: i32 = 0x64_72_02;

/// A server, and the schema on it.
#[derive(Clone)]
pub struct Server {
    options: PgConnectOptions,
    schema: String,
}

impl Server {
    /// The schema of `cluster` on the server at `url`.
    pub fn of(url: &str, cluster: &str) -> sqlx::Result<Self> {
        let schema = schema_of(cluster);
        let options: PgConnectOptions = url.parse()?;
        let options = options
            .application_name(&schema)
            .options([("search_path", schema.as_str()), ("tcp_keepalives_idle", "5"), ("tcp_keepalives_count", "3")])
            .options([("tcp_keepalives_interval", "2"), ("client_min_messages", "warning")])
            .statement_cache_capacity(STATEMENTS);
        Ok(Self { options, schema })
    }

    /// Name of the schema, and of the channel on which replicas notify one another.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// A connection for the writer.
    pub async fn connect(&self) -> sqlx::Result<Connection> {
        Ok(Connection::Postgres(within(CONNECTS, self.options.connect()).await?))
    }

    /// Connections for reads.
    pub async fn readers(&self) -> sqlx::Result<Readers> {
        let pool = PgPoolOptions::new().max_connections(READERS).acquire_timeout(READ_WAITS);
        Ok(Readers::Postgres(pool.connect_with(self.options.clone()).await?))
    }

    /// Makes the schema, or brings it up to date. No other replica starts while the connection that is returned is held.
    pub async fn migrate(&self) -> sqlx::Result<PgConnection> {
        let mut connection = self.options.connect().await?;
        sqlx::query("SELECT pg_advisory_lock($1, hashtext($2))")
            .bind(STARTING)
            .bind(&self.schema)
            .execute(&mut connection)
            .await?;
        // The name is made of letters, digits and underscores.
        let make = AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS {}", self.schema));
        sqlx::raw_sql(make).execute(&mut connection).await?;
        if let Err(error) = MIGRATIONS.run(&mut connection).await {
            let MigrateError::VersionMissing(_) = error else { return Err(error.into()) };
            let has = sqlx::query_scalar(schema_version::QUERY).fetch_one(&mut connection).await?;
            return Err(MigrateError::VersionMissing(has).into());
        }
        Ok(connection)
    }

    /// From now on this replica lives, as others see it, until `held` is dropped. Whether it is the one that watches, as
    /// that changes.
    pub async fn take_turns(&self, replica: i64, mut held: watch::Receiver<()>) -> sqlx::Result<watch::Receiver<bool>> {
        let (sender, turn) = watch::channel(false);
        let mut connection = Some(self.live(replica).await?);
        let server = self.clone();
        let work = async move {
            loop {
                connection = match connection.take() {
                    Some(mut connection) => {
                        let has_turn = *sender.borrow();
                        match timeout(TURN_ANSWER, server.ask_for_turn(&mut connection, has_turn)).await {
                            Ok(Ok(has_turn)) => {
                                sender.send_if_modified(|before| std::mem::replace(before, has_turn) != has_turn);
                                Some(connection)
                            }
                            lost => {
                                tracing::warn!(?lost, "the connection that says who watches is lost");
                                sender.send_replace(false);
                                None
                            }
                        }
                    }
                    None => timeout(TURN_ANSWER, server.live(replica)).await.ok().and_then(Result::ok),
                };
                if timeout(TURN_EVERY, held.changed()).await.is_ok() {
                    break;
                }
            }
            sender.send_replace(false);
            if let Some(connection) = connection {
                drop(connection.close().await);
            }
        };
        tokio::spawn(work.in_current_span());
        Ok(turn)
    }

    async fn live(&self, replica: i64) -> sqlx::Result<PgConnection> {
        let mut connection = self.options.connect().await?;
        sqlx::query("SELECT pg_advisory_lock($1)").bind(replica).execute(&mut connection).await?;
        Ok(connection)
    }

    /// Whether this connection holds the lock of the watcher; taken if nobody does.
    async fn ask_for_turn(&self, connection: &mut PgConnection, has_turn: bool) -> sqlx::Result<bool> {
        if has_turn {
            connection.ping().await?;
            return Ok(true);
        }
        sqlx::query_scalar("SELECT pg_try_advisory_lock($1, hashtext($2))")
            .bind(WATCHING)
            .bind(&self.schema)
            .fetch_one(connection)
            .await
    }

    /// Stores the pictures that are sent, for other replicas, until `held` is dropped.
    pub fn show(&self, mut held: watch::Receiver<()>) -> watch::Sender<Option<String>> {
        let (sender, mut pictures) = watch::channel(None);
        let server = self.clone();
        let work = async move {
            loop {
                tokio::select! {
                    shown = server.show_once(&mut pictures) => match shown {
                        Ok(()) => return,
                        Err(error) => tracing::warn!(%error, "other replicas are not shown the cluster; trying again"),
                    },
                    _ = held.changed() => return,
                }
                tokio::time::sleep(RECONNECT).await;
            }
        };
        tokio::spawn(work.in_current_span());
        sender
    }

    async fn show_once(&self, pictures: &mut watch::Receiver<Option<String>>) -> sqlx::Result<()> {
        let mut connection = within(CONNECTS, self.options.connect()).await?;
        while pictures.changed().await.is_ok() {
            let Some(picture) = pictures.borrow_and_update().clone() else { continue };
            let begun = Instant::now();
            let store = sqlx::query(
                "INSERT INTO picture (only_row, content) VALUES (1, $1) \
                 ON CONFLICT (only_row) DO UPDATE SET content = excluded.content",
            );
            within(ANSWERS, store.bind(picture).execute(&mut connection)).await?;
            let notify = sqlx::query("SELECT pg_notify($1, '')").bind(self.picture_channel());
            within(ANSWERS, notify.execute(&mut connection)).await?;
            tokio::time::sleep(PICTURES_EVERY.max(begun.elapsed() * PICTURES_PAUSE_FACTOR)).await;
        }
        Ok(())
    }

    fn picture_channel(&self) -> String {
        format!("{}_p", self.schema)
    }

    /// Moves when other replicas may have written, until `held` is dropped; then, and at first, the last picture is read.
    pub fn listen(
        &self,
        mut held: watch::Receiver<()>,
        pictures: watch::Sender<Option<Arc<str>>>,
    ) -> watch::Receiver<()> {
        let (sender, news) = watch::channel(());
        let server = self.clone();
        let work = async move {
            loop {
                tokio::select! {
                    heard = server.listen_once(&sender, &pictures) => if let Err(error) = heard {
                        tracing::warn!(%error, "changes of other replicas are not heard of; trying again");
                    },
                    _ = held.changed() => return,
                }
                sender.send_replace(());
                tokio::time::sleep(RECONNECT).await;
            }
        };
        tokio::spawn(work.in_current_span());
        news
    }

    async fn listen_once(
        &self,
        sender: &watch::Sender<()>,
        pictures: &watch::Sender<Option<Arc<str>>>,
    ) -> sqlx::Result<()> {
        let pool = PgPoolOptions::new().max_connections(2).acquire_timeout(CONNECTS);
        let pool = pool.connect_with(self.options.clone()).await?;
        let mut listener = within(CONNECTS, PgListener::connect_with(&pool)).await?;
        let channel = self.picture_channel();
        within(ANSWERS, listener.listen_all([self.schema.as_str(), &channel])).await?;
        let mut is_picture_due = true;
        loop {
            if is_picture_due {
                let query = sqlx::query_scalar("SELECT content FROM picture");
                let last: Option<String> = within(ANSWERS, query.fetch_optional(&pool)).await?;
                pictures.send_if_modified(|before| {
                    let is_new = before.as_deref() != last.as_deref();
                    *before = last.map(Into::into);
                    is_new
                });
            }
            // What was written before this began to listen is news, too.
            sender.send_replace(());
            is_picture_due = match timeout(NEWS_EVERY, listener.recv()).await {
                Ok(heard) => heard?.channel() == channel,
                Err(_) => true,
            };
        }
    }
}

/// A name that needs no quotes. Names of clusters that differ only in other signs are told apart by a hash.
pub fn schema_of(cluster: &str) -> String {
    let plain: String = cluster.chars().filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_').collect();
    let plain = plain.get(..30).unwrap_or(&plain);
    if plain == cluster {
        return format!("drove_dashboard_{plain}");
    }
    let hash = content_hash(cluster);
    format!("drove_dashboard_{plain}_{}", &hash[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cluster_has_a_schema_of_its_own() {
        assert_eq!(schema_of("prod_1"), "drove_dashboard_prod_1");
        let names = ["Prod", "prod", "prod-", "\"; DROP", "a b", "ab"].map(schema_of);
        for (at, name) in names.iter().enumerate() {
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && name.len() < 64, "{name}");
            assert!(!names[..at].contains(name), "{name}");
        }
    }
}
