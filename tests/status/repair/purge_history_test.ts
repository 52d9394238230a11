// The upkeep has to go on for as long as the process does, whatever fails, and to end with it.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  keepHistory,
  UPKEEP_INTERVAL_MS,
  UPKEEP_RETRY_MS,
} from "../../../src/status/repair/purge_history.ts";
import { StoreUnavailableError } from "../../../src/status/store.ts";
import type { LetGo, StatusUpkeep } from "../../../src/status/upkeep.ts";
import { eventually } from "../../support/waiting.ts";
import { FakeClock } from "../../support/fake_clock.ts";

type Answer = LetGo | undefined | Error;

/** An upkeep that answers as it is told, one answer a run; it is part of no contract. */
class ScriptedUpkeep implements StatusUpkeep {
  readonly calls: string[] = [];
  readonly #answers: Answer[];

  constructor(...answers: Answer[]) {
    this.#answers = answers;
  }

  prepare(keepMs: number): Promise<void> {
    this.calls.push(`prepare ${keepMs}`);
    return Promise.resolve();
  }

  letGo(): Promise<LetGo | undefined> {
    this.calls.push("letGo");
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
        const key = [name.replace("sitemon_upkeep_", ""), ...Object.values(labels)].join(" ");
        counts[key] = (counts[key] ?? 0) + by;
      },
      set() {},
      observe() {},
      dependency() {},
    },
  };
}

const NONE = { reports: 0, transitions: 0, rollups: 0 };

Deno.test("keepHistory() runs once an hour, and counts what was let go", async () => {
  const upkeep = new ScriptedUpkeep({ reports: 3, transitions: 0, rollups: 7 }, undefined, NONE);
  const clock = new FakeClock();
  const stop = new AbortController();
  const { counts, telemetry } = counting();
  const kept = keepHistory(upkeep, { keepMs: 5, clock, telemetry, signal: stop.signal });
  for (const runs of [1, 2, 3]) {
    await eventually(2_000, "a run", () => clock.pending === 1 || undefined);
    deepStrictEqual(upkeep.calls, Array(runs).fill(["prepare 5", "letGo"]).flat());
    clock.advance(UPKEEP_INTERVAL_MS - 1);
    strictEqual(clock.pending, 1);
    if (runs < 3) clock.advance(1);
  }
  stop.abort();
  await kept;
  deepStrictEqual(counts, {
    "runs_total done": 2,
    "runs_total busy": 1,
    "let_go_total reports": 3,
    "let_go_total rollups": 7,
  });
});

Deno.test("keepHistory() tries again soon, when the store was away", async () => {
  const upkeep = new ScriptedUpkeep(new StoreUnavailableError("Cannot let go"), NONE);
  const clock = new FakeClock();
  const stop = new AbortController();
  const { counts, telemetry } = counting();
  const kept = keepHistory(upkeep, { keepMs: 5, clock, telemetry, signal: stop.signal });
  await eventually(2_000, "a run", () => clock.pending === 1 || undefined);
  clock.advance(UPKEEP_RETRY_MS);
  await eventually(2_000, "another run", () => counts["runs_total done"]);
  stop.abort();
  await kept;
  deepStrictEqual(counts, { "runs_total failed": 1, "runs_total done": 1 });
});

Deno.test("keepHistory() calls it no failure, when the end of the process cut it", async () => {
  const stop = new AbortController();
  const upkeep = new ScriptedUpkeep(new StoreUnavailableError("Cannot let go"));
  const { counts, telemetry } = counting();
  upkeep.prepare = () => Promise.resolve(stop.abort());
  const options = { keepMs: 5, clock: new FakeClock(), telemetry, signal: stop.signal };
  await keepHistory(upkeep, options);
  deepStrictEqual(counts, {});
});
