// Bounds of time and rows, at the bound: the clock of this store can be set.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { MESSAGE_EXPIRES_MS } from "../../../../src/status/alert_store.ts";
import { sqliteParts } from "../../../../src/status/sqlite/sqlite_parts.ts";
import { ROWS_AT_ONCE } from "../../../../src/status/sql/alerts/alert_sql.ts";
import { closing } from "../../../contract/opened_store.ts";
import { aMessage, anAlert, attempt, decision } from "../../../contract/some_alerts.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { openSqliteStore } from "../sqlite_tables.ts";

const LEASE_MS = 30_000;

/** A store that leads, whose clock stands still, and what it keeps of the first alert. */
async function leading() {
  const clock = new FakeClock();
  const opened = await openSqliteStore();
  const parts = sqliteParts({ path: opened.path }, { clock });
  const store = parts.alertStore();
  const records = parts.alertRecords();
  ok(await store.lead());
  /** Alerts that fire now. */
  const fire = async (count = 1) => {
    const created_at = new Date(clock.nowMicros() / 1_000);
    const alerts = Array.from({ length: count }, (_, index) => anAlert(index));
    const messages = alerts.map((alert) => aMessage(alert, "fired", { created_at }));
    await store.write(decision({ alerts, messages }));
  };
  const close = async () => {
    for (const part of [store, records, opened]) await part.close();
  };
  return { clock, parts, store, records, fire, [Symbol.asyncDispose]: close };
}

Deno.test("claim() expires a message when it is older than a day, and not before", async () => {
  await using it = await leading();
  await it.fire();
  const state = async () => {
    await it.store.claim([], LEASE_MS);
    return (await it.records.messages([anAlert(0).id]))[0]!.state;
  };
  it.clock.advance(MESSAGE_EXPIRES_MS);
  strictEqual(await state(), "pending");
  it.clock.advance(1);
  strictEqual(await state(), "expired");
});

Deno.test("claim() expires so many messages at once, and the rest next", async () => {
  await using it = await leading();
  await it.fire(ROWS_AT_ONCE + 1);
  it.clock.advance(MESSAGE_EXPIRES_MS + 1);
  for (const pending of [1, 0]) {
    await it.store.claim([], LEASE_MS);
    strictEqual((await it.records.sums()).states.pending, pending);
  }
});

Deno.test("claim() leases until a moment, and a channel waits until one", async () => {
  await using it = await leading();
  await it.fire();
  const attempts = async () => (await it.store.claim(["ops"], LEASE_MS)).map((one) => one.attempt);
  deepStrictEqual(await attempts(), [1]);
  it.clock.advance(LEASE_MS);
  deepStrictEqual(await attempts(), []);
  it.clock.advance(1);
  const [delivery] = await it.store.claim(["ops"], LEASE_MS);
  await it.store.settle(attempt(delivery!, { retryMs: 5_000 }));
  it.clock.advance(4_999);
  deepStrictEqual(await attempts(), []);
  it.clock.advance(1);
  deepStrictEqual(await attempts(), [3]);
});

Deno.test("lead() is always true, since one process has the file", async () => {
  await using it = await leading();
  await using next = closing(it.parts.alertStore());
  ok(await next.lead());
  ok(await it.store.lead());
});
