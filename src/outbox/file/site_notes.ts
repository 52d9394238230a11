/** Notes about sites: a few bytes by name, stored in one transaction with the reports that they are about. */
import type { StatementSync } from "node:sqlite";
import type { SiteNote } from "../site_note.ts";
import type { OutboxDatabase } from "./outbox_database.ts";

/** The notes of an outbox file. Errors of SQLite come as they are. */
export class SiteNotes {
  readonly #all: StatementSync;
  readonly #save: StatementSync;
  readonly #remove: StatementSync;

  constructor({ sql }: OutboxDatabase) {
    this.#all = sql.prepare("SELECT name, value FROM site_note");
    this.#save = sql.prepare(
      "INSERT INTO site_note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    this.#remove = sql.prepare("DELETE FROM site_note WHERE name = ?");
  }

  all(): SiteNote[] {
    return this.#all.all() as unknown as SiteNote[];
  }

  /** Within the caller's transaction; of one name the last counts. */
  keep(notes: readonly SiteNote[]): void {
    const last = new Map(notes.map(({ name, value }) => [name, value]));
    for (const [name, value] of last) {
      if (value === null) this.#remove.run(name);
      else this.#save.run(name, value);
    }
  }
}
