import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { CONFIGURATION_RETRY_MS } from "../../../src/runtime/backoff.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import type { DependencyState } from "../../../src/runtime/telemetry/telemetry.ts";
import { ThreadTelemetry } from "../../../src/runtime/telemetry/thread_telemetry.ts";
import { StoreRetry } from "../../../src/status/ingest/store_retry.ts";
import { SqliteStore } from "../../../src/status/sqlite/sqlite_store.ts";
import { StoreUnavailableError } from "../../../src/status/store.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { turn } from "./ingest_fixture.ts";

class Fixture implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "sitemon-store-" });
  readonly path = `${this.folder}/missing/status.db`;
  readonly store = new SqliteStore({ path: this.path, clock: systemClock });
  readonly clock = new FakeClock();
  readonly states: DependencyState[] = [];
  readonly stopping = new AbortController();

  migrate(work = () => this.store.migrate()): Promise<boolean> {
    const telemetry = new ThreadTelemetry((_, state) => this.states.push(state));
    const retry = new StoreRetry({ dependency: "store", clock: this.clock, telemetry });
    return retry.run(work, this.stopping.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("StoreRetry.run() waits for somebody to make the folder", async () => {
  await using fixture = new Fixture();
  const migrating = fixture.migrate();
  await turn();
  strictEqual(fixture.states[0]!.reason, "configuration");
  await Deno.mkdir(`${fixture.folder}/missing`);
  fixture.clock.advance(CONFIGURATION_RETRY_MS - 1);
  await turn();
  strictEqual(fixture.states.length, 1);
  fixture.clock.advance(1);
  strictEqual(await migrating, true);
  deepStrictEqual(fixture.states.at(-1), { ok: true });
});

Deno.test("StoreRetry.run() tries again within seconds, while the store is away", async () => {
  await using fixture = new Fixture();
  await Deno.mkdir(`${fixture.folder}/missing`);
  const other = new DatabaseSync(fixture.path);
  other.exec("BEGIN EXCLUSIVE");
  const migrating = fixture.migrate();
  await turn();
  strictEqual(fixture.states[0]!.reason, "unavailable");
  other.close();
  fixture.clock.advance(2_000);
  strictEqual(await migrating, true);
});

Deno.test("StoreRetry.run() resolves to false, when it is stopped before", async () => {
  await using fixture = new Fixture();
  const migrating = fixture.migrate();
  await turn();
  fixture.stopping.abort();
  strictEqual(await migrating, false);
  strictEqual(fixture.clock.pending, 0);
});

Deno.test("StoreRetry.run() rejects with an error that no store throws", async () => {
  await using fixture = new Fixture();
  const work = () => Promise.reject(new TypeError("x is undefined"));
  await rejects(() => fixture.migrate(work), TypeError);
});

Deno.test("StoreRetry.answer() resolves to what the work does, and ends by its signal", async () => {
  await using fixture = new Fixture();
  const { clock, stopping } = fixture;
  const telemetry = new ThreadTelemetry(() => {});
  const retry = new StoreRetry({ dependency: "store", clock, telemetry });
  strictEqual(await retry.answer(() => Promise.resolve(7), stopping.signal), 7);
  const away = () => Promise.reject(new StoreUnavailableError("away"));
  const waiting = retry.answer(away, stopping.signal);
  stopping.abort(new Error("enough"));
  await rejects(waiting, /enough/);
});
