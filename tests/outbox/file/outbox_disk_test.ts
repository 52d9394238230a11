import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type OutboxFailure, OutboxUnavailableError } from "../../../src/outbox/outbox_error.ts";
import {
  draftsOf,
  EVERYTHING,
  manyReports,
  openOutbox,
  OutboxFolder,
  range,
  reportsOf,
  waiting,
} from "../outbox_fixture.ts";
import { WAL_BYTES } from "../../../src/outbox/file/outbox_database.ts";
import { machineTest } from "../../support/machine_tests.ts";
import { LyingDisk, WITHOUT_LYING_DISK } from "./lying_disk.ts";
import { SmallDisk, WITHOUT_SMALL_DISK } from "./small_disk.ts";

/** A test of an outbox on a disk of this many MiB. */
function onSmallDisk(
  name: string,
  mebibytes: number,
  test: (disk: SmallDisk, folder: OutboxFolder, path: string) => void,
): void {
  machineTest(WITHOUT_SMALL_DISK)(name, () => {
    using disk = new SmallDisk(mebibytes);
    using folder = new OutboxFolder();
    test(disk, folder, `${disk.folder}/outbox.db`);
  });
}

function unavailable(failure: OutboxFailure, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    ok(error instanceof OutboxUnavailableError, `${error}`);
    strictEqual(error.failure, failure);
    ok(message.test(error.message), error.message);
    return true;
  };
}

onSmallDisk(
  "append() refuses on a full disk and goes on when there is space again",
  4,
  (disk, folder, path) => {
    const empty = disk.fill(2 * 1024 * 1024);
    {
      using outbox = folder.open({ path });
      let stored = 0;
      throws(
        () => {
          for (let round = 0; round < 1_000; round++) {
            stored = outbox.append(draftsOf(manyReports(100)))!.last;
          }
        },
        unavailable(
          "disk_full",
          /^disk full: cannot write to outbox ".*": .*full; free up some space$/,
        ),
      );
      ok(stored >= 1_000, `${stored}`);
      strictEqual(folder.telemetry.states.get("outbox")?.reason, "disk_full");
      strictEqual(outbox.stats().sequenceLast, stored);

      empty();
      deepStrictEqual(outbox.append(draftsOf(manyReports(100))), {
        first: stored + 1,
        last: stored + 100,
      });
      deepStrictEqual(folder.telemetry.states.get("outbox"), { ok: true });
      strictEqual(waiting(outbox).reports.length, stored + 100);
    }
    Deno.removeSync(path);
    Deno.removeSync(`${path}.lock`);
  },
);

for (const freeBytesMin of [0, 16 * 1024 * 1024]) {
  onSmallDisk(
    `Outbox drains a backlog on a disk that others have filled, of which it leaves ${freeBytesMin} bytes`,
    32,
    (disk, folder, path) => {
      const options = { path, freeBytesMin, logBytes: WAL_BYTES, freeBytes: disk.freeBytes };
      {
        using former = folder.open(options);
        for (let round = 0; round < 10; round++) former.append(draftsOf(manyReports(1_000)));
      }
      // After a restart nothing of the log is left that its blocks could be used of.
      using outbox = folder.open(options);
      outbox.append(draftsOf(manyReports(1_000, "while there is room")));
      disk.fill();
      const drained: number[] = [];
      let refused = 0;
      for (let rows = outbox.stats().rows; rows > 0; rows = outbox.stats().rows) {
        const batch = outbox.take({ rowsMax: 100, bytesMax: 1 << 20 });
        // Every second row first, which is what takes the most of the log.
        for (const parity of [0, 1]) {
          const acknowledged = batch.filter(({ sequence }) => sequence % 2 === parity)
            .map(({ id }) => id);
          if (parity === 1) outbox.take({ rowsMax: 100, bytesMax: 1 << 20 });
          outbox.settle({ acknowledged, tooLarge: [] });
        }
        drained.push(...batch.map(({ sequence }) => sequence));
        try {
          if (drained.length % 2_000 === 0) outbox.append(draftsOf(manyReports(10)));
        } catch (error) {
          ok(unavailable("disk_full", /^disk full/)(error));
          refused++;
        }
      }
      const { sequenceLast } = outbox.stats();
      deepStrictEqual(drained.toSorted((a, b) => a - b), range(1, sequenceLast));
      // There is room for new reports too, in the pages of those that were sent.
      deepStrictEqual(outbox.append(draftsOf(manyReports(500))), {
        first: sequenceLast + 1,
        last: sequenceLast + 500,
      });
      ok(refused < 3, `${refused} refused`);
    },
  );
}

for (const rows of [2, 10, 100]) {
  onSmallDisk(
    `append() of ${rows} goes on in a young file, after others have filled its disk`,
    24,
    (disk, folder, path) => {
      let freeBytes = disk.freeBytes();
      using outbox = folder.open({ path, logBytes: WAL_BYTES, freeBytes: () => freeBytes });
      const append = () => outbox.append(draftsOf(manyReports(rows)));
      const drain = () => {
        while (outbox.stats().rows > 0) {
          const acknowledged = outbox.take(EVERYTHING).map(({ id }) => id);
          outbox.settle({ acknowledged, tooLarge: [] });
        }
      };
      append();
      disk.fill();
      // It is noticed a little later.
      append();
      freeBytes = disk.freeBytes();
      for (let round = 0; round < 100; round++) {
        append();
        append();
        drain();
      }
      strictEqual(outbox.stats().sequenceLast, 202 * rows);
    },
  );
}

