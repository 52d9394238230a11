import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import type { Outbox } from "../../../src/outbox/outbox.ts";
import { OutboxFullError } from "../../../src/outbox/outbox_error.ts";
import { FILE_BYTES_MIN } from "../../../src/outbox/file/outbox_limits.ts";
import type { Outcome } from "../../../src/report/outcome.ts";
import { aReport } from "../../contract/site_reports.ts";
import {
  draftsOf,
  EVERYTHING,
  inWords,
  manyReports,
  openOutbox,
  OutboxFolder,
  reportsOf,
  waiting,
} from "../outbox_fixture.ts";

/** Appends one report after the other: `shop+` is up, `shop-` is down. */
function appendWords(outbox: Outbox, words: string): void {
  for (const word of words.split(" ")) {
    const outcome: Outcome = word.endsWith("+") ? "up" : "down";
    outbox.append(draftsOf([aReport({ site: word.slice(0, -1), outcome })]));
  }
}

/** What waits: sequences, then gaps. */
function inShort(outbox: Outbox): string {
  const { reports, gaps } = waiting(outbox);
  return [...reports.map((report) => report.sequence), ...gaps.map(inWords)].join(", ");
}

const KEPT_BY_COALESCING = [
  {
    name: "drops the oldest rows that are neither newest nor edge",
    rowsMax: 4,
    words: "a+ a+ a+ b+ a+ a+",
    waits: "1, 4, 5, 6, coalesced 2-3",
  },
  {
    name: "keeps a change of outcome and drops what only repeats it",
    rowsMax: 4,
    words: "a+ a- a- a- a+ a+",
    waits: "1, 2, 5, 6, coalesced 3-4",
  },
  {
    name: "drops the oldest edges when nothing else is left",
    rowsMax: 2,
    words: "a+ a- a+ a-",
    waits: "3, 4, coalesced 1-2",
  },
  {
    name: "keeps each site's newest however old it is",
    rowsMax: 3,
    words: "a+ b+ c+ c+ c- c+",
    waits: "1, 2, 6, coalesced 3-5",
  },
] as const;

for (const { name, rowsMax, words, waits } of KEPT_BY_COALESCING) {
  Deno.test(`coalescing ${name}`, () => {
    using outbox = openOutbox({ rowsMax });
    appendWords(outbox, words);
    strictEqual(inShort(outbox), waits);
  });
}

Deno.test("coalescing refuses reports when only newest ones are left, and stores nothing of them", () => {
  using outbox = openOutbox({ rowsMax: 2 });
  appendWords(outbox, "a+ b+");
  throws(() => outbox.append(draftsOf(reportsOf("a", "c"))), OutboxFullError);
  strictEqual(inShort(outbox), "1, 2");
  strictEqual(outbox.folder.telemetry.states.get("outbox")?.reason, "full");
  deepStrictEqual(outbox.append(draftsOf(reportsOf("a"))), { first: 3, last: 3 });
  strictEqual(inShort(outbox), "2, 3, coalesced 1-1");
  deepStrictEqual(outbox.folder.telemetry.states.get("outbox"), { ok: true });
});

Deno.test("drop_oldest drops the oldest whatever they are, in one gap", () => {
  using outbox = openOutbox({ rowsMax: 3, whenFull: "drop_oldest" });
  appendWords(outbox, "a+ b- c+");
  strictEqual(inShort(outbox), "1, 2, 3");
  appendWords(outbox, "c+ c- c+");
  strictEqual(inShort(outbox), "4, 5, 6, dropped_oldest 1-3");
  const reason = "dropped_oldest";
  strictEqual(outbox.folder.telemetry.value("sitemon_outbox_dropped_total", { reason }), 3);
});

Deno.test("drop_oldest keeps the end of a group that is larger than the outbox", () => {
  using outbox = openOutbox({ rowsMax: 3, whenFull: "drop_oldest" });
  deepStrictEqual(outbox.append(draftsOf(manyReports(10))), { first: 1, last: 10 });
  strictEqual(inShort(outbox), "8, 9, 10, dropped_oldest 1-7");
});

Deno.test("pause refuses what does not fit, whole, until rows are acknowledged", () => {
  using outbox = openOutbox({ rowsMax: 3, whenFull: "pause" });
  outbox.append(draftsOf(manyReports(2)));
  throws(
    () => outbox.append(draftsOf(manyReports(2))),
    (error) => error instanceof OutboxFullError && /"when_full: pause"/.test(error.message),
  );
  outbox.append(draftsOf(manyReports(1)));
  throws(() => outbox.append(draftsOf(manyReports(1))), OutboxFullError);
  strictEqual(inShort(outbox), "1, 2, 3");
  const [row] = outbox.take(EVERYTHING);
  outbox.settle({ acknowledged: [row!.id], tooLarge: [] });
  outbox.append(draftsOf(manyReports(1)));
  strictEqual(inShort(outbox), "2, 3, 4");
});

