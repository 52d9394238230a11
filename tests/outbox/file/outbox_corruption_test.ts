import { Buffer } from "node:buffer";
import { deepStrictEqual, fail, notStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { exportOutbox } from "../../../src/outbox/export_outbox.ts";
import { DatabaseSync } from "node:sqlite";
import { CorruptOutboxError, OutboxRefusedError } from "../../../src/outbox/outbox_error.ts";
import {
  contentOf,
  draftsOf,
  drain,
  EVERYTHING,
  inWords,
  manyReports,
  OutboxFolder,
  waiting,
} from "../outbox_fixture.ts";

const PAGE_BYTES = 4_096;

/** Writes over a part of a file. */
function overwrite(path: string, offset: number, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(offset, Deno.SeekMode.Start);
  file.writeSync(bytes);
}

function garbage(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index * 197 + 31 & 0xff);
}

function pagesOf(path: string): number {
  return Deno.statSync(path).size / PAGE_BYTES;
}

const DAMAGES: Record<string, (path: string) => void> = {
  "garbage in its header": (path) => overwrite(path, 0, garbage(100)),
  "garbage on 20 pages in its middle": (path) =>
    overwrite(path, Math.floor(pagesOf(path) / 2) * PAGE_BYTES, garbage(20 * PAGE_BYTES)),
  "garbage on its last page": (path) =>
    overwrite(path, (pagesOf(path) - 1) * PAGE_BYTES, garbage(PAGE_BYTES)),
  "its second half cut off": (path) =>
    Deno.truncateSync(path, Math.floor(pagesOf(path) / 2) * PAGE_BYTES),
  "an odd number of bytes": (path) => Deno.truncateSync(path, Deno.statSync(path).size - 1_000),
  "nothing in it": (path) => Deno.truncateSync(path, 0),
  "another kind of file in its place": (path) => Deno.writeTextFileSync(path, "interval: 10s\n"),
};

for (const [name, damage] of Object.entries(DAMAGES)) {
  Deno.test(`exportOutbox() refuses a file, and open() moves it aside, when it has ${name}`, () => {
    using folder = new OutboxFolder();
    const former = folder.open();
    former.append(draftsOf(manyReports(2_000)));
    const { producerId } = former.stats();
    former.close();
    damage(folder.path);
    const damaged = Deno.readFileSync(folder.path);
    throws(() => exportOutbox(folder.path, () => fail()), (error: Error) => {
      ok(error instanceof CorruptOutboxError);
      ok(error.message.startsWith(`outbox "${folder.path}" is damaged: `), error.message);
      return error.message.includes(`"sqlite3 ${folder.path} .recover"`);
    });

    using outbox = folder.open();
    notStrictEqual(outbox.stats().producerId, producerId);
    deepStrictEqual(outbox.append(draftsOf(manyReports(1))), { first: 1, last: 1 });
    strictEqual(folder.telemetry.value("sitemon_outbox_resets_total"), 1);
    const [aside] = folder.corruptFolders();
    strictEqual(aside, `${folder.path}.corrupt-2026-01-01T000000.000Z`);
    // Not compared by deepStrictEqual, whose message would be as long as the file.
    ok(Buffer.from(damaged).equals(Deno.readFileSync(`${aside}/outbox.db`)), "it was changed");
  });
}

/** On a disk without room for more than what is stored: pages and log lie where it was written. */
const UNRESERVED = { freeBytes: () => 0 };

Deno.test("open() moves a second damaged file beside the first, within the same millisecond", () => {
  using folder = new OutboxFolder();
  for (let time = 0; time < 2; time++) {
    const outbox = folder.open();
    outbox.append(draftsOf(manyReports(1)));
    outbox.close();
    Deno.truncateSync(folder.path, 0);
  }
  folder.open().close();
  strictEqual(folder.corruptFolders().length, 2);
});

