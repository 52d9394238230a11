import { strictEqual } from "node:assert/strict";
import { timeZone } from "../../src/web/time_zone.ts";

for (
  const [name, at, clock, exact] of [
    ["UTC", "2026-05-01T12:00:00Z", "2026-05-01 12:00:00", "2026-05-01 12:00:00 UTC"],
    ["Europe/Berlin", "2026-05-01T22:30:05Z", "2026-05-02 00:30:05", "2026-05-02 00:30:05 GMT+2"],
    // The hour that comes twice.
    ["Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25 02:30:00", "2026-10-25 02:30:00 GMT+2"],
    ["Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25 02:30:00", "2026-10-25 02:30:00 GMT+1"],
    ["Asia/Kolkata", "2026-01-01T00:00:00Z", "2026-01-01 05:30:00", "2026-01-01 05:30:00 GMT+5:30"],
  ] as const
) {
  Deno.test(`timeZone() of ${name} says "${exact}"`, () => {
    const zone = timeZone({ timeZone: name });
    strictEqual(zone.clock(new Date(at)), clock);
    strictEqual(zone.exact(new Date(at)), exact);
    strictEqual(timeZone({ timeZone: name }), zone);
  });
}
