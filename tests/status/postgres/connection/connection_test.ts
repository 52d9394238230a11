import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Connection, tlsOptions } from "../../../../src/status/postgres/connection/connection.ts";
import type {
  PostgresOptions,
  PostgresTls,
} from "../../../../src/status/postgres/connection/postgres_options.ts";
import { PostgresQueries } from "../../../../src/status/postgres/postgres_queries.ts";
import { PostgresStore } from "../../../../src/status/postgres/postgres_store.ts";
import { type StatusStore, StoreUnavailableError } from "../../../../src/status/store.ts";
import { nthReport } from "../../../contract/site_reports.ts";
import { eventually, within } from "../../../support/waiting.ts";
import { type PostgresServer, startPostgres } from "../../../services/postgres.ts";
import { serviceTest } from "../../../services/with_services.ts";
import { openSession, openStore, optionsOf } from "../opened_store.ts";
import { Authority } from "../../../support/certificates.ts";

const databaseTest = serviceTest("postgres");
const serverTest = serviceTest("own postgres");

function applyOne(store: StatusStore, sequence: number) {
  return store.apply({ reports: [nthReport(sequence)], gaps: [], deadLetters: [] });
}

async function unavailable(applying: Promise<unknown>, message: RegExp): Promise<void> {
  await within(
    8_000,
    "apply() rejects",
    rejects(applying, (error) => {
      ok(error instanceof StoreUnavailableError, String(error));
      ok(error.isKnown, error.message);
      ok(message.test(error.message), error.message);
      return true;
    }),
  );
}

databaseTest("Connection makes its session's settings, whatever the role's are", async () => {
  await using opened = await openStore({ statementTimeoutMs: 12_345 });
  const connection = await Connection.open(opened.options);
  try {
    const [settings] = await connection.execute<{ all: string }>(
      `SELECT concat_ws(' ', current_schema(), current_setting('statement_timeout'),
         current_setting('TimeZone'), current_setting('application_name'),
         current_setting('idle_in_transaction_session_timeout')) AS all`,
    );
    strictEqual(settings!.all, `${opened.options.schema} 12345ms UTC sitemon 1min`);
  } finally {
    await connection.close();
  }
});

databaseTest(
  "Connection waits for a commit to reach the disk, when the role does not",
  async () => {
    await using opened = await openStore();
    const { session, options } = opened;
    const role = `${options.schema}_hasty`;
    await session.query(`CREATE ROLE ${role} LOGIN PASSWORD 'hasty'`);
    const open = async (setting: string) => {
      await session.query(`ALTER ROLE ${role} SET synchronous_commit = ${setting}`);
      const connection = await Connection.open({ ...options, user: role, password: "hasty" });
      const [row] = await connection.execute<{ value: string }>(
        "SELECT current_setting('synchronous_commit') AS value",
      );
      await connection.close();
      return row!.value;
    };
    try {
      strictEqual(await open("off"), "on");
      strictEqual(await open("remote_apply"), "remote_apply");
    } finally {
      await session.query(`DROP ROLE ${role}`);
    }
  },
);

databaseTest("query() reads BIGINT as a number, and refuses one that is none", async () => {
  await using opened = await openStore();
  const connection = await Connection.open(opened.options);
  const read = (sql: string) => connection.execute<{ n: number }>(`SELECT ${sql}::bigint AS n`);
  try {
    strictEqual((await read("9007199254740991"))[0]!.n, Number.MAX_SAFE_INTEGER);
    await rejects(() => read("9007199254740992"), /9007199254740992 is too large/);
  } finally {
    await connection.close();
  }
});

