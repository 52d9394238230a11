import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { NOTES_MAX } from "../../../src/outbox/file/note_rows.ts";
import { draftsOf, manyReports, openOutbox, OutboxFolder } from "../outbox_fixture.ts";

Deno.test("Outbox keeps notes across restarts, the last of each name", () => {
  using folder = new OutboxFolder();
  {
    using outbox = folder.open();
    deepStrictEqual(outbox.notes(), new Map());
    for (const text of ["one", "two"]) outbox.note("a", text);
    outbox.note("b", "three");
  }
  using outbox = folder.open();
  deepStrictEqual(Object.fromEntries(outbox.notes()), { a: "two", b: "three" });
});

Deno.test("Outbox keeps notes after a kill -9", () => {
  using outbox = openOutbox();
  outbox.note("a", "one");
  using crashed = outbox.folder.copyCrashed();
  using again = crashed.open();
  deepStrictEqual(again.notes(), new Map([["a", "one"]]));
});

Deno.test("Outbox takes notes along into the file that replaces one that was removed", () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(manyReports(1)));
  outbox.note("a", "one");
  Deno.removeSync(outbox.folder.path);
  deepStrictEqual(outbox.notes(), new Map([["a", "one"]]));
  strictEqual(outbox.stats().rows, 1);
});

Deno.test("Outbox forgets the oldest of more notes than are kept", () => {
  using outbox = openOutbox();
  for (let number = 0; number <= NOTES_MAX; number++) outbox.note(`n${number}`, "");
  const names = [...outbox.notes().keys()];
  deepStrictEqual([names.length, names[0], names.at(-1)], [NOTES_MAX, "n1", `n${NOTES_MAX}`]);
});
