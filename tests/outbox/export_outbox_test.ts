// Goal: whatever is wrong with an outbox file, what can be read of it is, and the rest is told.
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { type ExportedRow, exportOutbox } from "../../src/outbox/export_outbox.ts";
import type { Outbox } from "../../src/outbox/outbox.ts";
import { OutboxRefusedError } from "../../src/outbox/outbox_error.ts";
import { salvagedRows } from "../../src/outbox/file/salvaged_rows.ts";
import { DatabaseSync } from "node:sqlite";
import {
  draftsOf,
  drain,
  EVERYTHING,
  manyReports,
  OutboxFolder,
  reportsOf,
} from "./outbox_fixture.ts";

const PAGE_BYTES = 4_096;

function exported(path: string) {
  const rows: ExportedRow[] = [];
  const summary = exportOutbox(path, (row) => rows.push(row));
  return { rows, ...summary };
}

function sequencesOf(rows: readonly ExportedRow[]): number[] {
  return rows.filter(({ kind }) => kind === "report").map(({ sequence }) => sequence)
    .sort((a, b) => a - b);
}

function allFrom1To(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

function overwrite(path: string, offset: number, length: number): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(offset, Deno.SeekMode.Start);
  file.writeSync(Uint8Array.from({ length }, (_, index) => index * 197 + 31 & 0xff));
}

/** Two thousand reports, of which some are too long for a page. */
function fill(outbox: Outbox): void {
  const reports = manyReports(2_000).map((report, index) => ({
    ...report,
    pattern: index % 100 === 0 ? "x".repeat(20_000) : null,
  }));
  outbox.append(draftsOf(reports));
}

/** As a crash leaves it: what was committed last is in the log alone. */
function crashedCopy(path: string, to: string): void {
  for (const suffix of ["", "-wal"]) Deno.copyFileSync(`${path}${suffix}`, `${to}${suffix}`);
}

Deno.test("exportOutbox() hands out every report, gap and dead letter of a sound file, in order", () => {
  using folder = new OutboxFolder();
  const outbox = folder.open({ whenFull: "drop_oldest", rowsMax: 3 });
  outbox.append(draftsOf(manyReports(5)));
  const taken = outbox.take(EVERYTHING);
  outbox.settle({ acknowledged: [], tooLarge: [taken[0]!.id] });
  outbox.close();
  const { rows, ...summary } = exported(folder.path);
  deepStrictEqual(
    rows.map(({ kind, deadReason, sequence }) => [kind, deadReason, sequence]),
    [
      ["report", null, 4],
      ["report", null, 5],
      ["gap", null, 1],
      ["gap", null, 3],
      ["report", "too_large", 3],
    ],
  );
  deepStrictEqual(summary, {
    reports: 2,
    gaps: 2,
    deadLetters: 1,
    undecodable: 0,
    damage: undefined,
    brokenRows: 0,
    absent: new Map(),
  });
  const [first] = rows;
  strictEqual(first?.kind === "report" && first.report.site, "site-3");
});

Deno.test("salvagedRows() reads of a sound file what SQLite does, and of its log too", () => {
  using folder = new OutboxFolder();
  using crashed = new OutboxFolder();
  const first = folder.open();
  fill(first);
  first.take({ rowsMax: 700, bytesMax: 1 << 30 }).forEach(() => {});
  drain(first);
  fill(first);
  first.close();
  using second = folder.open();
  second.settle({
    acknowledged: second.take({ rowsMax: 500, bytesMax: 1 << 30 }).map(({ id }) => id),
    tooLarge: [],
  });
  second.append(draftsOf(reportsOf("newest")));
  crashedCopy(folder.path, crashed.path);
  const salvaged = [...salvagedRows(crashed.path)].map((row) => ({ ...row! }));
  const sql = new DatabaseSync(folder.path, { readOnly: true });
  const rows = sql.prepare(
    `SELECT NULL AS deadReason, producer_id AS producerId, sequence, recorded_at AS recordedAt,
       payload FROM outbox_row ORDER BY id`,
  ).all().map((row) => ({ ...row }));
  sql.close();
  strictEqual(rows.length, 1_501);
  const bySequence = (a: { sequence?: unknown }, b: { sequence?: unknown }) =>
    (a.sequence as number) - (b.sequence as number);
  // Not compared as objects: the message of a difference would be as long as the file.
  const inWords = (row: object) =>
    Object.values(row).map((value) => value instanceof Uint8Array ? value.toHex() : value).join();
  ok(
    salvaged.sort(bySequence).map(inWords).join("\n") ===
      rows.sort(bySequence).map(inWords).join("\n"),
  );
});

Deno.test("exportOutbox() reads everything of a file whose header alone is garbage", () => {
  using folder = new OutboxFolder();
  const outbox = folder.open();
  fill(outbox);
  outbox.close();
  overwrite(folder.path, 0, 100);
  const { rows, damage, brokenRows, absent } = exported(folder.path);
  deepStrictEqual(sequencesOf(rows), allFrom1To(2_000));
  ok(damage?.includes("not a database"), damage ?? "no damage");
  deepStrictEqual([brokenRows, absent.size], [0, 0]);
});

const PARTLY: Record<string, (path: string, pages: number) => void> = {
  "20 pages of garbage in its middle": (path, pages) =>
    overwrite(path, Math.floor(pages / 2) * PAGE_BYTES, 20 * PAGE_BYTES),
  "its second half cut off": (path, pages) =>
    Deno.truncateSync(path, Math.floor(pages / 2) * PAGE_BYTES),
  "an odd number of bytes": (path, pages) => Deno.truncateSync(path, pages * PAGE_BYTES - 1_000),
};

for (const [what, damage] of Object.entries(PARTLY)) {
  Deno.test(`exportOutbox() reads what is left of a file with ${what}, and says what is not`, () => {
    using folder = new OutboxFolder();
    const outbox = folder.open();
    fill(outbox);
    outbox.close();
    damage(folder.path, Deno.statSync(folder.path).size / PAGE_BYTES);
    const before = Deno.readFileSync(folder.path);
    const result = exported(folder.path);
    const read = sequencesOf(result.rows);
    ok(read.length > 700, `${read.length} rows were read`);
    strictEqual(new Set(read).size, read.length);
    isDamaged(result.damage);
    const absent = [...result.absent.values()].flat()
      .reduce((sum, { first, last }) => sum + last - first + 1, 0);
    strictEqual(read.length + absent, read.at(-1)! - read[0]! + 1);
    ok(Deno.readFileSync(folder.path).every((byte, index) => byte === before[index]));
  });
}

function isDamaged(damage: string | undefined): void {
  ok(typeof damage === "string" && damage !== "");
}

Deno.test("exportOutbox() survives any bytes in place of a file", () => {
  using folder = new OutboxFolder();
  for (const length of [1, 99, 4_096, 100_000]) {
    Deno.writeFileSync(folder.path, new Uint8Array(length).fill(13));
    const { rows, damage } = exported(folder.path);
    strictEqual(rows.length, 0);
    isDamaged(damage);
  }
  Deno.truncateSync(folder.path, 0);
  isDamaged(exported(folder.path).damage);
});

Deno.test("exportOutbox() refuses another program's database, and a file that is not there", () => {
  using folder = new OutboxFolder();
  const other = new DatabaseSync(folder.path);
  other.exec("CREATE TABLE recipe (name TEXT)");
  other.close();
  throws(() => exported(folder.path), OutboxRefusedError);
  throws(() => exported(`${folder.path}.none`), Deno.errors.NotFound);
});
