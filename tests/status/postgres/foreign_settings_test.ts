// PostgreSQL as others run it: a pooler in between, names that need quotes, settings of a role, an
// encoding, few rights. Each store has to do and to answer what one on a plain server does.
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { Client } from "pg";
import { Connection } from "../../../src/status/postgres/connection/connection.ts";
import { examinePostgres } from "../../../src/status/postgres/examine_postgres.ts";
import { PURGE_LOCK } from "../../../src/status/postgres/partitions.ts";
import { postgresParts } from "../../../src/status/postgres/postgres_parts.ts";
import type { PostgresOptions } from "../../../src/status/postgres/connection/postgres_options.ts";
import { closing, opened } from "../../contract/opened_store.ts";
import { aReport, chunk, DAY } from "../../contract/site_reports.ts";
import { createDatabase } from "../../services/database.ts";
import { startPgbouncer } from "../../services/pgbouncer.ts";
import { parsePostgresUrl } from "../../services/postgres.ts";
import { serviceTest } from "../../services/with_services.ts";
import { uniqueName } from "../../support/unique_name.ts";
import { openStore, ownRole, ownSchema, postgresTest } from "./opened_store.ts";
import { useStore } from "./used_store.ts";

const databaseTest = serviceTest("postgres");
const poolerTest = serviceTest("postgres", "pgbouncer");

async function ofPlainStore() {
  await using plain = await openStore();
  const answers = await useStore(plain);
  deepStrictEqual(answers.purged, { reports: 3, transitions: 0, rollups: 0, alerts: 0 });
  return answers;
}

function sharedServer() {
  return parsePostgresUrl(Deno.env.get("SITEMON_TEST_POSTGRES")!);
}

async function problemsOf(options: PostgresOptions, { readsOnly = false } = {}) {
  const findings = await examinePostgres(options, { readsOnly });
  return findings.filter(({ ok }) => !ok).map(({ step, detail }) => [step, detail]);
}

for (const name of ["MySchema", "select", 'it\'s "a" \\ schéma.日本']) {
  databaseTest(`a store works in the schema ${name}`, async () => {
    const schema = `${name} ${uniqueName("s")}`;
    await using store = await openStore({ schema });
    deepStrictEqual(await useStore(store), await ofPlainStore());
    deepStrictEqual(await problemsOf(store.options), []);
  });
}

/** What a role may have set for people: other forms, other plans, and no time to wait. */
const SETTINGS = {
  DateStyle: "German",
  IntervalStyle: "iso_8601",
  TimeZone: "Pacific/Chatham",
  bytea_output: "escape",
  extra_float_digits: "-15",
  array_nulls: "off",
  standard_conforming_strings: "off",
  quote_all_identifiers: "on",
  client_encoding: "LATIN1",
  search_path: "pg_catalog",
  statement_timeout: "1s",
  lock_timeout: "1ms",
  default_transaction_isolation: "serializable",
  default_transaction_deferrable: "on",
  plan_cache_mode: "force_custom_plan",
  enable_indexscan: "off",
  enable_bitmapscan: "off",
  enable_nestloop: "off",
  join_collapse_limit: "1",
  jit_above_cost: "0",
};

postgresTest("a store works for a role with settings of its own", async (store) => {
  await using own = await ownRole(store, "SUPERUSER");
  for (const [name, value] of Object.entries(SETTINGS)) {
    await store.session.query(`ALTER ROLE ${own.role} SET ${name} = '${value}'`);
  }
  const { session, tables, sql, setHorizon } = store;
  const apart = { tables, sql, setHorizon };
  await using strange = await opened(postgresParts(own.login, {}), apart, () => Promise.resolve());
  deepStrictEqual(await useStore(strange), await ofPlainStore());
  await using connection = await Connection.open(own.login);
  const [plan] = await connection.execute<{ "QUERY PLAN": string }>(
    "EXPLAIN SELECT FROM site_hour WHERE site = '' AND location = ''",
  );
  ok(plan!["QUERY PLAN"].includes("site_hour_pkey"), plan!["QUERY PLAN"]);
  await session.query(`ALTER ROLE ${own.role} SET default_transaction_read_only = on`);
  await using reader = closing(postgresParts(own.login, {}).status());
  await rejects(() => reader.apply(chunk([aReport()])), {
    name: "StoreUnavailableError",
    message: /transaction \(25006\); use a primary, with default_transaction_read_only off$/,
  });
  deepStrictEqual(await problemsOf(own.login), [[
    "privileges",
    "default_transaction_read_only is on for this role, database or server; set it to off",
  ]]);
});

