import { deepStrictEqual, throws } from "node:assert/strict";
import { OutboxFullError } from "../../../src/outbox/outbox_error.ts";
import { aReport } from "../../contract/site_reports.ts";
import {
  draftsOf,
  drain,
  inWords,
  manyReports,
  openOutbox,
  OutboxFolder,
  range,
  reportsOf,
  waiting,
} from "../outbox_fixture.ts";

Deno.test("append() knows the row of each site, of more reports than one statement inserts", () => {
  const SITES = 45;
  using outbox = openOutbox({ rowsMax: 2 * SITES });
  for (let round = 0; round < 3; round++) outbox.append(draftsOf(manyReports(SITES)));
  // The first round are edges, the last one are newest.
  const { reports, gaps } = waiting(outbox);
  deepStrictEqual(
    reports.map(({ sequence }) => sequence),
    [...range(1, SITES), ...range(2 * SITES + 1, 3 * SITES)],
  );
  deepStrictEqual(gaps.map(inWords), [`coalesced ${SITES + 1}-${2 * SITES}`]);
});

Deno.test("append() knows the row of a site that comes twice in one batch", () => {
  using outbox = openOutbox({ rowsMax: 3 });
  outbox.append(draftsOf(reportsOf("a", "a", "b")));
  outbox.append(draftsOf(reportsOf("b")));
  deepStrictEqual(waiting(outbox).reports.map(({ sequence }) => sequence), [2, 3, 4]);
});

Deno.test("append() forgets what it noted of a batch that found no room", () => {
  using outbox = openOutbox({ rowsMax: 2 });
  outbox.append(draftsOf(reportsOf("a", "b")));
  throws(() => outbox.append(draftsOf(reportsOf("c"))), OutboxFullError);
  drain(outbox);
  // Its row would have had the number that the row of d has now.
  outbox.append(draftsOf(reportsOf("d")));
  outbox.append(draftsOf(reportsOf("c")));
  outbox.append(draftsOf(reportsOf("c")));
  deepStrictEqual(waiting(outbox).reports.map(({ site }) => site), ["d", "c"]);
});

Deno.test("an outbox that is opened again knows each site's newest row and outcome", () => {
  using folder = new OutboxFolder();
  const first = folder.open();
  for (let round = 0; round < 3; round++) first.append(draftsOf(reportsOf("a", "b")));
  first.append(draftsOf([aReport({ site: "a", outcome: "down" })]));
  first.close();
  using second = folder.open({ rowsMax: 5 });
  second.append(draftsOf([aReport({ site: "a", outcome: "down" }), ...reportsOf("b")]));
  // 1, 2 and 7 are edges; 8 and 9 are newest, and no edges.
  deepStrictEqual(waiting(second).reports.map(({ sequence }) => sequence), [1, 2, 7, 8, 9]);
});

Deno.test("open() remembers a site that is always the same, however long that is", () => {
  using folder = new OutboxFolder();
  const first = folder.open({ rowsMax: 4 });
  for (let round = 0; round < 20; round++) {
    first.append(draftsOf(reportsOf("a", "b")));
    drain(first);
  }
  first.close();
  using second = folder.open({ rowsMax: 4 });
  for (let round = 0; round < 3; round++) second.append(draftsOf(reportsOf("a", "b")));
  // None of them is an edge, so that the newest two pairs are left.
  deepStrictEqual(waiting(second).reports.map(({ sequence }) => sequence), [43, 44, 45, 46]);
});
