-- Who imported it, as four eyes are counted; both empty: nobody was asked who they are.
ALTER TABLE release ADD COLUMN importer_issuer {text} NOT NULL DEFAULT '';
ALTER TABLE release ADD COLUMN importer_subject {text} NOT NULL DEFAULT '';
