/** The schema of `postgres`: where the status table is. */
import * as z from "zod";
import { duration } from "./duration.ts";
import { formatHost, parseHost } from "./host_port.ts";
import { mayBeAbsent } from "./may_be_absent.ts";
import { mustBe } from "./must_be.ts";
import { matching, text, whole } from "./scalar.ts";
import { postgresTlsSchema } from "./tls_schema.ts";

const PORT = { min: 1, max: 65_535 };
/** PostgreSQL cuts names after 63 bytes, without a word (NAMEDATALEN - 1). */
const NAME_LENGTH_MAX = 63;
/** As much as libpq reads of a password file's line. */
const PASSWORD_LENGTH_MAX = 1_024;
/** Below 100 ms a server across a sea never answers; above 5 minutes nobody waits. */
const CONNECT = { minMs: 100, maxMs: 300_000 };
/** Above an hour a statement is not slow but stuck. */
const STATEMENT = { minMs: 100, maxMs: 3_600_000 };

const timeoutsSchema = z.strictObject({
  connect: duration(CONNECT).prefault("5s").describe("For a connection, TLS and login included."),
  statement: duration(STATEMENT).prefault("30s").describe("For each statement."),
}, { error: mustBe("a mapping with connect, statement", "write such a mapping") });

const HOST_MESSAGE = mustBe(
  "a host name or an IP address (a socket's path is not supported)",
  "write for example 127.0.0.1",
);

export const postgresSchema = z.strictObject({
  host: z.string({ error: HOST_MESSAGE }).refine(isHost, { error: HOST_MESSAGE })
    .describe("Name or address of the server."),
  user: text(NAME_LENGTH_MAX).describe("Role to log in as."),
  password: text(PASSWORD_LENGTH_MAX).apply(mayBeAbsent)
    .describe("Its password; better `${NAME}` or `${file:PATH}`."),
  port: whole(PORT).prefault(5432).describe("Port of the server."),
  db: text(NAME_LENGTH_MAX).apply(mayBeAbsent).describe("Database; the user's name when absent."),
  schema: matching(
    /^[A-Za-z_][A-Za-z0-9_]{0,62}$/,
    "a name of 1 to 63 letters, digits and underscores, not beginning with a digit",
  ).prefault("public").describe("Schema that holds the tables."),
  tls: postgresTlsSchema.prefault("disable")
    .describe(
      "How to secure the connection: disable, require, verify-ca, verify-full, or a mapping.",
    ),
  timeouts: timeoutsSchema.prefault({}).describe("How long to wait for the server."),
}, { error: mustBe("a mapping with host, user", "write such a mapping") });

/** The section `postgres`. */
export type PostgresConfig = z.output<typeof postgresSchema>;

function isHost(host: string): boolean {
  return parseHost(formatHost({ host })) !== undefined;
}
