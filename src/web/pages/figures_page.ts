/** The figures of a site as tables: pages load them when asked, and without JavaScript link to them. */
import { html } from "hono/html";
import { segmentOf } from "../../report/site_path.ts";
import type { MonthCoverage } from "../../status/queries.ts";
import { siteMonthTable } from "./history_page.ts";
import type { Html } from "./markup.ts";
import { latencyTable } from "./latency_chart.ts";
import { pageFrame } from "./page_frame.ts";
import { ROOT, type SitePageOptions, windowText } from "./site_page.ts";
import { texts } from "../texts/texts.ts";
import { timeZone } from "../time_zone.ts";
import { dayTable } from "./uptime_bars.ts";

/** The whole document. */
export function figuresPage(
  { look, view, history, days, months, latencyDays }: SitePageOptions & {
    readonly months: readonly MonthCoverage[];
  },
): Html {
  const { site, location } = history.status;
  const t = texts();
  const root = `${ROOT}../`;
  const path = `${root}sites/${segmentOf(site)}?${new URLSearchParams({ location })}`;
  return pageFrame(
    { look, root, heading: t.figuresOf(site), view },
    html`
      <nav class="crumbs" aria-label="${t.breadcrumb}"><a href="${root}">${t.allSites}</a>
      <a href="${path}"><bdi>${site}</bdi></a></nav>
      <section>
        <h1>${t.uptimeOf} <bdi>${site}</bdi></h1>
        <div id="days">${siteMonthTable(months)}${dayTable(days)}</div>
      </section>
      ${look.isPublic ? "" : html`
        <section>
          <h2>${t.responseTime}, ${windowText(latencyDays)}</h2>
          <div id="latency">${latencyTable(history.latency, {
            days: latencyDays,
            zone: timeZone(look),
          })}</div>
        </section>
      `}
    `,
  );
}
