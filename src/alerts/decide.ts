/**
 * What is to be told, decided from state and time alone, again and again: whatever was missed,
 * doubled, late or replayed comes out right at the next look. Pure.
 */
import type { AlertRule, Alerts } from "../config/alerts.ts";
import { matchesSite } from "../runtime/matches_site.ts";
import {
  type Alert,
  type AlertMessage,
  type Decision,
  type Look,
  RECENT_CHECKS_MAX,
  type RecentCheck,
} from "../status/alert_store.ts";
import { keyOf, type SiteStatus } from "../status/queries.ts";
import { DIGEST_GROUP, DIGEST_WAIT_MS, pastOf } from "./rules/digest.ts";
import {
  type Draft,
  endedAlert,
  isOtherDetail,
  messagesOf,
  newAlert,
  ruleKey,
  siteDetail,
  subjectKey,
  withChildren,
} from "./rules/drafts.ts";
import { type LocationState, locationStates, silenceOf } from "./rules/silent_locations.ts";
import { flapsOf, heldByParent, isCalm, mutedBy } from "./rules/held_back.ts";
import { checksOf } from "./rules/votes.ts";
import { kindsOf, type Verdict, verdictOf } from "./rules/verdict.ts";

/** Alerts, and digests, that one decision begins; what is beyond them follows a second later. */
export const BEGINNINGS_MAX = 10_000;

/** An alert in its new form and what is told of it: written together. */
export interface Written {
  readonly alert: Alert;
  readonly messages: readonly AlertMessage[];
}

/** Of alerts that are written together. */
export function decisionOf(all: readonly Written[]): Decision {
  return {
    alerts: all.map(({ alert }) => alert),
    messages: all.flatMap(({ messages }) => messages),
  };
}

/** What a decision is made from. */
export interface State {
  /** By name; the places of each, at least one. */
  readonly sites: ReadonlyMap<string, readonly SiteStatus[]>;
  /** By `keyOf()` of queries.ts; where one is missing, the status is the only check that is known. */
  readonly recent: ReadonlyMap<string, readonly RecentCheck[]>;
  readonly look: Look;
}

/** The part of a configuration that decides; made once, because it remembers which sites match. */
export interface Plan extends Pick<Alerts, "groupBy" | "groupWaitMs" | "flapsMax"> {
  readonly rules: readonly PlannedRule[];
  /** Of each place: as many checks as the rules look at, with as many that may say nothing. */
  readonly checks: number;
}

interface PlannedRule {
  readonly rule: AlertRule;
  readonly key: string;
  matches(status: SiteStatus): boolean;
}

export function planOf({ rules, groupBy, groupWaitMs, flapsMax }: Alerts): Plan {
  const counts = rules.flatMap((rule) => [rule.after, rule.recoverAfter].map(checksOf));
  const checks = Math.min(RECENT_CHECKS_MAX, 2 * Math.max(1, ...counts));
  return { rules: rules.map(plannedRule), checks, groupBy, groupWaitMs, flapsMax };
}

function plannedRule(rule: AlertRule): PlannedRule {
  const known = new WeakMap<SiteStatus, boolean>();
  const matches = (status: SiteStatus) => {
    let is = known.get(status);
    if (is === undefined) known.set(status, is = matchesSite(rule.sites ?? {}, status));
    return is;
  };
  return { rule, key: ruleKey(rule), matches };
}

/** What differs from what is stored, and what is told of it: an alert of each. */
export function decide(state: State, plan: Plan): readonly Written[] {
  const { look: { now, alerts } } = state;
  const open = new Map(
    alerts.filter(({ ended_at }) => ended_at === null).map((it) => [subjectKey(it), it]),
  );
  const ended = Map.groupBy(alerts.filter(({ ended_at }) => ended_at !== null), subjectKey);
  const locations = locationStates(state.sites.values(), alerts);
  const deciding = { ...state, plan, now, open, ended, locations, drafts: new Map() };
  judgeSites(deciding);
  judgeLocations(deciding);
  endLeftovers(deciding);
  suppress(deciding);
  const written = deciding.drafts.values().flatMap((draft) => writtenOf(draft, deciding));
  return [...written, ...digestsOf(deciding)];
}

