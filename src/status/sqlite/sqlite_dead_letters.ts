/** The dead letters of the store in the file of the SQLite store, beside the process that writes it. */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type {
  DeadLetterFilter,
  DeadLetterQuery,
  DeadLetters,
  ReplayFailure,
  StoredDeadLetter,
} from "../dead_letters.ts";
import { StoreFile, transaction } from "./store_file.ts";

/** `:places`: a JSON array of places, each an array, or null. */
const MEANT =
  `(:reason IS NULL OR reason = :reason) AND (:places IS NULL OR (topic, "partition", "offset") IN (
  SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(:places)))`;

const COUNT = `SELECT count(*) AS count FROM dead_letter WHERE ${MEANT}`;
const PAGE = `
SELECT number, topic, "partition", "offset", reason, detail, recorded_at AS recordedAt,
  received_at AS receivedAt, key, substr(value, 1, :bytes) AS value,
  coalesce(length(value), 0) AS valueBytes, sitemon_id AS sitemonId
FROM dead_letter WHERE ${MEANT} AND number > :after ORDER BY number LIMIT :limit`;
const KEEP = "UPDATE dead_letter SET reason = ?, detail = ? WHERE number = ?";

export class SqliteDeadLetters implements DeadLetters {
  readonly #file: StoreFile;

  constructor({ path }: { readonly path: string }) {
    this.#file = new StoreFile(path, "write");
  }

  count(filter: DeadLetterFilter): Promise<number> {
    return this.#file.use((db) => db.prepare(COUNT).get(meant(filter))!.count as number);
  }

  read(query: DeadLetterQuery): Promise<readonly StoredDeadLetter[]> {
    const bytes = Math.min(query.valueBytesMax, Number.MAX_SAFE_INTEGER);
    const page = { after: query.after ?? 0, limit: query.limit, bytes };
    return this.#file.use((db) =>
      db.prepare(PAGE).all({ ...meant(query), ...page }).map((row) => ({ ...row }))
    ) as Promise<readonly unknown[]> as Promise<readonly StoredDeadLetter[]>;
  }

  keep(verdicts: readonly ReplayFailure[]): Promise<void> {
    return this.#file.use((db) => transaction(db, () => keepAll(db, verdicts)));
  }

  close(): Promise<void> {
    this.#file.close();
    return Promise.resolve();
  }
}

function keepAll(db: DatabaseSync, verdicts: readonly ReplayFailure[]): void {
  const keep = db.prepare(KEEP);
  for (const { number, reason, detail } of verdicts) keep.run(reason, detail, number);
}

function meant({ reason, places }: DeadLetterFilter): Record<string, SQLInputValue> {
  const keys = places?.map(({ topic, partition, offset }) => [topic, partition, offset]);
  return { reason: reason ?? null, places: keys ? JSON.stringify(keys) : null };
}
