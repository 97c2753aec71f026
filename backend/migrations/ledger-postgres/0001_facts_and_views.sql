-- The tables of ../ledger for PostgreSQL, in a schema of the cluster's own. What each is about is said there.

CREATE TABLE ledger (
    cluster    TEXT PRIMARY KEY,
    change_seq BIGINT NOT NULL,  -- whoever writes holds this row: so its order is the order of commits
    hash_key   BYTEA NOT NULL,
    derived_by BIGINT NOT NULL
);

CREATE TABLE world (
    cluster  TEXT NOT NULL,
    world_id TEXT NOT NULL,
    opened   BIGINT NOT NULL,
    PRIMARY KEY (cluster, world_id)
);

-- Each replica takes numbers in blocks of a thousand: an intent waits for no other replica.
CREATE SEQUENCE submission_ids INCREMENT BY 1000;

CREATE TABLE submission (
    cluster       TEXT NOT NULL,
    submission_id BIGINT PRIMARY KEY,
    replica       BIGINT NOT NULL,  -- who waits for the answer
    world_id      TEXT NOT NULL,
    operation     TEXT NOT NULL,
    app           TEXT NOT NULL,
    task          TEXT NOT NULL,
    at            BIGINT NOT NULL,
    "user"        TEXT,
    door          TEXT NOT NULL,
    spec          TEXT,
    withheld      TEXT,
    answer        TEXT,
    status        BIGINT,
    words         TEXT,
    run_id        BIGINT
);
CREATE INDEX submission_of_run ON submission (cluster, run_id) WHERE run_id IS NOT NULL;
CREATE INDEX submission_unanswered ON submission (cluster, submission_id) WHERE answer IS NULL;

CREATE TABLE transition (
    cluster       TEXT NOT NULL,
    transition_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    world_id      TEXT NOT NULL,
    run_id        BIGINT NOT NULL,
    state         TEXT NOT NULL,
    at            BIGINT NOT NULL,
    source        TEXT NOT NULL,
    not_before    BIGINT,
    event_id      TEXT
);
CREATE UNIQUE INDEX transition_once ON transition (cluster, world_id, event_id) WHERE event_id IS NOT NULL;
CREATE INDEX transition_of_run ON transition (cluster, run_id);

CREATE TABLE report (
    cluster TEXT NOT NULL,
    run_id  BIGINT PRIMARY KEY,
    info    TEXT NOT NULL
);

CREATE TABLE conclusion (
    cluster       TEXT NOT NULL,
    conclusion_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id        BIGINT NOT NULL,
    kind          TEXT NOT NULL,
    at            BIGINT NOT NULL,
    matrix        TEXT
);
CREATE INDEX conclusion_of_run ON conclusion (cluster, run_id);
CREATE INDEX conclusion_of_matrix ON conclusion (cluster, matrix) WHERE matrix IS NOT NULL;

CREATE TABLE matrix (
    cluster TEXT NOT NULL,
    hash    TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (cluster, hash)
);

CREATE TABLE gap (
    cluster  TEXT NOT NULL,
    world_id TEXT NOT NULL,
    from_at  BIGINT NOT NULL,
    to_at    BIGINT NOT NULL,
    reason   TEXT NOT NULL
);
CREATE INDEX gap_by_time ON gap (cluster, to_at);

CREATE TABLE leader (
    cluster  TEXT NOT NULL,
    world_id TEXT NOT NULL,
    at       BIGINT NOT NULL,
    leader   TEXT NOT NULL
);

CREATE TABLE run (
    cluster       TEXT NOT NULL,
    run_id        BIGINT PRIMARY KEY,
    world_id      TEXT NOT NULL,
    app           TEXT NOT NULL,
    task          TEXT NOT NULL,
    run           BIGINT NOT NULL,
    opened        BIGINT NOT NULL,
    submission_id BIGINT,
    instance_id   TEXT,

    is_over       BIGINT NOT NULL,
    state         TEXT NOT NULL,
    outcome       TEXT,
    status_rank   BIGINT NOT NULL,
    executor_id   TEXT,
    executor_host TEXT,
    submitter     TEXT,
    tags          TEXT,
    submitted     BIGINT NOT NULL,
    ended         BIGINT,
    cores         BIGINT NOT NULL,
    memory_mb     BIGINT NOT NULL,
    revision      BIGINT NOT NULL
);
CREATE UNIQUE INDEX run_by_key ON run (cluster, app, task, run);
CREATE INDEX run_by_revision ON run (cluster, revision);
CREATE INDEX run_live ON run (cluster) WHERE is_over = 0;
CREATE INDEX run_by_end ON run (cluster, ended) WHERE is_over = 1;

CREATE TABLE run_row (
    cluster TEXT NOT NULL,
    run_id  BIGINT PRIMARY KEY,
    content TEXT NOT NULL
);

-- Runs that retention removed, and at which revision: the other replicas drop them from memory.
CREATE TABLE removal (
    cluster  TEXT NOT NULL,
    revision BIGINT NOT NULL,
    run_id   BIGINT NOT NULL
);
CREATE INDEX removal_by_revision ON removal (cluster, revision);
