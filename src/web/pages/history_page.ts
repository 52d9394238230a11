/** The page of one calendar month: the uptime of each site, and the incidents of all. */
import { html } from "hono/html";
import { keyOf, type MonthCoverage, MONTHS } from "../../status/queries.ts";
import type { Alert } from "../../status/alert_store.ts";
import type { WholeIncident } from "../../status/whole_incidents.ts";
import type { WholeSite } from "../../status/whole_sites.ts";
import type { Span, View } from "../live/status_source.ts";
import type { Look } from "../look.ts";
import { sitePath } from "../../report/site_path.ts";
import { incidentList } from "./incident_list.ts";
import { INCIDENTS_SHOWN_MAX } from "./incidents_page.ts";
import { figureTable, type Html, note, viewLinks } from "./markup.ts";
import { leastUptime } from "../../status/uptime.ts";
import { uptimeWords } from "../texts/figures.ts";
import { texts } from "../texts/texts.ts";
import { timeZone } from "../time_zone.ts";
import { pageFrame } from "./page_frame.ts";
import { downText } from "./uptime_bars.ts";

/** Sites of a page: as many as the store returns months for in one query. */
export const HISTORY_SITES_MAX = 100;

const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** The months that are kept, the newest first: `2026-05`. */
export function keptMonths(now: Date): readonly string[] {
  return Array.from({ length: MONTHS }, (_, age) => {
    const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - age));
    return first.toISOString().slice(0, "2026-05".length);
  });
}

/** From its first midnight in UTC to the next month's. */
export function spanOfMonth(month: string): Span {
  const [, year, number] = MONTH.exec(month)!;
  const [sinceMs, untilMs] = [Number(number) - 1, Number(number)].map((index) =>
    Date.UTC(Number(year), index)
  );
  return { sinceMs: sinceMs!, untilMs: untilMs! };
}

export interface HistoryPageOptions {
  readonly look: Look;
  readonly view: View;
  readonly month: string;
  readonly page: number;
  readonly pages: number;
  /** Of this page. */
  readonly sites: readonly WholeSite[];
  readonly months: ReadonlyMap<string, readonly MonthCoverage[]>;
  /** Of the month, the newest first. */
  readonly incidents: readonly WholeIncident[];
  /** Of the same time. */
  readonly alerts: readonly Alert[];
  readonly hasLocations: boolean;
}

/** The whole document. */
export function historyPage(options: HistoryPageOptions): Html {
  const { look, view, month, incidents, alerts, hasLocations } = options;
  const root = "./";
  const t = texts();
  const tabs = keptMonths(view.now).map((choice) => ({
    path: `history?month=${choice}`,
    text: choice,
    isCurrent: choice === month,
  }));
  const shown = incidents.slice(0, INCIDENTS_SHOWN_MAX);
  return pageFrame(
    { look, root, heading: t.historyOf(month), view },
    html`
      <nav class="crumbs" aria-label="${t.breadcrumb}"><a href="${root}">${t.allSites}</a></nav>
      <section>
        <h1>${t.historyOf(month)}</h1>
        ${viewLinks("tabs", t.month, tabs)}
        <h2>${t.uptime}</h2>
        ${monthTable(options)}${pager(options)}
      </section>
      <section>
        <h2>${t.incidents}</h2>
        ${shown.length === 0 ? note(t.calmMonth) : incidentList(shown, {
          zone: timeZone(look),
          root,
          alerts,
          hasSites: true,
          hasLocations,
        })}${shown.length < incidents.length ? note(t.onlyNewest(shown.length)) : ""}
      </section>
    `,
  );
}

/** Each site as the location with the least uptime knows it. */
function monthTable({ sites, months, month }: HistoryPageOptions): Html {
  const rows = sites.map(({ site, locations }) => {
    const known = locations.flatMap((status) =>
      months.get(keyOf(status))?.filter((one) => one.month === month) ?? []
    );
    const least = known.length === 0 ? undefined : leastUptime(known);
    return [
      html`<a href="${sitePath(site)}"><bdi>${site}</bdi></a>`,
      uptimeWords(least),
      downText(least?.downMs ?? 0),
    ];
  });
  return figureTable(texts().uptimeBySite, [texts().site, texts().uptime, texts().down], rows);
}

/** The months of a site as a table, the newest first. */
export function siteMonthTable(months: readonly MonthCoverage[]): Html {
  const rows = months.toReversed().map((coverage) => [
    coverage.month,
    uptimeWords(coverage),
    downText(coverage.downMs),
  ]);
  return figureTable(
    texts().monthByMonth,
    [`${texts().month} (UTC)`, texts().uptime, texts().down],
    rows,
  );
}

function pager({ month, page, pages }: HistoryPageOptions): Html {
  if (pages === 1) return html``;
  const path = (to: number) => `history?month=${month}&page=${to}`;
  return html`<nav class="pager" aria-label="${texts().pages}">
${page > 1 ? html`<a rel="prev" href="${path(page - 1)}">${texts().previous}</a>` : ""}
<span>${texts().pageOf(page, pages)}</span>
${page < pages ? html`<a rel="next" href="${path(page + 1)}">${texts().next}</a>` : ""}
</nav>`;
}
