import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Connection } from "../../../../src/status/postgres/connection/connection.ts";
import { migrate } from "../../../../src/status/postgres/migrations/migrate.ts";
import {
  addReportColumn,
  type Migration,
} from "../../../../src/status/postgres/migrations/migration.ts";
import { OWN_RELATIONS } from "../../../../src/status/postgres/migrations/foreign_tables.ts";
import { MIGRATIONS } from "../../../../src/status/postgres/migrations/migrations.ts";
import { examinePostgres } from "../../../../src/status/postgres/examine_postgres.ts";
import { StoreConfigurationError } from "../../../../src/status/store.ts";
import type { PostgresOptions } from "../../../../src/status/postgres/connection/postgres_options.ts";
import { PostgresStore } from "../../../../src/status/postgres/postgres_store.ts";
import { closing } from "../../../contract/opened_store.ts";
import { aReport, chunk, FULL_REPORT, NOON } from "../../../contract/site_reports.ts";
import { serviceTest } from "../../../services/with_services.ts";
import { openSession, ownRole, ownSchema, postgresTest, type Session } from "../opened_store.ts";

/** An empty schema, which goes at the end of its scope, and a session in it. */
async function emptySchema() {
  const options = ownSchema();
  const session = await openSession(options);
  await session.query(`CREATE SCHEMA ${options.schema}`);
  async function remove() {
    await session.query(`DROP SCHEMA IF EXISTS ${options.schema} CASCADE`);
    await session[Symbol.asyncDispose]();
  }
  return { options, session, [Symbol.asyncDispose]: remove };
}

/** Registers a test that gets an empty schema. */
function schemaTest(
  name: string,
  body: (options: PostgresOptions, session: Session) => Promise<void>,
): void {
  serviceTest("postgres")(name, async () => {
    await using schema = await emptySchema();
    await body(schema.options, schema.session);
  });
}

async function migrated(options: PostgresOptions): Promise<void> {
  await using store = closing(new PostgresStore({ connection: options }));
  await store.migrate();
}

/** Applies these migrations alone. */
async function migratedBy(
  options: PostgresOptions,
  migrations: readonly Migration[],
): Promise<void> {
  await using connection = await Connection.open(options);
  await migrate(connection, { ...options, migrations });
}

/** Everything that a schema is made of, as text. */
function shapeOf(session: Session): Promise<unknown[]> {
  return session.query(`
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,
      (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
       WHERE d.adrelid = c.oid AND d.adnum = a.attnum) AS value
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace
      AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY 1, 2`);
}

