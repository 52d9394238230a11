/** `sitemon audit`: shows for each producer whether any of its reports are missing from the store. */
import { ConfigError } from "../../config/config_error.ts";
import type { Run } from "../../report/sequence_runs.ts";
import { threadResult } from "../../runtime/threads/thread_results.ts";
import { DAY_MS } from "../../runtime/time_units.ts";
import type { MessageSums } from "../../status/alert_store.ts";
import type { Audit, ProducerAudit, UncoveredProducer } from "../../status/repair/audit.ts";
import { storeTaskSpec } from "../../threads/store_task/store_task_spec.ts";
import { type ConfigOptions, type DefineCommand, withConfig } from "../define_command.ts";
import { EXIT_NOT_UP, EXIT_OK, UsageError } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import { alertSumsJson, alertSumsTable, sumFaults } from "../text/alert_sums_table.ts";
import type { Terminal } from "../text/terminal.ts";
import { printableJson } from "../text/terminal_text.ts";
import { type Column, textTable } from "../text/text_table.ts";
import { timeOptionMicros } from "../time_option.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  withConfig(command, "consumer", "run")
    .description(
      "Compares what producers stored with what arrived; exits 1 when reports are missing, " +
        "all of those of a producer in the topic too, when sequences were used twice, or when " +
        "there is nothing to compare.",
    )
    .option("--since <time>", "only what was recorded since: 12h, or 2026-05-01T18:00:00Z")
    .option(
      "--alerts",
      "the messages of alerts instead; exits 1 when one is lost, or a beginning or an end is not told",
    )
    .option("--json", "print one JSON object per producer, or one of alerts")
    .action((options: AuditOptions) =>
      exit(options.alerts ? auditAlerts(options, terminal) : audit(options, terminal))
    );

interface AuditOptions extends ConfigOptions {
  /** A time, or how long ago. */
  readonly since?: string;
  readonly json?: boolean;
  readonly alerts?: boolean;
}

async function auditAlerts({ since, json = false, ...options }: AuditOptions, terminal: Terminal) {
  if (since !== undefined) {
    throw new UsageError("--since and --alerts exclude each other; all alerts are compared");
  }
  const spec = storeTaskSpec(loadFile(options, { terminal }), { type: "alert_sums" });
  return printAlertSums(await threadResult<MessageSums>(spec), { json }, terminal);
}

async function audit({ since, json = false, ...options }: AuditOptions, terminal: Terminal) {
  const sinceMicros = since === undefined
    ? undefined
    : timeOptionMicros("--since", since, Date.now());
  const loaded = loadFile(options, { terminal });
  if (loaded.config.kafka !== undefined && loaded.config.postgres === undefined) {
    const message = 'no store in this configuration, only "kafka"; use the consumer\'s';
    throw new ConfigError([{ ...loaded.origins.source.place(["kafka"]), message }]);
  }
  const { kafka } = loaded.config;
  const spec = storeTaskSpec(loaded, {
    type: "audit",
    ...(sinceMicros === undefined ? {} : { sinceMicros }),
    ...(kafka && { topic: { topic: kafka.topic, group: kafka.group } }),
  });
  return printAudit({ audit: await threadResult<Audit>(spec), sinceMicros, json }, terminal);
}

/** Returns the exit code: 1 when a message is lost, or a beginning or an end is not told. */
export function printAlertSums(
  sums: MessageSums,
  { json }: { readonly json: boolean },
  terminal: Terminal,
): number {
  terminal.write(json ? alertSumsJson(sums) : alertSumsTable(sums, terminal.columns));
  return Object.values(sumFaults(sums)).every((count) => count === 0) ? EXIT_OK : EXIT_NOT_UP;
}

export interface AuditPrintOptions {
  readonly audit: Audit;
  /** Microseconds since 1970 from which on reports were asked for. */
  readonly sinceMicros?: number | undefined;
  /** One object for each producer. */
  readonly json: boolean;
}

