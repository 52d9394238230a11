/** The dead letters of the store in PostgreSQL. */
import { type DeadLettersDialect, SqlDeadLetters } from "../sql/sql_dead_letters.ts";
import type { PostgresOptions } from "./connection/postgres_options.ts";
import { Session } from "./connection/session.ts";
import { microsOf } from "./ingest/report_columns.ts";

const DIALECT: DeadLettersDialect = {
  micros: microsOf,
  places: `SELECT topic, partition, "offset"
    FROM json_to_recordset($2::json) AS p(topic text, partition int, "offset" bigint)`,
  failures: `SELECT number, reason, detail
    FROM json_to_recordset($1) AS f(number bigint, reason text, detail text)`,
};

export class PostgresDeadLetters extends SqlDeadLetters {
  constructor({ connection }: { readonly connection: PostgresOptions }) {
    super(new Session(connection), DIALECT);
  }
}
