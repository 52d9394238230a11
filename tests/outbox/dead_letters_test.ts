import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { readDeadLetters, requeueDeadLetters } from "../../src/outbox/dead_letters.ts";
import { OutboxLockedError } from "../../src/outbox/outbox_error.ts";
import type { Outbox } from "../../src/outbox/outbox.ts";
import { decodeMessage } from "../../src/report/codec.ts";
import {
  draftsOf,
  drain,
  EVERYTHING,
  inWords,
  manyReports,
  openOutbox,
  OutboxFolder,
  waiting,
} from "./outbox_fixture.ts";

/** Three reports, the first two of which are too large for the receiver. */
function withTwoTooLarge(outbox: Outbox): void {
  outbox.append(draftsOf(manyReports(3)));
  const [first, second] = outbox.take(EVERYTHING);
  outbox.settle({ acknowledged: [], tooLarge: [first!.id, second!.id] });
}

Deno.test("readDeadLetters() reads what was too large, while the producer has the file", () => {
  using outbox = openOutbox();
  withTwoTooLarge(outbox);
  const letters = readDeadLetters(outbox.folder.path);
  const { producerId } = outbox.stats();
  deepStrictEqual(
    letters.map(({ payload: _, recordedAt: __, ...letter }) => ({ ...letter })),
    [1, 2].map((n) => ({
      id: n,
      reason: "too_large",
      kind: "report",
      key: `site-${n - 1}`,
      producerId,
      sequence: n,
    })),
  );
  const message = decodeMessage(letters[0]!.payload);
  strictEqual(message.kind === "report" && message.report.site, "site-0");
});

Deno.test("requeueDeadLetters() refuses to, while a producer has the file", () => {
  using outbox = openOutbox();
  withTwoTooLarge(outbox);
  throws(() => requeueDeadLetters(outbox.folder.path, [1, 2]), OutboxLockedError);
});

Deno.test("requeueDeadLetters() puts rows back into the queue, as they were", () => {
  using folder = new OutboxFolder();
  const former = folder.open();
  withTwoTooLarge(former);
  const { producerId } = former.stats();
  former.close();
  strictEqual(requeueDeadLetters(folder.path, [2, 99]), 1);
  deepStrictEqual(readDeadLetters(folder.path).map(({ id }) => id), [1]);
  using outbox = folder.open();
  const { reports, gaps } = waiting(outbox);
  deepStrictEqual(reports.map(({ sequence, site }) => [sequence, site]), [
    [3, "site-2"],
    [2, "site-1"],
  ]);
  deepStrictEqual(gaps.map(inWords), ["too_large 1-2"]);
  deepStrictEqual([outbox.stats().rows, outbox.stats().producerId], [3, producerId]);
  drain(outbox);
  strictEqual(outbox.stats().rows, 0);
});

Deno.test("a row that was put back is announced as dropped once, whatever becomes of it", () => {
  using folder = new OutboxFolder();
  const former = folder.open();
  withTwoTooLarge(former);
  drain(former);
  former.close();
  requeueDeadLetters(folder.path, [1, 2]);
  using outbox = folder.open({ whenFull: "drop_oldest", rowsMax: 3 });
  outbox.append(draftsOf(manyReports(2, "new")));
  const [again] = outbox.take({ rowsMax: 1, bytesMax: 1 });
  strictEqual(again!.sequence, 1);
  outbox.settle({ acknowledged: [], tooLarge: [again!.id] });
  deepStrictEqual(readDeadLetters(folder.path).map(({ sequence }) => sequence), [1]);
  const { reports, gaps } = waiting(outbox);
  deepStrictEqual(gaps.map(inWords), ["dropped_oldest 4-4"]);
  deepStrictEqual(reports.map(({ sequence }) => sequence), [2, 5]);
});
