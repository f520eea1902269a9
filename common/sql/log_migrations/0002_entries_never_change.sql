-- Entries never change, and go only where retention has cut: SequencedLog::CutBefore says so first.
-- Against mistakes. Whoever may drop these triggers is found out by the hash chain.

-- Entries below `position` may be removed.
CREATE TABLE log_cut (
  log {text} PRIMARY KEY,
  position BIGINT NOT NULL
);

-- only sqlite
CREATE TRIGGER log_entry_update BEFORE UPDATE ON log_entry
BEGIN SELECT RAISE(ABORT, 'entries of logs never change'); END;

-- only sqlite
CREATE TRIGGER log_entry_delete BEFORE DELETE ON log_entry
WHEN NOT EXISTS (SELECT 1 FROM log_cut WHERE log = OLD.log AND position > OLD.position)
BEGIN SELECT RAISE(ABORT, 'entries of logs never change'); END;

-- INSERT OR REPLACE removes without a word to the trigger above.
-- only sqlite
CREATE TRIGGER log_entry_replace BEFORE INSERT ON log_entry
WHEN EXISTS (SELECT 1 FROM log_entry WHERE log = NEW.log AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'entries of logs never change'); END;

-- only postgres
CREATE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' THEN IF EXISTS
    (SELECT 1 FROM log_cut WHERE log = OLD.log AND position > OLD.position)
    THEN RETURN OLD; END IF; END IF; RAISE EXCEPTION 'entries of logs never change'; END $$;

-- only postgres
CREATE TRIGGER log_entry_change BEFORE UPDATE OR DELETE ON log_entry
FOR EACH ROW EXECUTE FUNCTION refuse_log_change();

-- only postgres
CREATE TRIGGER log_entry_truncate BEFORE TRUNCATE ON log_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change();
