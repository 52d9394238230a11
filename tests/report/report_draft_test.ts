import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { encodeReport } from "../../src/report/codec.ts";
import { completeDraft, draftOf, UnencodableReportError } from "../../src/report/report_draft.ts";
import { arbitraryReport } from "./arbitrary_report.ts";
import { GOLDEN } from "./golden.ts";

Deno.test("completeDraft() writes the golden bytes", () => {
  deepStrictEqual(completeDraft(draftOf(GOLDEN.report), GOLDEN.report), GOLDEN.reportBytes);
});

Deno.test("completeDraft() writes what encodeReport() writes, whatever the report", () => {
  fc.assert(fc.property(arbitraryReport, (report) => {
    deepStrictEqual(completeDraft(draftOf(report), report), encodeReport(report));
  }));
});

Deno.test("draftOf() leaves out what the outbox adds", () => {
  const stamped = { ...GOLDEN.report, recorded_at: 7, producer_id: "other", sequence: 9 };
  deepStrictEqual(draftOf(stamped), draftOf(GOLDEN.report));
});

Deno.test("draftOf() names the site and the trace of its report", () => {
  const { site, outcome, traceparent } = draftOf({ ...GOLDEN.report, traceparent: "00-1-2-01" });
  deepStrictEqual({ site, outcome, traceparent }, {
    site: GOLDEN.report.site,
    outcome: GOLDEN.report.outcome,
    traceparent: "00-1-2-01",
  });
  strictEqual("traceparent" in draftOf(GOLDEN.report), false);
});

Deno.test("draftOf() throws, when a report breaks its own type", () => {
  const broken = { ...GOLDEN.report, attempts: "many" as unknown as number };
  throws(() => draftOf(broken), UnencodableReportError);
});
