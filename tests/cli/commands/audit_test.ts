import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { printAlertSums, printAudit } from "../../../src/cli/commands/audit.ts";
import { EXIT_NOT_UP, EXIT_OK, EXIT_USAGE } from "../../../src/cli/exit_code.ts";
import type { MessageSums } from "../../../src/status/alert_store.ts";
import type { Audit, ProducerAudit } from "../../../src/status/repair/audit.ts";
import { NOON, PRODUCERS } from "../../contract/site_reports.ts";
import { anAlert, firing } from "../../contract/some_alerts.ts";
import { openSqliteStore } from "../../status/sqlite/sqlite_tables.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { FakeTerminal, jsonLines, runCommand } from "../text/fake_terminal.ts";

function aProducer(overrides: Partial<ProducerAudit> = {}): ProducerAudit {
  return {
    producerId: PRODUCERS[0],
    location: "berlin",
    lastRecordedAt: NOON,
    first: 11,
    highest: 110,
    unknownBefore: 0,
    produced: 100,
    applied: 90,
    dropped: 8,
    dead: 2,
    missing: 0,
    missingRanges: [],
    missingRangesLeftOff: 0,
    reused: 0,
    reusedRanges: [],
    reusedRangesLeftOff: 0,
    ...overrides,
  };
}

const LOST = aProducer({
  producerId: PRODUCERS[1],
  location: "\x1b[2Joslo",
  applied: 87,
  missing: 3,
  missingRanges: [{ first: 20, last: 21 }, { first: 40, last: 40 }],
  missingRangesLeftOff: 4,
});

const NOTHING: Audit = {
  producers: [],
  uncovered: [],
  v1: [],
  deadUnassigned: 0,
  horizonMicros: null,
};

function printed(
  audit: Partial<Audit>,
  options: { readonly json?: boolean; readonly sinceMicros?: number; readonly columns?: number } =
    {},
) {
  const terminal = new FakeTerminal(options);
  const code = printAudit({ json: false, ...options, audit: { ...NOTHING, ...audit } }, terminal);
  return { code, output: terminal.output, errors: terminal.errors };
}

Deno.test("printAudit() shows each producer, and exits 1 when something is missing", () => {
  const { code, output } = printed({
    producers: [aProducer(), LOST],
    v1: [{ producerId: PRODUCERS[2], applied: 7 }],
    deadUnassigned: 5,
    horizonMicros: NOON,
  });
  strictEqual(code, EXIT_NOT_UP);
  strictEqual(
    output,
    `PRODUCER                              FIRST  HIGHEST  PRODUCED  APPLIED  DROPPED  DEAD  MISSING  LOCATION
${PRODUCERS[0]}     11      110       100       90        8     2        0  berlin
${PRODUCERS[1]}     11      110       100       87        8     2        3  \ufffd[2Joslo
Missing sequences from ${PRODUCERS[1]}: 20 to 21, 40 and 4 more ranges
Not counted: ${PRODUCERS[2]}, 7 applied messages without sequences
Dead letters of unknown reports: 5
3 reports are missing from what was compared; each producer was compared from its first retained sequence to its ` +
      `highest one; history before 2026-01-15T12:00:00.000Z is not kept
`,
  );
});

Deno.test("printAudit() names sequences that were used twice, and exits 1", () => {
  const reusedRanges = [{ first: 20, last: 21 }, { first: 40, last: 40 }];
  const producers = [aProducer({ reused: 7, reusedRanges, reusedRangesLeftOff: 1 })];
  const { code, output } = printed({ producers });
  strictEqual(code, EXIT_NOT_UP);
  strictEqual(
    output.split("\n")[2],
    `Used twice: 7 sequences from ${
      PRODUCERS[0]
    }, whose outbox was copied or restored, so that a ` +
      "loss may be hidden: 20 to 21, 40 and 1 more ranges",
  );
  const [line] = jsonLines(printed({ producers }, { json: true }).output);
  deepStrictEqual([line!.reused, line!.reused_ranges, line!.reused_ranges_left_off], [
    7,
    reusedRanges,
    1,
  ]);
});

Deno.test("printAudit() keeps what is missing in a narrow terminal, and the summary whole", () => {
  const lost = aProducer({ missing: 1, missingRanges: [{ first: 7, last: 7 }] });
  const [titles, row, ranges, summary] = printed({ producers: [lost] }, { columns: 66 })
    .output.split("\n");
  strictEqual(titles, `${"PRODUCER".padEnd(36)}  DROPPED  DEAD  MISSING`);
  strictEqual(row, `${PRODUCERS[0]}        8     2        1`);
  strictEqual(ranges, `Missing sequences from ${PRODUCERS[0]}: 7`);
  ok(summary!.startsWith("1 report is missing; "), summary!);
});

