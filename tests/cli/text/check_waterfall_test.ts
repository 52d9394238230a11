import { ok, strictEqual } from "node:assert/strict";
import fc from "../../support/random_runs.ts";
import { visitMicros, waterfall } from "../../../src/cli/text/check_waterfall.ts";

const micros = fc.option(fc.integer({ min: 0, max: 10_000_000 }));
const timings = fc.record({
  ...{ dns: micros, connect: micros, tls: micros },
  ...{ first_byte: micros, transfer: micros },
});

Deno.test("waterfall() ends where the visit did, whatever the phases took", () => {
  const before = fc.integer({ min: 0, max: 10_000_000 });
  fc.assert(
    fc.property(timings, before, fc.integer({ min: 0, max: 200 }), (visit, passed, width) => {
      const total = passed + visitMicros(visit);
      const bar = waterfall(visit, { before: passed, total, width, hasColor: false });
      strictEqual(bar.length, total === 0 ? 0 : width);
    }),
  );
});

Deno.test("waterfall() gives phases their share, and none to those that were not reached", () => {
  const visit = { dns: null, connect: 1_000, tls: null, first_byte: 3_000, transfer: null };
  const options = { before: 4_000, total: 8_000, width: 16, hasColor: false };
  strictEqual(waterfall(visit, options), `${" ".repeat(8)}▒▒██████`);
  ok(waterfall(visit, { ...options, hasColor: true }).includes("\x1b[33m▒▒\x1b[0m\x1b[32m█"));
});
