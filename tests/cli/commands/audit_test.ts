import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { printAudit } from "../../../src/cli/commands/audit.ts";
import { microsOf } from "../../../src/cli/commands/audit_command.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../../../src/cli/exit_code.ts";
import type { Audit, ProducerAudit } from "../../../src/status/repair/audit.ts";
import { NOON, PRODUCERS } from "../../contract/site_reports.ts";
import { FakeTerminal } from "../text/fake_terminal.ts";

function aProducer(overrides: Partial<ProducerAudit> = {}): ProducerAudit {
  return {
    producerId: PRODUCERS[0],
    location: "berlin",
    lastRecordedAt: NOON,
    first: 11,
    highest: 110,
    produced: 100,
    applied: 90,
    dropped: 8,
    dead: 2,
    missing: 0,
    missingRanges: [],
    missingRangesLeftOff: 0,
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

function printed(overrides: Partial<Audit>, json = false) {
  const terminal = new FakeTerminal();
  const audit = { producers: [], v1: [], deadUnassigned: 0, horizonMicros: null, ...overrides };
  return { code: printAudit({ audit, json }, terminal), output: terminal.output };
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
Missing of ${PRODUCERS[1]}: 20 to 21, 40 and 4 more ranges
Not counted: ${PRODUCERS[2]}, 7 applied messages without sequences
Dead letters that do not say which report they were: 5
3 reports are missing; each producer is covered from its first sequence that is kept to the ` +
      `highest that has arrived; history before 2026-01-15T12:00:00.000Z was purged
`,
  );
});

Deno.test("printAudit() exits 0, when nothing is missing or nothing has arrived", () => {
  strictEqual(printed({ producers: [aProducer()] }).code, EXIT_OK);
  deepStrictEqual(printed({}), { code: EXIT_OK, output: "No report has arrived\n" });
});

Deno.test("printAudit() says since when no report has arrived, when a time was asked for", () => {
  const terminal = new FakeTerminal();
  const audit = { producers: [], v1: [], deadUnassigned: 0, horizonMicros: null };
  strictEqual(printAudit({ audit, sinceMicros: NOON, json: false }, terminal), EXIT_OK);
  strictEqual(
    terminal.output,
    "No report has arrived that was recorded since 2026-01-15T12:00:00.000Z\n",
  );
});

Deno.test("printAudit() prints one object a line as JSON", () => {
  const { code, output } = printed({
    producers: [LOST],
    v1: [{ producerId: PRODUCERS[2], applied: 7 }],
    deadUnassigned: 5,
  }, true);
  strictEqual(code, EXIT_NOT_UP);
  deepStrictEqual(output.trimEnd().split("\n").map((line) => JSON.parse(line)), [
    {
      producer_id: PRODUCERS[1],
      counted: true,
      location: "\x1b[2Joslo",
      last_recorded_at: NOON,
      first: 11,
      highest: 110,
      produced: 100,
      applied: 87,
      dropped: 8,
      dead: 2,
      missing: 3,
      missing_ranges: [{ first: 20, last: 21 }, { first: 40, last: 40 }],
      missing_ranges_left_off: 4,
      history_not_before: null,
    },
    { producer_id: PRODUCERS[2], counted: false, applied: 7 },
    { producer_id: null, counted: false, dead: 5 },
  ]);
});

const NOW = Date.UTC(2026, 4, 2);
for (
  const [text, ms] of [
    ["12h", NOW - 12 * 3_600_000],
    ["90s", NOW - 90_000],
    ["2026-05-01", Date.UTC(2026, 4, 1)],
    ["2026-05-01 18:30", Date.UTC(2026, 4, 1, 18, 30)],
    ["2026-05-01T18:30:05Z", Date.UTC(2026, 4, 1, 18, 30, 5)],
    ["2026-05-01T18:30+02:00", Date.UTC(2026, 4, 1, 16, 30)],
    ["yesterday", undefined],
    ["2026-13-01", undefined],
    ["12", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`microsOf() takes "${text}" for ${ms === undefined ? "no time" : new Date(ms).toISOString()}`, () => {
    strictEqual(microsOf(text, NOW), ms === undefined ? undefined : ms * 1_000);
  });
}
