/** The page of the incidents of all sites. */
import { html } from "hono/html";
import type { Alert } from "../../status/alert_store.ts";
import type { WholeIncident } from "../../status/whole_incidents.ts";
import type { View } from "../live/status_source.ts";
import type { Look } from "../look.ts";
import { incidentList } from "./incident_list.ts";
import { type Html, note, viewLinks } from "./markup.ts";
import { texts } from "../texts/texts.ts";
import { timeZone } from "../time_zone.ts";
import { pageFrame } from "./page_frame.ts";

/** Choices for the days whose incidents are listed. */
export const INCIDENT_CHOICES_DAYS = [1, 7, 30, 90] as const;
/** Incidents of a page. */
export const INCIDENTS_SHOWN_MAX = 200;

export interface IncidentsPageOptions {
  readonly look: Look;
  readonly view: View;
  readonly incidents: readonly WholeIncident[];
  /** Of the same days, and open ones. */
  readonly alerts: readonly Alert[];
  readonly days: number;
  readonly hasLocations: boolean;
}

/** The whole document. */
export function incidentsPage(options: IncidentsPageOptions): Html {
  const { look, view, incidents, alerts, days, hasLocations } = options;
  const root = "./";
  const t = texts();
  const shown = incidents.slice(0, INCIDENTS_SHOWN_MAX);
  const tabs = INCIDENT_CHOICES_DAYS.map((choice) => ({
    path: `incidents?days=${choice}`,
    text: t.days(choice),
    isCurrent: choice === days,
  }));
  const list = shown.length === 0
    ? note(t.calmDays(t.days(days)))
    : incidentList(shown, { root, zone: timeZone(look), alerts, hasSites: true, hasLocations });
  const others = shown.length < incidents.length ? note(t.onlyNewest(shown.length)) : "";
  return pageFrame(
    { look, root, heading: t.incidents, view },
    html`
      <nav class="crumbs" aria-label="${t.breadcrumb}"><a href="${root}">${t.allSites}</a></nav>
      <section>
        <h1>${t.incidents}</h1>
        ${viewLinks("tabs", t.timeSpan, tabs)}${list}${others}
      </section>
    `,
  );
}
