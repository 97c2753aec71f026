-- Operations whose answers were lost are few, and asked for at every start.
CREATE INDEX submission_unknown ON submission (cluster) WHERE answer = 'UNKNOWN';
