/**
 * Step 4: dead letters are numbered, and a place alone no longer says that two are the same, as in
 * PostgreSQL's sixth migration. SQLite has no digest, so the index holds the messages themselves.
 */
export const DEAD_LETTER_NUMBERS = `
ALTER TABLE dead_letter RENAME TO former_dead_letter;

CREATE TABLE dead_letter (
  -- A replay removes a letter by its number, so none is given twice.
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  "partition" INTEGER NOT NULL,
  "offset" INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  key BLOB,
  value BLOB,
  sitemon_id TEXT
) STRICT;
CREATE UNIQUE INDEX dead_letter_message
  ON dead_letter (topic, "partition", "offset", recorded_at, coalesce(value, x''));

INSERT INTO dead_letter
  (topic, "partition", "offset", recorded_at, received_at, reason, detail, key, value, sitemon_id)
SELECT topic, "partition", "offset", recorded_at, received_at, reason, detail, key, value, sitemon_id
FROM former_dead_letter ORDER BY received_at, topic, "partition", "offset";

DROP TABLE former_dead_letter;
`;
