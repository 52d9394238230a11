import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../../src/runtime/clock.ts";
import { SqliteStore } from "../../../src/status/sqlite/sqlite_store.ts";
import { type FileAccess, storeFailure, StoreFile } from "../../../src/status/sqlite/store_file.ts";
import { StoreConfigurationError, StoreUnavailableError } from "../../../src/status/store.ts";
import { OutboxFolder } from "../../outbox/outbox_fixture.ts";
import { TempFolder } from "../../support/temp_folder.ts";

function failureOf(code: number) {
  const error = Object.assign(new Error("said SQLite"), { errcode: code });
  const failure = storeFailure(error, "/var/lib/status.db");
  strictEqual(failure.cause, error);
  return failure;
}

for (
  const [what, code, name] of [
    ["a lock", 5, "StoreUnavailableError"],
    ["a lock of recovery (extended code)", 261, "StoreUnavailableError"],
    ["an I/O error of fsync (extended code)", 1_034, "StoreUnavailableError"],
    ["a full disk", 13, "StoreUnavailableError"],
    ["a missing table", 1, "StoreConfigurationError"],
    ["a file that is read-only", 8, "StoreConfigurationError"],
    ["a damaged file", 11, "StoreConfigurationError"],
    ["a file that cannot be opened", 14, "StoreConfigurationError"],
    ["a file that is no database", 26, "StoreConfigurationError"],
    ["a constraint (extended code)", 1_299, "RowRejectedError"],
    ["a value that is too big", 18, "RowRejectedError"],
  ] as const
) {
  Deno.test(`storeFailure() makes ${name} of ${what}`, () => {
    strictEqual(failureOf(code).name, name);
  });
}

Deno.test("storeFailure() tells known errors from unknown ones", () => {
  const [busy, misuse] = [failureOf(5), failureOf(21)];
  ok(busy instanceof StoreUnavailableError && busy.isKnown);
  ok(misuse instanceof StoreUnavailableError && !misuse.isKnown);
  const text = storeFailure("text", "/var/lib/status.db");
  ok(text instanceof StoreUnavailableError && !text.isKnown);
});

Deno.test("storeFailure() leaves an error of the port as it is", () => {
  const error = new StoreConfigurationError("newer");
  strictEqual(storeFailure(error, "/var/lib/status.db"), error);
});

const FOREIGN: Record<string, (path: string) => void> = {
  "a database": (path) => {
    using sql = new DatabaseSync(path);
    sql.exec("CREATE TABLE users (id)");
  },
  "a database with a table of the same name": (path) => {
    using sql = new DatabaseSync(path);
    sql.exec("CREATE TABLE site_report (id)");
  },
  "an outbox": (path) => {
    using folder = new OutboxFolder();
    folder.open({ path }).close();
  },
  "a text": (path) => Deno.writeTextFileSync(path, "interval: 10s\n"),
};

for (const [what, write] of Object.entries(FOREIGN)) {
  Deno.test(`StoreFile refuses ${what}, and leaves it as it is`, async () => {
    using folder = new TempFolder();
    const path = folder.file("status.db");
    write(path);
    const before = Deno.readFileSync(path);
    for (const access of ["create", "write", "read"] satisfies FileAccess[]) {
      using file = new StoreFile(path, access);
      await rejects(file.use(() => {}), StoreConfigurationError);
    }
    const store = new SqliteStore({ path, clock: systemClock });
    await rejects(store.migrate(), StoreConfigurationError);
    await store.close();
    deepStrictEqual(Deno.readFileSync(path), before);
    deepStrictEqual(
      [...Deno.readDirSync(folder.path)].filter(({ name }) => /-(wal|shm)$/.test(name)),
      [],
    );
  });
}

Deno.test("StoreFile opens what it made, also as it was before it had a mark", async () => {
  using folder = new TempFolder();
  const path = folder.file("status.db");
  for (const mark of [undefined, 0]) {
    const store = new SqliteStore({ path, clock: systemClock });
    await store.migrate();
    await store.close();
    using sql = new DatabaseSync(path);
    if (mark === 0) sql.exec("PRAGMA application_id = 0");
    using file = new StoreFile(path, "read");
    strictEqual(await file.use((db) => db.prepare("SELECT 1 AS one").get()!.one), 1);
  }
});

Deno.test("StoreFile is one file when it was closed, however many read it afterwards", async () => {
  using folder = new TempFolder();
  const path = folder.file("status.db");
  const store = new SqliteStore({ path, clock: systemClock });
  await store.migrate();
  await store.close();
  for (let readers = 0; readers < 2; readers++) {
    using file = new StoreFile(path, "read");
    await file.use((db) => db.prepare("SELECT * FROM site_current").all());
    deepStrictEqual(folder.names(), ["status.db"]);
  }
  deepStrictEqual(folder.names(), ["status.db"]);
});
