-- As in ../ledger/0006_watched.sql.
CREATE TABLE watched (
    cluster  TEXT NOT NULL,
    world_id TEXT NOT NULL,
    read_at  BIGINT NOT NULL,
    newest   BIGINT,
    PRIMARY KEY (cluster, world_id)
);
