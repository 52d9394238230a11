import { deepStrictEqual } from "node:assert/strict";
import { STATES } from "../../../src/report/site_state.ts";
import { COUNT_INTERVAL_MS, countSites } from "../../../src/status/read/count_sites.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { RecordingTelemetry } from "../../support/recording_telemetry.ts";

Deno.test("countSites() sets the number of each state, and none while the store is away", async () => {
  const none = { up: 0, degraded: 0, down: 0, inconclusive: 0, stale: 0 };
  const answers = [{ ...none, up: 3 }, new Error("frozen"), { ...none, up: 1, stale: 2 }];
  const stateCounts = () => {
    const answer = answers.shift()!;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const clock = new FakeClock();
  const telemetry = new RecordingTelemetry();
  const stop = new AbortController();
  const counting = countSites({ stateCounts }, { clock, telemetry, signal: stop.signal });
  const seen: number[][] = [];
  for (let looks = 0; looks < 3; looks++) {
    await clock.pass(looks === 0 ? 0 : COUNT_INTERVAL_MS);
    seen.push(STATES.map((state) => telemetry.value("sitemon_sites", { state })));
  }
  stop.abort();
  await counting;
  deepStrictEqual(seen, [[0, 0, 0, 0, 3], [NaN, NaN, NaN, NaN, NaN], [0, 0, 2, 0, 1]]);
});