Deno.test("open() removes what was left of a process that was killed as it took its space", () => {
  using folder = new OutboxFolder();
  folder.open().close();
  {
    using sql = new DatabaseSync(folder.path);
    sql.prepare("CREATE TABLE reserved (zeros BLOB)").run();
    sql.prepare("INSERT INTO reserved VALUES (zeroblob(4000000))").run();
  }
  using outbox = folder.open();
  ok(outbox.stats().bytes < 1_000_000, `${outbox.stats().bytes} in use`);
});

onSmallDisk(
  "open() refuses on a full disk, and opens when there is space again",
  1,
  (disk, folder, path) => {
    const empty = disk.fill();
    throws(() => folder.open({ path }), unavailable("disk_full", /^disk full: cannot open outbox/));
    empty();
    using outbox = folder.open({ path });
    deepStrictEqual(outbox.append(draftsOf(manyReports(1))), { first: 1, last: 1 });
    // What the failed try left behind does not count as a damaged outbox.
    strictEqual(folder.telemetry.value("sitemon_outbox_resets_total"), 0);
  },
);

onSmallDisk("open() refuses on a disk that is read-only", 1, (disk, folder, path) => {
  folder.open({ path }).close();
  disk.makeReadOnly();
  throws(() => folder.open({ path }), unavailable("read_only", /make the file and its folder/));
});

Deno.test("open() refuses a folder that does not exist", () => {
  using folder = new OutboxFolder();
  const path = `${folder.folder}/missing/outbox.db`;
  throws(() => folder.open({ path }), unavailable("io_error", /check that the folder exists/));
});

Deno.test("append() refuses while another program writes to the file, and goes on after it", () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(reportsOf("shop")));
  using other = new DatabaseSync(outbox.folder.path);
  other.exec("BEGIN IMMEDIATE");
  throws(
    () => outbox.append(draftsOf(reportsOf("shop"))),
    unavailable("busy", /^file locked: .* stop the other program/),
  );
  other.exec("ROLLBACK");
  deepStrictEqual(outbox.append(draftsOf(reportsOf("shop"))), { first: 2, last: 2 });
});

machineTest(WITHOUT_LYING_DISK)(
  "Outbox loses nothing that it announced at a power cut, after its disk lied once",
  () => {
    using disk = new LyingDisk();
    using folder = new OutboxFolder();
    const path = `${disk.folder}/outbox.db`;
    using outbox = folder.open({ path });
    outbox.append(draftsOf(manyReports(2_000)));
    const { producerId } = outbox.stats();
    // Every second row, so that every page is written.
    const acknowledged = outbox.take(EVERYTHING).filter((_, n) => n % 2 === 0).map(({ id }) => id);
    const repair = disk.fail();
    // Without waiting for the disk, which loses it, and says so at the next sync alone.
    outbox.settle({ acknowledged, tooLarge: [] });
    let last = 2_000;
    const store = () => outbox.append(draftsOf(manyReports(10, "later")))!;
    const untilRefused = () => {
      // What it takes before it fails, if anything, is announced too.
      for (let round = 0; round < 100; round++) last = store().last;
    };
    throws(untilRefused, unavailable("io_error", /^disk error: cannot write to outbox/));
    // The file is not used again, though its disk says that all is well.
    throws(store, unavailable("io_error", /./));
    repair();
    deepStrictEqual(store(), { first: 1, last: 10 });

    using after = disk.afterPowerCut();
    using next = folder.open({ path: `${after.folder}/outbox.db` });
    const { reports } = waiting(next);
    const former = reports.filter((report) => report.producer_id === producerId);
    deepStrictEqual(
      former.map(({ sequence }) => sequence),
      range(1, last).filter((sequence) => sequence > 2_000 || sequence % 2 === 0),
    );
    strictEqual(reports.length, former.length + 10);
    strictEqual(folder.telemetry.value("sitemon_outbox_resets_total"), 1);
  },
);

machineTest(WITHOUT_LYING_DISK)(
  "Outbox misses its log after a power cut too, when it was removed",
  () => {
    using disk = new LyingDisk();
    using folder = new OutboxFolder();
    const path = `${disk.folder}/outbox.db`;
    folder.open({ path }).close();
    using outbox = folder.open({ path });
    outbox.append(draftsOf(manyReports(10)));
    using after = disk.afterPowerCut();
    const cut = `${after.folder}/outbox.db`;
    Deno.removeSync(`${cut}-wal`);
    using next = folder.open({ path: cut });
    strictEqual(folder.telemetry.value("sitemon_outbox_resets_total"), 1);
    strictEqual(next.stats().sequenceLast, 0);
  },
);
