// A thread may use its own store and nothing else, so opening one must not load the code of others.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { openStore, type StoreAddress } from "../../src/status/open_store.ts";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import { within } from "../support/waiting.ts";
import type { StatusesAnswer } from "./statuses_thread.ts";

const NOTHING = { net: false, env: false, read: false, write: false, sys: false } as const;
/** Read by pg for each connection. */
const PG_ENV = ["PGAPPNAME", "PGBINARY", "PGCLIENT_ENCODING", "PGOPTIONS", "PGREPLICATION"]
  .concat("PGSSLNEGOTIATION");

async function statusesIn(
  permissions: Record<string, string[]>,
  address: StoreAddress,
): Promise<StatusesAnswer> {
  const worker = new Worker(import.meta.resolve("./statuses_thread.ts"), {
    type: "module",
    deno: { permissions: { ...NOTHING, ...permissions } },
  });
  try {
    const answer = Promise.withResolvers<StatusesAnswer>();
    worker.onmessage = ({ data }) => answer.resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      answer.reject(new Error(event.message));
    };
    worker.postMessage(address);
    return await within(10_000, "the thread answers", answer.promise);
  } finally {
    worker.terminate();
  }
}

for (const host of ["192.0.2.1", "db.example"]) {
  Deno.test(`openStore() names the address, when its thread may not reach ${host}`, async () => {
    const permissions = { net: ["db.other.example:5432"], env: PG_ENV };
    const { error } = await statusesIn(permissions, {
      kind: "postgres",
      host,
      port: 5432,
      user: "ann",
      database: "sitemon",
      schema: "public",
      tls: { mode: "disable" },
      connectTimeoutMs: 2_000,
      statementTimeoutMs: 2_000,
    });
    ok(error !== undefined);
    strictEqual(error.name, "StoreConfigurationError", error.message);
    ok(error.message.includes(`${host}:5432`), error.message);
    ok(error.message.endsWith("allow this thread to reach that address"), error.message);
  });
}

Deno.test("openStore() needs the folder of a SQLite file alone, and to read it for queries", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-store-" });
  const address = { kind: "sqlite", path: `${folder}/status.db` } as const;
  const store = (await openStore(address, { clock })).status();
  try {
    await store.migrate();
    deepStrictEqual(await statusesIn({ read: [folder] }, address), { count: 0 });
  } finally {
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
});
