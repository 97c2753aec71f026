-- Lists are filtered, sorted and counted in memory (ledger/history); what was made for doing that here goes.

DROP TABLE run_text;
DROP TABLE choice;
DROP INDEX run_by_time;

-- Labels of the spec: an object of texts, or null.
ALTER TABLE run ADD COLUMN tags TEXT;

-- What is taken over at start, and what is given up first.
CREATE INDEX run_live ON run (cluster) WHERE is_over = 0;
CREATE INDEX run_by_end ON run (cluster, ended) WHERE is_over = 1;
CREATE INDEX conclusion_of_matrix ON conclusion (cluster, matrix) WHERE matrix IS NOT NULL;
