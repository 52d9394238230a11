import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { SOURCES_MAX } from "../../src/outbox/file/outbox_tables.ts";
import { SCHEMA_VERSION } from "../../src/outbox/file/outbox_schema.ts";
import { readStats } from "../../src/outbox/outbox_stats.ts";
import { DEAD_LETTERS_MAX } from "../../src/outbox/file/rows_in_flight.ts";
import type { SiteReport } from "../../src/report/report.ts";
import {
  draftsOf,
  drain,
  EVERYTHING,
  inWords,
  manyReports,
  openOutbox,
  OutboxFolder,
  range,
  reportsOf,
  waiting,
} from "./outbox_fixture.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

Deno.test("append() gives each report the next sequence, the producer's id and its time", () => {
  using outbox = openOutbox();
  deepStrictEqual(outbox.append(draftsOf(reportsOf("shop", "blog"))), { first: 1, last: 2 });
  outbox.folder.clock.advance(5);
  deepStrictEqual(outbox.append(draftsOf(reportsOf("shop"))), { first: 3, last: 3 });

  const { producerId } = outbox.stats();
  ok(UUID.test(producerId));
  const { reports } = waiting(outbox);
  deepStrictEqual(reports.map((report) => report.sequence), [1, 2, 3]);
  deepStrictEqual(new Set(reports.map((report) => report.producer_id)), new Set([producerId]));
  strictEqual(reports[2]!.recorded_at, outbox.folder.clock.nowMicros());
  const { producer_id, recorded_at, ...found } = reports[0]!;
  const { producer_id: _id, recorded_at: _at, ...expected } = reportsOf("shop")[0]!;
  ok(producer_id && recorded_at);
  deepStrictEqual(found, { ...expected, sequence: 1 });
});

Deno.test("append() keeps what a row is known by beside its payload", () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(reportsOf("shop")));
  const [row] = outbox.take(EVERYTHING);
  const { payload, ...rest } = row!;
  deepStrictEqual(rest, {
    id: 1,
    kind: "report",
    key: "shop",
    producerId: outbox.stats().producerId,
    sequence: 1,
    recordedAt: outbox.folder.clock.nowMicros(),
  });
  strictEqual(payload.constructor, Uint8Array);
});

Deno.test("append() records rising times, whatever the clock does and across restarts", () => {
  using folder = new OutboxFolder();
  const stored: SiteReport[] = [];
  for (const stepMs of [0, 86_400_000, -2 * 86_400_000, 1, -1]) {
    using outbox = folder.open();
    folder.clock.stepWall(stepMs);
    outbox.append(draftsOf(reportsOf("shop", "blog")));
    stored.push(...waiting(outbox).reports);
    drain(outbox);
  }
  deepStrictEqual(stored.map(({ sequence }) => sequence), range(1, 10));
  strictEqual(new Set(stored.map(({ producer_id }) => producer_id)).size, 1);
  const times = stored.map((report) => report.recorded_at);
  deepStrictEqual(times, times.toSorted((a, b) => a - b));
  strictEqual(new Set(times).size, times.length);
  // A microsecond each while the clock is behind: it is not ahead of itself by more.
  strictEqual(times.at(-1)! - times[2]!, 7);
});

Deno.test("append() stores nothing and says so, when there is nothing", () => {
  using outbox = openOutbox();
  strictEqual(outbox.append([]), undefined);
  strictEqual(outbox.stats().sequenceLast, 0);
});

Deno.test("append() stores a batch of a source once, also after a restart", () => {
  using folder = new OutboxFolder();
  const steps: readonly [site: string, source: string, batch: number, sequence?: number][] = [
    ["a", "scanner", 1, 1],
    ["a", "scanner", 1],
    ["b", "scanner", 2, 2],
    ["a", "scanner", 1],
    ["b", "scanner", 2],
    ["x", "other", 1, 3],
  ];
  for (const isRestarted of [false, true]) {
    using outbox = folder.open();
    for (const [site, id, batch, sequence] of isRestarted ? steps.slice(3) : steps.slice(0, 3)) {
      const range = outbox.append(draftsOf(reportsOf(site)), { id, batch });
      deepStrictEqual(range, sequence && { first: sequence, last: sequence });
    }
  }
  using outbox = folder.open();
  deepStrictEqual(waiting(outbox).reports.map((report) => report.site), ["a", "b", "x"]);
});

