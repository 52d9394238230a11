import { deepStrictEqual } from "node:assert/strict";
import { HOUR_MS } from "../../src/runtime/time_units.ts";
import type { Mute } from "../../src/status/alert_store.ts";
import { wholeSites } from "../../src/status/whole_sites.ts";
import { plannedWork, WORK_LISTED_MS } from "../../src/status/planned_work.ts";
import { aMute } from "../contract/some_alerts.ts";
import { aSiteStatus } from "../web/site_status.ts";

const NOW = new Date("2026-05-01T12:00:00Z");
const SITES = wholeSites([
  aSiteStatus({ site: "blog" }),
  aSiteStatus({ site: "shop-1", location: "fra" }),
  aSiteStatus({ site: "shop-1", location: "gru", labels: { team: "shop" } }),
  aSiteStatus({ site: "shop-2" }),
]);

function work(inMs: number, overrides: Partial<Mute> = {}): Mute {
  const from = new Date(NOW.getTime() + inMs);
  const until = new Date(from.getTime() + HOUR_MS);
  return aMute(`${inMs}`, { kind: "maintenance", from, until, ...overrides });
}

Deno.test("plannedWork() is what lasts or begins within thirty days, the earliest first", () => {
  const mutes = [
    work(WORK_LISTED_MS),
    work(WORK_LISTED_MS + 1),
    work(0),
    work(1 - HOUR_MS),
    work(-HOUR_MS),
    work(1, { kind: "silence" }),
  ];
  const found = plannedWork(mutes, SITES, NOW);
  deepStrictEqual(found.map(({ id }) => Number(id)), [1 - HOUR_MS, 0, WORK_LISTED_MS]);
});

Deno.test("plannedWork() names the sites that are known, by name or by label at any location", () => {
  const about: [Partial<Mute>, readonly string[] | undefined][] = [
    [{ names: ["shop-*"] }, ["shop-1", "shop-2"]],
    [{ names: null, labels: { team: "shop" } }, ["shop-1"]],
    [{ names: ["nobody"] }, []],
    [{ names: null }, undefined],
  ];
  for (const [overrides, sites] of about) {
    deepStrictEqual(plannedWork([work(0, overrides)], SITES, NOW).map((one) => one.sites), [sites]);
  }
});
