import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Connection, tlsOptions } from "../../../../src/status/postgres/connection/connection.ts";
import type {
  PostgresOptions,
  PostgresTls,
} from "../../../../src/status/postgres/connection/postgres_options.ts";
import { PostgresQueries } from "../../../../src/status/postgres/postgres_queries.ts";
import { PostgresStore } from "../../../../src/status/postgres/postgres_store.ts";
import type { StatusStore } from "../../../../src/status/store.ts";
import { closing } from "../../../contract/opened_store.ts";
import { chunk, nthReport } from "../../../contract/site_reports.ts";
import { eventually, within } from "../../../support/waiting.ts";
import { type PostgresServer, startPostgres } from "../../../services/postgres.ts";
import { serviceTest } from "../../../services/with_services.ts";
import { openSession, openStore, optionsOf, ownRole, postgresTest } from "../opened_store.ts";
import { Authority } from "../../../support/certificates.ts";

const databaseTest = serviceTest("postgres");
const serverTest = serviceTest("own postgres");

/** Registers a test that gets a server of its own, and a store on it that has one report. */
function outageTest(
  name: string,
  limits: Partial<PostgresOptions>,
  body: (server: PostgresServer, store: PostgresStore) => Promise<void>,
): void {
  serverTest(name, async () => {
    await using server = await startPostgres();
    await using store = closing(new PostgresStore({ connection: optionsOf(server, limits) }));
    await store.migrate();
    await applyOne(store, 1);
    await body(server, store);
  });
}

function applyOne(store: StatusStore, sequence: number) {
  return store.apply(chunk([nthReport(sequence)]));
}

async function unavailable(applying: Promise<unknown>, message: RegExp): Promise<void> {
  const rejected = rejects(applying, { name: "StoreUnavailableError", isKnown: true, message });
  await within(8_000, "apply() rejects", rejected);
}

databaseTest("Connection makes its session's settings, whatever the role's are", async () => {
  await using opened = await openStore({ statementTimeoutMs: 12_345 });
  await using connection = await Connection.open(opened.options);
  const [settings] = await connection.execute<{ all: string }>(
    `SELECT concat_ws(' ', current_schema(), current_setting('statement_timeout'),
       current_setting('TimeZone'), current_setting('application_name'),
       current_setting('idle_in_transaction_session_timeout')) AS all`,
  );
  strictEqual(settings!.all, `${opened.options.schema} 12345ms UTC sitemon 1min`);
});

postgresTest(
  "Connection waits for a commit to reach the disk, when the role does not",
  async (it) => {
    await using own = await ownRole(it);
    for (const [setting, expected] of [["off", "on"], ["remote_apply", "remote_apply"]]) {
      await it.session.query(`ALTER ROLE ${own.role} SET synchronous_commit = ${setting}`);
      await using connection = await Connection.open(own.login);
      const sql = "SELECT current_setting('synchronous_commit') AS value";
      deepStrictEqual((await connection.execute<{ value: string }>(sql))[0]!.value, expected);
    }
  },
);

postgresTest("query() reads BIGINT as a number, and refuses one that is none", async (opened) => {
  await using connection = await Connection.open(opened.options);
  const read = (sql: string) => connection.execute<{ n: number }>(`SELECT ${sql}::bigint AS n`);
  strictEqual((await read("9007199254740991"))[0]!.n, Number.MAX_SAFE_INTEGER);
  await rejects(() => read("9007199254740992"), /9007199254740992 is too large/);
});

postgresTest(
  "apply() finds the store unavailable, while there are too many connections",
  async (it) => {
    const { session, options } = it;
    await using own = await ownRole(it, "CONNECTION LIMIT 0");
    await session.query(`
    GRANT ALL ON ALL TABLES IN SCHEMA ${options.schema} TO ${own.role};
    GRANT CREATE ON SCHEMA ${options.schema} TO ${own.role}`);
    await using store = closing(new PostgresStore({ connection: own.login }));
    await applyOne(it.store, 1);
    await unavailable(applyOne(store, 2), /too many connections for role/);
    await session.query(`ALTER ROLE ${own.role} CONNECTION LIMIT 1`);
    strictEqual((await applyOne(store, 2)).applied, 1);
  },
);

/** As much as a busy machine may take for a statement and for a connection. */
const LIMITS = { statementTimeoutMs: 2_000, connectTimeoutMs: 3_000 };
outageTest(
  "apply() gives up at its own deadline, when the server hangs",
  LIMITS,
  async (server, store) => {
    server.suspend();
    try {
      await unavailable(applyOne(store, 2), /no answer within 3000 ms/);
      // The client's deadline for a connection and ours are equal: either may come first.
      await unavailable(applyOne(store, 2), /no answer within 3000 ms|timeout expired/);
    } finally {
      server.resume();
    }
    strictEqual((await applyOne(store, 2)).applied, 1);
  },
);

outageTest(
  "apply() works again by itself, when the server was restarted",
  {},
  async (server, store) => {
    await server.stop();
    await unavailable(applyOne(store, 2), /ECONNREFUSED/);
    await server.start();
    strictEqual((await applyOne(store, 2)).applied, 1);
    await server.stop();
    await server.start();
    strictEqual((await applyOne(store, 3)).applied, 1);
  },
);

outageTest(
  "apply() leaves a server that turned read-only, for a new connection",
  {},
  async (server, store) => {
    await using admin = await openSession(optionsOf(server));
    let sequence = 1;
    await admin.query("ALTER SYSTEM SET default_transaction_read_only = on");
    await admin.query("SELECT pg_reload_conf()");
    const refusal = await eventually(60_000, "the server is read-only", async () => {
      const outcome = await applyOne(store, ++sequence).catch((error: unknown) => error);
      return outcome instanceof Error ? outcome : undefined;
    });
    await unavailable(Promise.reject(refusal), /read-only transaction \(25006\)/);
    await eventually(60_000, "the connection is closed", async () => {
      const sql = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'sitemon'";
      return (await admin.query(sql)).length === 0 || undefined;
    });
    await admin.query("SET default_transaction_read_only = off");
    await admin.query("ALTER SYSTEM RESET default_transaction_read_only");
    await admin.query("SELECT pg_reload_conf()");
    await eventually(60_000, "the server takes reports", () => applyOne(store, sequence));
  },
);

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
  const full = tlsOptions({ mode: "verify-full", ca: "CA", cert: "CERT", key: "KEY" });
  strictEqual(full && typeof full.checkServerIdentity, "function");
  deepStrictEqual({ ...full, checkServerIdentity: undefined }, {
    ca: "CA",
    cert: "CERT",
    key: "KEY",
    rejectUnauthorized: true,
    checkServerIdentity: undefined,
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
