/** The schema of `postgres`: where the consumer keeps the status. */
import * as z from "zod";
import { duration } from "./duration_and_size.ts";
import {
  isPostgresHost,
  parsePostgresUrl,
  postgresName,
  type PostgresServer,
  postgresUrl,
} from "./postgres_url.ts";
import { type Exact, password, whole } from "./scalar.ts";
import { postgresTlsSchema } from "./tls_schema.ts";

/** Within 100 ms a server across an ocean never answers; nobody waits for 5 minutes. */
const CONNECT = { minMs: 100, maxMs: 300_000 };
/** After an hour a statement is not slow but stuck. */
const STATEMENT = { minMs: 100, maxMs: 3_600_000 };

const MAPPING_RULE = "is not a mapping with url, or with host and user";

export const postgresSchema = z.strictObject({
  url: postgresUrl().optional().describe(
    "Server, role and database as `postgres://user:password@host:port/db?sslmode=MODE`, in place of their keys.",
  ),
  host: z.string({
    error: "is not a host name, an IP address or the folder of a socket",
  }).refine(isPostgresHost).optional().describe(
    "Name or address of the server, or the folder of its socket, such as `/var/run/postgresql`.",
  ),
  user: postgresName.optional().describe("Role to log in as."),
  password: password().optional(),
  port: whole({ min: 1, max: 65_535 }).optional().describe("Port of the server; 5432 when absent."),
  db: postgresName.optional().describe("Database; named like the user when absent."),
  schema: postgresName.prefault("public").describe("Schema that holds the tables."),
  tls: postgresTlsSchema.optional().describe(
    "libpq's `sslmode`: `disable`, as when absent, `require`, `verify-ca`, `verify-full`, or a mapping.",
  ),
  timeouts: z.strictObject({
    connect: duration(CONNECT).prefault("5s")
      .describe("Timeout of a connection, including TLS and login."),
    statement: duration(STATEMENT).prefault("30s").describe("Timeout of each statement."),
  }).prefault({}).describe("How long to wait for the server."),
}, { error: ({ code }) => code === "unrecognized_keys" ? undefined : MAPPING_RULE });

export type PostgresConfig = Exact<z.output<typeof postgresSchema>>;

/** Where the server is and how to log in, of the URL or of the keys. */
export function postgresServer(config: PostgresConfig): PostgresServer {
  const url = config.url === undefined ? {} : parsePostgresUrl(config.url);
  if (typeof url === "string") throw new RangeError(`"postgres.url" ${url}`);
  const { host = "", user = "", password = config.password, port = 5432, db } = {
    ...config,
    ...url,
  };
  return { host, port, user, db: db ?? user, ...(password === undefined ? {} : { password }) };
}
