import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { EXIT_IO, EXIT_LOCKED, EXIT_OK } from "../../../src/cli/exit_code.ts";
import { outboxExport } from "../../../src/cli/commands/outbox_export.ts";
import { rangesText } from "../../../src/cli/text/ranges_text.ts";
import { draftsOf, EVERYTHING, manyReports, OutboxFolder } from "../../outbox/outbox_fixture.ts";
import { FakeTerminal } from "../text/fake_terminal.ts";

Deno.test("outboxExport() prints each row as one JSON object, in the words of the report", async () => {
  using folder = new OutboxFolder();
  const outbox = folder.open({ whenFull: "drop_oldest", rowsMax: 2 });
  outbox.append(draftsOf(manyReports(3)));
  outbox.settle({ acknowledged: [], tooLarge: [outbox.take(EVERYTHING)[0]!.id] });
  const { producerId } = outbox.stats();
  outbox.close();
  const terminal = new FakeTerminal();
  strictEqual(await outboxExport(folder.path, terminal), EXIT_OK);
  const rows = terminal.output.trimEnd().split("\n").map((line) => JSON.parse(line));
  deepStrictEqual(
    rows.map(({ kind, dead_reason, content, site, sequence, first, reason }) => {
      return { kind, dead_reason, content, site, sequence, first, reason };
    }).map((row) => Object.values(row).filter((value) => value != null)),
    [
      ["report", "site-2", 3],
      ["gap", 1, "dropped_oldest"],
      ["gap", 2, "too_large"],
      ["dead_letter", "too_large", "report", "site-1", 2],
    ],
  );
  ok(rows.every(({ producer_id }) => producer_id === producerId));
  strictEqual(terminal.errors, "Read reports: 1, gaps: 2, dead letters: 1\n");
});

Deno.test("outboxExport() says what it could not read", async () => {
  using folder = new OutboxFolder();
  const outbox = folder.open();
  outbox.append(draftsOf(manyReports(2_000)));
  outbox.close();
  const bytes = Deno.readFileSync(folder.path);
  bytes.fill(7, bytes.length / 2, bytes.length / 2 + 40_960);
  Deno.writeFileSync(folder.path, bytes);
  const terminal = new FakeTerminal();
  strictEqual(await outboxExport(folder.path, terminal), EXIT_IO);
  const [read, why, absent] = terminal.errors.split("\n");
  ok(/^Read reports: 1\d{3}, gaps: 0, dead letters: 0$/.test(read!), `${read}`);
  ok(
    /as its pages must be sound: .+; rows of which only a part is left: \d+$/.test(why!),
    `${why}`,
  );
  ok(/^Of producer .+ these sequences are not there, .+: \d+ to \d+/.test(absent!), `${absent}`);
});

Deno.test("outboxExport() leaves a running producer's file alone", async () => {
  using folder = new OutboxFolder();
  using _outbox = folder.open();
  const terminal = new FakeTerminal();
  strictEqual(await outboxExport(folder.path, terminal), EXIT_LOCKED);
  strictEqual(terminal.output, "");
  ok(terminal.errors.startsWith(`Cannot open outbox "${folder.path}" as one process at a time`));
});

Deno.test("outboxExport() makes no file where there is none", async () => {
  using folder = new OutboxFolder();
  const terminal = new FakeTerminal();
  strictEqual(await outboxExport(folder.path, terminal), EXIT_IO);
  deepStrictEqual([...Deno.readDirSync(folder.folder)], []);
});

Deno.test("rangesText() names the first ranges, and how many more there are", () => {
  strictEqual(rangesText([{ first: 3, last: 3 }, { first: 7, last: 12 }]), "3, 7 to 12");
  const many = Array.from({ length: 25 }, (_, n) => ({ first: 2 * n, last: 2 * n }));
  ok(rangesText(many, 2).endsWith("38 and 7 more ranges"));
});
