/** PostgreSQL stores for tests, each in a schema of its own on the shared server. */
import { Client, escapeIdentifier } from "pg";
import { opened, type OpenedStore, type Row, type Tables } from "../../contract/opened_store.ts";
import type { PostgresOptions } from "../../../src/status/postgres/connection/postgres_options.ts";
import { postgresParts } from "../../../src/status/postgres/postgres_parts.ts";
import { parsePostgresUrl, type PostgresAddress } from "../../services/postgres.ts";
import { serviceTest } from "../../services/with_services.ts";
import { uniqueName } from "../../support/unique_name.ts";

/** What a test does besides the store, on a connection of its own. */
export interface Session extends AsyncDisposable {
  /** Runs SQL in the store's schema and returns the rows of its last statement. */
  query<R = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<R[]>;
}

/** The address of a server as the store takes it. */
export function optionsOf(
  address: PostgresAddress,
  overrides: Partial<PostgresOptions> = {},
): PostgresOptions {
  const { host, port, user, password, db } = address;
  return {
    host,
    port,
    user,
    password,
    database: db,
    schema: "public",
    tls: { mode: "disable" },
    connectTimeoutMs: 10_000,
    statementTimeoutMs: 20_000,
    ...overrides,
  };
}

/** Options for a schema that no other test has, on the server that the tests of a run share. */
export function ownSchema(): PostgresOptions {
  const address = parsePostgresUrl(Deno.env.get("SITEMON_TEST_POSTGRES")!);
  return optionsOf(address, { schema: uniqueName("store") });
}

export async function openSession(options: PostgresOptions): Promise<Session> {
  const { host, port, user, password, database, schema } = options;
  const client = new Client({ host, port, user, password, database });
  client.on("error", () => {});
  await client.connect();
  await client.query(`SET search_path = ${escapeIdentifier(schema)}; SET TimeZone = 'UTC'`);
  return {
    async query<R>(sql: string, values?: unknown[]) {
      const result = await client.query(sql, values);
      const { rows } = Array.isArray(result) ? result.at(-1) : result;
      return rows.map((row: R) => ({ ...row }));
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

const TABLES = "site_status site_report site_transition site_hour site_day producer_gap dead_letter"
  .split(" ");

/** Every table in the form of the contract, rows in the order of their keys. */
export async function tablesOf(session: Session): Promise<Tables> {
  const rows: Record<string, readonly Row[]> = {};
  for (const table of TABLES) rows[table] = await dump(session, table);
  return rows as unknown as Tables;
}

async function dump(session: Session, table: string): Promise<Row[]> {
  const columns = await session.query<{ name: string; type: string; place: number | null }>(
    `SELECT a.attname AS name, a.atttypid::regtype::text AS type,
      array_position(i.indkey::int2[], a.attnum) AS place
    FROM pg_attribute a JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
    WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attname <> 'changed_in' AND a.attname NOT LIKE 'total_%'`,
    [table],
  );
  const selected = columns.map(({ name, type }) => `${inOneForm(name, type)} AS "${name}"`);
  const key = columns.filter(({ place }) => place !== null).sort((a, b) => a.place! - b.place!);
  return await session.query<Row>(
    `SELECT ${selected} FROM ${table} AS t ORDER BY ${key.map(({ name }) => `t."${name}"`)}`,
  );
}

function inOneForm(name: string, type: string): string {
  switch (type) {
    case "timestamp with time zone":
    case "timestamp without time zone":
      return `(extract(epoch FROM "${name}") * 1000000)::float8`;
    case "bigint":
      return `"${name}"::float8`;
    case "bytea":
      return `encode("${name}", 'hex')`;
    case "date":
    case "uuid":
    case "jsonb":
      return `"${name}"::text`;
    default:
      return `"${name}"`;
  }
}

export interface OpenedPostgresStore extends OpenedStore {
  readonly options: PostgresOptions;
  readonly session: Session;
}

/**
 * A store of its own, migrated and empty; its schema goes with it. `via` is another way to it, such
 * as a pooler's address, for the store alone.
 */
export async function openStore(
  overrides: Partial<PostgresOptions> = {},
  via: Partial<PostgresOptions> = {},
): Promise<OpenedPostgresStore> {
  const options = { ...ownSchema(), ...overrides };
  const session = await openSession(options);
  const apart = {
    sql: (text: string) => session.query(text),
    tables: () => tablesOf(session),
    setHorizon: async (notBefore: Date) =>
      void await session.query("UPDATE history_horizon SET not_before = $1", [notBefore]),
  };
  const remove = async () => {
    await session.query(`DROP SCHEMA ${escapeIdentifier(options.schema)} CASCADE`);
    await session[Symbol.asyncDispose]();
  };
  return {
    options,
    session,
    ...await opened(postgresParts({ ...options, ...via }, {}), apart, remove),
  };
}

/** The days that the history has partitions for, the oldest first. */
export async function partitionsOf(session: Session): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
     WHERE inhparent = 'site_report'::regclass AND NOT inhdetachpending ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** A role of a test's own, which goes at the end of its scope, and the options to log in with it. */
export async function ownRole(
  { session, options }: OpenedPostgresStore,
  attributes = "",
): Promise<{ readonly role: string; readonly login: PostgresOptions } & AsyncDisposable> {
  const role = `${options.schema}_role`;
  await session.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret' ${attributes};
    GRANT USAGE ON SCHEMA ${options.schema} TO ${role}`);
  return {
    role,
    login: { ...options, user: role, password: "secret" },
    [Symbol.asyncDispose]: async () =>
      void await session.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`),
  };
}

const databaseTest = serviceTest("postgres");

/** Registers a test that gets a store of its own. */
export function postgresTest(
  name: string,
  body: (opened: OpenedPostgresStore) => Promise<void>,
): void {
  databaseTest(name, async () => {
    await using opened = await openStore();
    await body(opened);
  });
}
