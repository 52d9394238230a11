/** The page of one calendar month: the uptime of each site, and the incidents of all. */
import { html } from "hono/html";
import { type Incident, keyOf, type MonthCoverage, MONTHS } from "../../status/queries.ts";
import { uptimeText } from "../../status/uptime.ts";
import type { WholeSite } from "../../status/whole_sites.ts";
import type { Span, View } from "../live/status_source.ts";
import type { Look } from "../look.ts";
import { sitePath } from "../../report/site_path.ts";
import { incidentList } from "./incident_list.ts";
import { INCIDENTS_SHOWN_MAX } from "./incidents_page.ts";
import { figureTable, type Html, note, viewLinks } from "./markup.ts";
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
  readonly incidents: readonly Incident[];
  readonly hasLocations: boolean;
}

/** The whole document. */
export function historyPage(options: HistoryPageOptions): Html {
  const { look, view, month, incidents, hasLocations } = options;
  const root = "./";
  const tabs = keptMonths(view.now).map((choice) => ({
    path: `history?month=${choice}`,
    text: choice,
    isCurrent: choice === month,
  }));
  const shown = incidents.slice(0, INCIDENTS_SHOWN_MAX);
  return pageFrame(
    { look, root, heading: `History of ${month}`, view },
    html`
      <nav class="crumbs" aria-label="Breadcrumb"><a href="${root}">All sites</a></nav>
      <section>
        <h1>History of ${month}</h1>
        ${viewLinks("tabs", "Month", tabs)}
        <h2>Uptime</h2>
        ${monthTable(options)}${pager(options)}
      </section>
      <section>
        <h2>Incidents</h2>
        ${shown.length === 0
          ? note("No site was down or degraded in this month.")
          : incidentList(shown, {
            zone: timeZone(look),
            root,
            hasSites: true,
            hasLocations,
          })}${shown.length < incidents.length
          ? note(`Only the newest ${shown.length} are listed; the page of a site has its own.`)
          : ""}
      </section>
    `,
  );
}

function monthTable({ sites, months, month }: HistoryPageOptions): Html {
  const rows = sites.flatMap(({ site, lead, locations }) =>
    locations.map((status) => {
      const coverage = months.get(keyOf(status))?.find((one) => one.month === month);
      const place = locations.length === 1 ? "" : html`
        <small><bdi>${status.location}</bdi></small>
      `;
      return [
        html`<a href="${sitePath(site)}"><bdi>${lead.site}</bdi></a>${place}`,
        uptimeText(coverage),
        downText(coverage?.downMs ?? 0),
      ];
    })
  );
  return figureTable("Uptime by site", ["Site", "Uptime", "Down"], rows);
}

/** The months of a site as a table, the newest first. */
export function siteMonthTable(months: readonly MonthCoverage[]): Html {
  const rows = months.toReversed().map((coverage) => [
    coverage.month,
    uptimeText(coverage),
    downText(coverage.downMs),
  ]);
  return figureTable("Month by month", ["Month (UTC)", "Uptime", "Down"], rows);
}

function pager({ month, page, pages }: HistoryPageOptions): Html {
  if (pages === 1) return html``;
  const path = (to: number) => `history?month=${month}&page=${to}`;
  return html`<nav class="pager" aria-label="Pages">
${page > 1 ? html`<a rel="prev" href="${path(page - 1)}">Previous</a>` : ""}
<span>Page ${page} of ${pages}</span>
${page < pages ? html`<a rel="next" href="${path(page + 1)}">Next</a>` : ""}
</nav>`;
}
