import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { adoptRows } from "../../../src/outbox/file/former_rows.ts";
import { OutboxDatabase } from "../../../src/outbox/file/outbox_database.ts";
import { OutboxTables } from "../../../src/outbox/file/outbox_tables.ts";
import {
  draftsOf,
  inWords,
  manyReports,
  OutboxFolder,
  range,
  SPACIOUS,
  waiting,
} from "../outbox_fixture.ts";

const PAGE_BYTES = 4_096;
const REPORTS = 20_000;

Deno.test("adoptRows() copies the rows that can be read, and announces that others are lost", () => {
  using folder = new OutboxFolder();
  const former = folder.open();
  for (let round = 0; round < REPORTS / 1_000; round++) former.append(draftsOf(manyReports(1_000)));
  const { producerId } = former.stats();
  former.close();

  using database = OutboxDatabase.open(folder.path);
  const tables = new OutboxTables(database, { ...SPACIOUS, ...folder });
  // What a disk no longer gives, behind SQLite's back; more than its cache holds.
  using file = Deno.openSync(folder.path, { write: true });
  const { size } = file.statSync();
  file.seekSync(Math.floor(size / 2 / PAGE_BYTES) * PAGE_BYTES, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(size / 4).fill(0x5a));

  const path = `${folder.folder}/new.db`;
  const adopted = adoptRows(tables, path, REPORTS);
  using next = folder.open({ path });
  const { reports, gaps } = waiting(next);
  ok(reports.length > REPORTS / 4 && reports.length < REPORTS, `${reports.length}`);
  deepStrictEqual(reports.map(({ sequence }) => sequence), range(1, reports.length));
  ok(reports.every((report) => report.producer_id === producerId));
  strictEqual(adopted.lostRows, REPORTS - reports.length);
  deepStrictEqual(gaps.map((gap) => [gap.producer_id, inWords(gap)]), [
    [producerId, `lost 1-${REPORTS}`],
  ]);
});