schemaTest("migrate() makes the schema and every table", async (options, session) => {
  await session.query(`DROP SCHEMA ${options.schema}`);
  await migrated(options);
  const tables = await session.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace ORDER BY 1`,
  );
  deepStrictEqual(
    tables.map(({ name }) => name).join(" "),
    "alert alert_channel alert_decider alert_message alert_rule dead_letter history_horizon mute " +
      "producer_gap schema_migration site_day site_hour site_report site_status site_transition writer_schema",
  );
});

schemaTest("migrate() changes nothing, when it is repeated", async (options, session) => {
  await migrated(options);
  const before = await shapeOf(session);
  const rows = await session.query("TABLE schema_migration");
  await migrated(options);
  deepStrictEqual(await shapeOf(session), before);
  deepStrictEqual(await session.query("TABLE schema_migration"), rows);
});

schemaTest("migrate() succeeds in five processes at once", async (options, session) => {
  await session.query(`DROP SCHEMA ${options.schema}`);
  await Promise.all(Array.from({ length: 5 }, () => migrated(options)));
  deepStrictEqual(
    await session.query("SELECT version FROM schema_migration ORDER BY 1"),
    MIGRATIONS.map((_, index) => ({ version: index + 1 })),
  );
});

schemaTest("migrate() leaves nothing of a step that fails", async (options, session) => {
  const failing = { name: "fails", up: ["CREATE TABLE half (a int)", "SELECT 1 / 0"] };
  await rejects(() => migratedBy(options, [MIGRATIONS[0]!, failing]), /division by zero/);
  const [row] = await session.query(
    "SELECT to_regclass('half') AS half, (SELECT max(version) FROM schema_migration) AS version",
  );
  deepStrictEqual(row, { half: null, version: 1 });
});

postgresTest(
  "migrate() names the schema that is missing, to a role that may not create it",
  async (it) => {
    await using own = await ownRole(it);
    const store = new PostgresStore({ connection: { ...own.login, schema: "elsewhere" } });
    await using _ = closing(store);
    await rejects(() => store.migrate(), {
      name: "StoreConfigurationError",
      message: 'schema "elsewhere" does not exist, and the role may not create it; create it, or ' +
        'correct "postgres.schema"',
    });
  },
);

postgresTest("addReportColumn() adds what reports of a later version fill", async (opened) => {
  const fields = ["certificate_expires_at", "labels", "snippet", "truncated"] as const;
  await opened.store.apply(chunk([FULL_REPORT]));
  const before = await opened.tables();
  await opened.session.query("DROP VIEW site_current, site_sla");
  for (const field of fields) {
    await opened.session.query(`ALTER TABLE site_status DROP COLUMN IF EXISTS ${field};
      ALTER TABLE site_report DROP COLUMN ${field}`);
  }
  await migratedBy(opened.options, [...MIGRATIONS, ...fields.map(addReportColumn)]);
  await opened.session.query("DELETE FROM site_report; DELETE FROM site_status");
  await opened.store.apply(chunk([FULL_REPORT]));
  const { site_report, site_status } = await opened.tables();
  deepStrictEqual([site_report, site_status], [before.site_report, before.site_status]);
});

schemaTest("migrate() refuses a database that a newer sitemon made", async (options, session) => {
  await migrated(options);
  await session.query("INSERT INTO schema_migration (version, name) VALUES (99, 'later')");
  await rejects(() => migrated(options), {
    name: "StoreConfigurationError",
    message: "the tables are at version 99, " +
      `but this sitemon supports up to ${MIGRATIONS.length}; upgrade sitemon`,
  });
});

postgresTest("migrate() needs no right to change tables, when none is missing", async (opened) => {
  const { session, options } = opened;
  await using own = await ownRole(opened);
  await session.query(`REVOKE USAGE ON SCHEMA ${options.schema} FROM ${own.role}`);
  await rejects(() => migrated(own.login), {
    name: "StoreConfigurationError",
    message: /run "sitemon migrate", or grant USAGE on the schema$/,
  });
  await session.query(`GRANT USAGE ON SCHEMA ${options.schema} TO ${own.role}`);
  await rejects(() => migrated(own.login), /permission denied .*; grant the role this privilege$/);
  await session.query(`GRANT SELECT ON schema_migration TO ${own.role}`);
  await migrated(own.login);
});

const V1_TABLE = `
CREATE TABLE site_status (url TEXT PRIMARY KEY, last_checked TIMESTAMP, response_time INT,
  response_code INT, error_text TEXT, pattern TEXT, pattern_match BOOLEAN);
INSERT INTO site_status VALUES
  ('https://ann:secret@shop.example/', '2026-01-15 12:00:00.123456', 40, 200, NULL, 'm', true),
  ('https://bob:other@shop.example/', '2026-01-15 11:00:00', 41, 500, NULL, 'm', NULL),
  ('https://shop.example/', NULL, NULL, NULL, NULL, NULL, NULL),
  ('http://u:p@gone.example/x', '2026-01-15 12:00:01', 9, NULL,
    'Cannot connect to http://u:p@gone.example/x', NULL, NULL),
  ('http://back.example/', '2026-01-15 12:00:02', 12, 200, 'Cannot connect to it', NULL, NULL),
  ('http://other.example/', '2026-01-15 12:00:03', 13, 200, NULL, 'm', false),
  ('http://broken.example/', '2026-01-15 12:00:04', 14, 503, NULL, NULL, NULL),
  ('http://${"long".repeat(60)}.example/', '2026-01-15 12:00:05', 15, 204, NULL, NULL, NULL)`;

schemaTest("migrate() takes over the original Python service's table", async (options, session) => {
  await session.query(V1_TABLE);
  await migrated(options);
  const rows = await session.query(`
    SELECT site, site = url AND location = 'default' AS same, last_checked::text AS at,
      response_time, response_code, error_text, pattern, pattern_match, outcome, reason
    FROM site_status WHERE length(url) < 200 ORDER BY site`);
  const [day, quoted] = ["2026-01-15 12:00", "Cannot connect to http://gone.example/x"];
  deepStrictEqual(rows.map((row) => Object.values(row)), [
    ["http://back.example/", true, `${day}:02`, 12, 200, null, null, null, "up", null],
    ["http://broken.example/", true, `${day}:04`, 14, 503, null, null, null, "down", "status"],
    ["http://gone.example/x", true, `${day}:01`, 9, null, quoted, null, null, "down", null],
    ["http://other.example/", true, `${day}:03`, 13, 200, null, "m", false, "down", "body"],
    ["https://shop.example/", true, `${day}:00.123456`, 40, 200, null, "m", true, "up", null],
  ]);
  const [long] = await session.query<{ length: number }>(
    "SELECT length(site) FROM site_status WHERE length(url) > 200",
  );
  strictEqual(long!.length, 200);
  const [whole] = await session.query<{ text: string }>(
    "SELECT string_agg(s::text, ' ') AS text FROM site_status s",
  );
  ok(!/ann:|secret|bob|other@|u:p/.test(whole!.text), whole!.text);
});

schemaTest("migrate() ends the same with a v1 table and without", async (options, session) => {
  await using v1 = await emptySchema();
  await v1.session.query(V1_TABLE);
  await migrated(options);
  await migrated(v1.options);
  deepStrictEqual(await shapeOf(v1.session), await shapeOf(session));
});

schemaTest("apply() replaces a v1 row by a newer report", async (options, session) => {
  await session.query(V1_TABLE);
  await migrated(options);
  await using store = closing(new PostgresStore({ connection: options }));
  const site = "https://shop.example/";
  const older = aReport({ site, recorded_at: NOON, sequence: 1, response_time: 1 });
  const newer = aReport({ site, recorded_at: NOON + 123_457, sequence: 2, response_time: 2 });
  const shown = () =>
    session.query("SELECT response_time AS ms FROM site_status WHERE site = $1", [site]);
  await store.apply(chunk([older]));
  deepStrictEqual(await shown(), [{ ms: 40 }]);
  await store.apply(chunk([newer]));
  deepStrictEqual(await shown(), [{ ms: 2 }]);
});

postgresTest("history_horizon never moves back", async (opened) => {
  const move = (date: string) =>
    opened.session.query("UPDATE history_horizon SET not_before = $1", [date]);
  await move("2026-01-02Z");
  await move("2026-01-02Z");
  await rejects(
    () => move("2026-01-01Z"),
    /history_horizon cannot move back: 2026-01-02.* to 2026-01-01/,
  );
});

schemaTest("migrate() adds up days of the hours that it finds", async (options, session) => {
  await migratedBy(options, MIGRATIONS.slice(0, 3));
  const part = (hour: string, upMs: number) =>
    `('shop', 'default', '${hour}', 1, 0, 0, 0, ${upMs}, 0, 7, 0, ${Array(12).fill(0)})`;
  await session.query(`
    INSERT INTO site_status (site, url, last_checked) VALUES ('shop', 'https://shop.example/', now());
    INSERT INTO site_hour VALUES ${part("2026-01-14 23:00Z", 5)},
      ${part("2026-01-15 00:00Z", 10)}, ${part("2026-01-15 23:00Z", 20)}`);
  await migrated(options);
  deepStrictEqual(
    await session.query(
      "SELECT day::text, up_ms, total_up_ms::int AS total_up_ms FROM site_day ORDER BY day",
    ),
    [
      { day: "2026-01-14", up_ms: 5, total_up_ms: 5 },
      { day: "2026-01-15", up_ms: 30, total_up_ms: 35 },
    ],
  );
  const [status] = await session.query("SELECT site, attempts, stale FROM site_current");
  deepStrictEqual(status, { site: "shop", attempts: 1, stale: false });
});

schemaTest("migrate() numbers the dead letters that it finds", async (options, session) => {
  await migratedBy(options, MIGRATIONS.slice(0, 5));
  await session.query(`
    INSERT INTO dead_letter (topic, partition, "offset", recorded_at, reason, detail, value)
    VALUES ('sites', 0, 1, '2026-01-15 12:00Z', 'undecodable', '', '\\x07'),
      ('sites', 0, 2, '2026-01-15 12:00Z', 'undecodable', '', NULL)`);
  await migrated(options);
  deepStrictEqual(
    await session.query(`SELECT number::int, "offset"::int FROM dead_letter ORDER BY number`),
    [{ number: 1, offset: 1 }, { number: 2, offset: 2 }],
  );
});

const FOREIGN: Record<string, readonly [table: string, sql: string]> = {
  "a table of a report": ["site_report", "CREATE TABLE site_report (id int)"],
  "a view of that name": ["site_uptime", "CREATE VIEW site_uptime AS SELECT 1 AS one"],
  "another status": ["site_status", "CREATE TABLE site_status (url text PRIMARY KEY, up boolean)"],
  "another journal of migrations": ["schema_migration", "CREATE TABLE schema_migration (id text)"],
  "a like journal of migrations": [
    "schema_migration",
    `CREATE TABLE schema_migration (version int, name text, applied_at timestamptz);
     INSERT INTO schema_migration VALUES (1, 'users', now())`,
  ],
};

for (const [what, [table, sql]] of Object.entries(FOREIGN)) {
  schemaTest(`migrate() leaves ${what} to its program`, async (options, session) => {
    await session.query(`SET search_path TO ${options.schema}; ${sql}`);
    const before = await shapeOf(session);
    await rejects(migrated(options), (error: Error) => {
      ok(error instanceof StoreConfigurationError, `${error}`);
      return error.message.startsWith(`table "${table}" in schema "${options.schema}" is another`);
    });
    deepStrictEqual(await shapeOf(session), before);
    const findings = await examinePostgres(options);
    ok(findings.some(({ ok, step }) => !ok && step === "tables"), JSON.stringify(findings));
  });
}

schemaTest(
  "migrate() makes the relations that it looks for, and no others",
  async (options, session) => {
    await migrated(options);
    const relations = await session.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = '${options.schema}'::regnamespace
     AND relkind IN ('r', 'p', 'v') AND NOT relispartition`,
    );
    deepStrictEqual(relations.map(({ name }) => name).sort(), OWN_RELATIONS.toSorted());
  },
);
