/** Incidents of sites that are checked from several locations: those that overlap are one. */
import type { Outcome } from "../report/outcome.ts";
import { DAY_MS } from "../runtime/time_units.ts";
import type { Incident, StatusQueries } from "./queries.ts";
import { wholeStateOf } from "./whole_sites.ts";

/** How long before and after what a location saw the others' parts of the incident are looked for. */
const PARTS_WITHIN_MS = 7 * DAY_MS;

/** Its location and cause are those of the part that began first. */
export interface WholeIncident extends Incident {
  /** What each location saw of it, at least one; the newest first. */
  readonly parts: readonly Incident[];
}

/** What one location saw, alone. */
export function alone(incident: Incident): WholeIncident {
  return { ...incident, parts: [incident] };
}

/** The newest first, and then by site. */
export function wholeIncidents(incidents: readonly Incident[]): WholeIncident[] {
  return [...Map.groupBy(incidents, ({ site }) => site).values()].flatMap((ofSite) => {
    const found: WholeIncident[] = [];
    const oldestFirst = ofSite.toSorted((a, b) => a.began_at.getTime() - b.began_at.getTime());
    for (const incident of oldestFirst) {
      const before = found.at(-1);
      if (before === undefined || incident.began_at.getTime() > endOf(before)) {
        found.push(alone(incident));
      } else found[found.length - 1] = together(before, incident);
    }
    return found;
  }).sort(inOrder);
}

/** What a location saw, with what others did at the time. */
export async function wholeOf(
  incident: Incident,
  queries: Pick<StatusQueries, "incidents">,
): Promise<WholeIncident> {
  const { site, location, began_at, ended_at } = incident;
  const around = await queries.incidents({
    site,
    since: new Date(began_at.getTime() - PARTS_WITHIN_MS),
    until: new Date((ended_at ?? new Date()).getTime() + PARTS_WITHIN_MS),
  });
  const isIt = (part: Incident) =>
    part.location === location && part.began_at.getTime() === began_at.getTime();
  return wholeIncidents(around).find(({ parts }) => parts.some(isIt)) ?? alone(incident);
}

/** The order of incidents: the newest first, then by site. */
export function inOrder(
  a: Pick<Incident, "began_at" | "site">,
  b: Pick<Incident, "began_at" | "site">,
): number {
  return b.began_at.getTime() - a.began_at.getTime() || (a.site < b.site ? -1 : 1);
}

/** The locations that saw it, each once and by name. */
export function placesOf({ parts }: WholeIncident): string[] {
  return [...new Set(parts.map(({ location }) => location))].sort();
}

/** It lasts while any location says so; where none knows, it is unknown since the last one knew. */
function together(first: WholeIncident, next: Incident): WholeIncident {
  const both = [first, next];
  const endMs = Math.max(...both.map(endOf));
  const hasEnded = both.every(({ ended_at }) => ended_at !== null);
  const overlapMs = endOf(first) - next.began_at.getTime();
  return {
    ...first,
    ended_at: hasEnded ? new Date(endMs) : null,
    unknown_since: hasEnded || endMs === Infinity ? null : new Date(endMs),
    outcome: wholeStateOf(both.map(({ outcome }) => outcome)).state as Outcome,
    // Of what both cover, the later one adds what follows the earlier.
    duration_ms: Math.max(
      next.duration_ms,
      first.duration_ms + Math.max(0, next.duration_ms - overlapMs),
    ),
    parts: [next, ...first.parts],
  };
}

/** Until when it was known to last, in milliseconds since 1970. */
function endOf({ ended_at, unknown_since }: Incident): number {
  return (ended_at ?? unknown_since)?.getTime() ?? Infinity;
}
