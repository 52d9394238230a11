import { deepStrictEqual } from "node:assert/strict";
import { packDrafts, unpackDrafts } from "../../../src/outbox/thread/packed_drafts.ts";
import { draftOf } from "../../../src/report/report_draft.ts";
import { reportsOf } from "../outbox_fixture.ts";

const CASES: readonly [name: string, sites: readonly string[], traceparent?: string][] = [
  ["none", []],
  ["one", ["shop"]],
  ["many", ["shop", "blog", "söme"]],
  ["traced ones", ["shop", "blog"], "00-1-2-01"],
];

for (const [name, sites, traceparent] of CASES) {
  Deno.test(`unpackDrafts() returns the drafts that were packed and sent: ${name}`, () => {
    const trace = traceparent === undefined ? {} : { traceparent };
    const drafts = reportsOf(...sites).map((report) => draftOf({ ...report, ...trace }));
    // Bytes that have been sent are no Buffers any more.
    const expected = drafts.map((draft) => ({ ...draft, bytes: new Uint8Array(draft.bytes) }));
    deepStrictEqual(unpackDrafts(structuredClone(packDrafts(drafts))), expected);
  });
}
