/** What the publisher remembers across restarts, in a table that a file has once something is noted. */
import type { DatabaseSync } from "node:sqlite";

/** A publisher notes a text for each schema of each registry that it was used with. */
export const NOTES_MAX = 256;

/** All notes, the oldest first. */
export function readNotes(sql: DatabaseSync): ReadonlyMap<string, string> {
  const isThere = sql.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'publisher_note'").get();
  if (isThere === undefined) return new Map();
  const rows = sql.prepare("SELECT name, text FROM publisher_note ORDER BY id").all();
  return new Map(rows.map(({ name, text }) => [name as string, text as string]));
}

/** Within a transaction. Of more than {@linkcode NOTES_MAX} the oldest are forgotten. */
export function writeNote(sql: DatabaseSync, name: string, text: string): void {
  for (
    const statement of [
      `CREATE TABLE IF NOT EXISTS publisher_note (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        text TEXT NOT NULL
      ) STRICT`,
      `DELETE FROM publisher_note WHERE id NOT IN (
        SELECT id FROM publisher_note ORDER BY id DESC LIMIT ${NOTES_MAX - 1})`,
    ]
  ) sql.prepare(statement).run();
  sql.prepare("INSERT OR REPLACE INTO publisher_note (name, text) VALUES (?, ?)").run(name, text);
}
