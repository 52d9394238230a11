/** The page of an incident, from what one location saw of it: when, where, why, and what was seen first. */
import { html } from "hono/html";
import type { Alert } from "../../status/alert_store.ts";
import { alone } from "../../status/whole_incidents.ts";
import type { KnownIncident, View } from "../live/status_source.ts";
import type { Look } from "../look.ts";
import { sitePath } from "../../report/site_path.ts";
import { texts } from "../texts/texts.ts";
import { alertOf, toldText } from "./alerts_part.ts";
import { checkDetails } from "./check_details.ts";
import { causeWords, durationText, incidentList } from "./incident_list.ts";
import { timeZone } from "../time_zone.ts";
import { definition, eventTable, exactly, type Html, moment, note, stateBadge } from "./markup.ts";
import { pageFrame } from "./page_frame.ts";

const ROOT = "../";
/** Of an incident while which a location flapped. */
const PARTS_SHOWN_MAX = 100;

export interface IncidentPageOptions extends KnownIncident {
  readonly look: Look;
  readonly view: View;
  /** Of its site, since it began. */
  readonly alerts: readonly Alert[];
  readonly hasLocations: boolean;
}

/** The whole document. */
export function incidentPage(
  { look, view, whole, story, alerts, hasLocations }: IncidentPageOptions,
): Html {
  const { incident: { location }, first, transitions } = story;
  const { parts } = whole;
  const alert = alertOf(whole, alerts);
  const zone = timeZone(look);
  const t = texts();
  const { site, outcome, began_at, ended_at, unknown_since, error_text } = whole;
  const place = parts.length === 1 ? "" : html`
    <small><bdi>${location}</bdi></small>
  `;
  const path = ROOT + sitePath(site, hasLocations ? location : undefined);
  const changes = transitions.map(({ at, to, reason }) => [
    html`${stateBadge(to)} ${reason === null ? "" : html`<span>${t.reasons[reason]}</span>`}`,
    moment(at, zone),
  ]);
  return pageFrame(
    { look, root: ROOT, heading: `${site}${t.colon}${causeWords(whole)}`, view },
    html`
      <nav class="crumbs" aria-label="${t.breadcrumb}"><a href="${ROOT}">${t.allSites}</a>
      <a href="${ROOT}incidents">${t.incidents}</a> <a href="${path}"><bdi>${site}</bdi></a></nav>
      <section class="sitehead ${outcome}">
      <div class="what"><h1><bdi>${site}</bdi>${t.colon}${causeWords(whole)}</h1>${stateBadge(
        outcome,
      )}</div>
      ${error_text === null ? "" : html`<p class="why"><bdi class="error">${error_text}</bdi></p>`}
      <dl class="pairs">
      ${definition(t.began, exactly(began_at, zone))}
      ${definition(t.ended, ended_at === null ? t.notYet : exactly(ended_at, zone))}
      ${unknown_since === null ? "" : definition(t.unknownSince, exactly(unknown_since, zone))}
      ${definition(t.duration, durationText(whole))}
      ${alert === undefined ? "" : definition(t.alert, toldText(alert, { hasReason: true }))}
      ${hasLocations && parts.length === 1
        ? definition(t.location, html`<bdi>${location}</bdi>`)
        : ""}
      </dl>
      </section>
      ${parts.length === 1 ? "" : html`
        <section><h2>${t.locations}</h2>${incidentList(parts.slice(0, PARTS_SHOWN_MAX).map(alone), {
          root: ROOT,
          zone,
          hasLocations,
        })}${parts.length > PARTS_SHOWN_MAX ? note(t.onlyNewest(PARTS_SHOWN_MAX)) : ""}</section>
      `}
      ${look.isPublic ? "" : html`
        <section><h2>${t.changes}${place}</h2>${eventTable(
          [t.state, `${t.sinceWhen} (${zone.name})`],
          changes,
        )}</section>
        <section><h2>${t.firstCheck}${place}</h2>${first === undefined
          ? note(t.notKept)
          : checkDetails(first, zone)}</section>
      `}
    `,
  );
}
