-- JSON pointers to variables whose values were not kept, as of a spec.
ALTER TABLE report ADD COLUMN withheld TEXT;
