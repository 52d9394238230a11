/** Statuses as a table, the worst first, and their number by state in one line. */
import { rankOf, type SiteState, stateOf, STATES } from "../../report/site_state.ts";
import { relativeTime } from "../../runtime/relative_time.ts";
import { keyOf, type SiteStatus, type SiteUptime } from "../../status/queries.ts";
import { percent, uptimeOf } from "../../status/uptime.ts";
import { type Column, textTable } from "./text_table.ts";

export interface StatusTableOptions {
  /** By `keyOf()` of a status. */
  readonly uptimes: ReadonlyMap<string, SiteUptime>;
  readonly now: Date;
  readonly hasColor: boolean;
  /** Width to fit into; `undefined` cuts nothing. */
  readonly columns: number | undefined;
}

/** A name takes at most this part of the width, so that the rest of its line can be seen. */
const SITE_WIDTH_PART = 1 / 3;
const SITE_WIDTH_MIN = 12;

/** Other columns are dropped before the reason is cut to less. */
const REASON_WIDTH_WANTED = 32;

/** The window of the uptime. */
const UPTIME_DAYS = 30;

/** `web-2` before `web-10`. */
const NAMES = new Intl.Collator("en", { numeric: true });

/** As SGR codes. @see https://en.wikipedia.org/wiki/ANSI_escape_code#Colors */
export const STATE_COLORS: Readonly<Record<SiteState, number>> = {
  down: 31,
  degraded: 33,
  stale: 33,
  inconclusive: 35,
  up: 32,
};

/** The lines of the table, each with its line break. Locations show when there are several. */
export function statusTable(
  statuses: readonly SiteStatus[],
  { uptimes, now, hasColor, columns }: StatusTableOptions,
): string {
  const hasLocations = new Set(statuses.map(({ location }) => location)).size > 1;
  const siteWidthMax = columns === undefined
    ? Infinity
    : Math.max(SITE_WIDTH_MIN, Math.floor(columns * SITE_WIDTH_PART));
  const all: Column<SiteStatus>[] = [
    { title: "SITE", cell: ({ site }) => site, widthMax: siteWidthMax },
    ...(hasLocations ? [{ title: "LOCATION", cell: ({ location }: SiteStatus) => location }] : []),
    {
      title: "OUTCOME",
      cell: ({ outcome, stale }) => stale ? `${outcome} (stale)` : outcome,
      color: (status) => STATE_COLORS[stateOf(status)],
    },
    {
      title: "CODE",
      cell: ({ response_code }) => response_code?.toString() ?? "-",
      alignsRight: true,
      dropOrder: 2,
    },
    {
      title: "TIME",
      cell: ({ response_time }) => `${response_time} ms`,
      alignsRight: true,
      dropOrder: 1,
    },
    {
      title: "UPTIME",
      cell: (status) => {
        const coverage = uptimes.get(keyOf(status))?.windows[UPTIME_DAYS];
        const uptime = coverage === undefined ? null : uptimeOf(coverage);
        return uptime === null ? "-" : percent(uptime);
      },
      alignsRight: true,
      dropOrder: 4,
    },
    { title: "SINCE", cell: ({ since }) => since ? relativeTime(since, now) : "-", dropOrder: 5 },
    { title: "CHECKED", cell: ({ checked_at }) => relativeTime(checked_at, now), dropOrder: 3 },
    {
      title: "REASON",
      cell: ({ reason, error_text }) => [reason, error_text].filter(Boolean).join(": "),
      widthWanted: REASON_WIDTH_WANTED,
    },
  ];
  return textTable(all, statuses.toSorted(worstFirst), { hasColor, columns });
}

/** Of stale sites those first that were worst when they were last seen. */
function worstFirst(a: SiteStatus, b: SiteStatus): number {
  return rankOf(stateOf(a)) - rankOf(stateOf(b)) || rankOf(a.outcome) - rankOf(b.outcome) ||
    NAMES.compare(a.site, b.site);
}

/** `46 sites: 2 down, 1 stale, 43 up`. A stale site counts only as stale. */
export function statusSummary(statuses: readonly SiteStatus[]): string {
  const states = statuses.map(stateOf);
  const counts = STATES.map((state) => ({
    state,
    count: states.filter((one) => one === state).length,
  })).filter(({ count }) => count > 0);
  const sites = states.length === 1 ? "1 site" : `${states.length} sites`;
  return `${sites}: ${counts.map(({ state, count }) => `${count} ${state}`).join(", ")}`;
}
