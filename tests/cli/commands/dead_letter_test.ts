import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type DeadLetterChoice,
  type DeadLetterOptions,
  type DeadLetterSource,
  listDeadLetters,
  outboxDeadLetters,
  replayDeadLetters,
  showDeadLetters,
  SHOWN_BYTES_MAX,
} from "../../../src/cli/commands/dead_letter.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../../../src/cli/exit_code.ts";
import {
  hexDump,
  parsePlace,
  placeText,
  storedDeadLetterView,
} from "../../../src/cli/text/dead_letter_view.ts";
import { readStats } from "../../../src/outbox/outbox_stats.ts";
import type { StoredDeadLetter } from "../../../src/status/dead_letters.ts";
import { NOON, PRODUCERS } from "../../contract/site_reports.ts";
import { draftsOf, EVERYTHING, manyReports, OutboxFolder } from "../../outbox/outbox_fixture.ts";
import { FakeTerminal } from "../text/fake_terminal.ts";

function aDeadLetter(overrides: Partial<StoredDeadLetter> = {}): StoredDeadLetter {
  return {
    number: 1,
    topic: "sites",
    partition: 3,
    offset: 41,
    reason: "undecodable",
    detail: "not a sitemon message: \x1b[31mred",
    recordedAt: NOON,
    receivedAt: NOON + 1_000_000,
    key: new TextEncoder().encode("shop"),
    value: new TextEncoder().encode("\x1b[2J poison"),
    valueBytes: 11,
    sitemonId: `${PRODUCERS[0]}/7`,
    ...overrides,
  };
}

/** Dead letters in memory; those whose detail says so can be replayed. */
class FakeDeadLetters implements DeadLetterSource {
  readonly replayed = "applied";

  constructor(private readonly deadLetters: readonly StoredDeadLetter[]) {}

  find({ ids, reason }: DeadLetterChoice, { limit }: { limit: number }) {
    const meant = this.deadLetters.map(storedDeadLetterView)
      .filter(({ id }) => ids.length === 0 || ids.includes(id))
      .filter((deadLetter) => reason === undefined || deadLetter.reason === reason);
    return Promise.resolve({ deadLetters: meant.slice(0, limit), count: meant.length });
  }

  replay() {
    const failures = this.deadLetters.filter(({ detail }) => detail !== "good");
    const applied = this.deadLetters.length - failures.length;
    return Promise.resolve({ applied, failures, failureCount: failures.length });
  }
}

async function ran(
  command: (options: DeadLetterOptions, terminal: FakeTerminal) => Promise<number>,
  deadLetters: readonly StoredDeadLetter[],
  options: Partial<DeadLetterOptions> = {},
) {
  const terminal = new FakeTerminal();
  const usual = { source: new FakeDeadLetters(deadLetters), ids: [], json: false, limit: 1_000 };
  return { code: await command({ ...usual, ...options }, terminal), ...terminal };
}

Deno.test("listDeadLetters() prints a line for each, and says when there are more", async () => {
  const other = aDeadLetter({ offset: 42, sitemonId: null, valueBytes: 123_456 });
  const deadLetters = [aDeadLetter(), other, aDeadLetter({ offset: 43 })];
  const { code, output, errors } = await ran(listDeadLetters, deadLetters, { limit: 2 });
  strictEqual(code, EXIT_OK);
  deepStrictEqual(output.split("\n").map((line) => line.slice(0, 96).trimEnd()), [
    "ID          REASON       RECORDED               BYTES  REPORT                                  D",
    `sites/3/41  undecodable  2026-01-15 12:00:00Z      11  ${PRODUCERS[0]}/7  n`,
    "sites/3/42  undecodable  2026-01-15 12:00:00Z  123456  -                                       n",
    "",
  ]);
  ok(!output.includes("\x1b"));
  strictEqual(errors, "2 of 3 dead letters; --limit shows more\n");
  strictEqual((await ran(listDeadLetters, [])).errors, "No dead letters\n");
});

Deno.test("showDeadLetters() prints all that is known, and no byte that could move the terminal", async () => {
  const { code, output } = await ran(showDeadLetters, [aDeadLetter({ valueBytes: 5_000 })]);
  strictEqual(code, EXIT_OK);
  strictEqual(
    output,
    `id        sites/3/41
reason    undecodable
detail    not a sitemon message: \ufffd[31mred
report    ${PRODUCERS[0]}/7
recorded  2026-01-15 12:00:00Z
received  2026-01-15 12:00:01Z
key       shop
bytes     5000
00000000  1b 5b 32 4a 20 70 6f 69 73 6f 6e                 |.[2J poison|
and 4989 more bytes
`,
  );
});

