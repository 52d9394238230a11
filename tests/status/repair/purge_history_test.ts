// The maintenance has to go on for as long as the process does, whatever fails, and to end with it.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  MAINTENANCE_INTERVAL_MS,
  MAINTENANCE_RETRY_MS,
  purgeHistory,
} from "../../../src/status/repair/purge_history.ts";
import { StoreUnavailableError } from "../../../src/status/store.ts";
import type { Purged, StatusMaintenance } from "../../../src/status/maintenance.ts";
import { eventually } from "../../support/waiting.ts";
import { FakeClock } from "../../support/fake_clock.ts";

type Answer = Purged | undefined | Error;

/** Maintenance that answers as it is told, one answer a run; it is part of no contract. */
class ScriptedMaintenance implements StatusMaintenance {
  readonly calls: string[] = [];
  readonly #answers: Answer[];

  constructor(...answers: Answer[]) {
    this.#answers = answers;
  }

  prepare(retentionMs: number): Promise<void> {
    this.calls.push(`prepare ${retentionMs}`);
    return Promise.resolve();
  }

  purge(): Promise<Purged | undefined> {
    this.calls.push("purge");
    const answer = this.#answers.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }

  forget(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function counting() {
  const counts: Record<string, number> = {};
  return {
    counts,
    telemetry: {
      count(name: string, labels: Record<string, string> = {}, by = 1) {
        const key = [name.replace("sitemon_", ""), ...Object.values(labels)].join(" ");
        if (by > 0) counts[key] = (counts[key] ?? 0) + by;
      },
      set() {},
      observe() {},
      age() {},
      dependency() {},
    },
  };
}

const NONE = { reports: 0, transitions: 0, rollups: 0, alerts: 0 };

Deno.test("purgeHistory() runs once an hour, and counts what was purged", async () => {
  const maintenance = new ScriptedMaintenance(
    { reports: 3, transitions: 0, rollups: 7, alerts: 2 },
    undefined,
    NONE,
  );
  const clock = new FakeClock();
  const stop = new AbortController();
  const { counts, telemetry } = counting();
  const kept = purgeHistory(maintenance, { retentionMs: 5, clock, telemetry, signal: stop.signal });
  for (const runs of [1, 2, 3]) {
    await eventually(2_000, "a run", () => clock.pending === 1 || undefined);
    deepStrictEqual(maintenance.calls, Array(runs).fill(["prepare 5", "purge"]).flat());
    clock.advance(MAINTENANCE_INTERVAL_MS - 1);
    strictEqual(clock.pending, 1);
    if (runs < 3) clock.advance(1);
  }
  stop.abort();
  await kept;
  deepStrictEqual(counts, {
    "maintenance_runs_total done": 2,
    "maintenance_runs_total busy": 1,
    "history_purged_total reports": 3,
    "history_purged_total rollups": 7,
    "history_purged_total alerts": 2,
  });
});

Deno.test("purgeHistory() tries again soon, when the store was away", async () => {
  const maintenance = new ScriptedMaintenance(
    new StoreUnavailableError("connection refused"),
    NONE,
  );
  const clock = new FakeClock();
  const stop = new AbortController();
  const { counts, telemetry } = counting();
  const kept = purgeHistory(maintenance, { retentionMs: 5, clock, telemetry, signal: stop.signal });
  await eventually(2_000, "a run", () => clock.pending === 1 || undefined);
  clock.advance(MAINTENANCE_RETRY_MS);
  await eventually(2_000, "another run", () => counts["maintenance_runs_total done"]);
  stop.abort();
  await kept;
  deepStrictEqual(counts, { "maintenance_runs_total failed": 1, "maintenance_runs_total done": 1 });
});

Deno.test("purgeHistory() calls it no failure, when the end of the process cut it", async () => {
  const stop = new AbortController();
  const maintenance = new ScriptedMaintenance(new StoreUnavailableError("connection refused"));
  const { counts, telemetry } = counting();
  maintenance.prepare = () => Promise.resolve(stop.abort());
  const options = { retentionMs: 5, clock: new FakeClock(), telemetry, signal: stop.signal };
  await purgeHistory(maintenance, options);
  deepStrictEqual(counts, {});
});
