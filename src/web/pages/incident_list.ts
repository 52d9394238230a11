/** Incidents as a list, the newest first, each linked to its page. */
import { html } from "hono/html";
import type { Incident } from "../../status/queries.ts";
import { placesOf, type WholeIncident } from "../../status/whole_incidents.ts";
import type { Alert } from "../../status/alert_store.ts";
import { incidentPath } from "../incident_id.ts";
import { sitePath } from "../../report/site_path.ts";
import type { TimeZone } from "../time_zone.ts";
import { lengthWords } from "../texts/figures.ts";
import { texts } from "../texts/texts.ts";
import { alertOf, toldText } from "./alerts_part.ts";
import { eventTable, folded, type Html, moment, stateBadge } from "./markup.ts";

/** Incidents that are visible without a click. */
const OPEN_MAX = 8;

export interface IncidentListOptions {
  /** The way to the overview. */
  readonly root: string;
  readonly zone: TimeZone;
  /** Whom they told, and who acknowledged them, stands at the incidents. */
  readonly alerts?: readonly Alert[];
  /** Names the site of each. */
  readonly hasSites?: boolean;
  /** Names the locations of each. */
  readonly hasLocations?: boolean;
  /** Folds what is beyond the newest. */
  readonly isShort?: boolean;
}

export function incidentList(
  incidents: readonly WholeIncident[],
  { root, zone, alerts = [], hasSites = false, hasLocations = false, isShort = false }:
    IncidentListOptions,
): Html {
  const titles = [
    ...(hasSites ? [texts().site] : []),
    ...(hasLocations ? [texts().locations] : []),
    texts().incident,
    `${texts().began} (${zone.name})`,
    texts().duration,
  ];
  const rows = incidents.map((incident) => [
    ...(hasSites
      ? [html`<a href="${root}${sitePath(incident.site)}"><bdi>${incident.site}</bdi></a>`]
      : []),
    ...(hasLocations ? [placeNames(incident)] : []),
    html`${stateBadge(incident.outcome)} <a href="${root}${
      incidentPath(incident, incident.began_at)
    }">${incident.reason === null ? texts().details : causeWords(incident)}</a>${
      toldMark(incident, alerts)
    }`,
    moment(incident.began_at, zone),
    html`${
      durationText(incident).split(", ").map((part, index) =>
        html`${index === 0 ? "" : ", "}<span class="whole">${part}</span>`
      )
    }`,
  ]);
  if (!isShort || rows.length <= OPEN_MAX) return eventTable(titles, rows);
  const older = rows.slice(OPEN_MAX);
  return html`${eventTable(titles, rows.slice(0, OPEN_MAX))}${
    folded(texts().older(older.length), eventTable(titles, older))
  }`;
}

function placeNames(incident: WholeIncident): Html {
  return html`${
    placesOf(incident).map((name, index) => html`${index === 0 ? "" : ", "}<bdi>${name}</bdi>`)
  }`;
}

function toldMark(incident: Incident, alerts: readonly Alert[]): Html {
  const alert = alertOf(incident, alerts);
  if (alert === undefined || (alert.channels.length === 0 && alert.acked_by === null)) {
    return html``;
  }
  return html`<small>, ${toldText(alert)}</small>`;
}

export function causeWords({ reason, outcome }: Pick<Incident, "reason" | "outcome">): string {
  return reason === null ? texts().states[outcome] : texts().reasons[reason];
}

/** How long it lasted, or lasts, as far as somebody watched. */
export function durationText({ duration_ms, ended_at, unknown_since }: Incident): string {
  const length = lengthWords(Math.round(duration_ms / 1_000));
  if (unknown_since !== null) return `${length}, ${texts().thenUnknown}`;
  return ended_at === null ? `${length}, ${texts().ongoing}` : length;
}