Deno.test("append() knows the newest sources only", () => {
  using outbox = openOutbox();
  for (let index = 0; index <= SOURCES_MAX; index++) {
    outbox.append(draftsOf(reportsOf("shop")), { id: `source-${index}`, batch: 1 });
  }
  using sql = new DatabaseSync(outbox.folder.path, { readOnly: true });
  const { count } = sql.prepare("SELECT count(*) AS count FROM source_batch").get()!;
  strictEqual(count, SOURCES_MAX);
  strictEqual(
    outbox.append(draftsOf(reportsOf("shop")), { id: `source-${SOURCES_MAX}`, batch: 1 }),
    undefined,
  );
  strictEqual(outbox.append(draftsOf(reportsOf("shop")), { id: "source-1", batch: 1 }), undefined);
});

Deno.test("take() hands out the oldest rows within both of its limits, at least one", () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(manyReports(10)));
  const bytes = outbox.take({ rowsMax: 1, bytesMax: 1 << 20 })[0]!.payload.length;
  const taken = (rowsMax: number, bytesMax: number) =>
    outbox.take({ rowsMax, bytesMax }).map((row) => row.sequence);
  deepStrictEqual(taken(3, 1 << 20), [1, 2, 3]);
  deepStrictEqual(taken(10, 2 * bytes), [1, 2]);
  deepStrictEqual(taken(10, 2 * bytes - 1), [1]);
  deepStrictEqual(taken(10, 1), [1]);
  // A statement that was left half-read would hold up the next transaction.
  deepStrictEqual(outbox.append(draftsOf(reportsOf("shop"))), { first: 11, last: 11 });
});

Deno.test("take() hands out what follows a batch in flight, when it is asked ahead", () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(manyReports(5)));
  const take = (isAhead: boolean) => outbox.take({ ...EVERYTHING, rowsMax: 2, isAhead });
  const sequences = (isAhead: boolean) => take(isAhead).map((row) => row.sequence);
  deepStrictEqual(sequences(true), [1, 2]);
  deepStrictEqual(sequences(true), [3, 4]);
  // One batch ahead is enough: the next one starts again with the oldest rows.
  deepStrictEqual(sequences(true), [1, 2]);
  deepStrictEqual(sequences(false), [1, 2]);
});

/** Of two batches of two rows, the second one taken ahead: what is settled, and what is left. */
const SETTLED: readonly [what: string, first: number[], ahead: number[], left: number[]][] = [
  ["keeps what was taken ahead in flight, when nothing is left before it", [1, 2], [3], [4]],
  ["gives back what was taken ahead, when something is left before it", [1], [3, 4], [2, 3, 4]],
  ["deletes acknowledged rows alone", [2], [], [1, 3, 4]],
  ["keeps what was not acknowledged, however often others were", [1, 1], [], [2, 3, 4]],
];
for (const [what, first, ahead, left] of SETTLED) {
  Deno.test(`settle() ${what}`, () => {
    using outbox = openOutbox();
    outbox.append(draftsOf(manyReports(4)));
    const take = () => outbox.take({ ...EVERYTHING, rowsMax: 2, isAhead: true });
    take();
    take();
    outbox.settle({ acknowledged: first, tooLarge: [] });
    if (ahead.length > 0) outbox.settle({ acknowledged: ahead, tooLarge: [] });
    strictEqual(outbox.stats().rows, left.length);
    deepStrictEqual(waiting(outbox).reports.map(({ sequence }) => sequence), left);
  });
}

