import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Connection } from "../../../../src/status/postgres/connection/connection.ts";
import { migrate } from "../../../../src/status/postgres/migrations/migrate.ts";
import { addReportColumn } from "../../../../src/status/postgres/migrations/migration.ts";
import { MIGRATIONS } from "../../../../src/status/postgres/migrations/migrations.ts";
import type { PostgresOptions } from "../../../../src/status/postgres/connection/postgres_options.ts";
import { PostgresStore } from "../../../../src/status/postgres/postgres_store.ts";
import { StoreConfigurationError } from "../../../../src/status/store.ts";
import { aReport, FULL_REPORT, NOON } from "../../../contract/site_reports.ts";
import { serviceTest } from "../../../services/with_services.ts";
import { openSession, openStore, ownSchema, type Session } from "../opened_store.ts";

const databaseTest = serviceTest("postgres");

async function withSchema(
  body: (options: PostgresOptions, session: Session) => Promise<void>,
): Promise<void> {
  const options = ownSchema();
  await using session = await openSession(options);
  try {
    await session.query(`CREATE SCHEMA ${options.schema}`);
    await body(options, session);
  } finally {
    await session.query(`DROP SCHEMA IF EXISTS ${options.schema} CASCADE`);
  }
}

async function migrated(options: PostgresOptions): Promise<void> {
  const store = new PostgresStore({ connection: options });
  try {
    await store.migrate();
  } finally {
    await store.close();
  }
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

databaseTest("migrate() makes the schema and every table, when nothing is there", async () => {
  await withSchema(async (options, session) => {
    await session.query(`DROP SCHEMA ${options.schema}`);
    await migrated(options);
    const tables = await session.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class
       WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace ORDER BY 1`,
    );
    deepStrictEqual(tables.map(({ name }) => name), [
      "dead_letter",
      "history_horizon",
      "producer_gap",
      "schema_migration",
      "site_day",
      "site_hour",
      "site_report",
      "site_status",
      "site_transition",
    ]);
  });
});

databaseTest("migrate() changes nothing, when it is repeated", async () => {
  await withSchema(async (options, session) => {
    await migrated(options);
    const before = await shapeOf(session);
    const rows = await session.query("TABLE schema_migration");
    await migrated(options);
    deepStrictEqual(await shapeOf(session), before);
    deepStrictEqual(await session.query("TABLE schema_migration"), rows);
  });
});

databaseTest("migrate() succeeds in every process, when five begin at once", async () => {
  await withSchema(async (options, session) => {
    await session.query(`DROP SCHEMA ${options.schema}`);
    await Promise.all(Array.from({ length: 5 }, () => migrated(options)));
    deepStrictEqual(
      await session.query("SELECT version FROM schema_migration ORDER BY 1"),
      MIGRATIONS.map((_, index) => ({ version: index + 1 })),
    );
  });
});

databaseTest("migrate() leaves nothing of a step that fails", async () => {
  await withSchema(async (options, session) => {
    const failing = {
      name: "fails",
      up: ["CREATE TABLE half (a int)", "SELECT 1 / 0"],
    };
    const connection = await Connection.open(options);
    try {
      const migrations = [MIGRATIONS[0]!, failing];
      await rejects(() => migrate(connection, { ...options, migrations }), /division by zero/);
    } finally {
      await connection.close();
    }
    const [row] = await session.query(
      "SELECT to_regclass('half') AS half, (SELECT max(version) FROM schema_migration) AS version",
    );
    deepStrictEqual({ ...row }, { half: null, version: 1 });
  });
});

databaseTest("addReportColumn() adds what reports of a later version fill", async () => {
  await using opened = await openStore();
  const fields = ["certificate_expires_at", "labels", "snippet", "truncated"] as const;
  await opened.store.apply({ reports: [FULL_REPORT], gaps: [], deadLetters: [] });
  const before = await opened.tables();
  await opened.session.query(`DROP VIEW site_current`);
  for (const field of fields) {
    await opened.session.query(`ALTER TABLE site_status DROP COLUMN IF EXISTS ${field};
      ALTER TABLE site_report DROP COLUMN ${field}`);
  }
  const connection = await Connection.open(opened.options);
  const migrations = [...MIGRATIONS, ...fields.map(addReportColumn)];
  await migrate(connection, { ...opened.options, migrations });
  await connection.close();
  await opened.session.query("DELETE FROM site_report; DELETE FROM site_status");
  await opened.store.apply({ reports: [FULL_REPORT], gaps: [], deadLetters: [] });
  const { site_report, site_status } = await opened.tables();
  deepStrictEqual([site_report, site_status], [before.site_report, before.site_status]);
});

databaseTest("migrate() refuses a database that a newer sitemon made", async () => {
  await withSchema(async (options, session) => {
    await migrated(options);
    await session.query("INSERT INTO schema_migration (version, name) VALUES (99, 'later')");
    await rejects(() => migrated(options), {
      name: "StoreConfigurationError",
      message: "the tables are at version 99, " +
        `but this sitemon supports up to ${MIGRATIONS.length}; upgrade sitemon`,
    });
  });
});

databaseTest("migrate() needs no right to change tables, when none is missing", async () => {
  await using opened = await openStore();
  const { session, options } = opened;
  const role = `${options.schema}_reader`;
  await session.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reader'`);
  const reader = { ...options, user: role, password: "reader" };
  try {
    await rejects(() => migrated(reader), (error: Error) => {
      ok(error instanceof StoreConfigurationError, String(error));
      return /run "sitemon migrate", or grant USAGE on the schema$/.test(error.message);
    });
    await session.query(`GRANT USAGE ON SCHEMA ${options.schema} TO ${role}`);
    await rejects(() => migrated(reader), /permission denied .*; grant the role this privilege$/);
    await session.query(`GRANT SELECT ON schema_migration TO ${role}`);
    await migrated(reader);
  } finally {
    await session.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
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

databaseTest("migrate() takes over the original Python service's table", async () => {
  await withSchema(async (options, session) => {
    await session.query(V1_TABLE);
    await migrated(options);
    const rows = await session.query(`
      SELECT site, location, url, last_checked::text AS at, response_time AS ms,
        response_code AS code, error_text, pattern, pattern_match AS match, outcome, reason
      FROM site_status WHERE length(url) < 200 ORDER BY site`);
    const row = (url: string, seconds: string, rest: object) => ({
      site: url,
      location: "default",
      url,
      at: `2026-01-15 12:00:${seconds}`,
      error_text: null,
      pattern: null,
      match: null,
      ...rest,
    });
    deepStrictEqual(rows.map((it) => ({ ...it })), [
      row("http://back.example/", "02", { ms: 12, code: 200, outcome: "up", reason: null }),
      row("http://broken.example/", "04", { ms: 14, code: 503, outcome: "down", reason: "status" }),
      row("http://gone.example/x", "01", {
        ms: 9,
        code: null,
        error_text: "Cannot connect to http://gone.example/x",
        outcome: "down",
        reason: null,
      }),
      row("http://other.example/", "03", {
        ms: 13,
        code: 200,
        pattern: "m",
        match: false,
        outcome: "down",
        reason: "body",
      }),
      row("https://shop.example/", "00.123456", {
        ms: 40,
        code: 200,
        pattern: "m",
        match: true,
        outcome: "up",
        reason: null,
      }),
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
});

databaseTest(
  "migrate() makes the same table, whether the original Python service's was there",
  async () => {
    await withSchema(async (fresh, freshSession) => {
      await withSchema(async (v1Schema, v1Session) => {
        await v1Session.query(V1_TABLE);
        await migrated(fresh);
        await migrated(v1Schema);
        deepStrictEqual(await shapeOf(v1Session), await shapeOf(freshSession));
      });
    });
  },
);

databaseTest("apply() replaces a row that was taken over, when a report is newer", async () => {
  await withSchema(async (options, session) => {
    await session.query(V1_TABLE);
    await migrated(options);
    const store = new PostgresStore({ connection: options });
    try {
      const site = "https://shop.example/";
      const older = aReport({ site, recorded_at: NOON, sequence: 1, response_time: 1 });
      const newer = aReport({ site, recorded_at: NOON + 123_457, sequence: 2, response_time: 2 });
      const shown = () =>
        session.query("SELECT response_time AS ms FROM site_status WHERE site = $1", [site]);
      await store.apply({ reports: [older], gaps: [], deadLetters: [] });
      deepStrictEqual((await shown()).map((row) => ({ ...row })), [{ ms: 40 }]);
      await store.apply({ reports: [newer], gaps: [], deadLetters: [] });
      deepStrictEqual((await shown()).map((row) => ({ ...row })), [{ ms: 2 }]);
    } finally {
      await store.close();
    }
  });
});

databaseTest("history_horizon never moves back", async () => {
  await using opened = await openStore();
  const move = (date: string) =>
    opened.session.query("UPDATE history_horizon SET not_before = $1", [date]);
  await move("2026-01-02Z");
  await move("2026-01-02Z");
  await rejects(() => move("2026-01-01Z"), /must not go back: 2026-01-02.* to 2026-01-01/);
});

databaseTest("migrate() adds up the hours that were kept before there were days", async () => {
  await withSchema(async (options, session) => {
    const connection = await Connection.open(options);
    try {
      await migrate(connection, { ...options, migrations: MIGRATIONS.slice(0, 3) });
    } finally {
      await connection.close();
    }
    const part = (hour: string, upMs: number) =>
      `('shop', 'default', '${hour}', 1, 0, 0, 0, ${upMs}, 0, 7, 0, ${Array(12).fill(0)})`;
    await session.query(`
      INSERT INTO site_status (site, url, last_checked) VALUES ('shop', 'https://shop.example/', now());
      INSERT INTO site_hour VALUES ${part("2026-01-14 23:00Z", 5)},
        ${part("2026-01-15 00:00Z", 10)}, ${part("2026-01-15 23:00Z", 20)}`);
    await migrated(options);
    deepStrictEqual(
      (await session.query(
        "SELECT day::text, up_ms, total_up_ms::int AS total_up_ms FROM site_day ORDER BY day",
      )).map((row) => ({ ...row })),
      [
        { day: "2026-01-14", up_ms: 5, total_up_ms: 5 },
        { day: "2026-01-15", up_ms: 30, total_up_ms: 35 },
      ],
    );
    const [status] = await session.query("SELECT site, attempts, stale FROM site_current");
    deepStrictEqual({ ...status }, { site: "shop", attempts: 1, stale: false });
  });
});

databaseTest("migrate() keeps the dead letters that were set aside without a number", async () => {
  await withSchema(async (options, session) => {
    const connection = await Connection.open(options);
    try {
      await migrate(connection, { ...options, migrations: MIGRATIONS.slice(0, 5) });
    } finally {
      await connection.close();
    }
    await session.query(`
      INSERT INTO dead_letter (topic, partition, "offset", recorded_at, reason, detail, value)
      VALUES ('sites', 0, 1, '2026-01-15 12:00Z', 'undecodable', '', '\\x07'),
        ('sites', 0, 2, '2026-01-15 12:00Z', 'undecodable', '', NULL)`);
    await migrated(options);
    deepStrictEqual(
      (await session.query(`SELECT number::int, "offset"::int FROM dead_letter ORDER BY number`))
        .map((row) => ({ ...row })),
      [{ number: 1, offset: 1 }, { number: 2, offset: 2 }],
    );
  });
});
