import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "../support/random_runs.ts";
import { encodeReport, SCRATCH_BYTES } from "../../src/report/codec.ts";
import { completeDrafts, draftOf, UnencodableReportError } from "../../src/report/report_draft.ts";
import { arbitraryReport } from "./arbitrary_report.ts";
import { GOLDEN } from "./golden.ts";

Deno.test("completeDrafts() writes the golden bytes", () => {
  const [bytes] = completeDrafts([draftOf(GOLDEN.report)], GOLDEN.report);
  deepStrictEqual(new Uint8Array(bytes!), GOLDEN.reportBytes);
});

Deno.test("completeDrafts() writes what encodeReport() writes, each report under the next stamp", () => {
  fc.assert(fc.property(fc.array(arbitraryReport, { minLength: 1 }), (reports) => {
    const { recorded_at, producer_id, sequence } = reports[0]!;
    // The sums have to be safe integers as well.
    const [half, halfSequence] = [recorded_at, sequence].map((value) => Math.floor(value / 2));
    const first = { producer_id, recorded_at: half!, sequence: halfSequence! };
    const stamped = reports.map((report, n) => {
      const stamp = { recorded_at: first.recorded_at + n, sequence: first.sequence + n };
      return { ...report, ...first, ...stamp };
    });
    const completed = completeDrafts(reports.map(draftOf), first);
    deepStrictEqual(completed.map((bytes) => new Uint8Array(bytes)), stamped.map(encodeReport));
  }));
});

Deno.test("draftOf() encodes reports that are larger than its room", () => {
  const roomy = { ...GOLDEN.report, site: "s".repeat(SCRATCH_BYTES) };
  const large = { ...roomy, failures: ["f".repeat(2 * SCRATCH_BYTES)] };
  for (const report of [roomy, large, GOLDEN.report]) {
    const [bytes] = completeDrafts([draftOf(report)], report);
    deepStrictEqual(new Uint8Array(bytes!), encodeReport(report));
  }
});

Deno.test("draftOf() names the site and the trace of its report", () => {
  const { site, outcome, traceparent } = draftOf({ ...GOLDEN.report, traceparent: "00-1-2-01" });
  deepStrictEqual({ site, outcome, traceparent }, {
    site: GOLDEN.report.site,
    outcome: GOLDEN.report.outcome,
    traceparent: "00-1-2-01",
  });
  strictEqual(draftOf(GOLDEN.report).traceparent, undefined);
});

Deno.test("draftOf() throws, when a report breaks its own type", () => {
  const broken = { ...GOLDEN.report, attempts: "many" as unknown as number };
  throws(() => draftOf(broken), UnencodableReportError);
});
