import { ok, strictEqual } from "node:assert/strict";
import type { Incident } from "../../../src/status/queries.ts";
import { alone } from "../../../src/status/whole_incidents.ts";
import { durationText, incidentList } from "../../../src/web/pages/incident_list.ts";
import { timeZone } from "../../../src/web/time_zone.ts";
import { anIncident } from "../site_status.ts";

const LATER = new Date("2026-05-01T12:30:00Z");

for (
  const [overrides, text] of [
    [{}, "15 min"],
    [{ duration_ms: 400 }, "0 s"],
    [{ ended_at: null }, "15 min, ongoing"],
    [{ ended_at: null, unknown_since: LATER }, "15 min, then unknown"],
    [{ unknown_since: LATER }, "15 min, then unknown"],
  ] as const satisfies [Partial<Incident>, string][]
) {
  Deno.test(`durationText() says "${text}" of ${JSON.stringify(overrides)}`, () => {
    strictEqual(durationText(anIncident(overrides)), text);
  });
}

Deno.test("incidentList() folds what is beyond the newest eight, where it is to be short", () => {
  const incidents = Array.from({ length: 10 }, () => alone(anIncident()));
  ok(!`${incidentList(incidents, { root: "./", zone: timeZone({}) })}`.includes("<details"));
  ok(
    `${incidentList(incidents, { root: "./", zone: timeZone({}), isShort: true })}`.includes(
      ">2 older<",
    ),
  );
  const eight = incidents.slice(2);
  ok(
    !`${incidentList(eight, { root: "./", zone: timeZone({}), isShort: true })}`.includes(
      "<details",
    ),
  );
});