/**
 * Returns the exit code: 1 when a report is missing, or may be because nothing could be compared or
 * a sequence stands for two reports.
 */
export function printAudit(options: AuditPrintOptions, terminal: Terminal): number {
  const { audit: { producers, uncovered, absent = [], topicFailure }, json } = options;
  terminal.write(json ? jsonLines(options.audit) : auditText(options, terminal.columns));
  if (topicFailure !== undefined) {
    terminal.writeError(`producers of the topic are not compared: ${topicFailure}\n`);
  }
  if (producers.length === 0) {
    // Without any line, a script would take it for good news.
    if (json) terminal.writeError(`${nothingText(options)}\n`);
    return EXIT_NOT_UP;
  }
  const isLost = absent.length > 0 ||
    producers.some(({ missing, reused }) => missing + reused > 0) ||
    uncovered.some((producer) => fellSilent(producer, options));
  return isLost ? EXIT_NOT_UP : EXIT_OK;
}

/** True for a producer that reported in the day before the time of --since, and not after it. */
function fellSilent(producer: UncoveredProducer, { sinceMicros = Infinity }: AuditPrintOptions) {
  return (producer.lastRecordedAt ?? 0) >= sinceMicros - DAY_MS * 1_000;
}

/** A narrow terminal drops the columns that say least about what is missing. */
const COLUMNS: readonly Column<ProducerAudit>[] = [
  { title: "PRODUCER", cell: ({ producerId }) => producerId },
  { title: "FIRST", cell: ({ first }) => `${first}`, alignsRight: true, dropOrder: 2 },
  { title: "HIGHEST", cell: ({ highest }) => `${highest}`, alignsRight: true, dropOrder: 3 },
  { title: "PRODUCED", cell: ({ produced }) => `${produced}`, alignsRight: true, dropOrder: 4 },
  { title: "APPLIED", cell: ({ applied }) => `${applied}`, alignsRight: true, dropOrder: 5 },
  { title: "DROPPED", cell: ({ dropped }) => `${dropped}`, alignsRight: true },
  { title: "DEAD", cell: ({ dead }) => `${dead}`, alignsRight: true },
  { title: "MISSING", cell: ({ missing }) => `${missing}`, alignsRight: true },
  { title: "LOCATION", cell: ({ location }) => location ?? "-", dropOrder: 1 },
];

/** For more of them, there is `--json`. */
const RANGES_SHOWN_MAX = 20;

function auditText(options: AuditPrintOptions, columns: number | undefined): string {
  const { producers, uncovered, absent = [], v1, deadUnassigned, horizonMicros } = options.audit;
  const missing = producers.reduce((sum, producer) => sum + producer.missing, 0);
  const isPartial = uncovered.length + absent.length + v1.length > 0 ||
    producers.some(({ unknownBefore }) => unknownBefore > 0);
  const found = `${missingText(missing)}${isPartial ? " from what was compared" : ""}`;
  const summary = `${found}; ${coverageText(horizonMicros)}`;
  return [
    ...(producers.length > 0 ? [textTable(COLUMNS, producers, { columns })] : []),
    ...producers.filter(({ missing }) => missing > 0)
      .map((producer) =>
        `Missing sequences from ${producer.producerId}: ${
          rangesText(producer.missingRanges, producer.missingRangesLeftOff)
        }\n`
      ),
    ...producers.filter(({ reused }) => reused > 0).map(reusedText),
    ...producers.filter(({ unknownBefore }) => unknownBefore > 0)
      .map(({ producerId, unknownBefore: last }) =>
        `Not compared: sequences 1 to ${last} from ${producerId}, not in the store and perhaps lost\n`
      ),
    ...uncovered.map((producer) => uncoveredText(producer, options)),
    ...absent.map(({ producerId, lastRecordedAt }) =>
      `Missing altogether: ${producerId}, in the topic at ${timeText(lastRecordedAt!)} ` +
      "and not in the store\n"
    ),
    ...v1.map(({ producerId, applied }) =>
      `Not counted: ${producerId}, ${applied} applied messages without sequences\n`
    ),
    ...(deadUnassigned > 0 ? [`Dead letters of unknown reports: ${deadUnassigned}\n`] : []),
    `${producers.length > 0 ? summary : nothingText(options)}\n`,
  ].join("");
}

