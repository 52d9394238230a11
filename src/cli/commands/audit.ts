/** `sitemon audit`: says of each producer whether anything that it stored is missing. */
import type { Audit, ProducerAudit } from "../../status/repair/audit.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../exit_code.ts";
import { rangesText } from "../text/ranges_text.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable, printableJson } from "../text/terminal_text.ts";
import { textTable } from "../text/text_table.ts";

export interface AuditPrintOptions {
  readonly audit: Audit;
  /** Only what was recorded since was asked for, in microseconds since 1970. */
  readonly sinceMicros?: number | undefined;
  /** One object for each producer. */
  readonly json: boolean;
}

const TITLES = [
  "PRODUCER",
  "FIRST",
  "HIGHEST",
  "PRODUCED",
  "APPLIED",
  "DROPPED",
  "DEAD",
  "MISSING",
  "LOCATION",
];
const ALIGNS_RIGHT = TITLES.map((_, at) => at > 0 && at < TITLES.length - 1);

/** Returns the exit code: 1 when something is missing. */
export function printAudit(options: AuditPrintOptions, terminal: Terminal): number {
  const { audit, json } = options;
  terminal.write(json ? jsonLines(audit) : text(options, terminal.columns));
  return audit.producers.some(({ missing }) => missing > 0) ? EXIT_NOT_UP : EXIT_OK;
}

function text({ audit, sinceMicros }: AuditPrintOptions, columns: number | undefined): string {
  const { producers, v1, deadUnassigned, horizonMicros } = audit;
  if (producers.length + v1.length === 0) return `${nothing(sinceMicros)}\n`;
  const lines = producers.length > 0
    ? [textTable(producers.map(cellsOf), { titles: TITLES, alignsRight: ALIGNS_RIGHT, columns })]
    : [];
  for (const { producerId, missing, missingRanges, missingRangesLeftOff } of producers) {
    if (missing === 0) continue;
    const ranges = rangesText(missingRanges, missingRangesLeftOff);
    lines.push(`Missing of ${producerId}: ${ranges}\n`);
  }
  for (const { producerId, applied } of v1) {
    lines.push(`Not counted: ${producerId}, ${applied} applied messages without sequences\n`);
  }
  if (deadUnassigned > 0) {
    lines.push(`Dead letters that do not say which report they were: ${deadUnassigned}\n`);
  }
  lines.push(`${verdict(producers)}; ${coverage(horizonMicros)}\n`);
  return lines.join("");
}

/** As when every producer is silent since: nothing is known to be missing, and nothing is well. */
function nothing(sinceMicros: number | undefined): string {
  if (sinceMicros === undefined) return "No report has arrived";
  return `No report has arrived that was recorded since ${timeText(sinceMicros)}`;
}

function timeText(micros: number): string {
  return new Date(micros / 1_000).toISOString();
}

function cellsOf(producer: ProducerAudit): string[] {
  const { producerId, first, highest, produced, applied, dropped, dead, missing } = producer;
  const numbers = [first, highest, produced, applied, dropped, dead, missing];
  return [producerId, ...numbers.map(String), printable(producer.location ?? "-")];
}

function verdict(producers: readonly ProducerAudit[]): string {
  const missing = producers.reduce((sum, producer) => sum + producer.missing, 0);
  return missing === 0 ? "Nothing is missing" : `${missing} reports are missing`;
}

function coverage(horizonMicros: number | null): string {
  const covered = "each producer is covered from its first sequence that is kept to the highest " +
    "that has arrived";
  if (horizonMicros === null) return covered;
  return `${covered}; history before ${timeText(horizonMicros)} was purged`;
}

function jsonLines({ producers, v1, deadUnassigned, horizonMicros }: Audit): string {
  const lines = [
    ...producers.map((producer) => ({
      producer_id: producer.producerId,
      counted: true,
      location: producer.location,
      last_recorded_at: producer.lastRecordedAt,
      first: producer.first,
      highest: producer.highest,
      produced: producer.produced,
      applied: producer.applied,
      dropped: producer.dropped,
      dead: producer.dead,
      missing: producer.missing,
      missing_ranges: producer.missingRanges,
      missing_ranges_left_off: producer.missingRangesLeftOff,
      history_not_before: horizonMicros,
    })),
    ...v1.map(({ producerId, applied }) => ({
      producer_id: producerId,
      counted: false,
      applied,
    })),
    ...(deadUnassigned > 0 ? [{ producer_id: null, counted: false, dead: deadUnassigned }] : []),
  ];
  return lines.map((line) => `${printableJson(line)}\n`).join("");
}