Deno.test("printAudit() names the first ranges, and how many more there are", () => {
  const missingRanges = Array.from({ length: 25 }, (_, n) => ({ first: 2 * n, last: 2 * n }));
  const lost = aProducer({ missing: 25, missingRanges, missingRangesLeftOff: 2 });
  match(printed({ producers: [lost] }).output, /: 0, 2, .+, 38 and 7 more ranges\n/);
});

Deno.test("printAudit() exits 1 when nothing could be compared, and says so as JSON too", () => {
  strictEqual(printed({ producers: [aProducer()] }).code, EXIT_OK);
  const sinceMicros = NOON;
  const since = "recorded since 2026-01-15T12:00:00.000Z";
  const v1 = [{ producerId: PRODUCERS[2], applied: 7 }];
  const cases: [Partial<Audit>, { sinceMicros?: number }, string][] = [
    [{}, {}, "No reports have arrived\n"],
    [{}, { sinceMicros }, `No reports ${since} have arrived\n`],
    [{ v1 }, {}, "No reports with sequences to compare\n"],
    [{ v1 }, { sinceMicros }, `No reports with sequences ${since} to compare\n`],
  ];
  for (const [audit, options, text] of cases) {
    const { code, output } = printed(audit, options);
    deepStrictEqual([code, output.endsWith(text)], [EXIT_NOT_UP, true], output);
    const { code: jsonCode, errors } = printed(audit, { ...options, json: true });
    deepStrictEqual([jsonCode, errors], [EXIT_NOT_UP, text]);
  }
});

Deno.test("printAudit() says what lies before the first sequence, and who was not compared", () => {
  const [producerId, other] = PRODUCERS;
  const notCompared = (audit: Partial<Audit>, sinceMicros?: number) => {
    const options = sinceMicros === undefined ? {} : { sinceMicros };
    const { code, output } = printed({ producers: [aProducer()], ...audit }, options);
    return [code, output.split("\n").filter((line) => /compared[:;]/.test(line))];
  };
  const summary = "No reports are missing from what was compared; each producer was compared " +
    "from its first retained sequence to its highest one";
  deepStrictEqual(notCompared({ producers: [aProducer({ unknownBefore: 10 })] }), [EXIT_OK, [
    `Not compared: sequences 1 to 10 from ${producerId}, not in the store and perhaps lost`,
    summary,
  ]]);
  const last = "last report recorded at 2026-01-15T12:00:00.000Z";
  const day = 86_400_000_000;
  const silences: [number | null, number | undefined, code: number, text: string][] = [
    [NOON, NOON + day, EXIT_NOT_UP, `${last}; it has been silent since`],
    [NOON, NOON + day + 1, EXIT_OK, last],
    [NOON, undefined, EXIT_OK, last],
    [null, NOON, EXIT_OK, "no report is kept"],
  ];
  for (const [lastRecordedAt, since, code, text] of silences) {
    const uncovered = [{ producerId: other, lastRecordedAt }];
    const lines = [`Not compared: ${other}, ${text}`, summary];
    deepStrictEqual(notCompared({ uncovered }, since), [code, lines]);
  }
});

Deno.test("printAudit() exits 1 for a producer that is in the topic and not in the store", () => {
  const producers = [aProducer()];
  const absent = [{ producerId: PRODUCERS[1], lastRecordedAt: NOON }];
  const { code, output } = printed({ producers, absent });
  const at = "2026-01-15T12:00:00.000Z";
  const line = `\nMissing altogether: ${
    PRODUCERS[1]
  }, in the topic at ${at} and not in the store\n`;
  deepStrictEqual([code, output.includes(line)], [EXIT_NOT_UP, true], output);
  const json = printed({ producers, absent }, { json: true });
  deepStrictEqual([json.code, jsonLines(json.output)[1]], [EXIT_NOT_UP, {
    producer_id: PRODUCERS[1],
    counted: false,
    absent: true,
    last_recorded_at: NOON,
  }]);
  const unknown = printed({ producers, topicFailure: "cannot reach Kafka: why" });
  const said = "producers of the topic are not compared: cannot reach Kafka: why\n";
  deepStrictEqual([unknown.code, unknown.errors], [EXIT_OK, said]);
});

