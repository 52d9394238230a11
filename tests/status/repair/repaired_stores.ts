/** Both stores as the tests of replay and audit use them. */
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import type { AuditReader } from "../../../src/status/repair/audit_reader.ts";
import type { DeadLetters } from "../../../src/status/dead_letters.ts";
import { readPostgresAudit } from "../../../src/status/postgres/postgres_audit.ts";
import { PostgresDeadLetters } from "../../../src/status/postgres/postgres_dead_letters.ts";
import { readSqliteAudit } from "../../../src/status/sqlite/sqlite_audit.ts";
import { SqliteDeadLetters } from "../../../src/status/sqlite/sqlite_dead_letters.ts";
import { SqliteStore } from "../../../src/status/sqlite/sqlite_store.ts";
import type { StatusStore } from "../../../src/status/store.ts";
import { serviceTest } from "../../services/with_services.ts";
import { openStore } from "../postgres/opened_store.ts";
import { DatabaseSync } from "node:sqlite";

/** A store of a test's own, and those who repair it. */
export interface RepairedStore extends AsyncDisposable {
  readonly store: StatusStore;
  readonly deadLetters: DeadLetters;
  readAudit<T>(work: (reader: AuditReader) => Promise<T>): Promise<T>;
  /** Runs SQL that both kinds understand. */
  execute(sql: string): Promise<void>;
  setHorizon(notBefore: Date): Promise<void>;
}

async function openSqlite(): Promise<RepairedStore> {
  const folder = Deno.makeTempDirSync({ prefix: "sitemon-repair-" });
  const path = `${folder}/status.db`;
  const store = new SqliteStore({ path, clock });
  await store.migrate();
  const deadLetters = new SqliteDeadLetters({ path });
  const execute = (sql: string) => {
    const db = new DatabaseSync(path, { timeout: 5_000 });
    db.exec(sql);
    db.close();
    return Promise.resolve();
  };
  return {
    store,
    deadLetters,
    readAudit: (work) => readSqliteAudit(path, work),
    execute,
    setHorizon: (time) =>
      execute(`UPDATE history_horizon SET not_before = ${time.getTime() * 1_000}`),
    async [Symbol.asyncDispose]() {
      await deadLetters.close();
      await store.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

async function openPostgres(): Promise<RepairedStore> {
  const opened = await openStore();
  const deadLetters = new PostgresDeadLetters({ connection: opened.options });
  return {
    store: opened.store,
    deadLetters,
    readAudit: (work) => readPostgresAudit(opened.options, work),
    execute: async (sql) => void await opened.session.query(sql),
    setHorizon: (time) => opened.setHorizon(time),
    async [Symbol.asyncDispose]() {
      await deadLetters.close();
      await opened.close();
    },
  };
}

const postgresTest = serviceTest("postgres");

/** Registers a test once for each kind of store. */
export function storeTest(name: string, test: (repaired: RepairedStore) => Promise<void>): void {
  Deno.test(`${name}, in SQLite`, async () => {
    await using repaired = await openSqlite();
    await test(repaired);
  });
  postgresTest(`${name}, in PostgreSQL`, async () => {
    await using repaired = await openPostgres();
    await test(repaired);
  });
}
