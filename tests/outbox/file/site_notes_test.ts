import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { OutboxFullError } from "../../../src/outbox/outbox_error.ts";
import { draftsOf, openOutbox, OutboxFolder, reportsOf } from "../outbox_fixture.ts";

const reports = draftsOf(reportsOf("backup"));

Deno.test("appendBatches() keeps notes in one transaction with the reports, and the last of a name", () => {
  using folder = new OutboxFolder();
  const outbox = folder.open();
  outbox.appendBatches([
    { reports, notes: [{ name: "backup", value: "1" }, { name: "mail", value: "1" }] },
    { reports: [], notes: [{ name: "backup", value: "2" }, { name: "mail", value: null }] },
  ]);
  using crashed = folder.copyCrashed();
  outbox.close();
  using again = crashed.open();
  deepStrictEqual(again.siteNotes().map((note) => ({ ...note })), [{ name: "backup", value: "2" }]);
  strictEqual(again.stats().rows, 1);
});

Deno.test("appendBatches() keeps no note of a batch that is stored already, or does not fit", () => {
  using outbox = openOutbox({ rowsMax: 2, whenFull: "pause" });
  const source = { id: "push", batch: 1 };
  outbox.appendBatches([{ reports, notes: [{ name: "backup", value: "1" }], source }]);
  outbox.appendBatches([{ reports, notes: [{ name: "backup", value: "2" }], source }]);
  const tooMany = [...reports, ...reports];
  const notes = [{ name: "backup", value: "3" }];
  throws(() => outbox.appendBatches([{ reports: tooMany, notes }]), OutboxFullError);
  deepStrictEqual(outbox.siteNotes().map(({ value }) => value), ["1"]);
});

Deno.test("siteNotes() are kept in the new file, when the old one was removed while it was open", () => {
  using outbox = openOutbox();
  outbox.appendBatches([{ reports, notes: [{ name: "backup", value: "1" }] }]);
  Deno.removeSync(outbox.folder.path);
  outbox.append(reports);
  deepStrictEqual(outbox.siteNotes().map(({ value }) => value), ["1"]);
});

Deno.test("siteNotes() are none of an older file, since more has happened since", () => {
  using folder = new OutboxFolder();
  const outbox = folder.open();
  outbox.appendBatches([{ reports, notes: [{ name: "backup", value: "1" }] }]);
  outbox.close();
  Deno.copyFileSync(folder.path, `${folder.path}.old`);
  const newer = folder.open();
  newer.append(reports);
  newer.close();
  Deno.renameSync(`${folder.path}.old`, folder.path);
  using restored = folder.open();
  deepStrictEqual(restored.siteNotes(), []);
});

Deno.test("Outbox.open() adds notes to a file of an earlier version", () => {
  using folder = new OutboxFolder();
  folder.open().close();
  const sql = new DatabaseSync(folder.path);
  sql.exec("DROP TABLE site_note");
  sql.close();
  using outbox = folder.open();
  outbox.appendBatches([{ reports: [], notes: [{ name: "backup", value: "1" }] }]);
  strictEqual(outbox.siteNotes().length, 1);
});