Deno.test("open() moves the log of a damaged file with it, as it was found", () => {
  using folder = new OutboxFolder();
  const former = folder.open(UNRESERVED);
  former.append(draftsOf(manyReports(2_000)));
  former.close();
  const running = folder.open(UNRESERVED);
  running.append(draftsOf(manyReports(10)));
  using crashed = folder.copyCrashed();
  running.close();
  overwrite(crashed.path, 30 * PAGE_BYTES, garbage(20 * PAGE_BYTES));
  const log = Deno.readFileSync(`${crashed.path}-wal`);

  crashed.open().close();
  const aside = crashed.corruptFolders()[0]!;
  ok(log.length > 0);
  ok(Buffer.from(log).equals(Deno.readFileSync(`${aside}/outbox.db-wal`)));
});

Deno.test("Outbox starts a new file when it finds damage while it is in use", () => {
  using folder = new OutboxFolder();
  const former = folder.open();
  for (let round = 0; round < 20; round++) former.append(draftsOf(manyReports(1_000)));
  former.close();

  using outbox = folder.open();
  const { producerId } = outbox.stats();
  const taken = outbox.take({ rowsMax: 10, bytesMax: 1 << 20 });
  // More than SQLite's cache holds, so that it has to read some of it again.
  const from = 20 * PAGE_BYTES;
  overwrite(folder.path, from, garbage(Deno.statSync(folder.path).size - from));
  deepStrictEqual(contentOf(outbox.take(EVERYTHING)).gaps.map(inWords), ["lost 1-20000"]);
  notStrictEqual(outbox.stats().producerId, producerId);
  outbox.append(draftsOf(manyReports(20)));
  // The relay still has ids of the former file.
  outbox.settle({ acknowledged: taken.map((row) => row.id), tooLarge: [] });
  strictEqual(waiting(outbox).reports.length, 20);
  strictEqual(folder.corruptFolders().length, 1);
  strictEqual(drain(outbox).length, 21);
});

Deno.test("open() says what is missing, when the end of the log is torn off", () => {
  using folder = new OutboxFolder();
  using running = folder.open(UNRESERVED);
  for (let commit = 0; commit < 30; commit++) running.append(draftsOf(manyReports(10)));
  const { producerId } = running.stats();
  using crashed = folder.copyCrashed();
  Deno.truncateSync(`${crashed.path}-wal`, Deno.statSync(`${crashed.path}-wal`).size - 2_000);
  using outbox = crashed.open();
  const { reports, gaps } = waiting(outbox);
  strictEqual(reports.length, 290);
  deepStrictEqual(gaps.map((gap) => [gap.producer_id, inWords(gap)]), [[
    producerId,
    "lost 291-300",
  ]]);
  deepStrictEqual(crashed.corruptFolders(), []);
});

const FOREIGN: Record<string, (path: string) => void> = {
  "a text": (path) => Deno.writeTextFileSync(path, "interval: 10s\n"),
  "a database": (path) => {
    using sql = new DatabaseSync(path);
    sql.exec("CREATE TABLE users (id)");
  },
  "a database without tables, but with a mark": (path) => {
    using sql = new DatabaseSync(path);
    sql.exec("PRAGMA application_id = 7");
  },
};

for (const [what, write] of Object.entries(FOREIGN)) {
  Deno.test(`open() refuses ${what} of another program, and leaves it as it is`, () => {
    using folder = new OutboxFolder();
    write(folder.path);
    const before = Deno.readFileSync(folder.path);
    throws(() => folder.open(), (error: Error) => {
      ok(error instanceof OutboxRefusedError, `${error}`);
      return error.message.includes(`"${folder.path}" is another program's`);
    });
    deepStrictEqual(Deno.readFileSync(folder.path), before);
    deepStrictEqual(folder.corruptFolders(), []);
  });
}

Deno.test("open() makes an outbox of an empty file that was none", () => {
  using folder = new OutboxFolder();
  Deno.writeTextFileSync(folder.path, "");
  using outbox = folder.open();
  deepStrictEqual(outbox.append(draftsOf(manyReports(1))), { first: 1, last: 1 });
  strictEqual(folder.telemetry.value("sitemon_outbox_resets_total"), 0);
});
