-- Which process waits for the answer: only where replicas share a ledger is there more than one.
ALTER TABLE submission ADD COLUMN replica INTEGER NOT NULL DEFAULT 0;