for (const whenFull of ["coalesce", "drop_oldest"] as const) {
  Deno.test(`${whenFull} never drops a row in flight`, () => {
    using outbox = openOutbox({ rowsMax: 4, whenFull });
    appendWords(outbox, "a+ a+ a+ a+");
    const rows = outbox.take({ rowsMax: 2, bytesMax: 1 << 20 });
    appendWords(outbox, "a+ a+");
    outbox.settle({ acknowledged: rows.map((row) => row.id), tooLarge: [] });
    const reason = whenFull === "coalesce" ? "coalesced" : "dropped_oldest";
    strictEqual(inShort(outbox), `5, 6, ${reason} 3-4`);
  });

  Deno.test(`${whenFull} keeps the file within its bytes`, () => {
    using folder = new OutboxFolder();
    const bytesMax = 1_000_000;
    using outbox = folder.open({ bytesMax, whenFull });
    for (let round = 0; round < 50; round++) {
      outbox.append(draftsOf(manyReports(200)));
      ok(outbox.stats().bytes <= bytesMax, `${outbox.stats().bytes}`);
    }
    const { reports, gaps } = waiting(outbox);
    // What is left fills the file: more is not dropped than has to be.
    ok(outbox.stats().bytes > 0.95 * bytesMax, `${outbox.stats().bytes}`);
    strictEqual(reports.length + gaps.reduce((sum, gap) => sum + gap.count, 0), 10_000);
    strictEqual(reports.at(-1)!.sequence, 10_000);
  });

  Deno.test(`${whenFull} does not let the file grow while the disk is nearly full`, () => {
    using folder = new OutboxFolder();
    let free = 1_000;
    using outbox = folder.open({ whenFull, freeBytesMin: 500, freeBytes: () => free });
    for (let round = 0; round < 40; round++) outbox.append(draftsOf(manyReports(200)));
    const { bytes, rows } = outbox.stats();
    ok(bytes > FILE_BYTES_MIN);
    free = 499;
    for (let round = 0; round < 10; round++) outbox.append(draftsOf(manyReports(200)));
    // It is the file that is kept, of which the last pages may have been free.
    ok(outbox.stats().bytes <= bytes + 4096 * 16, `${outbox.stats().bytes} after ${bytes}`);
    free = 500;
    outbox.append(draftsOf(manyReports(200)));
    ok(outbox.stats().rows < rows + 400);
    ok(outbox.stats().bytes > bytes);
  });
}

Deno.test("Outbox takes a minimum on a disk that is nearly full, so that the relay can go on", () => {
  using outbox = openOutbox({ freeBytesMin: 1, freeBytes: () => 0, whenFull: "pause" });
  throws(() => {
    for (let round = 0; round < 100; round++) outbox.append(draftsOf(manyReports(100)));
  }, OutboxFullError);
  const { bytes, rows } = outbox.stats();
  ok(rows >= 1_000, `${rows}`);
  ok(bytes <= FILE_BYTES_MIN, `${bytes}`);
});

Deno.test("Outbox keeps its limit of rows when it was opened with a lower one", () => {
  using folder = new OutboxFolder();
  const first = folder.open({ whenFull: "drop_oldest" });
  first.append(draftsOf(manyReports(10)));
  first.close();
  using second = folder.open({ whenFull: "drop_oldest", rowsMax: 2 });
  second.append(draftsOf(manyReports(1)));
  strictEqual(inShort(second), "10, 11, dropped_oldest 1-9");
});

Deno.test("adjacent gaps become one, on whichever side they meet", () => {
  for (
    const [words, waits] of [
      // 2 goes first, then 5, then 4 before it.
      ["a+ a+ a- a- a-", "1, 3, 5, coalesced 2-2, coalesced 4-4"],
      ["a+ a+ a- a- a- a-", "1, 3, 6, coalesced 2-2, coalesced 4-5"],
      // 1 goes before 2, and 3 joins all of them.
      ["a+ a+ a- a- a- a- b+", "3, 6, 7, coalesced 1-2, coalesced 4-5"],
      ["a+ a+ a- a- a- a- b+ c+", "6, 7, 8, coalesced 1-5"],
    ] as const
  ) {
    using outbox = openOutbox({ rowsMax: 3 });
    appendWords(outbox, words);
    strictEqual(inShort(outbox), waits);
    strictEqual(outbox.stats().gaps, waits.split("coalesced").length - 1);
  }
});