Deno.test("settle() ignores ids that are not in flight", () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(reportsOf("a", "b")));
  outbox.settle({ acknowledged: [1, 2], tooLarge: [] });
  outbox.take({ rowsMax: 1, bytesMax: 1_000 });
  outbox.settle({ acknowledged: [1, 1, 2, 99], tooLarge: [2, 99] });
  deepStrictEqual(waiting(outbox).reports.map((report) => report.site), ["b"]);
  strictEqual(outbox.stats().deadLetters, 0);
});

Deno.test("settle() makes too large reports dead letters and announces them as gaps", () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(reportsOf("a", "b", "c", "d")));
  const rows = outbox.take(EVERYTHING);
  const [a, b, c] = rows.map((row) => row.id);
  outbox.settle({ acknowledged: [a!], tooLarge: [b!, c!] });
  const { reports, gaps } = waiting(outbox);
  deepStrictEqual(reports.map((report) => report.site), ["d"]);
  deepStrictEqual(gaps.map(inWords), ["too_large 2-3"]);
  strictEqual(outbox.stats().deadLetters, 2);
  strictEqual(
    outbox.folder.telemetry.value("sitemon_outbox_dropped_total", { reason: "too_large" }),
    2,
  );
  using sql = new DatabaseSync(outbox.folder.path, { readOnly: true });
  const letters = sql.prepare("SELECT reason, sequence, payload FROM dead_letter").all();
  deepStrictEqual(letters.map(({ reason, sequence }) => [reason, sequence]), [
    ["too_large", 2],
    ["too_large", 3],
  ]);
  deepStrictEqual(letters[0]!.payload, rows[1]!.payload);
});

Deno.test("settle() keeps a bounded number of dead letters, the newest", () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(manyReports(DEAD_LETTERS_MAX + 2)));
  const ids = outbox.take(EVERYTHING).map((row) => row.id);
  outbox.settle({ acknowledged: [], tooLarge: ids });
  strictEqual(outbox.stats().deadLetters, DEAD_LETTERS_MAX);
  deepStrictEqual(waiting(outbox).gaps.map(inWords), [`too_large 1-${DEAD_LETTERS_MAX + 2}`]);
});

Deno.test("settle() keeps a gap that is too large as a dead letter, without a gap of its own", () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(reportsOf("a")));
  for (let time = 0; time < 2; time++) {
    outbox.settle({ acknowledged: [], tooLarge: outbox.take(EVERYTHING).map((row) => row.id) });
  }
  const { rows, gaps, deadLetters } = outbox.stats();
  deepStrictEqual({ rows, gaps, deadLetters }, { rows: 0, gaps: 0, deadLetters: 2 });
});

Deno.test("a gap that was handed out stays as it is, even after a restart", () => {
  using folder = new OutboxFolder();
  const first = folder.open({ whenFull: "drop_oldest", rowsMax: 2 });
  first.append(draftsOf(manyReports(4)));
  deepStrictEqual(waiting(first).gaps.map(inWords), ["dropped_oldest 1-2"]);
  first.close();

  using second = folder.open({ whenFull: "drop_oldest", rowsMax: 2 });
  second.append(draftsOf(manyReports(2)));
  second.append(draftsOf(manyReports(1)));
  deepStrictEqual(waiting(second).gaps.map(inWords), ["dropped_oldest 1-2", "dropped_oldest 3-5"]);
});

Deno.test("Outbox shrinks its file after a backlog, and keeps its log short", () => {
  using outbox = openOutbox();
  for (let round = 0; round < 40; round++) outbox.append(draftsOf(manyReports(1_000)));
  const before = Deno.statSync(outbox.folder.path).size +
    Deno.statSync(`${outbox.folder.path}-wal`).size;
  while (outbox.stats().rows > 0) {
    const rows = outbox.take({ rowsMax: 500, bytesMax: 512 * 1024 });
    outbox.settle({ acknowledged: rows.map((row) => row.id), tooLarge: [] });
  }
  for (let round = 0; round < 20; round++) {
    outbox.append(draftsOf(reportsOf("shop")));
    drain(outbox);
  }
  outbox.close();
  ok(before > 10_000_000, `${before}`);
  // The 2.3 MiB that the bounds allow, and the sites that are remembered.
  ok(
    Deno.statSync(outbox.folder.path).size < 3_000_000,
    `${Deno.statSync(outbox.folder.path).size}`,
  );
});

