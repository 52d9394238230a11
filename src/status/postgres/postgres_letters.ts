/** The letter box in PostgreSQL. */
import type {
  KeptLetter,
  LetterBox,
  LetterFilter,
  LetterQuery,
  LetterVerdict,
} from "../letter_box.ts";
import type { PostgresOptions } from "./postgres_options.ts";
import { Session } from "./session.ts";
import { placeColumns } from "./set_aside.ts";
import type { Statement } from "./statement.ts";

/** `$1` a reason or null; `$2` to `$4` the places' columns or nulls. */
const MEANT = `($1::text IS NULL OR reason = $1) AND ($2::text[] IS NULL OR
  (topic, partition, "offset") IN (SELECT * FROM unnest($2::text[], $3::int[], $4::bigint[])))`;

const COUNT: Statement = {
  name: "count_letters",
  text: `SELECT count(*) AS count FROM dead_letter WHERE ${MEANT}`,
};

function micros(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000000)::bigint`;
}

/** `$5` to `$7`: the place after which the page begins; `$8`: its length; `$9`: bytes of values. */
const PAGE: Statement = {
  name: "page_of_letters",
  text: `
SELECT topic, partition, "offset", reason, detail, ${micros("recorded_at")} AS "recordedAt",
  ${micros("received_at")} AS "receivedAt", key, substring(value FOR $9::int) AS value,
  coalesce(octet_length(value), 0) AS "valueBytes", sitemon_id AS "sitemonId"
FROM dead_letter
WHERE ${MEANT} AND (topic, partition, "offset") > ($5::text, $6::int, $7::bigint)
ORDER BY topic, partition, "offset" LIMIT $8::int`,
};

const KEEP: Statement = {
  name: "keep_letters",
  text: `
UPDATE dead_letter d SET reason = r.reason, detail = r.detail
FROM unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[])
  AS r(topic, partition, "offset", reason, detail)
WHERE d.topic = r.topic COLLATE "C" AND d.partition = r.partition AND d."offset" = r."offset"`,
};

/** No topic has an empty name, so this is before all. */
const BEFORE_ALL = { topic: "", partition: -1, offset: -1 };
/** The most that a value can have; `Infinity` is no number of SQL's. */
const BYTES_MAX = 0x7fffffff;

export class PostgresLetters implements LetterBox {
  readonly #session: Session;

  constructor({ connection }: { readonly connection: PostgresOptions }) {
    this.#session = new Session(connection);
  }

  async count(filter: LetterFilter): Promise<number> {
    return await this.#session.use("count dead letters", async (connection) => {
      const [row] = await connection.query<{ count: number }>(COUNT, meant(filter));
      return row!.count;
    });
  }

  async read(query: LetterQuery): Promise<readonly KeptLetter[]> {
    const { topic, partition, offset } = query.after ?? BEFORE_ALL;
    const bytes = Math.min(query.valueBytesMax, BYTES_MAX);
    const values = [...meant(query), topic, partition, offset, query.limit, bytes];
    return await this.#session.use(
      "read dead letters",
      (connection) => connection.query<KeptLetter>(PAGE, values),
    );
  }

  async keep(verdicts: readonly LetterVerdict[]): Promise<void> {
    await this.#session.use("keep dead letters", (connection) =>
      connection.query(KEEP, [
        ...placeColumns(verdicts),
        verdicts.map(({ reason }) => reason),
        verdicts.map(({ detail }) => detail),
      ]));
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

function meant({ reason, places }: LetterFilter): unknown[] {
  return [reason ?? null, ...(places ? placeColumns(places) : [null, null, null])];
}
