import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { EXIT_CONFIG, EXIT_IO, EXIT_OK } from "../../../src/cli/exit_code.ts";
import { outboxStats } from "../../../src/cli/commands/outbox_stats.ts";
import { draftsOf, EVERYTHING, manyReports, OutboxFolder } from "../../outbox/outbox_fixture.ts";
import { FakeTerminal } from "../text/fake_terminal.ts";

Deno.test("outboxStats() prints what waits, while the producer has the file open", async () => {
  using folder = new OutboxFolder();
  using outbox = folder.open({ whenFull: "drop_oldest", rowsMax: 3 });
  outbox.append(draftsOf(manyReports(5)));
  const terminal = new FakeTerminal();
  strictEqual(await outboxStats({ path: folder.path }, terminal), EXIT_OK);
  const { producerId, bytes } = outbox.stats();
  const age = /^oldest {8}\d+\.\d s old\n/m;
  ok(age.test(terminal.output), terminal.output);
  strictEqual(
    terminal.output.replace(age, ""),
    `outbox        ${folder.path}
producer      ${producerId}
rows          4 (gaps: 1)
bytes         ${bytes}
sequences     3 to 5
dead letters  0
`,
  );
});

Deno.test("outboxStats() prints one JSON object on demand", async () => {
  using folder = new OutboxFolder();
  using outbox = folder.open();
  outbox.append(draftsOf(manyReports(3)));
  outbox.settle({ acknowledged: [], tooLarge: [outbox.take(EVERYTHING)[0]!.id] });
  const terminal = new FakeTerminal();
  strictEqual(await outboxStats({ path: folder.path, json: true }, terminal), EXIT_OK);
  ok(terminal.output.endsWith("}\n"));
  const { oldest_age_seconds, ...stats } = JSON.parse(terminal.output);
  strictEqual(typeof oldest_age_seconds, "number");
  deepStrictEqual(stats, {
    path: folder.path,
    producer_id: outbox.stats().producerId,
    rows: 3,
    bytes: outbox.stats().bytes,
    oldest_recorded_at: folder.clock.nowMicros() + 1,
    sequence_first: 2,
    sequence_last: 3,
    gaps: 1,
    dead_letters: 1,
  });
});

Deno.test("outboxStats() prints an outbox in which nothing waits", async () => {
  using folder = new OutboxFolder();
  folder.open().close();
  const terminal = new FakeTerminal();
  strictEqual(await outboxStats({ path: folder.path }, terminal), EXIT_OK);
  ok(terminal.output.includes("oldest        none waits\n"), terminal.output);
  ok(
    terminal.output.includes("sequences     no report waits, the last one was 0\n"),
    terminal.output,
  );
});

Deno.test("outboxStats() says in one sentence that there is no file", async () => {
  const terminal = new FakeTerminal();
  strictEqual(await outboxStats({ path: "/no/such/outbox.db" }, terminal), EXIT_IO);
  strictEqual(terminal.output, "");
  strictEqual(
    terminal.errors,
    'Cannot read outbox "/no/such/outbox.db" as a producer must have made it: there is none; ' +
      'start the producer once, or see "outbox.path"\n',
  );
});

Deno.test("outboxStats() says in one sentence that a file is no outbox", async () => {
  using folder = new OutboxFolder();
  Deno.writeTextFileSync(folder.path, "interval: 10s\n".repeat(100));
  const terminal = new FakeTerminal();
  strictEqual(await outboxStats({ path: folder.path }, terminal), EXIT_CONFIG);
  ok(terminal.errors.startsWith(`Cannot read outbox "${folder.path}" as its pages must be sound`));
});

Deno.test("outboxStats() says in one sentence that a producer has not made its tables yet", async () => {
  using folder = new OutboxFolder();
  using unfinished = new DatabaseSync(folder.path);
  unfinished.exec("PRAGMA journal_mode = WAL");
  const terminal = new FakeTerminal();
  strictEqual(await outboxStats({ path: folder.path }, terminal), EXIT_IO);
  ok(terminal.errors.includes("as a producer must have made it: there is none"), terminal.errors);
});

Deno.test("outboxStats() says in one sentence that a file is empty", async () => {
  using folder = new OutboxFolder();
  Deno.writeTextFileSync(folder.path, "");
  const terminal = new FakeTerminal();
  strictEqual(await outboxStats({ path: folder.path }, terminal), EXIT_CONFIG);
  ok(terminal.errors.includes("as its pages must be sound: the file is empty"), terminal.errors);
});
