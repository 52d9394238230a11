/** The dead letters of the store in PostgreSQL. */
import type {
  DeadLetterFilter,
  DeadLetterQuery,
  DeadLetters,
  ReplayFailure,
  StoredDeadLetter,
} from "../dead_letters.ts";
import type { PostgresOptions } from "./connection/postgres_options.ts";
import { Session } from "./connection/session.ts";
import type { Statement } from "./connection/connection.ts";

/** `$1` a reason or null; `$2` to `$4` the places' columns or nulls. */
const MEANT = `($1::text IS NULL OR reason = $1) AND ($2::text[] IS NULL OR
  (topic, partition, "offset") IN (SELECT * FROM unnest($2::text[], $3::int[], $4::bigint[])))`;

const COUNT: Statement = {
  name: "dead_letters_count",
  text: `SELECT count(*) AS count FROM dead_letter WHERE ${MEANT}`,
};

function micros(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000000)::bigint`;
}

/** `$5`: the number after which the page begins; `$6`: its length; `$7`: bytes of values. */
const PAGE: Statement = {
  name: "dead_letters_page",
  text: `
SELECT number, topic, partition, "offset", reason, detail, ${micros("recorded_at")} AS "recordedAt",
  ${micros("received_at")} AS "receivedAt", key, substring(value FOR $7::int) AS value,
  coalesce(octet_length(value), 0) AS "valueBytes", sitemon_id AS "sitemonId"
FROM dead_letter
WHERE ${MEANT} AND number > $5::bigint
ORDER BY number LIMIT $6::int`,
};

const KEEP: Statement = {
  name: "dead_letters_update",
  text: `
UPDATE dead_letter d SET reason = r.reason, detail = r.detail
FROM unnest($1::bigint[], $2::text[], $3::text[]) AS r(number, reason, detail)
WHERE d.number = r.number`,
};

/** The most that a value can have; `Infinity` is no number of SQL's. */
const BYTES_MAX = 0x7fffffff;

export class PostgresDeadLetters implements DeadLetters {
  readonly #session: Session;

  constructor({ connection }: { readonly connection: PostgresOptions }) {
    this.#session = new Session(connection);
  }

  async count(filter: DeadLetterFilter): Promise<number> {
    return await this.#session.use("count dead letters", async (connection) => {
      const [row] = await connection.query<{ count: number }>(COUNT, meant(filter));
      return row!.count;
    });
  }

  async read(query: DeadLetterQuery): Promise<readonly StoredDeadLetter[]> {
    const bytes = Math.min(query.valueBytesMax, BYTES_MAX);
    const values = [...meant(query), query.after ?? 0, query.limit, bytes];
    return await this.#session.use(
      "read dead letters",
      (connection) => connection.query<StoredDeadLetter>(PAGE, values),
    );
  }

  async keep(verdicts: readonly ReplayFailure[]): Promise<void> {
    await this.#session.use("keep dead letters", (connection) =>
      connection.query(KEEP, [
        verdicts.map(({ number }) => number),
        verdicts.map(({ reason }) => reason),
        verdicts.map(({ detail }) => detail),
      ]));
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

function meant({ reason, places }: DeadLetterFilter): unknown[] {
  return [
    reason ?? null,
    places?.map(({ topic }) => topic) ?? null,
    places?.map(({ partition }) => partition) ?? null,
    places?.map(({ offset }) => offset) ?? null,
  ];
}
