-- The world that the embedded core lives in. Restored from `snapshot` and the entries of `journal` after it.
CREATE TABLE world (
    only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
    id         TEXT NOT NULL,
    seed       TEXT NOT NULL,
    scenario   TEXT NOT NULL,
    begun      INTEGER NOT NULL,
    -- `ClockSetting` as JSON.
    clock      TEXT NOT NULL
) STRICT;

-- Inputs of the core in order, each with the cluster time at which it was taken; `Entry` as JSON.
CREATE TABLE journal (
    seq   INTEGER PRIMARY KEY,
    entry BLOB NOT NULL
) STRICT;

-- The whole core as it was after the entry `seq`; gzipped JSON.
CREATE TABLE snapshot (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    seq      INTEGER NOT NULL,
    core     BLOB NOT NULL
) STRICT;
