/** Statuses as a table, the worst first, and their number by state in one line. */
import { type SiteState, STATE_SHAPES, stateOf, STATES } from "../../report/site_state.ts";
import { relativeTime, span } from "../../runtime/relative_time.ts";
import { type Coverage, keyOf, type SiteUptime } from "../../status/queries.ts";
import { isMostlyUnknown, knownMsOf, percent, uptimeOf } from "../../status/uptime.ts";
import { NAMES, type WholeSite, worstFirst } from "../../status/whole_sites.ts";
import { type NoteOf, noteWords } from "./site_notes.ts";
import { type Column, TextTable } from "./text_table.ts";

export interface StatusTableOptions {
  /** By `keyOf()` of a status. */
  readonly uptimes: ReadonlyMap<string, SiteUptime>;
  readonly noteOf: NoteOf;
  readonly now: Date;
  readonly hasColor: boolean;
  /** Width to fit into; `undefined` cuts nothing. */
  readonly columns: number | undefined;
  /** Lines of the table at most; sites that are up are left out for it, and no others. */
  readonly rows?: number | undefined;
  /** What comes first; the worst when absent. */
  readonly sort?: SortName | undefined;
}

/** The table, and how many sites that are up were left out of it. */
export interface StatusTable {
  readonly text: string;
  readonly hiddenUp: number;
}

/** A name takes at most this part of the width, so that the rest of its line can be seen. */
const SITE_WIDTH_PART = 1 / 3;
const SITE_WIDTH_MIN = 12;

/** Other columns are dropped before the reason is cut to less. */
const REASON_WIDTH_WANTED = 32;

/** The window of the uptime. */
const UPTIME_DAYS = 30;

/** As SGR codes. @see https://en.wikipedia.org/wiki/ANSI_escape_code#Colors */
export const STATE_COLORS: Readonly<Record<SiteState, number>> = {
  down: 31,
  degraded: 33,
  stale: 33,
  inconclusive: 35,
  up: 32,
};

/** By what the table can be sorted. */
const SORTS = {
  state: worstFirst,
  name: (a, b) => NAMES.compare(a.site, b.site),
  since: (a, b) => Number(b.lead.since ?? 0) - Number(a.lead.since ?? 0) || worstFirst(a, b),
  time: (a, b) => b.lead.response_time - a.lead.response_time || worstFirst(a, b),
} satisfies Record<string, (a: WholeSite, b: WholeSite) => number>;
export type SortName = keyof typeof SORTS;
export const SORT_NAMES = Object.keys(SORTS) as SortName[];

/** A line for each site, each with its line break. Locations show when there are several. */
export function statusTable(
  sites: readonly WholeSite[],
  { rows = Infinity, sort = "state", ...options }: StatusTableOptions,
): StatusTable {
  const upMax = rows - sites.filter(({ state }) => state !== "up").length;
  let up = 0;
  const shown = inOrder(sites, sort).filter(({ state }) => state !== "up" || ++up <= upMax);
  const { titles, lines } = statusLines(shown, options);
  return { text: titles + lines.join(""), hiddenUp: sites.length - shown.length };
}

export function inOrder(sites: readonly WholeSite[], sort: SortName): WholeSite[] {
  return sites.toSorted(SORTS[sort]);
}

/** The line of titles, and one for each site, each with its line break. */
export function statusLines(
  sites: readonly WholeSite[],
  { hasColor, columns, ...options }: Omit<StatusTableOptions, "rows" | "sort">,
): { readonly titles: string; readonly lines: readonly string[] } {
  const shown = columnsFor(sites, { ...options, columns });
  const table = new TextTable(shown, sites, { hasColor, columns });
  return { titles: table.header, lines: sites.map((site) => table.line(site)) };
}

function columnsFor(
  sites: readonly WholeSite[],
  { uptimes, noteOf, now, columns }: Omit<StatusTableOptions, "hasColor" | "rows" | "sort">,
): Column<WholeSite>[] {
  const places = sites.flatMap(({ locations }) => locations.map(({ location }) => location));
  const hasLocations = new Set(places).size > 1;
  const siteWidthMax = columns === undefined
    ? Infinity
    : Math.max(SITE_WIDTH_MIN, Math.floor(columns * SITE_WIDTH_PART));
  return [
    { title: "SITE", cell: ({ site }) => site, widthMax: siteWidthMax },
    ...(hasLocations ? [LOCATIONS] : []),
    {
      title: "OUTCOME",
      cell: ({ site, lead: { outcome, stale }, isPartial }) =>
        `${outcome}${stale ? " (stale)" : ""}${isPartial ? " in part" : ""}${
          noteWords(noteOf(site))
        }`,
      color: ({ state }) => STATE_COLORS[state],
    },
    {
      title: "CODE",
      cell: ({ lead: { response_code } }) => response_code?.toString() ?? "-",
      alignsRight: true,
      dropOrder: 2,
    },
    {
      title: "TIME",
      cell: ({ lead: { response_time } }) => `${response_time} ms`,
      alignsRight: true,
      dropOrder: 1,
    },
    {
      title: "UPTIME",
      cell: ({ lead }) => uptimeCell(uptimes.get(keyOf(lead))?.windows[UPTIME_DAYS]),
      alignsRight: true,
      dropOrder: 4,
    },
    {
      title: "SINCE",
      cell: ({ lead: { since } }) => since ? relativeTime(since, now) : "-",
      dropOrder: 6,
    },
    {
      title: "CHECKED",
      cell: ({ lead: { checked_at } }) => relativeTime(checked_at, now),
      dropOrder: 3,
    },
    {
      title: "REASON",
      cell: reasonCell,
      widthWanted: REASON_WIDTH_WANTED,
    },
  ];
}

/** Why it is not up; of a site that is up by its quorum, where it is not, and why. */
function reasonCell({ lead, locations }: WholeSite): string {
  const found = lead.reason === null
    ? locations.find(({ reason, stale }) => reason !== null && !stale)
    : lead;
  if (found === undefined) return "";
  const place = found === lead ? null : found.location;
  return [place, found.reason, found.error_text].filter(Boolean).join(": ");
}

/** `99.98 %`, with the time that it is of where most is unknown: `100 % (2 min)`. */
function uptimeCell(coverage: Coverage | undefined): string {
  const uptime = coverage === undefined ? null : uptimeOf(coverage);
  if (coverage === undefined || uptime === null) return "-";
  if (!isMostlyUnknown(coverage)) return percent(uptime);
  return `${percent(uptime)} (${span(Math.floor(knownMsOf(coverage) / 1_000))})`;
}

/** `fra ✕  gru ✓`. */
const LOCATIONS: Column<WholeSite> = {
  title: "LOCATIONS",
  cell: ({ locations }) =>
    locations.map((status) => `${status.location} ${STATE_SHAPES[stateOf(status)]}`).join("  "),
  dropOrder: 5,
};

/** `46 sites: 2 down, 1 stale, 43 up`. A stale site counts only as stale. */
export function statusSummary(sites: readonly WholeSite[]): string {
  const states = sites.map(({ state }) => state);
  const counts = STATES.map((state) => ({
    state,
    count: states.filter((one) => one === state).length,
  })).filter(({ count }) => count > 0);
  const total = states.length === 1 ? "1 site" : `${states.length} sites`;
  if (states.length === 0) return total;
  return `${total}: ${counts.map(({ state, count }) => `${count} ${state}`).join(", ")}`;
}
