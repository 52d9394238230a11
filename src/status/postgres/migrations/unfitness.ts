/** Which servers and databases can hold the tables, and why another cannot. */

/** PostgreSQL 14 brought DETACH PARTITION CONCURRENTLY, which purges old reports. */
const VERSION_MIN = 140_000;

/** SQL_ASCII keeps the bytes that it is given, which are UTF-8. */
const ENCODINGS = ["UTF8", "SQL_ASCII"];

/** To be selected as {@linkcode ServerFacts}. */
export const SERVER_FACTS = `current_setting('server_version_num')::int AS server_version,
    current_database() AS database, current_setting('server_encoding') AS encoding`;

export interface ServerFacts {
  readonly server_version: number;
  readonly database: string;
  readonly encoding: string;
}

/** One sentence; `undefined` when the tables can be there. */
export function unfitness({ server_version, database, encoding }: ServerFacts): string | undefined {
  if (server_version < VERSION_MIN) {
    const version = Math.floor(server_version / 10_000);
    return `PostgreSQL ${version} is too old; use version ${VERSION_MIN / 10_000} or newer`;
  }
  if (ENCODINGS.includes(encoding)) return undefined;
  return `database "${database}" has the encoding ${encoding}, which lacks characters that reports ` +
    "have; create one with ENCODING 'UTF8' TEMPLATE template0";
}
