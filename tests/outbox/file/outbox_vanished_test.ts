// Goal: an outbox that is removed or replaced while it is open is noticed, and nothing in it is lost.
import { deepStrictEqual, notStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import {
  OutboxLockedError,
  OutboxRefusedError,
  OutboxUnavailableError,
} from "../../../src/outbox/outbox_error.ts";
import { OutboxLock } from "../../../src/outbox/file/outbox_lock.ts";
import { readStats } from "../../../src/outbox/outbox_stats.ts";
import {
  draftsOf,
  drain,
  inWords,
  manyReports,
  openOutbox,
  OutboxFolder,
  range,
  waiting,
} from "../outbox_fixture.ts";

const WAYS: Record<string, (folder: OutboxFolder) => void> = {
  "the file is removed": ({ path }) => Deno.removeSync(path),
  "the file is removed with all that belongs to it": ({ path }) => {
    for (const suffix of ["", "-wal", "-shm", ".lock"]) Deno.removeSync(`${path}${suffix}`);
  },
  "the file is moved away": ({ path }) => Deno.renameSync(path, `${path}.away`),
  "another outbox takes its place": ({ path }) => {
    using other = new OutboxFolder();
    other.open().close();
    Deno.renameSync(other.path, path);
  },
};

for (const [what, takeAway] of Object.entries(WAYS)) {
  Deno.test(`Outbox begins a new file with all that waited, when ${what}`, () => {
    using folder = new OutboxFolder();
    using outbox = folder.open();
    outbox.append(draftsOf(manyReports(1_200)));
    const { producerId } = outbox.stats();
    takeAway(folder);
    deepStrictEqual(outbox.append(draftsOf(manyReports(3, "after"))), { first: 1, last: 3 });
    const stats = readStats(folder.path);
    notStrictEqual(stats.producerId, producerId);
    strictEqual(stats.rows, 1_203);
    strictEqual(folder.telemetry.value("sitemon_outbox_resets_total"), 1);
    const { reports } = waiting(outbox);
    deepStrictEqual(
      reports.map((report) => `${report.producer_id} ${report.sequence}`),
      [
        ...Array.from({ length: 1_200 }, (_, index) => `${producerId} ${index + 1}`),
        ...[1, 2, 3].map((sequence) => `${stats.producerId} ${sequence}`),
      ],
    );
    drain(outbox);
    strictEqual(outbox.stats().rows, 0);
  });
}

Deno.test("Outbox saves what waited beside another program's file that took its place", () => {
  using folder = new OutboxFolder();
  using outbox = folder.open();
  outbox.append(draftsOf(manyReports(1_200)));
  const { producerId } = outbox.stats();
  Deno.removeSync(folder.path);
  Deno.writeTextFileSync(folder.path, "interval: 10s\n");
  throws(() => outbox.append(draftsOf(manyReports(1))), OutboxRefusedError);
  strictEqual(Deno.readTextFileSync(folder.path), "interval: 10s\n");
  const [rescued] = folder.corruptFolders();
  using other = folder.open({ path: `${rescued}/outbox.db` });
  const { reports } = waiting(other);
  deepStrictEqual(reports.map(({ sequence }) => sequence), range(1, 1_200));
  ok(reports.every((report) => report.producer_id === producerId));
  strictEqual(folder.telemetry.value("sitemon_outbox_resets_total"), 0);
});

Deno.test("Outbox leaves the log of a file that took its place, when it is closed", () => {
  using folder = new OutboxFolder();
  using other = openOutbox();
  other.append(draftsOf(manyReports(7)));
  using crashed = other.folder.copyCrashed();
  const outbox = folder.open();
  outbox.append(draftsOf(manyReports(1)));
  for (const suffix of ["", "-wal", "-shm"]) Deno.removeSync(`${folder.path}${suffix}`);
  for (const suffix of ["", "-wal"]) {
    Deno.copyFileSync(`${crashed.path}${suffix}`, `${folder.path}${suffix}`);
  }
  outbox.close();
  strictEqual(readStats(folder.path).rows, 7);
});

Deno.test("Outbox locks its path again, when the lock file was removed", () => {
  using outbox = openOutbox();
  Deno.removeSync(`${outbox.folder.path}.lock`);
  outbox.append(draftsOf(manyReports(1)));
  throws(() => new OutboxLock(outbox.folder.path), OutboxLockedError);
});

Deno.test("Outbox keeps gaps and dead letters of a file that is removed", () => {
  using outbox = openOutbox({ whenFull: "drop_oldest", rowsMax: 5 });
  outbox.append(draftsOf(manyReports(8)));
  const [oldest] = outbox.take({ rowsMax: 1, bytesMax: 1 });
  outbox.settle({ acknowledged: [], tooLarge: [oldest!.id] });
  const before = waiting(outbox).gaps.map(inWords).sort();
  Deno.removeSync(outbox.folder.path);
  const { rows, gaps, deadLetters } = outbox.stats();
  deepStrictEqual([rows, gaps, deadLetters], [6, 2, 1]);
  deepStrictEqual(waiting(outbox).gaps.map(inWords).sort(), before);
});

Deno.test("Outbox drops no row of a former file, whose gap it could not announce", () => {
  using outbox = openOutbox({ whenFull: "drop_oldest", rowsMax: 5 });
  outbox.append(draftsOf(manyReports(4, "former")));
  const { producerId } = outbox.stats();
  Deno.removeSync(outbox.folder.path);
  outbox.append(draftsOf(manyReports(3, "new")));
  const { reports, gaps } = waiting(outbox);
  deepStrictEqual(gaps.map(inWords), ["dropped_oldest 1-2"]);
  notStrictEqual(gaps[0]!.producer_id, producerId);
  strictEqual(reports.filter((report) => report.producer_id === producerId).length, 4);
});

Deno.test("Outbox stores nothing while its folder is away, and goes on when it is back", () => {
  using folder = new OutboxFolder();
  using outbox = folder.open();
  outbox.append(draftsOf(manyReports(10)));
  const { producerId } = outbox.stats();
  Deno.renameSync(folder.folder, `${folder.folder}.away`);
  try {
    throws(() => outbox.append(draftsOf(manyReports(1))), OutboxUnavailableError);
  } finally {
    Deno.renameSync(`${folder.folder}.away`, folder.folder);
  }
  deepStrictEqual(outbox.append(draftsOf(manyReports(1))), { first: 11, last: 11 });
  strictEqual(outbox.stats().producerId, producerId);
});

Deno.test("Outbox leaves its path to another owner, when its lock file was removed", () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(manyReports(2)));
  Deno.removeSync(`${outbox.folder.path}.lock`);
  Deno.removeSync(outbox.folder.path);
  using other = outbox.folder.open();
  other.append(draftsOf(manyReports(5)));
  throws(() => outbox.append(draftsOf(manyReports(1))), OutboxLockedError);
  ok(Deno.statSync(outbox.folder.path).isFile);
  strictEqual(readStats(outbox.folder.path).producerId, other.stats().producerId);
});