databaseTest(
  "apply() finds the store unavailable, while there are too many connections",
  async () => {
    await using opened = await openStore();
    const { session, options } = opened;
    const role = `${options.schema}_crowd`;
    await session.query(`
    CREATE ROLE ${role} LOGIN PASSWORD 'crowd' CONNECTION LIMIT 0;
    GRANT USAGE ON SCHEMA ${options.schema} TO ${role};
    GRANT ALL ON ALL TABLES IN SCHEMA ${options.schema} TO ${role};
    GRANT CREATE ON SCHEMA ${options.schema} TO ${role}`);
    const store = new PostgresStore({ connection: { ...options, user: role, password: "crowd" } });
    try {
      await applyOne(opened.store, 1);
      await unavailable(applyOne(store, 2), /too many connections for role/);
      await session.query(`ALTER ROLE ${role} CONNECTION LIMIT 1`);
      strictEqual((await applyOne(store, 2)).applied, 1);
    } finally {
      await store.close();
      await session.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  },
);

serverTest("apply() gives up at its own deadline, when the server hangs", async () => {
  await using server = await startPostgres();
  const limits = { statementTimeoutMs: 300, connectTimeoutMs: 500 };
  const store = new PostgresStore({ connection: optionsOf(server, limits) });
  try {
    await store.migrate();
    await applyOne(store, 1);
    server.suspend();
    await unavailable(applyOne(store, 2), /no answer within 1300 ms/);
    // The client's deadline for a connection and ours are equal: either may come first.
    await unavailable(applyOne(store, 2), /no answer within 500 ms|timeout expired/);
    server.resume();
    strictEqual((await applyOne(store, 2)).applied, 1);
  } finally {
    server.resume();
    await store.close();
  }
});

serverTest("apply() works again by itself, when the server was restarted", async () => {
  await using server = await startPostgres();
  const store = new PostgresStore({ connection: optionsOf(server) });
  try {
    await store.migrate();
    await applyOne(store, 1);
    await server.stop();
    await unavailable(applyOne(store, 2), /ECONNREFUSED/);
    await server.start();
    strictEqual((await applyOne(store, 2)).applied, 1);
    await server.stop();
    await server.start();
    strictEqual((await applyOne(store, 3)).applied, 1);
  } finally {
    await store.close();
  }
});

serverTest("apply() leaves a server that turned read-only, for a new connection", async () => {
  await using server = await startPostgres();
  const store = new PostgresStore({ connection: optionsOf(server) });
  await using admin = await openSession(optionsOf(server));
  const backends = async () =>
    (await admin.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'sitemon'")).length;
  let sequence = 0;
  try {
    await store.migrate();
    await applyOne(store, ++sequence);
    await admin.query("ALTER SYSTEM SET default_transaction_read_only = on");
    await admin.query("SELECT pg_reload_conf()");
    const refusal = await eventually(60_000, "the server is read-only", async () => {
      const outcome = await applyOne(store, ++sequence).catch((error: unknown) => error);
      return outcome instanceof Error ? outcome : undefined;
    });
    await unavailable(Promise.reject(refusal), /read-only transaction \(25006\)/);
    const isClosed = async () => await backends() === 0 || undefined;
    await eventually(60_000, "the connection is closed", isClosed);
    await admin.query("SET default_transaction_read_only = off");
    await admin.query("ALTER SYSTEM RESET default_transaction_read_only");
    await admin.query("SELECT pg_reload_conf()");
    await eventually(60_000, "the server takes reports", () => applyOne(store, sequence));
  } finally {
    await store.close();
  }
});

serverTest("open() asks for a change, when the login is refused", async () => {
  await using server = await startPostgres();
  const refused: readonly (readonly [Partial<PostgresOptions>, RegExp])[] = [
    [{ password: "wrong-secret" }, /password authentication failed .*\(28P01\); check user/],
    [{ database: "nowhere" }, /database "nowhere" does not exist \(3D000\); create the database/],
    [{ tls: { mode: "require" } }, /does not support SSL connections; check "postgres.tls"$/],
  ];
  for (const [overrides, message] of refused) {
    const queries = new PostgresQueries({ connection: optionsOf(server, overrides) });
    await rejects(() => queries.statuses(), { name: "StoreConfigurationError", message });
    await rejects(() => queries.statuses(), (error: Error) => !error.message.includes("secret"));
  }
  const { password: _, ...withoutPassword } = optionsOf(server);
  const queries = new PostgresQueries({ connection: withoutPassword });
  await rejects(() => queries.statuses(), { name: "StoreConfigurationError" });
});

/** Asks for TLS, with a certificate of the authority for `localhost`. */
async function startTlsServer(authority: Authority, access: string): Promise<PostgresServer> {
  const { cert, key } = authority.sign("localhost", { names: "DNS:localhost" });
  return await startPostgres({
    settings: { ssl: "on", ssl_ca_file: "root.crt" },
    files: {
      "server.crt": cert,
      "server.key": key,
      "root.crt": authority.cert,
      "pg_hba.conf": `hostssl all all all ${access}\n`,
    },
  });
}

Deno.test("tlsOptions() verifies as much as the mode says", () => {
  strictEqual(tlsOptions({ mode: "disable", ca: "CA" }), false);
  deepStrictEqual(tlsOptions({ mode: "require" }), { rejectUnauthorized: false });
  deepStrictEqual(tlsOptions({ mode: "verify-full", ca: "CA", cert: "CERT", key: "KEY" }), {
    ca: "CA",
    cert: "CERT",
    key: "KEY",
    rejectUnauthorized: true,
  });
  const anyName = tlsOptions({ mode: "verify-ca", ca: "CA" });
  strictEqual(anyName && anyName.rejectUnauthorized, true);
  strictEqual(anyName && typeof anyName.checkServerIdentity, "function");
});

async function answers(server: PostgresServer, host: string, tls: PostgresTls): Promise<void> {
  const connection = await Connection.open(optionsOf(server, { host, tls }));
  await connection.close();
}

serverTest("open() verifies the server as its mode says", async () => {
  using authority = new Authority();
  using other = new Authority();
  await using server = await startTlsServer(authority, "scram-sha-256");
  const [ca, stranger] = [authority.cert, other.cert];
  await answers(server, "127.0.0.1", { mode: "require" });
  await answers(server, "127.0.0.1", { mode: "verify-ca", ca });
  await answers(server, "localhost", { mode: "verify-full", ca });
  const refused: readonly (readonly [string, PostgresTls])[] = [
    ["127.0.0.1", { mode: "verify-full", ca }],
    ["127.0.0.1", { mode: "verify-ca", ca: stranger }],
    ["localhost", { mode: "verify-full", ca: stranger }],
    ["localhost", { mode: "verify-full" }],
    ["localhost", { mode: "disable" }],
  ];
  for (const [host, tls] of refused) {
    const queries = new PostgresQueries({ connection: optionsOf(server, { host, tls }) });
    await rejects(() => queries.statuses(), { name: "StoreConfigurationError" });
  }
});

serverTest("open() shows its certificate to a server that asks for one", async () => {
  using authority = new Authority();
  await using server = await startTlsServer(authority, "cert");
  const tls = { mode: "verify-full", ca: authority.cert } as const;
  await answers(server, "localhost", { ...tls, ...authority.sign("postgres") });
  const queries = new PostgresQueries({
    connection: optionsOf(server, { host: "localhost", tls }),
  });
  await rejects(() => queries.statuses(), { name: "StoreConfigurationError" });
});
