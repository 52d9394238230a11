/** Statuses as an aligned table, the worst first. */
import { rankOf, type SiteState, stateOf } from "../../report/site_state.ts";
import type { SiteStatus } from "../../status/store.ts";
import { relativeTime } from "../../runtime/relative_time.ts";
import { cutText, printable, textWidth } from "./terminal_text.ts";

export interface StatusTableOptions {
  readonly now: Date;
  readonly hasColor: boolean;
  /** Width to fit into; `undefined` cuts nothing. */
  readonly columns: number | undefined;
}

const GAP = "  ";
/** A name takes at most this part of the width, so that the rest of its line is seen. */
const SITE_WIDTH_PART = 1 / 3;
const SITE_WIDTH_MIN = 12;

/** The reason is worth as much of a narrow terminal, and other columns leave for its sake. */
const REASON_WIDTH_MIN = 32;

/** `web-2` before `web-10`, as people count. */
const NAMES = new Intl.Collator("en", { numeric: true });

/** As SGR codes. @see https://en.wikipedia.org/wiki/ANSI_escape_code#Colors */
export const STATE_COLORS: Readonly<Record<SiteState, number>> = {
  down: 31,
  degraded: 33,
  stale: 33,
  inconclusive: 35,
  up: 32,
};

interface Column {
  readonly title: string;
  readonly cell: (status: SiteStatus, now: Date) => string;
  readonly alignsRight?: boolean;
  /** In which order columns leave, where the terminal is too narrow for all; others stay. */
  readonly leaves?: number;
  readonly color?: (status: SiteStatus) => number;
}

const SITE: Column = { title: "SITE", cell: ({ site }) => site };
const LOCATION: Column = { title: "LOCATION", cell: ({ location }) => location };
const OTHERS: readonly Column[] = [
  {
    title: "OUTCOME",
    cell: ({ outcome, stale }) => stale ? `${outcome} (stale)` : outcome,
    color: (status) => STATE_COLORS[stateOf(status)],
  },
  {
    title: "CODE",
    cell: ({ responseCode }) => responseCode?.toString() ?? "-",
    alignsRight: true,
    leaves: 2,
  },
  {
    title: "TIME",
    cell: ({ responseTimeMs }) => `${responseTimeMs} ms`,
    alignsRight: true,
    leaves: 1,
  },
  { title: "SINCE", cell: ({ since }, now) => since ? relativeTime(since, now) : "-", leaves: 4 },
  { title: "CHECKED", cell: ({ checkedAt }, now) => relativeTime(checkedAt, now), leaves: 3 },
  {
    title: "REASON",
    cell: ({ reason, errorText }) => [reason, errorText].filter(Boolean).join(": "),
  },
];

/** The lines of the table, each with its line break. Locations show when there are several. */
export function statusTable(
  statuses: readonly SiteStatus[],
  options: StatusTableOptions,
): string {
  const rows = statuses.toSorted(worstFirst);
  const hasLocations = new Set(rows.map(({ location }) => location)).size > 1;
  const texts = (columns: readonly Column[]) =>
    rows.map((row) => columns.map(({ cell }) => printable(cell(row, options.now))));
  const all = [SITE, ...(hasLocations ? [LOCATION] : []), ...OTHERS];
  const columns = thatFit(all, naturalWidths(all, texts(all)), options.columns);
  const cells = texts(columns);
  const widths = fit(naturalWidths(columns, cells), options.columns);
  const titles = columns.map(({ title }) => title);
  const lines = [titles, ...cells].map((line, index) => {
    const row = index === 0 ? undefined : rows[index - 1];
    return line.map((text, at) => {
      const { alignsRight = false, color } = columns[at]!;
      const aligned = align(text, widths[at]!, alignsRight);
      return options.hasColor && row && color ? painted(aligned, color(row)) : aligned;
    }).slice(0, widths.filter((width) => width > 0).length).join(GAP).trimEnd();
  });
  return lines.map((line) => `${line}\n`).join("");
}

function worstFirst(a: SiteStatus, b: SiteStatus): number {
  return rankOf(stateOf(a)) - rankOf(stateOf(b)) || NAMES.compare(a.site, b.site);
}

function naturalWidths(columns: readonly Column[], cells: readonly string[][]): number[] {
  return columns.map(({ title }, at) =>
    Math.max(title.length, ...cells.map((line) => textWidth(line[at]!)))
  );
}

/** Without those that leave for the sake of the last one, the reason. */
function thatFit(
  all: readonly Column[],
  widths: readonly number[],
  columns: number | undefined,
): readonly Column[] {
  if (columns === undefined) return all;
  const capOf = (column: Column) => {
    if (column === SITE) return siteWidthMax(columns);
    return column === all.at(-1) ? REASON_WIDTH_MIN : Infinity;
  };
  const wanted = all.map((column, at) => ({
    column,
    width: Math.min(widths[at]!, capOf(column)) + GAP.length,
  }));
  let kept = wanted;
  const leaving = wanted.filter(({ column }) => column.leaves !== undefined)
    .sort((a, b) => a.column.leaves! - b.column.leaves!);
  for (const next of leaving) {
    if (kept.reduce((sum, { width }) => sum + width, -GAP.length) <= columns) break;
    kept = kept.filter((one) => one !== next);
  }
  return kept.map(({ column }) => column);
}

function siteWidthMax(columns: number): number {
  return Math.max(SITE_WIDTH_MIN, Math.floor(columns * SITE_WIDTH_PART));
}

/** Gives each column its width from the left; those that find no room get none. */
function fit(widths: readonly number[], columns: number | undefined): number[] {
  if (columns === undefined) return [...widths];
  let left = columns;
  return widths.map((natural, at) => {
    const cap = at === 0 ? siteWidthMax(columns) : left;
    const width = Math.max(0, Math.min(natural, cap, left));
    left -= width + GAP.length;
    return width;
  });
}

function align(text: string, width: number, alignsRight: boolean): string {
  const cut = cutText(text, width);
  const padding = " ".repeat(width - textWidth(cut));
  return alignsRight ? padding + cut : cut + padding;
}

/** The text in a color of the terminal. */
export function painted(text: string, color: number): string {
  return `\x1b[${color}m${text}\x1b[0m`;
}