databaseTest("a store works in a database that keeps bytes as they are", async () => {
  await using database = await createDatabase("ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
  await using store = await openStore({ database: database.db });
  deepStrictEqual(await useStore(store), await ofPlainStore());
  await store.store.apply(chunk([aReport({ site: "日本", labels: { "équipe": "ü" } })]));
  const [status] = await store.queries.statuses();
  deepStrictEqual([status!.site, status!.labels], ["日本", { "équipe": "ü" }]);
});

databaseTest("migrate() and doctor refuse an encoding that lacks characters", async () => {
  await using database = await createDatabase("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  const options = { ...ownSchema(), database: database.db };
  const message = `database "${database.db}" has the encoding LATIN1, which lacks characters ` +
    "that reports have; create one with ENCODING 'UTF8' TEMPLATE template0";
  await using store = closing(postgresParts(options, {}).status());
  await rejects(() => store.migrate(), { name: "StoreConfigurationError", message });
  deepStrictEqual(await problemsOf(options), [["database", message]]);
});

/** The SQL of a page below a heading, with these names in place of its own. */
function documented(
  path: string,
  heading: string,
  names: Readonly<Record<string, string>>,
): string {
  const page = Deno.readTextFileSync(path);
  const [, sql] = /```sql\n([^]*?)```/.exec(page.slice(page.indexOf(`## ${heading}\n`)))!;
  return Object.entries(names).reduce((text, [name, own]) => text.replaceAll(name, own), sql!);
}

postgresTest("a store works for a role that may only read and write rows", async (store) => {
  const { session, options, tables, sql, setHorizon } = store;
  await using own = await ownRole(store);
  await session.query(`REVOKE USAGE ON SCHEMA ${options.schema} FROM ${own.role}`);
  const names = { sitemon_consumer: own.role, "SCHEMA sitemon": `SCHEMA ${options.schema}` };
  const grants = documented("docs/postgresql.md", "A role that may not create", names);
  const statements = grants.split(";").filter((statement) => /GRANT/.test(statement))
    .filter((statement) => !statement.includes("DEFAULT PRIVILEGES"));
  strictEqual(statements.length, 3);
  for (const statement of statements) {
    ok((await problemsOf(own.login)).length > 0, statement);
    await session.query(statement);
  }
  deepStrictEqual(await problemsOf(own.login), []);
  await session.query(grants);
  const apart = { tables, sql, setHorizon };
  await using humble = await opened(postgresParts(own.login, {}), apart, () => Promise.resolve());
  deepStrictEqual(await useStore(humble), await ofPlainStore());
  await rejects(() => humbleQuery(own.login, "CREATE TABLE t ()"), /permission denied/);
  await rejects(() => humbleQuery(own.login, "DROP TABLE site_hour"), /must be owner/);
});

postgresTest(
  "doctor asks nothing but SELECT of a page's role, as its manual says",
  async (store) => {
    const { session, options } = store;
    await using own = await ownRole(store);
    await session.query(`REVOKE USAGE ON SCHEMA ${options.schema} FROM ${own.role}`);
    const names = { status_page: own.role, "SCHEMA sitemon": `SCHEMA ${options.schema}` };
    const [role, ...grants] = documented("docs/web.md", "Where it runs", names).trim().split(
      /;\n?/,
    );
    match(role!, /^CREATE ROLE/);
    strictEqual((await problemsOf(own.login, { readsOnly: true })).length, 1);
    await session.query(grants.join(";"));
    deepStrictEqual(await problemsOf(own.login, { readsOnly: true }), []);
    await session.query(`REVOKE SELECT ON site_hour, site_current FROM ${own.role}`);
    deepStrictEqual(await problemsOf(own.login, { readsOnly: true }), [
      ["privileges", "the role may not read site_current, site_hour; grant it SELECT"],
    ]);
    strictEqual((await problemsOf(own.login)).length, 1);
  },
);

async function humbleQuery(options: PostgresOptions, sql: string): Promise<void> {
  await using connection = await Connection.open(options);
  await connection.execute(sql);
}

/** What is left in the one session that all share: settings, statements and locks. */
async function leftBehind(options: PostgresOptions): Promise<unknown> {
  const { host, port, user, password, database } = options;
  const client = new Client({ host, port, user, password, database });
  await client.connect();
  try {
    const { rows } = await client.query(`SELECT
      (SELECT json_object_agg(name, setting ORDER BY name) FROM pg_settings
       WHERE source = 'session' AND name NOT IN ('application_name', 'client_encoding')) AS settings,
      (SELECT count(*)::int FROM pg_prepared_statements) AS statements,
      (SELECT count(*)::int FROM pg_locks
       WHERE pid = pg_backend_pid() AND locktype = 'advisory') AS locks`);
    return rows[0];
  } finally {
    await client.end();
  }
}

poolerTest("a store works behind a pooler, and leaves nothing in its sessions", async () => {
  await using pooler = await startPgbouncer(sharedServer());
  const via = { host: pooler.host, port: pooler.port };
  await using store = await openStore({}, via);
  const pooled = { ...store.options, ...via };
  const before = await leftBehind(pooled);
  deepStrictEqual(before, { settings: null, statements: 0, locks: 0 });
  deepStrictEqual(await useStore(store), await ofPlainStore());
  deepStrictEqual(await leftBehind(pooled), before);
  for (let connections = 0; connections < 3; connections++) {
    await using again = closing(postgresParts(pooled, {}).status());
    await again.migrate();
    strictEqual((await again.apply(chunk([aReport()]))).expired, 1);
  }
  deepStrictEqual(await problemsOf(pooled), []);
  const login = (await examinePostgres(pooled)).find(({ step }) => step === "login")!;
  ok(login.detail.endsWith(", tls: disable, through a connection pooler"), login.detail);
});

poolerTest(
  "purge() behind a pooler drops no day, while one without a pooler is at it",
  async () => {
    await using pooler = await startPgbouncer(sharedServer());
    await using store = await openStore();
    const pooled = { ...store.options, host: pooler.host, port: pooler.port };
    await using maintenance = closing(postgresParts(pooled, {}).maintenance());
    const checked = Date.now() * 1_000 - 50 * DAY;
    await store.store.apply(chunk([aReport({ recorded_at: checked })]));
    await maintenance.prepare(35 * 86_400_000);
    const never = new AbortController().signal;
    // As long as that one's connection lasts.
    await store.session.query(`SELECT pg_advisory_lock(${PURGE_LOCK})`);
    strictEqual((await maintenance.purge(never))!.reports, 0);
    await store.session.query(`SELECT pg_advisory_unlock(${PURGE_LOCK})`);
    strictEqual((await maintenance.purge(never))!.reports, 1);
  },
);