Deno.test("open() forgets sites that have no recent report", () => {
  using folder = new OutboxFolder();
  const remembered = () => {
    using sql = new DatabaseSync(folder.path, { readOnly: true });
    return sql.prepare("SELECT site FROM last_report ORDER BY site").all().map((row) => row.site);
  };
  const first = folder.open({ rowsMax: 10 });
  first.append(draftsOf(reportsOf("gone", "waits")));
  first.settle({
    acknowledged: first.take({ rowsMax: 1, bytesMax: 1_000 }).map((row) => row.id),
    tooLarge: [],
  });
  for (let round = 0; round < 11; round++) first.append(draftsOf(reportsOf("shop")));
  first.close();
  folder.open({ rowsMax: 10 }).close();
  deepStrictEqual(remembered(), ["shop", "waits"]);
});

Deno.test("Outbox reports how full it is", () => {
  using folder = new OutboxFolder();
  let outbox = folder.open();
  const { clock, telemetry } = folder;
  const storedMicros = clock.nowMicros();
  outbox.append(draftsOf(reportsOf("a", "b")));
  clock.advance(3_000);
  outbox.append(draftsOf(reportsOf("c")));
  // What waits is known again as soon as the file is open, before anything moves.
  outbox.close();
  for (const name of ["sitemon_outbox_rows", "sitemon_outbox_bytes"] as const) {
    telemetry.set(name, NaN);
  }
  outbox = folder.open();
  using _ = outbox;
  strictEqual(telemetry.value("sitemon_outbox_rows"), 3);
  strictEqual(telemetry.value("sitemon_outbox_oldest_age_seconds"), storedMicros);
  strictEqual(telemetry.value("sitemon_outbox_bytes"), outbox.stats().bytes);
  strictEqual(telemetry.value("sitemon_outbox_stored_total"), 3);
  deepStrictEqual(telemetry.states.get("outbox"), { ok: true });
  drain(outbox);
  strictEqual(telemetry.value("sitemon_outbox_rows"), 0);
  strictEqual(telemetry.value("sitemon_outbox_oldest_age_seconds"), Infinity);
});

Deno.test("readStats() reads a file that its owner writes", () => {
  using outbox = openOutbox({ whenFull: "drop_oldest", rowsMax: 3 });
  outbox.append(draftsOf(manyReports(5)));
  const stats = readStats(outbox.folder.path);
  deepStrictEqual(stats, outbox.stats());
  const { rows, gaps, sequenceFirst, sequenceLast, deadLetters, oldestMicros } = stats;
  deepStrictEqual([rows, gaps, sequenceFirst, sequenceLast, deadLetters], [4, 1, 3, 5, 0]);
  strictEqual(oldestMicros, outbox.folder.clock.nowMicros() + 2);
});

Deno.test("open() refuses the file of a newer sitemon and of another program, and leaves it", () => {
  const refusals: readonly [pragma: string, message: (path: string) => string][] = [
    [
      `user_version = ${SCHEMA_VERSION + 1}`,
      (path) =>
        `outbox "${path}" is of a newer sitemon: its schema has version 2, and this one knows ` +
        "versions up to 1; run the newer sitemon",
    ],
    [
      "application_id = 7",
      (path) => `not an outbox: "${path}" is another program's database; change "outbox.path"`,
    ],
  ];
  for (const [pragma, message] of refusals) {
    using folder = new OutboxFolder();
    folder.open().close();
    const sql = new DatabaseSync(folder.path);
    sql.exec(`PRAGMA ${pragma}`);
    sql.close();
    const refusal = { name: "OutboxRefusedError", message: message(folder.path) };
    throws(() => folder.open(), refusal);
    throws(() => readStats(folder.path), refusal);
    deepStrictEqual(folder.corruptFolders(), []);
  }
});
