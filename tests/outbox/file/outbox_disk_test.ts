import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type OutboxFailure, OutboxUnavailableError } from "../../../src/outbox/outbox_error.ts";
import {
  draftsOf,
  manyReports,
  openOutbox,
  OutboxFolder,
  reportsOf,
  waiting,
} from "../outbox_fixture.ts";
import { SmallDisk, WITHOUT_SMALL_DISK } from "./small_disk.ts";

/** A test of an outbox on a disk of this many MiB. */
function onSmallDisk(
  name: string,
  mebibytes: number,
  test: (disk: SmallDisk, folder: OutboxFolder, path: string) => void,
): void {
  const ignore = WITHOUT_SMALL_DISK !== undefined;
  const why = ignore ? ` (ignored: ${WITHOUT_SMALL_DISK})` : "";
  Deno.test({
    name: `${name}${why}`,
    ignore,
    fn() {
      using disk = new SmallDisk(mebibytes);
      using folder = new OutboxFolder();
      test(disk, folder, `${disk.folder}/outbox.db`);
    },
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
