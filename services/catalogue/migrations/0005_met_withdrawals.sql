-- A withdrawal may be met in a signed state, of a release that this store has lost: the digest need
-- not be one of `release`. Its revision is 0 then.
-- only postgres
ALTER TABLE withdrawal DROP CONSTRAINT withdrawal_digest_fkey;
-- only sqlite
CREATE TABLE withdrawal_of_any (
  programme {text} NOT NULL REFERENCES programme (programme),
  digest {text} NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (programme, digest)
);
-- only sqlite
INSERT INTO withdrawal_of_any (programme, digest, revision)
  SELECT programme, digest, revision FROM withdrawal;
-- only sqlite
DROP TABLE withdrawal;
-- only sqlite
ALTER TABLE withdrawal_of_any RENAME TO withdrawal;

-- When it was met; 0: it was not, a rollback withdrew the release.
ALTER TABLE withdrawal ADD COLUMN met_at BIGINT NOT NULL DEFAULT 0;

-- The highest revision that was fenced off; 0: none was.
ALTER TABLE programme ADD COLUMN fenced_revision BIGINT NOT NULL DEFAULT 0;
