-- What the replica that watches sees of the cluster, for those that do not: the last picture only.
CREATE TABLE picture (
    only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
    content  TEXT NOT NULL
);
