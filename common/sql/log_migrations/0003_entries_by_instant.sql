-- SequencedLog::Between finds the entries of some time by it.
CREATE INDEX log_entry_instant ON log_entry (log, instant);