Deno.test("showDeadLetters() prints bytes in hexadecimal as JSON, and 1 for one that is not there", async () => {
  const options = { json: true, ids: ["sites/3/41", "sites/3/99"] };
  const { code, output, errors } = await ran(showDeadLetters, [aDeadLetter()], options);
  strictEqual(code, EXIT_NOT_UP);
  const { detail: _, ...deadLetter } = JSON.parse(output);
  deepStrictEqual(deadLetter, {
    id: "sites/3/41",
    topic: "sites",
    partition: 3,
    offset: 41,
    received_at: NOON + 1_000_000,
    reason: "undecodable",
    sitemon_id: `${PRODUCERS[0]}/7`,
    recorded_at: NOON,
    value_bytes: 11,
    key: "73686f70",
    value: "1b5b324a20706f69736f6e",
  });
  const sentence = 'no such dead letter: "sites/3/99"; "sitemon dead-letter list" lists the IDs';
  strictEqual(errors, `${sentence}\n`);
});

Deno.test("replayDeadLetters() says why dead letters stay, and exits 1 then", async () => {
  const good = aDeadLetter({ offset: 1, detail: "good" });
  const both = await ran(replayDeadLetters, [good, aDeadLetter()]);
  deepStrictEqual([both.code, both.output, both.errors], [
    EXIT_NOT_UP,
    "applied: 1, remaining: 1\n",
    "sites/3/41 cannot be applied (undecodable): not a sitemon message: \ufffd[31mred\n",
  ]);
  const { code, output } = await ran(replayDeadLetters, [good], { json: true });
  deepStrictEqual([code, JSON.parse(output)], [EXIT_OK, { applied: 1, remaining: 0 }]);
  strictEqual((await ran(replayDeadLetters, [good], { ids: ["nowhere/1/1"] })).code, EXIT_NOT_UP);
});

Deno.test("outboxDeadLetters() finds the rows of an outbox by number, and puts them back", async () => {
  using folder = new OutboxFolder();
  const outbox = folder.open();
  outbox.append(draftsOf(manyReports(3)));
  const taken = outbox.take(EVERYTHING);
  outbox.settle({ acknowledged: [], tooLarge: taken.map(({ id }) => id) });
  const deadLetters = outboxDeadLetters(folder.path);
  const bounds = { limit: 2, valueBytesMax: 16 };
  const { deadLetters: found, count } = await deadLetters.find({ ids: [] }, bounds);
  strictEqual(count, 3);
  deepStrictEqual(found.map(({ id, value }) => [id, value!.length]), [["1", 16], ["2", 16]]);
  strictEqual((await deadLetters.find({ ids: ["2"], reason: "other" }, bounds)).count, 0);
  outbox.close();
  const replayed = await deadLetters.replay({ ids: ["1", "3", "sites/1/1"] });
  deepStrictEqual(replayed, { applied: 2, failures: [], failureCount: 0 });
  deepStrictEqual([readStats(folder.path).rows, readStats(folder.path).deadLetters], [3, 1]);
});

Deno.test("parsePlace() reads what placeText() wrote, whatever the topic", () => {
  const place = { topic: "outbox/0a6b8d5e/x", partition: 0, offset: 123_456 };
  deepStrictEqual(parsePlace(placeText(place)), place);
  for (const text of ["", "7", "a/b/c", "/1/2", "a/1/2/", "a/-1/2"]) {
    strictEqual(parsePlace(text), undefined, text);
  }
});

Deno.test("hexDump() shows 16 bytes a line, and of text what is ASCII", () => {
  const lines = hexDump(Uint8Array.from({ length: 18 }, (_, n) => 0x78 + n)).split("\n");
  deepStrictEqual(lines, [
    "00000000  78 79 7a 7b 7c 7d 7e 7f 80 81 82 83 84 85 86 87  |xyz{|}~.........|",
    "00000010  88 89                                            |..|",
    "",
  ]);
  ok(SHOWN_BYTES_MAX % 16 === 0);
});
