/** The schema of `postgres`: where the consumer keeps the status. */
import * as z from "zod";
import { duration } from "./duration_and_size.ts";
import { formatHost, parseHost } from "./host_port.ts";
import { password, quotable, whole } from "./scalar.ts";
import { postgresTlsSchema } from "./tls_schema.ts";

/** Within 100 ms a server across an ocean never answers; nobody waits for 5 minutes. */
const CONNECT = { minMs: 100, maxMs: 300_000 };
/** After an hour a statement is not slow but stuck. */
const STATEMENT = { minMs: 100, maxMs: 3_600_000 };

/** PostgreSQL silently cuts names to this many bytes (NAMEDATALEN - 1). */
const NAME_BYTES_MAX = 63;
const NAME_RULE = quotable(`is not one line of 1 to ${NAME_BYTES_MAX} bytes`);

/**
 * A name of whatever characters, which is quoted wherever it is used. libpq takes a connection string
 * for the name of a database; here its password would be shown.
 */
const nameSchema = z.string({ error: NAME_RULE }).regex(/^\P{Cc}+$/u)
  .refine((name) => new TextEncoder().encode(name).length <= NAME_BYTES_MAX, { error: NAME_RULE })
  .refine((name) => !/:\/\/|\w=/.test(name), {
    error: "is a connection string; write its parts as host, port, user, password and db",
  });

export const postgresSchema = z.strictObject({
  host: z.string({ error: "is not a host name or an IP address (sockets are not supported)" })
    .refine((host) => parseHost(formatHost({ host })) !== undefined)
    .describe("Name or address of the server."),
  user: nameSchema.describe("Role to log in as."),
  password: password().optional(),
  port: whole({ min: 1, max: 65_535 }).prefault(5432).describe("Port of the server."),
  db: nameSchema.optional().describe("Database; named like the user when absent."),
  schema: nameSchema.prefault("public").describe("Schema that holds the tables."),
  tls: postgresTlsSchema.prefault("disable").describe(
    "libpq's `sslmode`: `disable`, `require`, `verify-ca`, `verify-full`, or a mapping.",
  ),
  timeouts: z.strictObject({
    connect: duration(CONNECT).prefault("5s")
      .describe("Timeout of a connection, including TLS and login."),
    statement: duration(STATEMENT).prefault("30s").describe("Timeout of each statement."),
  }).prefault({}).describe("How long to wait for the server."),
});
