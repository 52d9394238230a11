import { setImmediate } from "node:timers";
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { Entry } from "../../../src/status/ingest/entry.ts";
import { SharedWrites } from "../../../src/status/ingest/shared_writes.ts";
import { nthReport } from "../../contract/site_reports.ts";
import { aMessage } from "./ingest_fixture.ts";

/** A write that the test ends when it has seen it. */
interface Begun {
  readonly sequences: readonly number[];
  readonly signal: AbortSignal;
  readonly end: PromiseWithResolvers<void>;
}

function entries(...sequences: number[]): Entry[] {
  return sequences.map((sequence) => {
    return { message: aMessage(sequence - 1), kind: "report", report: nthReport(sequence) };
  });
}

function sharedWrites(entriesMax = 1_000): { writes: SharedWrites; begun: Begun[] } {
  const begun: Begun[] = [];
  const writes = new SharedWrites((written, signal) => {
    const sequences = written.map((entry) => entry.kind === "report" ? entry.report.sequence : 0);
    const end = Promise.withResolvers<void>();
    begun.push({ sequences, signal, end });
    return end.promise;
  }, entriesMax);
  return { writes, begun };
}

const forever = () => new AbortController().signal;

/** Until what waits for the end of this turn of the event loop has begun. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

Deno.test("SharedWrites.write() takes those together that come in one turn", async () => {
  const { writes, begun } = sharedWrites();
  const all = [writes.write(entries(1, 2), forever()), writes.write(entries(3), forever())];
  strictEqual(begun.length, 0);
  await turn();
  deepStrictEqual(begun.map(({ sequences }) => sequences), [[1, 2, 3]]);
  begun[0]!.end.resolve();
  await Promise.all(all);
});

Deno.test("SharedWrites.write() begins at once, when it has all that it takes", async () => {
  const { writes, begun } = sharedWrites(2);
  const first = writes.write(entries(1, 2), forever());
  const other = writes.write(entries(3), forever());
  deepStrictEqual(begun.map(({ sequences }) => sequences), [[1, 2]]);
  begun[0]!.end.resolve();
  await first;
  begun[1]!.end.resolve();
  await other;
});

Deno.test("SharedWrites.write() takes those together that wait for the one before", async () => {
  const { writes, begun } = sharedWrites();
  const first = writes.write(entries(1, 2), forever());
  await turn();
  const others = [writes.write(entries(3), forever()), writes.write(entries(4, 5), forever())];
  begun[0]!.end.resolve();
  await first;
  deepStrictEqual(begun[1]!.sequences, [3, 4, 5]);
  begun[1]!.end.resolve();
  await Promise.all(others);
  strictEqual(begun.length, 2);
});

Deno.test("SharedWrites.write() writes no more than its bound at once", async () => {
  const { writes, begun } = sharedWrites(3);
  const all = [
    writes.write(entries(1, 2), forever()),
    writes.write(entries(3), forever()),
    writes.write(entries(4), forever()),
    writes.write(entries(5, 6, 7), forever()),
  ];
  await turn();
  for (const [index, done] of [all[1], all[2], all[3]].entries()) {
    begun[index]!.end.resolve();
    await done;
  }
  await Promise.all(all);
  deepStrictEqual(begun.map(({ sequences }) => sequences), [[1, 2, 3], [4], [5, 6, 7]]);
});

Deno.test("SharedWrites.write() rejects for each that shared it, and goes on", async () => {
  const { writes, begun } = sharedWrites();
  const shared = [writes.write(entries(1), forever()), writes.write(entries(2), forever())];
  await turn();
  const last = writes.write(entries(3), forever());
  begun[0]!.end.reject(new RangeError("no"));
  for (const write of shared) await rejects(write, { message: "no" });
  deepStrictEqual(begun[1]!.sequences, [3]);
  begun[1]!.end.resolve();
  await last;
});

Deno.test("SharedWrites.write() aborts what is shared with the last who wants it", async () => {
  const { writes, begun } = sharedWrites();
  const [some, others] = [new AbortController(), new AbortController()];
  const shared = [writes.write(entries(1), some.signal), writes.write(entries(2), others.signal)];
  await turn();
  some.abort();
  strictEqual(begun[0]!.signal.aborted, false);
  others.abort();
  strictEqual(begun[0]!.signal.aborted, true);
  begun[0]!.end.resolve();
  await Promise.all(shared);
});
