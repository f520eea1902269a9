-- The highest scheduled activation that came into force, recorded once it had: it stays in force if
-- the clock that said so was ahead and is set right; 0: none.
ALTER TABLE programme ADD COLUMN reached_revision BIGINT NOT NULL DEFAULT 0;