Deno.test("printAudit() prints one object a line as JSON", () => {
  const { code, output } = printed({
    producers: [{ ...LOST, unknownBefore: 10 }],
    uncovered: [{ producerId: PRODUCERS[0], lastRecordedAt: NOON }],
    v1: [{ producerId: PRODUCERS[2], applied: 7 }],
    deadUnassigned: 5,
  }, { json: true });
  strictEqual(code, EXIT_NOT_UP);
  deepStrictEqual(jsonLines(output), [
    {
      producer_id: PRODUCERS[1],
      counted: true,
      location: "\x1b[2Joslo",
      last_recorded_at: NOON,
      first: 11,
      unknown_before: 10,
      highest: 110,
      produced: 100,
      applied: 87,
      dropped: 8,
      dead: 2,
      missing: 3,
      missing_ranges: [{ first: 20, last: 21 }, { first: 40, last: 40 }],
      missing_ranges_left_off: 4,
      reused: 0,
      reused_ranges: [],
      reused_ranges_left_off: 0,
      history_not_before: null,
    },
    { producer_id: PRODUCERS[0], counted: false, last_recorded_at: NOON },
    { producer_id: PRODUCERS[2], counted: false, applied: 7 },
    { producer_id: null, counted: false, dead: 5 },
  ]);
});

const SUMS: MessageSums = {
  messages: 12,
  states: { pending: 1, delivered: 5, superseded: 4, suppressed: 1, expired: 1 },
  unmade: 0,
  untoldEnds: 0,
  untoldBeginnings: 0,
};

const TABLE = [
  "MESSAGES  PENDING  DELIVERED  SUPERSEDED  SUPPRESSED  EXPIRED",
  "      12        1          5           4           1        1",
];

const FOUND: readonly [faults: Partial<MessageSums>, code: number, text: string][] = [
  [{}, EXIT_OK, "Every alert message is accounted for"],
  [{ unmade: 2 }, EXIT_NOT_UP, "Channels without a message of an alert that fired: 2"],
  [
    { untoldEnds: 1 },
    EXIT_NOT_UP,
    "Channels that may have been told of a beginning, and not of its end: 1",
  ],
  [{ untoldBeginnings: 1 }, EXIT_NOT_UP, "Channels told of an end, and not of its beginning: 1"],
  [{ messages: 13 }, EXIT_NOT_UP, "Messages in none of these states: 1"],
];

for (const [faults, code, text] of FOUND) {
  Deno.test(`printAlertSums() exits ${code}: ${text}`, () => {
    const terminal = new FakeTerminal();
    strictEqual(printAlertSums({ ...SUMS, ...faults }, { json: false }, terminal), code);
    const table = "messages" in faults ? TABLE.with(1, TABLE[1]!.replace("12", "13")) : TABLE;
    deepStrictEqual(terminal.output.split("\n"), [...table, text, ""]);
  });
}

Deno.test("printAlertSums() prints one object", () => {
  const terminal = new FakeTerminal();
  strictEqual(printAlertSums({ ...SUMS, untoldEnds: 3 }, { json: true }, terminal), EXIT_NOT_UP);
  const states = { pending: 1, delivered: 5, superseded: 4, suppressed: 1, expired: 1 };
  const faults = { unaccounted: 0, unmade: 0, untold_ends: 3, untold_beginnings: 0 };
  deepStrictEqual(jsonLines(terminal.output), [{ messages: 12, ...states, ...faults }]);
});

Deno.test("sitemon audit --alerts compares the messages of the store", async () => {
  await using opened = await openSqliteStore();
  using folder = new TempFolder();
  const config = folder.write("sitemon.yaml", `store: {path: "${opened.path}"}\n`);
  const asked = async () => {
    const { code, output } = await runCommand("audit", "-c", config, "--alerts", "--json");
    const [{ messages, pending, unmade }] = jsonLines(output) as [Record<string, number>];
    return [code, messages, pending, unmade];
  };
  deepStrictEqual(await asked(), [EXIT_OK, 0, 0, 0]);
  const store = opened.parts.alertStore();
  await store.lead();
  await store.write(firing(anAlert(1), anAlert(2)));
  await store.close();
  deepStrictEqual(await asked(), [EXIT_OK, 2, 2, 0]);
  await opened.sql(`DELETE FROM alert_message WHERE alert_id = '${anAlert(2).id}'`);
  deepStrictEqual(await asked(), [EXIT_NOT_UP, 1, 1, 1]);
  const { code, errors } = await runCommand("audit", "-c", config, "--alerts", "--since", "1h");
  deepStrictEqual([code, errors], [
    EXIT_USAGE,
    "--since and --alerts exclude each other; all alerts are compared\n",
  ]);
});
