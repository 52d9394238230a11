/** Checks as a table that grows as they end: a row each, its redirects and its reason below. */
import { type Phase, PHASES, type Timings } from "../../report/hop.ts";
import type { SiteReport } from "../../report/report.ts";
import { PHASE_STYLES, visitMicros, waterfall } from "./check_waterfall.ts";
import { cutText, printable, textWidth } from "./terminal_text.ts";
import { type Column, GAP, TextTable } from "./text_table.ts";

export interface CheckTableOptions {
  /** The names of all sites that will have a row. */
  readonly names: readonly string[];
  readonly hasColor: boolean;
  /** Width to fit into; `undefined` cuts nothing. */
  readonly columns: number | undefined;
}

const OUTCOME_WIDTH = "inconclusive".length;
const CODE_WIDTH = "CODE".length;
/** Below 1,000 seconds. */
const TIME_WIDTH = "100000 ms".length;
const FIXED_WIDTH = OUTCOME_WIDTH + CODE_WIDTH + TIME_WIDTH + 3 * GAP.length;

/** A shorter bar would say little; names are cut before it is left out. */
const BAR_WIDTH_MIN = 10;
const SITE_WIDTH_MIN = 12;
/** Where names are shorter: redirects lead to URLs that are not known before. */
const SITE_WIDTH_WANTED = 24;
const SITE_WIDTH_MAX = 60;
const LEGEND = PHASES.map((phase) => PHASE_STYLES[phase].glyph + PHASE_STYLES[phase].title)
  .join(" ");
/** Milliseconds with one digit, below 100 seconds. */
const PHASE_WIDTH_MIN = "99999.9".length;
const PHASES_WIDTH = PHASES.reduce((sum, phase) => sum + phaseWidth(phase) + GAP.length, 0);

/** SGR codes. @see https://en.wikipedia.org/wiki/ANSI_escape_code#Colors */
const COLORS = { up: 32, degraded: 33, down: 31, inconclusive: 35 } as const;

/** The check's last visit, or one that was redirected. */
interface VisitRow {
  readonly outcome: string;
  readonly color?: number;
  readonly code: number | null;
  readonly ms: number;
  readonly site: string;
  readonly timings: Timings | null;
  /** Microseconds of the check before this visit, and of all of it. */
  readonly before: number;
  readonly total: number;
}

/** A narrow terminal first has no figures of the phases, then no bar. */
export class CheckTable {
  readonly #table: TextTable<VisitRow>;

  constructor(options: CheckTableOptions) {
    this.#table = new TextTable(columnsFor(options), [], options);
  }

  /** The line above the first row. */
  get header(): string {
    return this.#table.header;
  }

  /** The lines about a check. */
  rows(report: SiteReport): string {
    const rows = [lastVisit(report), ...redirects(report)];
    return [...rows.map((row) => this.#table.line(row)), ...reasonLines(report)].join("");
  }
}

function columnsFor({ names, hasColor, columns = Infinity }: CheckTableOptions) {
  const widest = Math.max(SITE_WIDTH_WANTED, ...names.map((name) => textWidth(printable(name))));
  const room = columns - FIXED_WIDTH - GAP.length;
  const siteWidth = Math.min(
    widest,
    Math.max(SITE_WIDTH_MIN, room - BAR_WIDTH_MIN),
    SITE_WIDTH_MAX,
  );
  const barWidth = Math.min(room - siteWidth, LEGEND.length);
  const hasPhases = room - siteWidth - barWidth >= PHASES_WIDTH;
  const fixed: Column<VisitRow>[] = [
    {
      title: "OUTCOME",
      cell: ({ outcome }) => outcome,
      color: ({ color }) => color,
      width: OUTCOME_WIDTH,
    },
    {
      title: "CODE",
      cell: ({ code }) => code?.toString() ?? "-",
      width: CODE_WIDTH,
      alignsRight: true,
    },
    { title: "TIME", cell: ({ ms }) => `${ms} ms`, width: TIME_WIDTH, alignsRight: true },
    { title: "SITE", cell: ({ site }) => site, width: siteWidth },
  ];
  const bar: Column<VisitRow> = {
    title: cutText(LEGEND, barWidth),
    cell: ({ timings, before, total }) =>
      timings === null ? "" : waterfall(timings, { before, total, width: barWidth, hasColor }),
    width: barWidth,
    isRaw: true,
  };
  return [
    ...fixed,
    ...(hasPhases ? PHASES.map(phaseColumn) : []),
    ...(barWidth < BAR_WIDTH_MIN ? [] : [bar]),
  ];
}

function phaseColumn(phase: Phase): Column<VisitRow> {
  return {
    title: PHASE_STYLES[phase].title.toUpperCase(),
    cell: ({ timings }) => timings === null ? "" : millisText(timings[phase]),
    width: phaseWidth(phase),
    alignsRight: true,
  };
}

function phaseWidth(phase: Phase): number {
  return Math.max(PHASE_STYLES[phase].title.length, PHASE_WIDTH_MIN);
}

function lastVisit(report: SiteReport): VisitRow {
  const { outcome, response_code, response_time, site, timings } = report;
  return {
    outcome,
    color: COLORS[outcome],
    code: response_code,
    ms: response_time,
    site,
    timings,
    before: redirectedMicros(report),
    total: redirectedMicros(report) + visitMicros(timings),
  };
}

function redirects(report: SiteReport): VisitRow[] {
  const total = redirectedMicros(report) + visitMicros(report.timings);
  let before = 0;
  return report.hops.map(({ url, status, timings }, index) => {
    const micros = visitMicros(timings);
    before += micros;
    return {
      outcome: `  hop ${index + 1}`,
      code: status,
      ms: Math.round(micros / 1_000),
      site: url,
      timings,
      before: before - micros,
      total,
    };
  });
}

function redirectedMicros({ hops }: SiteReport): number {
  return hops.reduce((sum, hop) => sum + visitMicros(hop.timings), 0);
}

function millisText(micros: number | null): string {
  return micros === null ? "-" : (micros / 1_000).toFixed(1);
}

/** The reason with its text, then every other expectation that failed. */
function reasonLines({ reason, error_text, failures }: SiteReport): string[] {
  if (reason === null) return [];
  const [first = "", ...others] = new Set([
    ...(error_text === null ? [] : [error_text]),
    ...failures,
  ]);
  return [`${reason}: ${first}`, ...others].map((text) => `  ${printable(text)}\n`);
}