interface Deciding extends State {
  readonly plan: Plan;
  readonly now: Date;
  readonly open: ReadonlyMap<string, Alert>;
  readonly ended: ReadonlyMap<string, readonly Alert[]>;
  readonly locations: ReadonlyMap<string, LocationState>;
  /** By {@linkcode subjectKey}. */
  readonly drafts: Map<string, Draft>;
}

/** Sites that are well and have no alert are the most, and are passed over. */
function judgeSites(deciding: Deciding): void {
  const { sites, open, plan } = deciding;
  const alerting = new Set(open.values().map(({ site }) => site));
  for (const [site, places] of sites) {
    const isWell = places.every(({ outcome, stale }) => outcome === "up" && !stale);
    const isPassed = isWell && !alerting.has(site);
    for (const planned of plan.rules) {
      if (isPassed && places.length >= (planned.rule.locations?.of ?? 1)) continue;
      if (planned.matches(places[0]!)) judgeSite(site, planned, deciding);
    }
  }
}

function judgeSite(site: string, { rule, key }: PlannedRule, deciding: Deciding): void {
  const { sites, recent, look, now, open, ended, locations, drafts } = deciding;
  const places = sites.get(site)!;
  const checked = places.map((status) => ({
    status,
    checks: recent.get(keyOf(status)) ?? [status],
  }));
  const options = {
    rule,
    now,
    started: look.started[key] ?? now,
    silenceOf: (status: SiteStatus) =>
      silenceOf(status, { location: locations.get(status.location)!, now }),
  };
  for (const kind of kindsOf(rule)) {
    const subject = { rule: rule.name, kind, site, location: null };
    const name = subjectKey(subject);
    const before = open.get(name);
    if (before === undefined && drafts.size >= BEGINNINGS_MAX + open.size) continue;
    const verdict = verdictOf(kind, checked, options);
    if (before !== undefined) {
      drafts.set(name, {
        alert: continued(before, verdict, { places, now }),
        before,
        rule,
        places,
      });
      continue;
    }
    // Whoever knows that it is down need not hear that it says nothing more.
    const down = drafts.get(subjectKey({ ...subject, kind: "down" }));
    const isTold = kind === "stale" && down?.alert.ended_at === null;
    if (!verdict?.is || isTold) continue;
    const earlier = ended.get(name) ?? [];
    const detail = siteDetail(places, lastDurationOf(earlier));
    const began = afterAll(earlier, verdict.at);
    const { groupBy } = deciding.plan;
    const alert = newAlert(rule, { ...subject, began, now, groupBy, detail });
    drafts.set(name, { alert, before, rule, places });
  }
}

/** An open alert as it goes on, or as it ends. */
function continued(
  alert: Alert,
  verdict: Verdict,
  { places, now }: { readonly places: readonly SiteStatus[]; readonly now: Date },
): Alert {
  const current = { ...alert, detail: siteDetail(places, alert.detail.lastDurationMs) };
  if (verdict?.is !== false) return current;
  // While it flaps, neither its ends nor its beginnings are told.
  if (isFlapping(alert) && !isCalm(places, alert.began_at, now)) return current;
  const end = verdict.isOfLocation ? "superseded_by_location" : "recovered";
  return endedAlert(current, end, verdict.at);
}

function isFlapping({ suppressed_by }: Alert): boolean {
  return suppressed_by?.startsWith("flapping:") ?? false;
}

/** What overlaps an earlier alert in time would be the same trouble: it begins after it. */
function afterAll(earlier: readonly Alert[], began: Date): Date {
  const lastMs = Math.max(...earlier.map(({ ended_at }) => ended_at!.getTime()));
  return began.getTime() > lastMs ? began : new Date(lastMs + 1);
}

function lastDurationOf(earlier: readonly Alert[]): number | null {
  const last = earlier.toSorted((a, b) => a.ended_at!.getTime() - b.ended_at!.getTime()).at(-1);
  return last === undefined ? null : last.ended_at!.getTime() - last.began_at.getTime();
}

