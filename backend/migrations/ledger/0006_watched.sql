-- How far the watcher has come in a world: when it last read the cluster, and the newest event it had seen then. What
-- nobody saw since is a gap. Written every few seconds, so a little behind.
CREATE TABLE watched (
    cluster  TEXT NOT NULL,
    world_id TEXT NOT NULL,
    read_at  INTEGER NOT NULL,
    newest   INTEGER,           -- null: the cluster had no events
    PRIMARY KEY (cluster, world_id)
);
