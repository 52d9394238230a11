import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type ExportedRow, exportOutbox } from "../../src/outbox/export_outbox.ts";
import { OutboxMissingError, OutboxRefusedError } from "../../src/outbox/outbox_error.ts";
import { draftsOf, EVERYTHING, manyReports, OutboxFolder } from "./outbox_fixture.ts";

function exported(path: string) {
  const rows: ExportedRow[] = [];
  const summary = exportOutbox(path, (row) => rows.push(row));
  return { rows, summary };
}

Deno.test("exportOutbox() hands out every report, gap and dead letter, in order", () => {
  using folder = new OutboxFolder();
  const outbox = folder.open({ whenFull: "drop_oldest", rowsMax: 3 });
  outbox.append(draftsOf(manyReports(5)));
  const taken = outbox.take(EVERYTHING);
  outbox.settle({ acknowledged: [], tooLarge: [taken[0]!.id] });
  outbox.close();
  const { rows, summary } = exported(folder.path);
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
  deepStrictEqual(summary, { reports: 2, gaps: 2, deadLetters: 1, undecodable: 0 });
  const [first] = rows;
  strictEqual(first?.kind === "report" && first.report.site, "site-3");
});

Deno.test("exportOutbox() hands out the bytes of a row that this version cannot decode", () => {
  using folder = new OutboxFolder();
  const outbox = folder.open();
  outbox.append(draftsOf(manyReports(1_100)));
  outbox.close();
  using sql = new DatabaseSync(folder.path);
  sql.exec("UPDATE outbox_row SET payload = x'c3010102030405060708' WHERE id = 600");
  const { rows, summary } = exported(folder.path);
  deepStrictEqual(summary, { reports: 1_099, gaps: 0, deadLetters: 0, undecodable: 1 });
  deepStrictEqual(rows.map(({ sequence }) => sequence), Array.from(rows, (_, index) => index + 1));
  const row = rows[599]!;
  strictEqual(row.kind === "undecodable" && row.payload.toHex(), "c3010102030405060708");
});

Deno.test("exportOutbox() refuses another program's database, and a file that is not there", () => {
  using folder = new OutboxFolder();
  const other = new DatabaseSync(folder.path);
  other.exec("CREATE TABLE recipe (name TEXT)");
  other.close();
  throws(() => exported(folder.path), OutboxRefusedError);
  throws(() => exported(`${folder.path}.none`), OutboxMissingError);
});
