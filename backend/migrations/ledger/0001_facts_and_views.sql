-- Facts are appended; views are derived from them in the same transaction and can be derived again (ledger/derive.rs).
-- Every table starts with the cluster: one file, or later one PostgreSQL, may hold several. Times are milliseconds.

CREATE TABLE ledger (
    cluster    TEXT PRIMARY KEY,
    change_seq INTEGER NOT NULL,  -- revision of the last change: its order is the order of commits
    hash_key   BLOB NOT NULL,     -- keys the hashes of withheld values
    derived_by INTEGER NOT NULL   -- version of the rules that derived the views
);

CREATE TABLE world (
    cluster  TEXT NOT NULL,
    world_id TEXT NOT NULL,
    opened   INTEGER NOT NULL,
    PRIMARY KEY (cluster, world_id)
);

-- FACTS

-- Operations that passed through this dashboard. `answer` is null while it is awaited: an intent.
CREATE TABLE submission (
    cluster       TEXT NOT NULL,
    submission_id INTEGER PRIMARY KEY,
    world_id      TEXT NOT NULL,
    operation     TEXT NOT NULL,
    app           TEXT NOT NULL,
    task          TEXT NOT NULL,
    at            INTEGER NOT NULL,
    user          TEXT,
    door          TEXT NOT NULL,
    spec          TEXT,
    withheld      TEXT,
    answer        TEXT,
    status        INTEGER,
    words         TEXT,
    run_id        INTEGER
);
CREATE INDEX submission_of_run ON submission (cluster, run_id) WHERE run_id IS NOT NULL;
CREATE INDEX submission_unanswered ON submission (cluster, submission_id) WHERE answer IS NULL;

CREATE TABLE transition (
    cluster       TEXT NOT NULL,
    transition_id INTEGER PRIMARY KEY,
    world_id      TEXT NOT NULL,
    run_id        INTEGER NOT NULL,
    state         TEXT NOT NULL,
    at            INTEGER NOT NULL,
    source        TEXT NOT NULL,
    not_before    INTEGER,
    event_id      TEXT
);
CREATE UNIQUE INDEX transition_once ON transition (cluster, world_id, event_id) WHERE event_id IS NOT NULL;
CREATE INDEX transition_of_run ON transition (cluster, run_id);

-- Drove's last record of a run, put together from events and reads.
CREATE TABLE report (
    cluster TEXT NOT NULL,
    run_id  INTEGER PRIMARY KEY,
    info    TEXT NOT NULL
);

-- What was concluded and reported by nobody.
CREATE TABLE conclusion (
    cluster       TEXT NOT NULL,
    conclusion_id INTEGER PRIMARY KEY,
    run_id        INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    at            INTEGER NOT NULL,
    matrix        TEXT
);
CREATE INDEX conclusion_of_run ON conclusion (cluster, run_id);

-- Verdict matrices by the hash of their content.
CREATE TABLE matrix (
    cluster TEXT NOT NULL,
    hash    TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (cluster, hash)
) WITHOUT ROWID;

CREATE TABLE gap (
    cluster  TEXT NOT NULL,
    world_id TEXT NOT NULL,
    from_at  INTEGER NOT NULL,
    to_at    INTEGER NOT NULL,
    reason   TEXT NOT NULL
);
CREATE INDEX gap_by_time ON gap (cluster, to_at);

CREATE TABLE leader (
    cluster  TEXT NOT NULL,
    world_id TEXT NOT NULL,
    at       INTEGER NOT NULL,
    leader   TEXT NOT NULL
);

-- Runs: the first part says which run it is, the second is a view, narrow because lists are sorted and counted on it.
CREATE TABLE run (
    cluster       TEXT NOT NULL,
    run_id        INTEGER PRIMARY KEY,
    world_id      TEXT NOT NULL,
    app           TEXT NOT NULL,
    task          TEXT NOT NULL,
    run           INTEGER NOT NULL,
    opened        INTEGER NOT NULL,
    submission_id INTEGER,
    instance_id   TEXT,

    is_over       INTEGER NOT NULL,
    state         TEXT NOT NULL,
    outcome       TEXT,
    status_rank   INTEGER NOT NULL,
    executor_id   TEXT,
    executor_host TEXT,
    submitter     TEXT,
    submitted     INTEGER NOT NULL,
    ended         INTEGER,
    cores         INTEGER NOT NULL,
    memory_mb     INTEGER NOT NULL,
    revision      INTEGER NOT NULL
);
CREATE UNIQUE INDEX run_by_key ON run (cluster, app, task, run);
CREATE INDEX run_by_revision ON run (cluster, revision);
CREATE INDEX run_by_time ON run (cluster, is_over, submitted);

-- VIEWS

-- Each run as lists show it.
CREATE TABLE run_row (
    cluster TEXT NOT NULL,
    run_id  INTEGER PRIMARY KEY,
    content TEXT NOT NULL
);

-- Substrings of app and task ID; the rowid is the run.
CREATE VIRTUAL TABLE run_text USING fts5 (app, task, tokenize = 'trigram');

-- Values that filters offer.
CREATE TABLE choice (
    cluster TEXT NOT NULL,
    kind    TEXT NOT NULL,
    value   TEXT NOT NULL,
    label   TEXT NOT NULL,
    PRIMARY KEY (cluster, kind, value)
) WITHOUT ROWID;
