-- How an operation was to be carried out (`opSpec`, contract 4.2): its timeout ends a kill, and Resubmit sends it again.
ALTER TABLE submission ADD COLUMN op_spec TEXT;
