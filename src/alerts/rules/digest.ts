/** What began and ended before anybody could decide: told afterwards, together, as no page. */
import type { AlertRule } from "../../config/alerts.ts";
import { matchesSite } from "../../runtime/matches_site.ts";
import type { Alert, AlertKind, Mute } from "../../status/alert_store.ts";
import type { Incident, SiteStatus } from "../../status/queries.ts";

/** Digests are told together, whatever else their sites are grouped by. */
export const DIGEST_GROUP = "digest";
/** A backlog takes a while to be read. */
export const DIGEST_WAIT_MS = 60_000;

/** Something that is over, of a site. */
export interface Past {
  readonly kind: AlertKind;
  readonly began: Date;
  readonly ended: Date;
}

/**
 * The incidents of a site that a rule would have told, had anybody decided while they lasted: long
 * enough for it, at enough locations, and overlapped by none of its alerts. Those that overlap are one.
 */
export function pastOf(
  incidents: readonly Incident[],
  { rule, places, alerts, mutes, started }: {
    readonly rule: AlertRule;
    readonly places: readonly SiteStatus[];
    /** Of the rule and the site. */
    readonly alerts: readonly Alert[];
    readonly mutes: readonly Mute[];
    readonly started: Date;
  },
): Past[] {
  if (places.length < (rule.locations?.of ?? 1)) return [];
  const long = incidents.flatMap((incident) => {
    const status = places.find(({ location }) => location === incident.location);
    const kind = kindOf(incident, rule);
    // A site that is still behind may have more to say.
    if (status === undefined || status.stale || kind === undefined) return [];
    if (incident.began_at < started || incident.ended_at === null) return [];
    if (!isLongEnough(incident, rule, status.next_check_ms ?? 0)) return [];
    if (mutes.some((mute) => matchesSite(mute, status) && covers(mute, incident))) return [];
    return [{ ...incident, kind, began: incident.began_at, ended: incident.ended_at }];
  });
  const enough = long.filter((one) => {
    const locations = long.filter((other) => overlaps(one, other)).map(({ location }) => location);
    return new Set(locations).size >= (rule.locations?.count ?? 1);
  });
  const untold = enough.filter(({ began, ended }) =>
    !alerts.some((alert) => alert.began_at <= ended && (alert.ended_at ?? ended) >= began)
  );
  return merged(untold);
}

function kindOf({ outcome, reason }: Incident, { when }: AlertRule): AlertKind | undefined {
  if (reason === "certificate_soon" && when.includes("certificate_soon")) return reason;
  return outcome !== "up" && when.includes(outcome) ? outcome : undefined;
}

/** As many checks as confirm it, each of which covers a span; the last one may have come late. */
function isLongEnough({ duration_ms }: Incident, { after }: AlertRule, spanMs: number): boolean {
  return "forMs" in after
    ? duration_ms - spanMs >= after.forMs
    : duration_ms >= (after.checks - 0.5) * spanMs;
}

function covers({ from, until }: Mute, { began_at, ended_at }: Incident): boolean {
  return from <= began_at && until >= ended_at!;
}

function overlaps(a: Past, b: Past): boolean {
  return a.began <= b.ended && b.began <= a.ended;
}

function merged(pasts: readonly Past[]): Past[] {
  const all: Past[] = [];
  for (const { kind, began, ended } of pasts.toSorted((a, b) => +a.began - +b.began)) {
    const last = all.at(-1);
    if (last === undefined || began > last.ended) all.push({ kind, began, ended });
    else all.splice(-1, 1, { ...last, ended: ended > last.ended ? ended : last.ended });
  }
  return all;
}
