/** Alerts as a decision makes them, before it is known what of them is written and told. */
import { v5 as uuidOf } from "uuid";
import type { AlertRule } from "../../config/alerts.ts";
import { rankOf, stateOf } from "../../report/site_state.ts";
import type {
  Alert,
  AlertDetail,
  AlertEnd,
  AlertMessage,
  AlertPlace,
  Delivery,
  MessageKind,
} from "../../status/alert_store.ts";
import type { SiteStatus } from "../../status/queries.ts";

/** Places of a site, and names, that a message lists. */
const PLACES_MAX = 10;
export const CHILDREN_MAX = 50;

/** Ids follow from what they name, so that what is decided again is the same row. */
const NAMESPACE = "0d8d1f5c-6f7a-5d0e-9a53-5b1c2f0e7a44";

/** What an alert is about: of a rule, a kind and a subject, one is open at most. */
export type Subject = Pick<Alert, "rule" | "kind" | "site" | "location">;

export function subjectKey({ rule, kind, site, location }: Subject): string {
  return [rule, kind, site ?? "", location ?? ""].join("\0");
}

/** A rule by what it looks for: what an edited one would have found before is no news. */
export function ruleKey({ name, when, sites, after, locations }: AlertRule): string {
  return uuidOf(JSON.stringify([name, when, sites, after, locations]), NAMESPACE);
}

/** An alert in the form that it should have. */
export interface Draft {
  alert: Alert;
  /** As it is stored; undefined for a new one. */
  readonly before: Alert | undefined;
  /** Undefined when its rule is gone. */
  readonly rule: AlertRule | undefined;
  /** Of its site, or stale ones of its location. */
  readonly places: readonly SiteStatus[];
}

export interface NewAlert extends Omit<Subject, "rule"> {
  readonly began: Date;
  readonly now: Date;
  readonly groupBy: readonly string[];
  readonly detail: AlertDetail;
}

export function newAlert(
  { name: rule, severity, channels }: Pick<AlertRule, "name" | "severity" | "channels">,
  { kind, site, location, began, now, groupBy, detail }: NewAlert,
): Alert {
  const subject = { rule, kind, site, location };
  return {
    ...subject,
    id: uuidOf(`${subjectKey(subject)}\0${began.toISOString()}`, NAMESPACE),
    severity,
    began_at: began,
    fired_at: now,
    ended_at: null,
    end: null,
    suppressed_by: null,
    channels,
    group_key: groupKey(groupBy, { ...detail.labels, ...subject, severity }),
    detail,
    reminders: 0,
    reminded_at: null,
    acked_at: null,
    acked_by: null,
    ack_reason: null,
  };
}

/** The group of an alert: what a configuration groups by, with its values. */
function groupKey(
  groupBy: readonly string[],
  values: Readonly<Record<string, string | null>>,
): string {
  const valueOf = (name: string) => Object.hasOwn(values, name) ? values[name] ?? "" : "";
  return groupBy.map((name) => `${name}=${JSON.stringify(valueOf(name))}`).join(", ");
}

/** Its beginning is never after its end, which checks that came late may have moved. */
export function endedAlert(alert: Alert, end: AlertEnd, at: Date): Alert {
  return { ...alert, end, ended_at: at < alert.began_at ? alert.began_at : at };
}

/** What messages say of a site. */
export function siteDetail(places: readonly SiteStatus[], lastDurationMs: number | null) {
  const unwell = places.filter((place) => stateOf(place) !== "up")
    .sort((a, b) => rankOf(stateOf(a)) - rankOf(stateOf(b)));
  return {
    url: places[0]?.url ?? null,
    labels: places[0]?.labels ?? {},
    places: unwell.slice(0, PLACES_MAX).map(placeOf),
    placesLeftOut: Math.max(0, unwell.length - PLACES_MAX),
    locations: places.length,
    children: [],
    childrenLeftOut: 0,
    lastDurationMs,
  } satisfies AlertDetail;
}

function placeOf(status: SiteStatus): AlertPlace {
  const { location, outcome, stale, reason, error_text, since } = status;
  return { location, outcome, stale, reason, error_text, since };
}

/** The same detail with these children, of which a few are listed. */
export function withChildren(detail: AlertDetail, names: readonly string[]): AlertDetail {
  const children = names.slice(0, CHILDREN_MAX);
  return { ...detail, children, childrenLeftOut: names.length - children.length };
}

/** True when messages would say something else of places and children than they did. */
export function isOtherDetail(a: AlertDetail, b: AlertDetail): boolean {
  return shownOf(a) !== shownOf(b);
}

function shownOf({ places, placesLeftOut, children, childrenLeftOut }: AlertDetail): string {
  const states = places.map(({ location, outcome, stale }) => [location, outcome, stale]);
  return JSON.stringify([states, placesLeftOut, children, childrenLeftOut]);
}

export function messagesOf(
  alert: Alert,
  { kind, count = 1, channels = alert.channels, now, waitMs }: {
    readonly kind: MessageKind;
    readonly count?: number;
    readonly channels?: readonly string[];
    readonly now: Date;
    /** For others of its group. */
    readonly waitMs: number;
  },
): AlertMessage[] {
  return channels.map((channel) => ({
    // A receiver tells by it what it has, however often it is sent.
    id: uuidOf(`${alert.id}\0${channel}\0${kind}\0${count}`, NAMESPACE),
    alert,
    channel,
    kind,
    count,
    created_at: now,
    due_at: new Date(now.getTime() + waitMs),
  }));
}

/** The first attempt of messages of one channel and group. */
export function deliveryOf(messages: readonly AlertMessage[]): Delivery {
  const { id, channel } = messages[0]!;
  return { id, channel, messages, attempt: 1 };
}
