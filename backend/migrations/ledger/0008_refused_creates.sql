-- A CREATE that was refused made no run: who asks for its task is told of the refusal.
CREATE INDEX submission_refused ON submission (cluster, app, task) WHERE answer = 'REFUSED' AND operation = 'CREATE';