/** A producer that went silent is one alert of each rule that one of its sites would have. */
function judgeLocations(deciding: Deciding): void {
  const { plan, locations, open, ended, drafts, now } = deciding;
  for (const { rule, matches } of plan.rules) {
    const isWatched = rule.when.some((one) => one === "stale" || one === "location") ||
      rule.locations !== undefined;
    if (!isWatched) continue;
    for (const [location, { isSilent, stale, heard }] of locations) {
      const subject = { rule: rule.name, kind: "location", site: null, location } as const;
      const name = subjectKey(subject);
      const before = open.get(name);
      const places = isSilent ? stale.filter(matches) : [];
      if (before !== undefined && places.length === 0) {
        drafts.set(name, { alert: endedAlert(before, "recovered", heard), before, rule, places });
      }
      if (places.length === 0) continue;
      const detail = withChildren(siteDetail([], null), places.map(({ site }) => site));
      const began = afterAll(ended.get(name) ?? [], heard);
      const alert = before === undefined
        ? newAlert(rule, { ...subject, began, now, groupBy: plan.groupBy, detail })
        : { ...before, detail };
      drafts.set(name, { alert, before, rule, places });
    }
  }
}

/** Open alerts of rules that are gone, or look for something else, and of sites that are forgotten. */
function endLeftovers({ open, drafts, sites, locations, now }: Deciding): void {
  for (const [name, before] of open) {
    if (drafts.has(name)) continue;
    const isKnown = before.site === null ? locations.has(before.location!) : sites.has(before.site);
    const alert = endedAlert(before, isKnown ? "rule_removed" : "site_forgotten", now);
    drafts.set(name, { alert, before, rule: undefined, places: [] });
  }
}

/** Says of each alert that lasts what keeps it from being told, and of each parent whom it explains. */
function suppress(deciding: Deciding): void {
  const { drafts } = deciding;
  const lasting = [...drafts.values()].filter(({ alert }) => alert.ended_at === null);
  const down = new Set(
    lasting.flatMap(({ alert: { kind, site } }) => kind === "down" ? [site!] : []),
  );
  const children = new Map<string, string[]>();
  for (const draft of lasting) {
    const suppressed_by = suppressedBy(draft, down, deciding);
    draft.alert = { ...draft.alert, suppressed_by };
    if (!suppressed_by?.startsWith("parent:")) continue;
    const parent = suppressed_by.slice("parent:".length);
    children.set(parent, [...children.get(parent) ?? [], draft.alert.site!]);
  }
  for (const draft of lasting) {
    const { kind, site, detail } = draft.alert;
    const held = kind === "down" ? children.get(site!) : undefined;
    if (held === undefined) continue;
    const names = [...new Set(held)].sort();
    draft.alert = { ...draft.alert, detail: withChildren(detail, names) };
  }
}

function suppressedBy(
  { alert, before, places }: Draft,
  down: ReadonlySet<string>,
  { sites, look, plan, ended, now }: Deciding,
): Alert["suppressed_by"] {
  const mutes = look.mutes.filter(({ from, until }) => from <= now && until > now);
  // Of a location, planned work is all that it checks.
  const isMuted = mutes.length > 0 && places.every((place) => mutedBy(place, mutes) !== undefined);
  const muted = isMuted ? mutedBy(places[0]!, mutes) : undefined;
  if (before !== undefined && isFlapping(before)) {
    return isCalm(places, before.began_at, now) ? muted ?? null : before.suppressed_by;
  }
  if (muted !== undefined) return muted;
  const isWaiting = before === undefined || (before.suppressed_by?.startsWith("parent:") ?? false);
  const parent = heldByParent(alert, { sites, down, now, isWaiting });
  if (parent !== undefined) return parent;
  if (before?.suppressed_by === null) return null;
  const earlier = ended.get(subjectKey(alert)) ?? [];
  const flaps = flapsOf(earlier.filter(({ group_key }) => group_key !== DIGEST_GROUP), now) + 1;
  return flaps > plan.flapsMax ? `flapping:${flaps}` : null;
}

