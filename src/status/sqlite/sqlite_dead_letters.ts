/** The dead letters in the file of the SQLite store, beside the process that writes it. */
import { type DeadLettersDialect, SqlDeadLetters } from "../sql/sql_dead_letters.ts";
import { SqliteSource } from "./sqlite_source.ts";
import { StoreFile } from "./store_file.ts";

const DIALECT: DeadLettersDialect = {
  micros: (column) => column,
  places: `SELECT value ->> 'topic', value ->> 'partition', value ->> 'offset' FROM json_each($2)`,
  failures: `SELECT value ->> 'number' AS number, value ->> 'reason' AS reason,
    value ->> 'detail' AS detail FROM json_each($1)`,
};

export class SqliteDeadLetters extends SqlDeadLetters {
  constructor({ path }: { readonly path: string }) {
    super(new SqliteSource(new StoreFile(path, "write")), DIALECT);
  }
}
