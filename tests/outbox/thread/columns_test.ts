import { deepStrictEqual } from "node:assert/strict";
import fc from "../../support/random_runs.ts";
import type { OutboxRow } from "../../../src/outbox/publisher.ts";
import { draftColumns, draftsOf, rowColumns, rowsOf } from "../../../src/outbox/thread/columns.ts";
import { draftOf } from "../../../src/report/report_draft.ts";
import { arbitraryReport } from "../../report/arbitrary_report.ts";

const traceparent = fc.option(fc.constant("00-1-2-01"), { nil: undefined });

Deno.test("draftsOf() returns the drafts that were sent as columns", () => {
  fc.assert(fc.property(fc.array(fc.tuple(arbitraryReport, traceparent)), (reports) => {
    const drafts = reports.map(([report, trace]) =>
      draftOf({ ...report, ...(trace && { traceparent: trace }) })
    );
    // Bytes that have been sent are no Buffers any more.
    const expected = drafts.map((draft) => ({ ...draft, bytes: new Uint8Array(draft.bytes) }));
    deepStrictEqual(draftsOf(structuredClone(draftColumns(drafts))), expected);
  }));
});

const arbitraryRow: fc.Arbitrary<OutboxRow> = fc.record({
  id: fc.nat(),
  kind: fc.constantFrom("report" as const, "gap" as const),
  key: fc.string(),
  producerId: fc.string(),
  sequence: fc.nat(),
  recordedAt: fc.nat(),
  payload: fc.uint8Array(),
  traceparent,
}, { noNullPrototype: true });

Deno.test("rowsOf() returns the rows that were sent as columns", () => {
  fc.assert(fc.property(fc.array(arbitraryRow), (rows) => {
    const columns = rowColumns(rows);
    const sent = structuredClone(columns, { transfer: [columns.payloads.bytes.buffer] });
    deepStrictEqual(rowsOf(sent), rows.map((row) => ({ ...row, payload: row.payload.slice() })));
  }));
});