/** The row of a draft and its messages; none when nothing changes. */
function writtenOf({ alert, before, rule }: Draft, { plan, now }: Deciding): Written[] {
  const waiting = { now, waitMs: plan.groupWaitMs };
  if (alert.ended_at !== null) {
    return [{ alert, messages: messagesOf(alert, { ...waiting, kind: "resolved" }) }];
  }
  const channels = [...new Set([...before?.channels ?? [], ...rule!.channels])];
  const current = { ...alert, channels };
  const told = before?.suppressed_by === null;
  if (current.suppressed_by === null) {
    const added = told ? channels.filter((one) => !before.channels.includes(one)) : channels;
    const fired = told ? current : { ...current, fired_at: now };
    const reminded = told ? remindedAlert(fired, rule!, now) : undefined;
    const messages = [
      ...messagesOf(fired, { ...waiting, kind: "fired", channels: added }),
      ...reminded === undefined ? [] : messagesOf(reminded, {
        ...{ kind: "reminded", count: reminded.reminders, channels: before!.channels } as const,
        ...{ now, waitMs: 0 },
      }),
    ];
    const isChanged = messages.length > 0 || !told || isOtherDetail(current.detail, before.detail);
    return isChanged ? [{ alert: reminded ?? fired, messages }] : [];
  }
  if (current.suppressed_by === before?.suppressed_by) {
    const isChanged = isOtherDetail(current.detail, before.detail) ||
      channels.length !== before.channels.length;
    return isChanged ? [{ alert: current, messages: [] }] : [];
  }
  const isTold = isFlapping(current);
  const messages = isTold ? messagesOf(current, { ...waiting, kind: "flapping" }) : [];
  return [{ alert: current, messages }];
}

/** The alert once it was told again; undefined when it is not time, or somebody knows of it. */
function remindedAlert(alert: Alert, { remindMs }: AlertRule, now: Date): Alert | undefined {
  const { reminders, reminded_at, fired_at, acked_at } = alert;
  if (remindMs === undefined || acked_at !== null) return undefined;
  // It fires again when what held it back is over.
  const lastMs = Math.max(fired_at.getTime(), reminded_at?.getTime() ?? 0);
  if (now.getTime() - lastMs < remindMs) return undefined;
  return { ...alert, reminders: reminders + 1, reminded_at: now };
}

/** What began and ended unseen: an alert that is over, and one message of it. */
function digestsOf({ plan, look, sites, now, drafts }: Deciding): Written[] {
  const bySite = Map.groupBy(look.ended, ({ site }) => site);
  if (bySite.size === 0) return [];
  const known = Map.groupBy(
    [...look.alerts, ...drafts.values().map(({ alert }) => alert)]
      .filter(({ kind }) => kind !== "stale" && kind !== "unknown"),
    ({ rule, site }) => `${rule}\0${site}`,
  );
  return plan.rules.flatMap(({ rule, key, matches }) =>
    [...bySite].flatMap(([site, incidents]) => {
      const places = sites.get(site);
      const started = look.started[key];
      if (places === undefined || started === undefined || !matches(places[0]!)) return [];
      const alerts = known.get(`${rule.name}\0${site}`) ?? [];
      const pasts = pastOf(incidents, { rule, places, alerts, mutes: look.mutes, started });
      return pasts.map(({ kind, began, ended }) => {
        const detail = siteDetail(places, ended.getTime() - began.getTime());
        const subject = { kind, site, location: null };
        const alert = newAlert(rule, { ...subject, began, now, groupBy: [], detail });
        const digest = { ...endedAlert(alert, "recovered", ended), group_key: DIGEST_GROUP };
        const waitMs = Math.max(plan.groupWaitMs, DIGEST_WAIT_MS);
        return { alert: digest, messages: messagesOf(digest, { kind: "digest", now, waitMs }) };
      });
    })
  ).slice(0, BEGINNINGS_MAX);
}
