-- What was fenced off before 0005 stands in the log of changes alone. -1: it is to be taken from
-- there, which the next start does, once.
UPDATE programme SET fenced_revision = -1 WHERE fenced_revision = 0;
