/** The dead letters of a store in SQL. */
import type {
  DeadLetterFilter,
  DeadLetterQuery,
  DeadLetters,
  ReplayFailure,
  StoredDeadLetter,
} from "../dead_letters.ts";
import type { SqlSource, Statement } from "./sql_source.ts";

/** What each store says in its own way. */
export interface DeadLettersDialect {
  /** A time as microseconds since 1970. */
  readonly micros: (column: string) => string;
  /** Rows of `$2`, a JSON array of objects: `topic`, `partition`, `offset`. */
  readonly places: string;
  /** Rows `r` of `$1`, likewise: `number`, `reason`, `detail`. */
  readonly failures: string;
}

/** The largest value of PostgreSQL; `Infinity` is not an SQL number. */
const BYTES_MAX = 0x7fffffff;

function statementsOf({ micros, places, failures }: DeadLettersDialect) {
  const meant = `(CAST($1 AS text) IS NULL OR reason = $1) AND (CAST($2 AS text) IS NULL OR
      (topic, "partition", "offset") IN (${places}))`;
  return {
    count: {
      name: "dead_letters_count",
      text: `SELECT count(*) AS count FROM dead_letter WHERE ${meant}`,
    },
    page: {
      name: "dead_letters_page",
      text: `
SELECT number, topic, "partition", "offset", reason, detail,
  ${micros("recorded_at")} AS "recordedAt", ${micros("received_at")} AS "receivedAt",
  key, substr(value, 1, CAST($5 AS int)) AS value,
  coalesce(octet_length(value), 0) AS "valueBytes", sitemon_id AS "sitemonId"
FROM dead_letter WHERE ${meant} AND number > $3 ORDER BY number LIMIT $4`,
    },
    update: {
      name: "dead_letters_update",
      text: `UPDATE dead_letter AS d SET reason = r.reason, detail = r.detail
        FROM (${failures}) AS r WHERE d.number = r.number`,
    },
  } satisfies Record<string, Statement>;
}

export class SqlDeadLetters implements DeadLetters {
  readonly #source: SqlSource;
  readonly #statements: ReturnType<typeof statementsOf>;

  constructor(source: SqlSource, dialect: DeadLettersDialect) {
    this.#source = source;
    this.#statements = statementsOf(dialect);
  }

  async count(filter: DeadLetterFilter): Promise<number> {
    return await this.#source.use("count dead letters", async (connection) => {
      const [row] = await connection.query<{ count: number }>(
        this.#statements.count,
        valuesOf(filter),
      );
      return row!.count;
    });
  }

  async read(query: DeadLetterQuery): Promise<readonly StoredDeadLetter[]> {
    const bytes = Math.min(query.valueBytesMax, BYTES_MAX);
    const values = [...valuesOf(query), query.after ?? 0, query.limit, bytes];
    return await this.#source.use(
      "read dead letters",
      (connection) => connection.query<StoredDeadLetter>(this.#statements.page, values),
    );
  }

  async keep(failures: readonly ReplayFailure[]): Promise<void> {
    await this.#source.use(
      "update dead letters",
      (connection) => connection.query(this.#statements.update, [JSON.stringify(failures)]),
    );
  }

  async close(): Promise<void> {
    await this.#source.close();
  }
}

function valuesOf({ reason, places }: DeadLetterFilter): unknown[] {
  return [reason ?? null, places ? JSON.stringify(places) : null];
}
