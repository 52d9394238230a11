import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { OUTCOMES } from "../../src/report/outcome.ts";
import { rankOf, stateOf, STATES } from "../../src/report/site_state.ts";

Deno.test("stateOf() never calls a site down whose report is stale", () => {
  strictEqual(stateOf({ outcome: "down", stale: true }), "stale");
  strictEqual(stateOf({ outcome: "up", stale: true }), "stale");
  strictEqual(stateOf({ outcome: "down", stale: false }), "down");
});

Deno.test("rankOf() puts stale and inconclusive between degraded and up", () => {
  deepStrictEqual(STATES.map(rankOf), [0, 1, 2, 3, 4]);
  deepStrictEqual([...STATES].sort(), [...OUTCOMES, "stale"].sort());
});