function uncoveredText(producer: UncoveredProducer, options: AuditPrintOptions): string {
  const { producerId, lastRecordedAt: last } = producer;
  const silent = fellSilent(producer, options) ? "; it has been silent since" : "";
  const kept = last === null ? "no report is kept" : `last report recorded at ${timeText(last)}`;
  return `Not compared: ${producerId}, ${kept}${silent}\n`;
}

function reusedText(producer: ProducerAudit): string {
  const { producerId, reused, reusedRanges, reusedRangesLeftOff } = producer;
  return `Used twice: ${reused === 1 ? "1 sequence" : `${reused} sequences`} from ${producerId}, ` +
    "whose outbox was copied or restored, so that a loss may be hidden: " +
    `${rangesText(reusedRanges, reusedRangesLeftOff)}\n`;
}

/** The first ranges, such as `3, 7 to 12`, and how many more there are. */
function rangesText(ranges: readonly Run[], leftOff: number): string {
  const shown = ranges.slice(0, RANGES_SHOWN_MAX)
    .map(({ first, last }) => first === last ? `${first}` : `${first} to ${last}`);
  const more = ranges.length - shown.length + leftOff;
  return shown.join(", ") + (more > 0 ? ` and ${more} more ranges` : "");
}

/** Nothing is known to be missing, but nothing is known to be fine. */
function nothingText({ audit, sinceMicros }: AuditPrintOptions): string {
  const since = sinceMicros === undefined ? "" : ` recorded since ${timeText(sinceMicros)}`;
  const arrived = audit.uncovered.length + audit.v1.length + audit.deadUnassigned;
  return arrived > 0
    ? `No reports with sequences${since} to compare`
    : `No reports${since} have arrived`;
}

function missingText(count: number): string {
  if (count === 0) return "No reports are missing";
  return count === 1 ? "1 report is missing" : `${count} reports are missing`;
}

function coverageText(horizonMicros: number | null): string {
  const covered = "each producer was compared from its first retained sequence to its highest one";
  if (horizonMicros === null) return covered;
  return `${covered}; history before ${timeText(horizonMicros)} is not kept`;
}

function timeText(micros: number): string {
  return new Date(micros / 1_000).toISOString();
}

function jsonLines(audit: Audit): string {
  const { producers, uncovered, absent = [], v1, deadUnassigned, horizonMicros } = audit;
  const lines = [
    ...producers.map((producer) => ({
      producer_id: producer.producerId,
      counted: true,
      location: producer.location,
      last_recorded_at: producer.lastRecordedAt,
      first: producer.first,
      unknown_before: producer.unknownBefore,
      highest: producer.highest,
      produced: producer.produced,
      applied: producer.applied,
      dropped: producer.dropped,
      dead: producer.dead,
      missing: producer.missing,
      missing_ranges: producer.missingRanges,
      missing_ranges_left_off: producer.missingRangesLeftOff,
      reused: producer.reused,
      reused_ranges: producer.reusedRanges,
      reused_ranges_left_off: producer.reusedRangesLeftOff,
      history_not_before: horizonMicros,
    })),
    ...uncovered.map(({ producerId, lastRecordedAt }) => {
      return { producer_id: producerId, counted: false, last_recorded_at: lastRecordedAt };
    }),
    ...absent.map(({ producerId, lastRecordedAt: last }) => {
      return { producer_id: producerId, counted: false, absent: true, last_recorded_at: last };
    }),
    ...v1.map(({ producerId, applied }) => ({ producer_id: producerId, counted: false, applied })),
    ...(deadUnassigned > 0 ? [{ producer_id: null, counted: false, dead: deadUnassigned }] : []),
  ];
  return lines.map((line) => `${printableJson(line)}\n`).join("");
}
