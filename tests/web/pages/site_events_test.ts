import { deepStrictEqual } from "node:assert/strict";
import type { Transition } from "../../../src/status/queries.ts";
import { transitionTable } from "../../../src/web/pages/site_events.ts";

Deno.test("transitionTable() says that nobody knows whether a stale site is still so", async () => {
  const now = new Date("2026-05-01T12:00:00Z");
  const at = (minutesAgo: number) => new Date(now.getTime() - minutesAgo * 60_000);
  const transitions: Transition[] = [
    { at: at(44), from: "up", to: "down", reason: "dns" },
    { at: at(104), from: null, to: "up", reason: null },
  ];
  const durations = async (isStale: boolean) =>
    [
      ...(await transitionTable(transitions, { now, isStale })).toString()
        .matchAll(/>(ongoing|unknown|for [^<]+)</g),
    ].map(([, text]) => text);
  deepStrictEqual(await durations(false), ["ongoing", "for 60 min"]);
  deepStrictEqual(await durations(true), ["unknown", "for 60 min"]);
});
