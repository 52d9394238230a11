// Goal: an outbox that is not the one that was left never gives a sequence again, and says what it lost.
import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { OutboxLock } from "../../../src/outbox/file/outbox_lock.ts";
import type { OutboxRecord } from "../../../src/outbox/file/outbox_record.ts";
import { requeueDeadLetters } from "../../../src/outbox/dead_letters.ts";
import { draftsOf, inWords, manyReports, OutboxFolder, range, waiting } from "../outbox_fixture.ts";

/** A file that was closed with 100 reports, then killed with 300. */
function killed(): OutboxFolder {
  using folder = new OutboxFolder();
  append(folder, 100);
  using running = folder.open();
  running.append(draftsOf(manyReports(200)));
  return folder.copyCrashed();
}

/** A file that was closed with 300 reports, of which a backup has 100. */
function restored(): OutboxFolder {
  const folder = new OutboxFolder();
  append(folder, 100);
  const backup = Deno.readFileSync(folder.path);
  append(folder, 200);
  Deno.writeFileSync(folder.path, backup);
  return folder;
}

function closed(): OutboxFolder {
  const folder = new OutboxFolder();
  append(folder, 300);
  return folder;
}

function append(folder: OutboxFolder, count: number): void {
  using outbox = folder.open();
  outbox.append(draftsOf(manyReports(count)));
}

function recordOf({ path }: OutboxFolder): OutboxRecord {
  using lock = new OutboxLock(path);
  return lock.record!;
}

/** Runs `change` on the record in a lock file. */
function changeRecord({ path }: OutboxFolder, change: (record: OutboxRecord) => OutboxRecord) {
  using lock = new OutboxLock(path);
  lock.note(change(lock.record!));
}

interface Left {
  readonly by: () => OutboxFolder;
  readonly change?: (folder: OutboxFolder) => void;
  readonly kept: number;
  readonly lost?: readonly string[];
  readonly isSame?: true;
}

const LEFT: Record<string, Left> = {
  "was closed": { by: closed, kept: 300, isSame: true },
  "was killed": { by: killed, kept: 300, isSame: true },
  "was killed, and its dead letters were replayed": {
    by: killed,
    change: ({ path }) => requeueDeadLetters(path, [1]),
    kept: 300,
    isSame: true,
  },
  "was killed, and its log removed": {
    by: killed,
    change: ({ path }) => Deno.removeSync(`${path}-wal`),
    kept: 100,
    lost: ["lost 101-300"],
  },
  "was killed, and its log removed after a power cut undid what was noted": {
    by: killed,
    change(folder) {
      Deno.removeSync(`${folder.path}-wal`);
      changeRecord(folder, (record) => ({ ...record, sequence: 100 }));
    },
    kept: 100,
    lost: [],
  },
  "was restored from a backup": { by: restored, kept: 100, lost: ["lost 101-300"] },
  "is another one's": {
    by: closed,
    change({ path }) {
      using other = new OutboxFolder();
      append(other, 7);
      Deno.copyFileSync(other.path, path);
    },
    kept: 7,
    lost: ["lost 1-300"],
  },
  "is gone": {
    by: closed,
    change: ({ path }) => Deno.removeSync(path),
    kept: 0,
    lost: ["lost 1-300"],
  },
  "is a copy with its lock file": {
    by: closed,
    change({ path }) {
      Deno.copyFileSync(path, `${path}.copy`);
      Deno.renameSync(`${path}.copy`, path);
    },
    kept: 300,
    lost: [],
  },
  "is a copy without its lock file": {
    by: closed,
    change: ({ path }) => Deno.removeSync(`${path}.lock`),
    kept: 300,
    lost: [],
  },
  "has a lock file that is damaged": {
    by: closed,
    change: ({ path }) => Deno.writeTextFileSync(`${path}.lock`, "4711\n"),
    kept: 300,
    lost: [],
  },
  "comes from another machine": {
    by: closed,
    change: (folder) =>
      changeRecord(folder, (record) => ({ ...record, place: { ...record.place, machine: "?" } })),
    kept: 300,
    lost: [],
  },
};

for (const [what, { by, change = () => {}, kept, lost, isSame }] of Object.entries(LEFT)) {
  const name = isSame
    ? `Outbox goes on with its sequences, when its file ${what}`
    : `Outbox keeps its rows and begins a new producer, when its file ${what}`;
  Deno.test(name, () => {
    using folder = by();
    const { producerId } = recordOf(folder);
    change(folder);

    using outbox = folder.open();
    const stored = outbox.append(draftsOf(manyReports(1, "new")));
    const { reports, gaps } = waiting(outbox);
    const ofNew = reports.pop()!;
    deepStrictEqual(reports.map(({ sequence }) => sequence), range(1, kept));
    if (isSame) {
      deepStrictEqual(stored, { first: kept + 1, last: kept + 1 });
      strictEqual(ofNew.producer_id, producerId);
      strictEqual(folder.telemetry.value("sitemon_outbox_resets_total"), 0);
      return;
    }
    deepStrictEqual(stored, { first: 1, last: 1 });
    notStrictEqual(ofNew.producer_id, producerId);
    strictEqual(reports.some((report) => report.producer_id === ofNew.producer_id), false);
    deepStrictEqual(gaps.map(inWords), lost);
    deepStrictEqual(
      [...new Set(gaps.map((gap) => gap.producer_id))],
      lost!.length ? [producerId] : [],
    );
    strictEqual(folder.telemetry.value("sitemon_outbox_resets_total"), 1);
    // Of a file that is another one or gone, nobody knows how many were still to be sent.
    const counted = lost![0] === "lost 101-300" ? 200 : 0;
    const cause = { cause: "outbox_reset" };
    strictEqual(folder.telemetry.value("sitemon_reports_lost_total", cause), counted);
  });
}

Deno.test("Outbox goes on as the new producer that it began, and drops no row of the former one", () => {
  using folder = restored();
  const options = { rowsMax: 3, whenFull: "drop_oldest" } as const;
  {
    using outbox = folder.open(options);
    strictEqual(waiting(outbox).reports.length, 100);
  }
  using outbox = folder.open({ rowsMax: 103, whenFull: "drop_oldest" });
  outbox.append(draftsOf(manyReports(5)));
  const { reports, gaps } = waiting(outbox);
  deepStrictEqual(reports.map(({ sequence }) => sequence), [...range(1, 100), 3, 4, 5]);
  deepStrictEqual(gaps.map(inWords), ["lost 101-300", "dropped_oldest 1-2"]);
  strictEqual(folder.telemetry.value("sitemon_outbox_resets_total"), 1);
});

Deno.test("Outbox announces what was lost once, though its log is lost again at once", () => {
  using folder = restored();
  using outbox = folder.open();
  strictEqual(outbox.stats().rows, 101);
  using crashed = folder.copyCrashed();
  Deno.removeSync(`${crashed.path}-wal`);
  using next = crashed.open();
  deepStrictEqual(waiting(next).gaps.map(inWords), ["lost 101-300"]);
});
